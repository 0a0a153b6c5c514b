import type Router from '@koa/router'
import { canonicalAddress } from '../../domain/address.ts'
import type { Locale } from '../../domain/invites/events.ts'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import { mailName } from './event-words.ts'
import { adminOf, type Ctx, type Kit, paramOf, queryOf, seeOther, tokenPage } from './kit.ts'

const LATEST = 100

/** A mail in a list of the mailbox. */
export type ListedMail = {
  readonly id: string
  readonly recipient: string | null
  /** What kind of mail it is, or its subject. */
  readonly name: string
  readonly status: string
  readonly reason: string | null
  readonly queuedAt: string
}
export type OpenedMail = Omit<ListedMail, 'name'> & { readonly subject: string; readonly text: string }

/** Where a mailbox has its mails from: what the service has sent, or what a sink has received. */
export type MailboxSource = {
  readonly mayLook: (ctx: Ctx) => boolean
  readonly lead: 'mailbox.lead' | 'mailbox.sinkLead'
  readonly latest: (limit: number, locale: Locale) => Promise<readonly ListedMail[]>
  readonly to: (address: string, limit: number) => Promise<readonly OpenedMail[]>
  readonly html: (address: string, id: string) => Promise<string | null>
  /** Whether a line of a mail is a link that may be followed with a click. */
  readonly isLink: (line: string) => boolean
}

/** The pages of a mailbox: mails as their receivers read them. */
export const mailboxRoutes = (
  router: Router<State>,
  { render, t }: Pick<Kit, 'render' | 't'>,
  source: MailboxSource,
): void => {
  const addressOf = (ctx: Ctx): string => {
    if (!source.mayLook(ctx)) throw new Problem('not_found')
    tokenPage(ctx)
    const address = canonicalAddress(paramOf(ctx, 'address'))
    if (address === null) throw new Problem('not_found')
    return address
  }

  /** Links stand alone on their lines. */
  const linesOf = (text: string) => text.split('\n').map((line) => ({ line, isLink: source.isLink(line) }))

  router.get('/mailbox', async (ctx: Ctx) => {
    if (!source.mayLook(ctx)) throw new Problem('not_found')
    const wanted = queryOf(ctx, 'email')
    if (wanted !== undefined) return seeOther(ctx, `/mailbox/${encodeURIComponent(wanted)}`)
    const latest = await source.latest(LATEST, ctx.state.locale)
    render(ctx, 'mailbox', {
      title: t(ctx, 'mailbox.title'),
      lead: t(ctx, source.lead),
      mails: latest.filter(({ recipient }) => recipient !== null),
    })
  })

  router.get('/mailbox/:address', async (ctx: Ctx) => {
    const address = addressOf(ctx)
    const mails = (await source.to(address, LATEST)).map((mail) => ({ ...mail, lines: linesOf(mail.text) }))
    render(ctx, 'mailbox-address', { title: t(ctx, 'mailbox.of', { address }), address, mails })
  })

  router.get('/mailbox/:address/:id', async (ctx: Ctx) => {
    const html = await source.html(addressOf(ctx), paramOf(ctx, 'id'))
    if (html === null) throw new Problem('not_found')
    // Mail programs know styles in attributes only, so this one page may have them; it can run nothing and load nothing.
    ctx.set(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'; sandbox allow-popups allow-top-navigation-by-user-activation",
    )
    ctx.set('Cache-Control', 'no-store')
    ctx.type = 'html'
    ctx.body = html
  })
}

/** What the service itself has sent, or is about to. */
const ofHouse = (house: House): MailboxSource => ({
  mayLook: (ctx) => house.settings.loopback || adminOf(ctx) !== null,
  lead: 'mailbox.lead',
  async latest(limit, locale) {
    const rows = await house.reads.mails.latest(limit)
    return rows.map((row) => ({ ...row, name: mailName(locale, row.template) }))
  },
  async to(address, limit) {
    const rows = await house.reads.mails.to(address, limit)
    return Promise.all(
      rows.map(async (row) => {
        const mail = await house.renderMail(row.id)
        return { ...row, subject: mail?.subject ?? '', text: mail?.text ?? '' }
      }),
    )
  },
  async html(address, id) {
    const row = await house.reads.mails.get(id)
    const mail = row?.recipient === address ? await house.renderMail(id) : null
    return mail?.html ?? null
  },
  isLink: (line) => line.startsWith(`${house.settings.publicUrl}/`),
})

/** The mailbox for development. Without DEV_MAILBOX there is no such page. */
export const mailboxPages = (router: Router<State>, kit: Kit): void => {
  if (kit.house.settings.devMailbox) mailboxRoutes(router, kit, ofHouse(kit.house))
}
