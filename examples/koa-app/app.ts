// A small Koa app whose users sign in through Latchkey: OpenID Connect, authorization code with PKCE.
import { randomBytes } from 'node:crypto'
import Koa, { type Context } from 'koa'
import session from 'koa-session'
import * as oidc from 'openid-client'

export type Settings = {
  /** Latchkey's address: `http://127.0.0.1:3000`. */
  readonly latchkey: string
  /** This app's own address, as browsers see it. */
  readonly url: string
  /** As `latchkey client add` printed them. */
  readonly clientId: string
  readonly clientSecret: string
}

type Attempt = { readonly verifier: string; readonly state: string; readonly nonce: string }
type Kept = { attempt?: Attempt | null; user?: { readonly sub: string; readonly name: string } }

const kept = (ctx: Context): Kept => ctx['session'] as Kept

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[letter] ?? '&quot;')

export const openKoaApp = async ({ latchkey, url, clientId, clientSecret }: Settings): Promise<Koa> => {
  const isLocal = new URL(latchkey).protocol === 'http:'
  const config = await oidc.discovery(
    new URL(`${latchkey}/oidc`),
    clientId,
    undefined,
    oidc.ClientSecretBasic(clientSecret),
    {
      // In clear only to this very machine; and the ID token's signature is checked as well, not only where it came from.
      execute: [...(isLocal ? [oidc.allowInsecureRequests] : []), oidc.enableNonRepudiationChecks],
    },
  )
  const callback = `${url}/callback`

  const app = new Koa()
  app.keys = [randomBytes(32).toString('hex')]
  app.use(session({ key: 'koa-app', httpOnly: true, sameSite: 'lax', secure: url.startsWith('https:') }, app))

  const pages: Record<string, (ctx: Context) => void | Promise<void>> = {
    'GET /'(ctx) {
      const { user } = kept(ctx)
      ctx.type = 'html'
      ctx.body = user
        ? `<p>Hello, ${escaped(user.name)}.</p><form method="post" action="/logout"><button>Sign out</button></form>`
        : '<p><a href="/login">Sign in with Latchkey</a></p>'
    },

    async 'GET /login'(ctx) {
      const attempt = {
        verifier: oidc.randomPKCECodeVerifier(),
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
      }
      kept(ctx).attempt = attempt
      const { href } = oidc.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: 'openid profile email',
        code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
        state: attempt.state,
        nonce: attempt.nonce,
      })
      ctx.redirect(href)
    },

    async 'GET /callback'(ctx) {
      const { attempt } = kept(ctx)
      if (!attempt) return ctx.redirect('/')
      kept(ctx).attempt = null // good for one answer
      const tokens = await oidc
        .authorizationCodeGrant(config, new URL(callback + ctx.search), {
          pkceCodeVerifier: attempt.verifier,
          expectedState: attempt.state,
          expectedNonce: attempt.nonce,
          idTokenExpected: true,
        })
        .catch(() => ctx.throw(400, 'This sign-in was not begun here.'))
      const sub = tokens.claims()?.sub ?? ''
      const { name, email } = await oidc.fetchUserInfo(config, tokens.access_token, sub)
      kept(ctx).user = { sub, name: name ?? email ?? sub }
      ctx.redirect('/')
    },

    'POST /logout'(ctx) {
      ctx['session'] = null
      ctx.redirect('/')
    },
  }

  return app.use(async (ctx) => {
    await pages[`${ctx.method} ${ctx.path}`]?.(ctx)
  })
}

if (import.meta.main) {
  const { LATCHKEY_URL = 'http://127.0.0.1:3000', PORT = '4001', CLIENT_ID, CLIENT_SECRET } = process.env
  if (!CLIENT_ID || !CLIENT_SECRET) throw new Error('Set CLIENT_ID and CLIENT_SECRET.')
  const url = process.env['URL'] ?? `http://127.0.0.1:${PORT}`
  const app = await openKoaApp({
    latchkey: LATCHKEY_URL,
    url,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
  })
  app.listen(Number(PORT), () => process.stdout.write(`Listening on ${url}\n`))
}
