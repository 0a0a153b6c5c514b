import type { Context } from 'koa'
import type { ApiPrincipal } from '../../projections/principal.ts'
import type { State } from '../context.ts'
import type { House, StoredAnswer } from '../house.ts'
import { parse, readJson } from '../middleware/body.ts'
import { Problem } from '../problems.ts'
import type { Answer, Operation, Who } from './operation.ts'

type Ctx = Context & { state: State; params: Record<string, string> }

const KEY = /^[\x21-\x7e]{1,200}$/

const challenge = (error: string) => ({
  'www-authenticate': error === '' ? 'Bearer' : `Bearer error="${error}"`,
})

/** The caller by their access token; null without one. Cookies are no way in: the API takes nothing that a browser sends by itself. */
const callerOf = async (house: House, ctx: Ctx): Promise<ApiPrincipal | null> => {
  const header = ctx.req.headers.authorization
  if (header === undefined) return null
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(header)?.[1]
  if (token === undefined) throw new Problem('token_invalid', {}, challenge('invalid_token'))
  const claims = await house.tokens.readAccess(token)
  if (typeof claims === 'string') throw new Problem(claims, {}, challenge('invalid_token'))
  const principal = await house.reads.principals.bySession(claims.sessionId, house.now())
  if (!principal || principal.userId !== claims.userId)
    throw new Problem('token_invalid', {}, challenge('invalid_token'))
  return principal
}

const mayCall = (who: Who, { roles }: ApiPrincipal): boolean => {
  switch (who) {
    case 'anonymous':
    case 'user':
      return true
    case 'admin':
      return roles.includes('admin')
    case 'auditor':
      return roles.includes('auditor') || roles.includes('admin')
  }
}

const authorise = (operation: Operation, principal: ApiPrincipal | null): void => {
  if (operation.who === 'anonymous') return
  if (!principal) throw new Problem('unauthenticated', {}, challenge(''))
  if (principal.restricted && !operation.evenRestricted) throw new Problem('password_change_required')
  if (!mayCall(operation.who, principal)) throw new Problem('forbidden')
}

const send = (ctx: Ctx, { status, body, headers }: StoredAnswer): void => {
  ctx.status = status
  for (const [name, value] of Object.entries(headers)) ctx.set(name, value)
  if (body === '') {
    ctx.body = null
    ctx.status = status
  } else {
    ctx.type = 'application/json'
    ctx.body = body
  }
}

/** A handler that answers what its operation does not declare has a bug; in tests that is an error. */
const checkAnswer = ({ operationId, answers }: Operation, { status, body }: Answer): void => {
  const declared = answers[status]
  if (!declared) throw new Error(`${operationId} answered ${status}, which it does not declare`)
  if (declared.schema) declared.schema.parse(body)
}

const asStored = ({ status, body, headers }: Answer): StoredAnswer => ({
  status,
  headers: { ...headers },
  body: body === undefined ? '' : JSON.stringify(body),
})

/** Carries out one operation: who calls, what they sent, what comes back; and the same again for the same Idempotency-Key. */
export const carryOut = (house: House, operation: Operation) => {
  const run = async (
    ctx: Ctx,
    principal: ApiPrincipal | null,
    body: unknown,
    key: string | null,
  ): Promise<Answer> => {
    const answer = await operation.handle({
      house,
      body: operation.body ? parse(operation.body, body) : undefined,
      query: operation.query ? parse(operation.query, { ...ctx.query }) : undefined,
      params: ctx.params,
      principal: principal as never,
      device: { userAgent: ctx.req.headers['user-agent'] ?? null, ip: ctx.ip || null },
      correlation: ctx.state.correlation,
      idempotencyKey: key,
    })
    if (house.settings.checkAnswers) checkAnswer(operation, answer)
    return answer
  }

  return async (ctx: Ctx): Promise<void> => {
    ctx.state.route = operation.path
    const principal = await callerOf(house, ctx)
    authorise(operation, principal)
    const body = operation.method === 'get' ? undefined : await readJson(ctx)
    if (!operation.body && body !== undefined && Object.keys(body as object).length > 0) {
      throw new Problem('invalid_input', {
        errors: [{ pointer: '/', code: 'unrecognized_keys', detail: 'This operation takes no body.' }],
      })
    }
    const given = operation.method === 'post' ? ctx.get('idempotency-key') : ''
    if (given !== '' && !KEY.test(given)) {
      throw new Problem('invalid_input', {
        errors: [
          {
            pointer: '/headers/idempotency-key',
            code: 'invalid',
            detail: '1 to 200 visible ASCII characters.',
          },
        ],
      })
    }
    const key =
      given === ''
        ? null
        : `${principal?.userId ?? 'anonymous'} ${operation.operationId} ${ctx.path} ${given}`
    if (key === null || operation.secretAnswer)
      return send(ctx, asStored(await run(ctx, principal, body, key)))

    const begun = await house.idempotency.begin(key, JSON.stringify(body ?? null))
    switch (begun.kind) {
      case 'stored':
        return send(ctx, begun.answer)
      case 'running':
        throw new Problem('idempotency_in_progress', {}, { 'retry-after': '1' })
      case 'mismatch':
        throw new Problem('idempotency_key_reused')
      case 'fresh':
        try {
          const answer = asStored(await run(ctx, principal, body, key))
          await house.idempotency.keep(key, answer)
          return send(ctx, answer)
        } catch (error) {
          await house.idempotency.drop(key) // nothing was done, so the key is free again
          throw error
        }
    }
  }
}
