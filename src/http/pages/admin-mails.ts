import type Router from '@koa/router'
import { z } from 'zod'
import { canonicalAddress } from '../../domain/address.ts'
import { ulidSchema } from '../../domain/event.ts'
import { mailTemplates } from '../../domain/mails/events.ts'
import { mailStates } from '../../projections/mails.ts'
import { findMail, retryMailOf, triesOf } from '../acts/mails.ts'
import type { State } from '../context.ts'
import { Problem } from '../problems.ts'
import { mailName } from './event-words.ts'
import {
  adminOf,
  auditorOf,
  byAdmin,
  type Ctx,
  type Kit,
  mayChange,
  paramOf,
  queryOf,
  seeOther,
  withQuery,
} from './kit.ts'
import { leaveNotice } from './notices.ts'

const LIST = '/admin/mails'
const PAGE = 25

/** What the address of the list asks for; what can't be meant is left out. */
const questionOf = (ctx: Ctx) => ({
  state: z.enum(mailStates).safeParse(queryOf(ctx, 'state')).data,
  template: z.enum(mailTemplates).safeParse(queryOf(ctx, 'template')).data,
  email: queryOf(ctx, 'email'),
})

/** Mails as admins and auditors see them: what became of each; for admins also what is in it, without its secrets. */
export const adminMailPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  router.get(LIST, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    const question = questionOf(ctx)
    const { state, template, email } = question
    const after = ulidSchema.safeParse(queryOf(ctx, 'after')).data
    // Something that is no address finds nothing, rather than everything.
    const recipient = email === undefined ? undefined : (canonicalAddress(email) ?? email)
    const found = await house.reads.mails.list({ state, template, recipient }, { limit: PAGE + 1, after })
    const mails = found.slice(0, PAGE)
    render(ctx, 'admin-mails', {
      title: t(ctx, 'admin.mails'),
      section: 'mails',
      email: email ?? '',
      state: state ?? null,
      isFiltered: Object.values(question).some((one) => one !== undefined),
      templates: mailTemplates.map((name) => ({ name, isChosen: name === template })),
      tabs: [null, ...mailStates].map((name) => ({
        name,
        url: withQuery(LIST, { ...question, state: name ?? undefined }),
        isCurrent: name === (state ?? null),
      })),
      mails: mails.map((mail) => ({ ...mail, name: mailName(ctx.state.locale, mail.template) })),
      olderUrl: found.length > PAGE ? withQuery(LIST, { ...question, after: mails.at(-1)?.id }) : null,
      newestUrl: after ? withQuery(LIST, question) : null,
    })
  })

  router.get(`${LIST}/:id`, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    const isAdmin = adminOf(ctx) !== null
    const mail = await findMail(house, paramOf(ctx, 'id'))
    const [kind, id = ''] = mail.about.split(':')
    render(ctx, 'admin-mail', {
      title: mailName(ctx.state.locale, mail.template),
      section: 'mails',
      mail: { ...mail, ...(await triesOf(house, mail)) },
      userId: kind === 'user' ? id : null,
      preview: isAdmin ? await house.previewMail(mail.id) : null,
      canRetry: mayChange(kit, ctx) && mail.status === 'failed',
    })
  })

  router.post(`${LIST}/:id/retry`, async (ctx: Ctx) => {
    await form(ctx)
    const admin = adminOf(ctx)
    if (!admin && auditorOf(ctx)) throw new Problem('forbidden')
    if (!admin) return seeOther(ctx, '/')
    const { id } = await retryMailOf(house, paramOf(ctx, 'id'), byAdmin(ctx, admin))
    leaveNotice(ctx, 'mailRetried')
    seeOther(ctx, `${LIST}/${id}`)
  })
}
