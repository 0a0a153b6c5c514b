import type { Middleware } from 'koa'
import mount from 'koa-mount'
import type Provider from 'oidc-provider'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import { OIDC_PREFIX } from './provider.ts'

type Ctx = Parameters<Middleware<State>>[0]

const DISCOVERY = /^\/oidc\/\.well-known\/[\w-]+$/
const INTROSPECTION = `${OIDC_PREFIX}/token/introspection`
const AUTHORIZATION = `${OIDC_PREFIX}/auth`

/** Other ways of answering need a page that runs a script of its own or show the code to scripts; one way is enough. */
const RESPONSE_MODES = ['query']

const isOurs = (path: string) => path === OIDC_PREFIX || path.startsWith(`${OIDC_PREFIX}/`)

/** Addresses are told by PUBLIC_URL and nothing else: neither the Host of a request nor a missing proxy header bends them. */
const asPublic = (ctx: Ctx, { protocol, host }: URL): void => {
  Object.defineProperties(ctx.request, {
    protocol: { value: protocol.slice(0, -1), configurable: true },
    host: { value: host, configurable: true },
  })
}

/** A sign-in that the library remembers of somebody else, or of nobody here any more, is not shown to it. */
const forgetOthers = async (ctx: Ctx, provider: Provider): Promise<void> => {
  const name = provider.cookieName('session')
  const remembered = await provider.Session.find(ctx.cookies.get(name, { signed: true }) ?? '')
  if (remembered?.accountId === undefined || remembered.accountId === ctx.state.principal?.user.id) return
  ctx.req.headers.cookie = (ctx.req.headers.cookie ?? '')
    .split(/; */)
    .filter((pair) => !pair.startsWith(`${name}=`) && !pair.startsWith(`${name}.sig=`))
    .join('; ')
}

type Body = Record<string, unknown>

/** Of a token that lives, whoever asks learns whose, whose for, what for and until when. */
const discreet = ({ active, sub, client_id, scope, exp }: Body): Body =>
  active === true ? { active, sub, client_id, scope, exp } : { active: false }

const afterwards = (ctx: Ctx): void => {
  const body = ctx.body as Body | undefined
  if (typeof body !== 'object' || body === null) return
  if (DISCOVERY.test(ctx.path)) body['response_modes_supported'] = RESPONSE_MODES
  if (ctx.path === INTROSPECTION && 'active' in body) ctx.body = discreet(body)
}

/** The authorization server at its place among our routes, behind everything that holds for every request. */
export const oidcRoutes = (house: House, open: () => Promise<Provider>): Middleware<State> => {
  const publicUrl = new URL(house.settings.publicUrl)
  return async (ctx, next) => {
    if (!isOurs(ctx.path)) return next()
    const provider = await open()
    const mode = ctx.query['response_mode']
    if (mode !== undefined && mode !== 'query') throw new Problem('authorization_refused')
    const { cookies } = ctx
    const signedCookies = provider.createContext(ctx.req, ctx.res).cookies
    signedCookies.secure = publicUrl.protocol === 'https:'
    asPublic(ctx, publicUrl)
    ctx.cookies = signedCookies
    ctx.state.route = OIDC_PREFIX
    try {
      if (ctx.path.startsWith(AUTHORIZATION)) await forgetOthers(ctx, provider)
      await mount(OIDC_PREFIX, provider as never)(ctx as never, next)
      afterwards(ctx)
    } finally {
      ctx.cookies = cookies
    }
  }
}
