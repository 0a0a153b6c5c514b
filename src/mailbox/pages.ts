import Router from '@koa/router'
import Koa, { type Middleware } from 'koa'
import { BUILT_IN_NAME } from '../domain/settings/in-force.ts'
import { mailboxAnswer, mailboxQuery } from '../http/api/mailbox.ts'
import type { State } from '../http/context.ts'
import type { House } from '../http/house.ts'
import { errors } from '../http/middleware/errors.ts'
import { knownHost, securityHeaders } from '../http/middleware/headers.ts'
import { request } from '../http/middleware/request.ts'
import { openAssets } from '../http/pages/assets.ts'
import type { Kit } from '../http/pages/kit.ts'
import { language } from '../http/pages/language.ts'
import { brandOf, frameFiles } from '../http/pages/layout.ts'
import { type MailboxSource, mailboxRoutes } from '../http/pages/mailbox.ts'
import { problemPage } from '../http/pages/problem.ts'
import { openViews } from '../http/pages/view.ts'
import { text } from '../http/pages/words.ts'
import { Problem } from '../http/problems.ts'
import { unfinished } from '../http/unfinished.ts'
import { unwatched } from '../watch.ts'
import type { Letter, Letters } from './letters.ts'

export type Log = House['log']

type Parts = {
  readonly letters: Letters
  readonly publicUrl: string
  readonly newId: () => string
  readonly log: Log
}

/** What has arrived is told in the words that the service has for its own mail: it was sent, and here it is. */
const present = ({ id, to, subject, text: words, receivedAt }: Letter) => ({
  id,
  to,
  subject,
  text: words,
  status: 'sent' as const,
  queuedAt: receivedAt,
  sentAt: receivedAt,
})

const sourceOf = (letters: Letters): MailboxSource => {
  const rowOf = ({ id, to, receivedAt }: Letter) => ({
    id,
    recipient: to,
    status: 'sent',
    reason: null,
    queuedAt: receivedAt,
  })
  return {
    mayLook: () => true,
    lead: 'mailbox.sinkLead',
    latest: async (limit) =>
      letters.latest(limit).map((letter) => ({ ...rowOf(letter), name: letter.subject })),
    to: async (address) =>
      letters.to(address).map((letter) => ({ ...rowOf(letter), subject: letter.subject, text: letter.text })),
    html: async (address, id) => letters.to(address).find((letter) => letter.id === id)?.html ?? null,
    isLink: (line) => /^https?:\/\/\S+$/.test(line),
  }
}

/** The frame around the sink's pages: it has no other pages, nobody signs in, and nothing is asked of anybody. */
const renderer = (): { readonly render: Kit['render']; readonly serve: Middleware<State> } => {
  const views = openViews()
  const { urls, serve } = openAssets()
  const assets = frameFiles(urls)
  return {
    serve,
    render(ctx, name, view, status = 200) {
      const { locale, zone } = ctx.state
      const otherLocale = locale === 'en' ? 'ru' : 'en'
      ctx.status = status
      ctx.type = 'html'
      ctx.set('Cache-Control', 'no-store')
      ctx.body = views(name, {
        isSink: true,
        locale,
        zone,
        otherLocale,
        otherLanguage: otherLocale === 'ru' ? 'Русский' : 'English',
        languageUrl: `${ctx.path}?lang=${otherLocale}`,
        assets,
        brand: brandOf({ name: BUILT_IN_NAME, accent: null, logo: null }, assets.logo),
        script: null,
        section: null,
        own: false,
        notice: null,
        errors: [],
        ...view,
      })
    },
  }
}

/** The same pages and the same JSON that the service has for its own mail, for whatever has arrived here. */
export const mailboxServer = ({ letters, publicUrl, newId, log }: Parts): Koa<State> => {
  const { render, serve } = renderer()
  const t: Kit['t'] = (ctx, key, values) => text(ctx.state.locale, key, values)
  const house = { settings: { publicUrl }, newId, log, watchRequest: unwatched.request }
  const router = new Router<State>()
  mailboxRoutes(router, { render, t }, sourceOf(letters))
  router.get('/', (ctx) => ctx.redirect('/mailbox'))
  router.get('/api/v1/mailbox', (ctx) => {
    const query = mailboxQuery.safeParse(ctx.query)
    if (!query.success) throw new Problem('invalid_input')
    ctx.body = mailboxAnswer.parse({ items: letters.to(query.data.email).map(present), nextCursor: null })
  })

  const app = new Koa<State>()
  app.use(request(house))
  app.use(securityHeaders(publicUrl))
  app.use(errors(house, problemPage({ render, t })))
  app.use(knownHost(publicUrl))
  app.use(async (ctx, next) => {
    ctx.state.principal = null
    await next()
  })
  app.use(serve)
  app.use(language)
  app.use(router.routes() as unknown as Middleware<State>)
  app.use(router.allowedMethods() as unknown as Middleware<State>)
  app.on('error', unfinished(log))
  return app
}
