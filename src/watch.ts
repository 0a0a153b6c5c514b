import { createHash, timingSafeEqual } from 'node:crypto'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { Execute, House } from './http/house.ts'
import { MailRefused, type MailTransport } from './infrastructure/mail/transport.ts'
import type { MetricsAccess } from './infrastructure/watch/access.ts'
import { openMeters } from './infrastructure/watch/meters.ts'
import { inSpan, parentOf, spanAfterwards } from './infrastructure/watch/spans.ts'
import type { Waiting } from './infrastructure/watch/waiting.ts'

/** What looks on while the service works. Nobody who is watched knows of meters or spans. */
export type Watch = {
  readonly request: House['watchRequest']
  readonly execute: (execute: Execute) => Execute
  readonly transport: (transport: MailTransport) => MailTransport
  readonly committed: (commands: number, seconds: number) => void
  readonly turnedAway: () => void
  readonly metrics: (waiting: () => Promise<Waiting>) => House['metrics']
}

const SERVER_ERROR = 500

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))

const secondsSince = (began: number): number => (performance.now() - began) / 1000

export const openWatch = (access: MetricsAccess): Watch => {
  const meters = access === 'off' ? null : openMeters()

  const execute =
    (inner: Execute): Execute =>
    (command, wish, by, alongside) =>
      inSpan(`command ${command.type}`, { 'latchkey.command': command.type }, async (span) => {
        const began = performance.now()
        let outcome = 'failed'
        try {
          const answer = await inner(command, wish, by, alongside)
          if (answer.outcome === 'refused') outcome = answer.refusal.code
          else outcome = answer.events.length > 0 ? 'accepted' : 'unchanged'
          return answer
        } finally {
          span.setAttribute('latchkey.outcome', outcome)
          meters?.commandDecided(command.type, outcome, secondsSince(began))
        }
      })

  return {
    execute,
    request: ({ method, headers }, answer) =>
      inSpan(
        method,
        { 'http.request.method': method },
        async (span) => {
          const began = performance.now()
          const { route, status } = await answer()
          span.updateName(`${method} ${route}`)
          span.setAttributes({ 'http.route': route, 'http.response.status_code': status })
          if (status >= SERVER_ERROR) span.setStatus({ code: SpanStatusCode.ERROR })
          meters?.requestAnswered(method, route, status, secondsSince(began))
        },
        { kind: SpanKind.SERVER, parent: parentOf(headers) },
      ),
    transport: (inner) => ({
      close: () => inner.close(),
      send: (mail) =>
        inSpan(
          'send mail',
          { 'latchkey.mail': mail.id },
          async () => {
            try {
              await inner.send(mail)
              meters?.mailTried('sent')
            } catch (error) {
              meters?.mailTried(error instanceof MailRefused ? 'refused' : 'failed')
              throw error
            }
          },
          { kind: SpanKind.CLIENT },
        ),
    }),
    committed(commands, seconds) {
      spanAfterwards('commit', { 'latchkey.group': commands }, seconds)
      meters?.groupCommitted(commands, seconds)
    },
    turnedAway: () => meters?.turnedAway(),
    metrics: (waiting) =>
      meters && {
        token: access === 'on' || access === 'off' ? null : (given) => isSame(given, access.token),
        contentType: meters.contentType,
        text: async () => meters.text(await waiting().catch(() => null)),
      },
  }
}

/** For houses that nobody looks after: the past, and processes that only decide. */
export const unwatched: Pick<Watch, 'request' | 'execute' | 'metrics' | 'turnedAway'> = {
  request: async (_, answer) => {
    await answer()
  },
  execute: (inner) => inner,
  metrics: () => null,
  turnedAway: () => {},
}
