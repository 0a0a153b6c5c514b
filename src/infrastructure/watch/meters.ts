import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Waiting } from './waiting.ts'

/** What is counted while the service works. Labels come from our own words only: types, codes, patterns. */
export type Meters = {
  readonly commandDecided: (command: string, outcome: string, seconds: number) => void
  readonly groupCommitted: (commands: number, seconds: number) => void
  readonly requestAnswered: (method: string, route: string, status: number, seconds: number) => void
  readonly turnedAway: () => void
  readonly mailTried: (outcome: 'sent' | 'refused' | 'failed') => void
  /** Everything as Prometheus reads it, with what waits just now. */
  readonly text: (waiting: Waiting | null) => Promise<string>
  readonly contentType: string
}

/** From a commit without a disk to a client that has long given up. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const GROUP_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256]

export const openMeters = (): Meters => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to its answer, by the pattern of its route.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  })
  const commands = new Histogram({
    name: 'latchkey_command_duration_seconds',
    help: 'Time from a wish to its durable decision.',
    labelNames: ['command'],
    buckets: SECONDS,
    registers,
  })
  const outcomes = new Counter({
    name: 'latchkey_commands_total',
    help: 'Commands by type and outcome: accepted, unchanged (already true), failed, or the code of a refusal.',
    labelNames: ['command', 'outcome'],
    registers,
  })
  const groups = new Histogram({
    name: 'latchkey_commit_group_size',
    help: 'Pieces of work that became durable by one commit.',
    buckets: GROUP_SIZES,
    registers,
  })
  const commits = new Histogram({
    name: 'latchkey_commit_duration_seconds',
    help: 'Time of one transaction, from its begin until it is durable.',
    buckets: SECONDS,
    registers,
  })
  const turnedAway = new Counter({
    name: 'latchkey_requests_turned_away_total',
    help: 'Requests that were asked to come again because there was too much to do.',
    registers,
  })
  const tries = new Counter({
    name: 'latchkey_mail_tries_total',
    help: 'Mails handed to the mail server by this process, by what it said.',
    labelNames: ['outcome'],
    registers,
  })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const readable = gauge('latchkey_store_up', '1 while the store can be read.')
  const head = gauge('latchkey_history_head', 'Position of the last event.')
  const unsealed = gauge('latchkey_history_unsealed_events', 'Events that no seal covers yet.')
  const outdated = gauge('latchkey_projections_outdated', 'Projections whose tables other code has built.')
  const mails = new Gauge({
    name: 'latchkey_mails',
    help: 'Mails that wait, and mails that were given up.',
    labelNames: ['state'],
    registers,
  })
  const oldest = gauge('latchkey_mail_oldest_queued_seconds', 'How long the oldest queued mail has waited.')

  return {
    commandDecided(command, outcome, seconds) {
      commands.observe({ command }, seconds)
      outcomes.inc({ command, outcome })
    },
    groupCommitted(size, seconds) {
      groups.observe(size)
      commits.observe(seconds)
    },
    requestAnswered: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    turnedAway: () => turnedAway.inc(),
    mailTried: (outcome) => tries.inc({ outcome }),
    async text(waiting) {
      readable.set(waiting ? 1 : 0)
      if (waiting) {
        head.set(waiting.head)
        unsealed.set(waiting.unsealed)
        outdated.set(waiting.outdatedProjections)
        mails.set({ state: 'queued' }, waiting.mailsQueued)
        mails.set({ state: 'failed' }, waiting.mailsFailed)
        oldest.set(waiting.oldestMailSeconds)
      }
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}
