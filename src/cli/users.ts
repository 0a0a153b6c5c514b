import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { eraseUser } from '../domain/users/erase-user.ts'
import { reinstateUser } from '../domain/users/reinstate-user.ts'
import { suspendUser } from '../domain/users/suspend-user.ts'
import type { Foundation } from '../foundation.ts'
import { erasurePreview } from '../http/acts/erasure-preview.ts'
import { text, textKey } from '../http/pages/words.ts'
import { openLooking } from '../infrastructure/event-store/looking.ts'
import { createLog } from '../infrastructure/log.ts'
import { orphanSweep } from '../infrastructure/vault/forgetting.ts'
import { isTemporary, type UserView } from '../projections/users.ts'
import { action, operator, outputFor, Refused, table, UsageProblem, withFloor } from './run.ts'

const find = async (floor: Foundation, id: string): Promise<UserView> => {
  const user = await floor.reads.users.get(id)
  if (!user) throw new Refused({ code: 'user_not_found' })
  return user
}

const stateOf = ({ suspendedAt, emailVerifiedAt }: UserView) => {
  if (suspendedAt !== null) return 'suspended'
  return emailVerifiedAt === null ? 'unverified' : 'active'
}

const confirmed = async (question: string): Promise<boolean> => {
  if (!process.stdin.isTTY) throw new UsageProblem('Erasing cannot be undone. Add --yes if you mean it.')
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await prompt.question(`${question} Type "erase" to go on: `)).trim() === 'erase'
  } finally {
    prompt.close()
  }
}

/** What is forgotten and what stays, on standard error: it is said before it happens, and is no result. */
const showErasure = async (floor: Foundation, user: UserView): Promise<void> => {
  const { reads, clock, store, database, doorbell } = floor
  const history = openLooking({ store, database, clock, doorbell })
  const { goes, stays } = await erasurePreview({ reads, now: clock, history }, user)
  const line = ({ key, ...values }: (typeof goes)[number]) =>
    `  ${text('en', textKey(`erasure.${key}`), values)}\n`
  process.stderr.write(`${text('en', 'erasure.goes')}:\n${goes.map(line).join('')}`)
  process.stderr.write(`${text('en', 'erasure.stays')}:\n${stays.map(line).join('')}`)
}

export const userCommands = (program: Command): void => {
  const user = program.command('user').description('users')

  user
    .command('list')
    .description('users, newest first')
    .option('--search <text>', 'part of an address or name, or a user id')
    .option('--limit <number>', 'how many', '50')
    .option('--json', 'print JSON')
    .action(
      action(async (options: { search?: string; limit: string; json?: boolean }) =>
        withFloor(async (floor) => {
          const rows = await floor.reads.users.list(
            { search: options.search },
            { limit: Number(options.limit) || 50 },
          )
          const lines = rows.map((row) => [
            row.id,
            row.email ?? '',
            [isTemporary(row) ? 'temporary' : 'member', ...row.roles].join(','),
            stateOf(row),
          ])
          outputFor(options.json ?? false).result(rows, lines.length ? table(lines) : ['No users.'])
        }),
      ),
    )

  user
    .command('show')
    .argument('<id>')
    .description('one user, who brought them, how many they brought, and their latest sessions')
    .option('--json', 'print JSON')
    .action(
      action(async (id: string, options: { json?: boolean }) =>
        withFloor(async (floor) => {
          const found = await find(floor, id)
          const sessions = await floor.reads.sessions.ofUser(id, 10)
          const referrer = await floor.reads.referrals.referrerOf(id)
          const { all } = await floor.reads.referrals.counts(id)
          const brought = { referrerId: referrer?.referrerId ?? null, referrals: all }
          const facts = Object.entries({ ...found, ...brought }).map(([name, value]) => [
            name,
            value === null ? '–' : String(value),
          ])
          outputFor(options.json ?? false).result({ ...found, ...brought, sessions }, table(facts))
        }),
      ),
    )

  user
    .command('expire')
    .description('forgets everybody who has not confirmed an address in time (UNVERIFIED_TTL), however many')
    .option('--json', 'print JSON')
    .action(
      action(async (options: { json?: boolean }) =>
        withFloor(async (floor) => {
          const log = await createLog('error', null)
          const { openDeadlines } = await import('../runners.ts')
          const { removed } = await openDeadlines(floor, log).removeDue(true, (count) => {
            if (process.stderr.isTTY) process.stderr.write(`\r${count} forgotten`)
          })
          outputFor(options.json ?? false).result({ removed }, [`${removed} unverified users are forgotten.`])
        }),
      ),
    )

  const change = (
    name: string,
    description: string,
    done: string,
    act: (floor: Foundation, user: UserView) => ReturnType<Foundation['execute']>,
  ) =>
    user
      .command(name)
      .argument('<id>')
      .description(description)
      .option('--yes', 'do not ask')
      .option('--json', 'print JSON')
      .action(
        action(async (id: string, options: { yes?: boolean; json?: boolean }) =>
          withFloor(async (floor) => {
            const found = await find(floor, id)
            if (name === 'erase' && !options.json) await showErasure(floor, found)
            if (
              name === 'erase' &&
              !options.yes &&
              !(await confirmed(`${found.email} will be forgotten for ever.`))
            ) {
              throw new UsageProblem('Nothing was erased.')
            }
            const outcome = await act(floor, found)
            if (outcome.outcome === 'refused') throw new Refused(outcome.refusal)
            if (name === 'erase') await orphanSweep(floor.database)()
            outputFor(options.json ?? false).result({ id, done: name }, [`User ${id} ${done}.`])
          }),
        ),
      )

  change('suspend', 'stops a user from signing in and ends their sessions', 'is suspended', (floor, { id }) =>
    floor.execute(suspendUser, { userId: id, reason: null }, operator(floor)),
  )
  change('reinstate', 'lets a suspended user sign in again', 'may sign in again', (floor, { id }) =>
    floor.execute(reinstateUser, { userId: id }, operator(floor)),
  )
  change(
    'erase',
    'destroys the keys of a person: the facts stay, the person is gone',
    'is erased',
    (floor, { id, email }) => floor.execute(eraseUser, { userId: id, email: email ?? '' }, operator(floor)),
  )
}
