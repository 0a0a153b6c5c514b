import { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { isIP, Socket } from 'node:net'
import type { Context, Middleware } from 'koa'
import type { State } from '../context.ts'
import { Problem } from '../problems.ts'

const helmet = createRequire(import.meta.url)('helmet') as typeof import('helmet').default

const NOTHING = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] }
const PAGE = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'object-src': ["'none'"],
}

/** What helmet would set, worked out once: setting a dozen headers by policy on each request costs more than the answer. */
const headersFor = (directives: Record<string, string[]>, secure: boolean): [string, string][] => {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    xFrameOptions: { action: 'deny' },
    xDownloadOptions: false,
    xDnsPrefetchControl: false,
    xPermittedCrossDomainPolicies: false,
  })(new IncomingMessage(new Socket()), response, () => {})
  return [
    ...Object.entries(response.getHeaders()).map(([name, value]): [string, string] => [name, String(value)]),
    ['permissions-policy', 'geolocation=(), camera=(), microphone=()'],
  ]
}

/** Security headers: the strictest for the API, what our own styles and scripts need for pages. */
export const securityHeaders = (publicUrl: string): Middleware<State> => {
  const secure = publicUrl.startsWith('https:')
  const api = [...headersFor(NOTHING, secure), ['cache-control', 'no-store'] as [string, string]]
  const page = headersFor(PAGE, secure)
  return (ctx, next) => {
    const headers = ctx.path.startsWith('/api/') ? api : page
    for (const [name, value] of headers) ctx.res.setHeader(name, value)
    return next()
  }
}

/** Chromium also checks where a sent form is redirected to: the one page whose form leads to a stranger says so. */
export const formsMayLeadTo = (ctx: Context, origin: string): void => {
  const policy = ctx.response.get('Content-Security-Policy')
  ctx.set('Content-Security-Policy', policy.replace("form-action 'self'", `form-action 'self' ${origin}`))
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])
const ANYWHERE = new Set(['0.0.0.0', '[::]'])

const isAddress = (name: string): boolean => isIP(name.replace(/^\[|\]$/g, '')) !== 0

/**
 * Answers for the name in PUBLIC_URL and on this machine itself: no cache or mail can be poisoned, no foreign name
 * can be rebound to us. Where no PUBLIC_URL is set and HOST is every interface, any bare IP address will do.
 */
export const knownHost = (publicUrl: string): Middleware<State> => {
  const expected = new URL(publicUrl)
  const anywhere = ANYWHERE.has(expected.hostname)
  return (ctx, next) => {
    const host = ctx.req.headers.host ?? ''
    if (host === expected.host) return next()
    const name = host.replace(/:\d+$/, '')
    if (LOOPBACK.has(name) || (anywhere && isAddress(name))) return next()
    throw new Problem('misdirected_request')
  }
}
