import type Router from '@koa/router'
import { canonicalAddress } from '../../domain/address.ts'
import type { State } from '../context.ts'
import { Problem } from '../problems.ts'
import { adminOf, type Ctx, type Kit, paramOf, queryOf, seeOther, tokenPage } from './kit.ts'

const LATEST = 100

/** Mails as admins see them (what became of each), and the mailbox for development (as receivers read them). */
export const mailPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit

  router.get('/admin/mails', async (ctx: Ctx) => {
    if (!adminOf(ctx)) return seeOther(ctx, '/')
    render(ctx, 'admin-mails', {
      title: t(ctx, 'admin.mails'),
      section: 'mails',
      mails: await house.reads.mails.latest(LATEST),
    })
  })

  if (house.settings.devMailbox) mailbox(router, kit)
}

const mailbox = (router: Router<State>, { house, render, t }: Kit): void => {
  const addressOf = (ctx: Ctx): string => {
    if (!house.settings.loopback && !adminOf(ctx)) throw new Problem('not_found')
    tokenPage(ctx)
    const address = canonicalAddress(paramOf(ctx, 'address'))
    if (address === null) throw new Problem('not_found')
    return address
  }

  /** A mail's text line by line: links stand alone on theirs, and here they can be followed with a click. */
  const linesOf = (text: string) =>
    text.split('\n').map((line) => ({ line, isLink: line.startsWith(`${house.settings.publicUrl}/`) }))

  router.get('/mailbox', async (ctx: Ctx) => {
    if (!house.settings.loopback && !adminOf(ctx)) throw new Problem('not_found')
    const wanted = queryOf(ctx, 'email')
    if (wanted !== undefined) return seeOther(ctx, `/mailbox/${encodeURIComponent(wanted)}`)
    const latest = await house.reads.mails.latest(LATEST)
    render(ctx, 'mailbox', {
      title: t(ctx, 'mailbox.title'),
      mails: latest.filter(({ recipient }) => recipient !== null),
    })
  })

  router.get('/mailbox/:address', async (ctx: Ctx) => {
    const address = addressOf(ctx)
    const rows = await house.reads.mails.to(address, LATEST)
    const mails = await Promise.all(
      rows.map(async (row) => {
        const mail = await house.renderMail(row.id)
        return { ...row, subject: mail?.subject ?? '', lines: linesOf(mail?.text ?? '') }
      }),
    )
    render(ctx, 'mailbox-address', { title: t(ctx, 'mailbox.of', { address }), address, mails })
  })

  router.get('/mailbox/:address/:id', async (ctx: Ctx) => {
    const address = addressOf(ctx)
    const row = await house.reads.mails.get(paramOf(ctx, 'id'))
    const mail = row?.recipient === address ? await house.renderMail(row.id) : null
    if (!mail) throw new Problem('not_found')
    // Mail programs know styles in attributes only, so this one page may have them; it can run nothing and load nothing.
    ctx.set(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox allow-popups allow-top-navigation-by-user-activation",
    )
    ctx.set('Cache-Control', 'no-store')
    ctx.type = 'html'
    ctx.body = mail.html
  })
}
