// A plain Node app without a framework: signs in through Latchkey by OpenID Connect as a public client (PKCE, no
// secret), checks the ID token itself, and answers an API of its own to whoever shows an access token of Latchkey's.
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'

export type Settings = {
  /** Latchkey's address: `http://127.0.0.1:3000`. */
  readonly latchkey: string
  /** This app's own address, as browsers see it. */
  readonly url: string
  /** As `latchkey client add --public` printed it. */
  readonly clientId: string
}

type Metadata = {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly jwks_uri: string
}
type Attempt = { readonly verifier: string; readonly state: string; readonly nonce: string }
type Session = { readonly attempt?: Attempt; readonly user?: { readonly sub: string } }
type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }

const COOKIE = 'node-app'
const random = () => randomBytes(32).toString('base64url')
const to = (location: string, headers = {}): Answer => ({ status: 303, headers: { location, ...headers } })
const html = (body: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body,
})

export const openNodeApp = async ({ latchkey, url, clientId }: Settings): Promise<Server> => {
  const discovery = await fetch(`${latchkey}/oidc/.well-known/openid-configuration`)
  const metadata = (await discovery.json()) as Metadata
  const idTokenKeys = createRemoteJWKSet(new URL(metadata.jwks_uri))
  const accessTokenKeys = createRemoteJWKSet(new URL(`${latchkey}/.well-known/jwks.json`))
  const callback = `${url}/callback`
  const sessions = new Map<string, Session>()

  const sessionOf = (req: IncomingMessage): Session =>
    sessions.get(new RegExp(`${COOKIE}=([\\w-]+)`).exec(req.headers.cookie ?? '')?.[1] ?? '') ?? {}
  /** Another id with each step: what was seen before the sign-in is worth nothing after it. */
  const keep = (session: Session) => {
    const id = random()
    sessions.set(id, session)
    return { 'set-cookie': `${COOKIE}=${id}; HttpOnly; SameSite=Lax; Path=/` }
  }

  const login = (): Answer => {
    const attempt = { verifier: random(), state: random(), nonce: random() }
    const wish = new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: createHash('sha256').update(attempt.verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    return to(`${metadata.authorization_endpoint}?${wish.toString()}`, keep({ attempt }))
  }

  const signedIn = async (answer: URLSearchParams, { attempt }: Session): Promise<Answer> => {
    const code = answer.get('code')
    // The state ties the answer to this browser, the issuer to the one that was asked (RFC 9207).
    if (!attempt || !code || answer.get('state') !== attempt.state || answer.get('iss') !== metadata.issuer)
      return { status: 400, body: 'This sign-in was not begun here.' }
    const response = await fetch(metadata.token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: callback,
        client_id: clientId,
        code_verifier: attempt.verifier,
      }),
    })
    if (!response.ok) return { status: 502, body: 'The code was not taken.' }
    const { id_token: idToken } = (await response.json()) as { id_token: string }
    const { payload } = await jwtVerify(idToken, idTokenKeys, {
      issuer: metadata.issuer,
      audience: clientId,
      algorithms: ['EdDSA'],
    })
    if (payload['nonce'] !== attempt.nonce || !payload.sub) return { status: 400, body: 'Not our sign-in.' }
    return to('/', keep({ user: { sub: payload.sub } }))
  }

  /** An API of this app's own, for those who have signed in to Latchkey's API: their token is checked here, by its keys alone. */
  const hello = async (authorization = ''): Promise<Answer> => {
    try {
      const { payload } = await jwtVerify(authorization.replace(/^Bearer /, ''), accessTokenKeys, {
        issuer: latchkey,
        audience: latchkey,
        algorithms: ['EdDSA'],
        typ: 'at+jwt',
      })
      const body = JSON.stringify({ hello: payload.sub, roles: payload['roles'] })
      return { status: 200, headers: { 'content-type': 'application/json' }, body }
    } catch {
      return { status: 401, headers: { 'www-authenticate': 'Bearer' } }
    }
  }

  const answerTo = async (req: IncomingMessage): Promise<Answer> => {
    const { pathname, searchParams } = new URL(req.url ?? '/', url)
    const session = sessionOf(req)
    switch (`${req.method} ${pathname}`) {
      case 'GET /':
        return html(
          session.user
            ? `<p>Hello, ${session.user.sub}.</p><form method="post" action="/logout"><button>Sign out</button></form>`
            : '<p><a href="/login">Sign in with Latchkey</a></p>',
        )
      case 'GET /login':
        return login()
      case 'GET /callback':
        return signedIn(searchParams, session)
      case 'POST /logout':
        return to('/', keep({}))
      case 'GET /api/hello':
        return hello(req.headers.authorization)
      default:
        return { status: 404 }
    }
  }

  return createServer((req: IncomingMessage, res: ServerResponse) => {
    answerTo(req)
      .catch((): Answer => ({ status: 500 }))
      .then(({ status, headers, body }) => res.writeHead(status, headers).end(body))
      .catch(() => res.destroy())
  })
}

if (import.meta.main) {
  const { LATCHKEY_URL = 'http://127.0.0.1:3000', PORT = '4002', CLIENT_ID } = process.env
  if (!CLIENT_ID) throw new Error('Set CLIENT_ID.')
  const url = process.env['URL'] ?? `http://127.0.0.1:${PORT}`
  const app = await openNodeApp({ latchkey: LATCHKEY_URL, url, clientId: CLIENT_ID })
  app.listen(Number(PORT), () => process.stdout.write(`Listening on ${url}\n`))
}
