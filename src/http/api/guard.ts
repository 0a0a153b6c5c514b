import type { Context } from 'koa'
import type { State } from '../context.ts'
import type { House, StoredAnswer } from '../house.ts'
import { readForm, readJson, streamOf } from '../middleware/body.ts'
import { invalidInput, parse } from '../middleware/input.ts'
import { Problem } from '../problems.ts'
import { askPast } from './as-of.ts'
import { authorise } from './caller.ts'
import { type Answer, type Call, keepsAnswers, type Operation, refusalsOf, type Who } from './operation.ts'
import { once, readKey } from './repeats.ts'

type Ctx = Context & { state: State; params?: Record<string, string> }

const NONE: Readonly<Record<string, string>> = {}

const bodyOf = async ({ method, body, foreign, maxBytes }: Operation, ctx: Ctx): Promise<unknown> => {
  if (method === 'get') return undefined
  if (body && foreign) return parse(body, { ...(await readForm(ctx)) })
  const sent = await readJson(ctx, maxBytes)
  if (body) return parse(body, sent)
  if (sent === undefined || JSON.stringify(sent) === '{}') return undefined
  throw invalidInput({ pointer: '', code: 'unknown_field', detail: 'This operation takes no body.' })
}

const asStored = ({ status, body, headers }: Answer): StoredAnswer => ({
  status,
  headers: headers ?? NONE,
  body: body === undefined ? '' : JSON.stringify(body),
})

const send = (ctx: Ctx, { status, body, headers }: StoredAnswer): void => {
  for (const name in headers) ctx.res.setHeader(name, headers[name] ?? '')
  if (body === '') {
    ctx.body = null
    ctx.status = status
  } else {
    ctx.status = status
    ctx.res.setHeader('Content-Type', 'application/json; charset=utf-8')
    ctx.body = body
  }
}

/** What an operation answers without having declared it is a bug; in tests that is an error. */
const keepingPromises = (operation: Operation): Operation => {
  const { operationId, answers, handle } = operation
  const refusals = refusalsOf(operation)
  return {
    ...operation,
    async handle(call) {
      const answer = await handle(call).catch((error: unknown) => {
        if (!(error instanceof Problem) || refusals.has(error.code)) throw error
        throw new Error(`${operationId} refused with ${error.code}, undeclared`, { cause: error })
      })
      const declared = answers[answer.status]
      if (!declared) throw new Error(`${operationId} answered ${answer.status}, undeclared`)
      declared.schema?.parse(answer.body)
      return answer
    },
  }
}

/** A problem in the words of the standard that the operation's callers go by, where it has any. */
const inOtherWords =
  ({ foreign }: Operation) =>
  (error: unknown): Answer => {
    const answer = error instanceof Problem ? foreign?.answerTo(error) : null
    if (!answer) throw error
    return answer
  }

/** Carries out one operation: who calls, what they sent, what comes back; and the same again for the same Idempotency-Key. */
export const carryOut = (house: House, declared: Operation) => {
  const translated = {
    ...declared,
    handle: (call: Parameters<Operation['handle']>[0]) => declared.handle(call).catch(inOtherWords(declared)),
  }
  const operation = house.settings.checkAnswers ? keepingPromises(translated) : translated
  const { method, operationId, path, query, handle, asOf } = operation
  const keeps = keepsAnswers(operation)

  return async (ctx: Ctx): Promise<void> => {
    ctx.state.route = path
    const { headers } = ctx.req
    const principal = await authorise(house, operation, headers.authorization)
    let body: unknown
    let given: string | null
    const csv = operation.csv ? streamOf(ctx, 'text/csv', operation.csv.maxBytes) : null
    try {
      body = csv ? {} : await bodyOf(operation, ctx)
      given = method === 'post' ? readKey(ctx.get('idempotency-key')) : null
    } catch (error) {
      return send(ctx, asStored(inOtherWords(operation)(error)))
    }
    const key =
      given === null ? null : `${principal?.userId ?? 'anonymous'} ${operationId} ${ctx.path} ${given}`
    const { at, ...asked } = ctx.query
    const past = asOf && at !== undefined ? { asOf, at: String(at) } : null
    const call: Call<unknown, unknown, Who> = {
      house,
      body,
      query: query ? parse(query, past ? asked : { ...ctx.query }) : undefined,
      params: ctx.params ?? NONE,
      principal: principal as never, // `authorise` has made sure of what the operation asks for
      device: () => ({ userAgent: headers['user-agent'] ?? null, ip: ctx.ip || null }),
      correlation: ctx.state.correlation,
      idempotencyKey: key,
      csv,
    }
    if (past) return send(ctx, asStored(await askPast(operation, past.asOf, call, past.at)))
    if (key === null || !keeps) return send(ctx, asStored(await handle(call)))
    const request = JSON.stringify(body ?? null)
    send(ctx, await once(house, key, request, async () => asStored(await handle(call))))
  }
}
