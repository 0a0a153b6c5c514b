import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { type Fixed, fixed } from '../middleware/fixed.ts'
import { adviceOf, problemCodes, statusOf, wordingOf } from '../problems.ts'

/** The public keys of our access tokens (RFC 7517), for services that verify them on their own. */
export const publicKeys = ({ tokens }: House): Middleware<State> => {
  const content = async () => JSON.stringify(await tokens.jwks())
  const path = '/.well-known/jwks.json'
  return fixed(path, new Map([[path, { type: 'application/json', content, maxAgeSeconds: 300 }]]))
}

/** Where the `type` of a problem document leads: what the code means. */
export const problemTypes = (): Middleware<State> => {
  const describe = (code: (typeof problemCodes)[number]): Fixed => ({
    type: 'application/json',
    content: JSON.stringify({ code, status: statusOf(code), title: wordingOf(code), detail: adviceOf(code) }),
    maxAgeSeconds: 3600,
  })
  return fixed('/problems/:code', new Map(problemCodes.map((code) => [`/problems/${code}`, describe(code)])))
}
