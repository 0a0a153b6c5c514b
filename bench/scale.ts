// npm run bench:scale [-- EVENTS …] [--in FOLDER]: what a command costs with so many events before it, in a file; and how
// long the service takes to start then, with how much memory. Histories are made first, or found in FOLDER and left there.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readSettings } from '../src/config.ts'
import type { Command } from '../src/domain/decision.ts'
import { issueInvite } from '../src/domain/invites/issue-invite.ts'
import { redeemInvite } from '../src/domain/invites/redeem-invite.ts'
import { login } from '../src/domain/sessions/login.ts'
import type { SessionStart } from '../src/domain/sessions/start.ts'
import { grantRole } from '../src/domain/users/grant-role.ts'
import { type Foundation, openFoundation } from '../src/foundation.ts'
import { Sealer } from '../src/infrastructure/history/sealer.ts'
import { type Figure, figureOf, rate } from './figures.ts'
import { crowdUntil } from './lives.ts'
import { cleanUp, newFolder, startOf } from './machine.ts'

const ROUNDS = 7
const IN_FLIGHT = 64
const COUNTS = { [IN_FLIGHT]: 320, 1: 100 }
/** Fewer are made anew for each round, so that what a round appends does not become most of them. */
const SMALL = 50_000
const SETTLE_MS = 5000

const say = (text: string) => process.stderr.write(`${text}\n`)
const open = (folder: string): Promise<Foundation> => {
  mkdirSync(folder, { recursive: true })
  return openFoundation(
    readSettings({
      DATABASE_URL: `sqlite:${join(folder, 'service.db')}`,
      SECRET_FILE: join(folder, 'secret'),
      MAIL_URL: 'capture:',
    }),
  )
}

const seal = (floor: Foundation) =>
  new Sealer({ ...floor, ...floor.settings.seals, log: { info: () => {}, error: () => {} } }).seal()

/** A history of so many events, sealed as the service would have. */
const make = async (folder: string, events: number): Promise<void> => {
  const floor = await open(folder)
  const began = performance.now()
  await crowdUntil(floor, events, (head) => {
    if (events >= SMALL) say(`  ${head} events after ${Math.round((performance.now() - began) / 1000)} s`)
  })
  await seal(floor)
  await floor.close()
}

type Credential = { readonly id: string; readonly credentialId: string }

/** What is measured on a history: commands by an admin of its own, and by its users, each at random. */
const openCommands = async (folder: string) => {
  const floor = await open(folder)
  const admin = floor.ids()
  await floor.execute(
    grantRole,
    {
      userId: admin,
      role: 'admin',
      enrol: { email: `admin-${admin}@example.org`, locale: 'en' },
      newCredentialId: null,
    },
    { actor: 'operator', correlation: floor.ids() },
  )
  const users = await floor.database.reader.all<Credential>(
    `select id, credential_id as "credentialId" from users
     where credential_kind = 'chosen' and suspended_at is null order by random() limit 20000`,
  )
  let next = 0
  const execute = async <C, V>(command: Command<C, V>, wish: C, actor: `user:${string}` | 'anonymous') => {
    const outcome = await floor.execute(command, wish, { actor, correlation: floor.ids() })
    if (outcome.outcome !== 'accepted' || outcome.events.length === 0) throw new Error(`${command.type}: no`)
  }
  const later = () => new Date(Date.now() + 86_400_000).toISOString()
  const session = (): SessionStart => ({
    sessionId: floor.ids(),
    carrier: 'api',
    expiresAt: later(),
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0',
    ip: '192.0.2.7',
  })
  const issued: { inviteId: string; email: string }[] = []
  const commands = {
    IssueInvite: async () => {
      const invite = { inviteId: floor.ids(), email: `${floor.ids()}@example.org`.toLowerCase() }
      await execute(
        issueInvite,
        { ...invite, role: 'member', locale: 'en', expiresAt: later() } as const,
        `user:${admin}`,
      )
      issued.push(invite)
    },
    Login: async () => {
      const user = users[next++ % users.length]
      if (!user) throw new Error('nobody can sign in')
      const wish = { userId: user.id, provenCredentialId: user.credentialId, isNewDevice: false }
      await execute(login, { ...wish, session: session() }, `user:${user.id}`)
    },
    RedeemInvite: async () => {
      const invite = issued.shift()
      if (!invite) throw new Error('no invite is left')
      const firstPassword = { credentialId: floor.ids(), expiresAt: later() }
      await execute(
        redeemInvite,
        { ...invite, userId: floor.ids(), session: session(), firstPassword },
        'anonymous',
      )
    },
  }
  const run = (name: keyof typeof commands, inFlight: number, count: number) => {
    let left = count
    const worker = async () => {
      while (left-- > 0) await commands[name]()
    }
    return rate(count, async () => {
      await Promise.all(Array.from({ length: inFlight }, worker))
    })
  }
  return { run, head: () => floor.store.head(), close: () => floor.close() }
}

const NAMES = ['IssueInvite', 'Login', 'RedeemInvite'] as const

const measure = async (sizes: readonly number[], folderOf: (events: number) => string) => {
  const values = new Map<string, number[]>()
  const note = (row: string, events: number, value: number) => {
    const key = `${row}|${events}`
    values.set(key, [...(values.get(key) ?? []), value])
  }
  const kept = new Map<number, Awaited<ReturnType<typeof openCommands>>>()
  for (const events of sizes) if (events >= SMALL) kept.set(events, await openCommands(folderOf(events)))
  for (let round = -1; round < ROUNDS; round++) {
    for (const events of sizes) {
      const anew = async () => {
        const folder = newFolder()
        await make(folder, events)
        return openCommands(folder)
      }
      const commands = kept.get(events) ?? (await anew())
      for (const inFlight of [IN_FLIGHT, 1] as const) {
        for (const name of NAMES) {
          const perSecond = await commands.run(name, inFlight, COUNTS[inFlight])
          if (round >= 0) note(`\`${name}\`, ${inFlight} in flight, µs`, events, 1e6 / perSecond)
        }
      }
      if (!kept.has(events)) await commands.close()
    }
    say(round < 0 ? '  warm' : `  round ${round + 1} of ${ROUNDS}`)
  }
  for (const [events, commands] of kept) {
    say(`  ${events}: ${await commands.head()} events in the end`)
    await commands.close()
  }
  for (let round = 0; round < 3; round++) {
    for (const events of sizes) {
      const { ms, mb, laterMb } = await startOf(folderOf(events), SETTLE_MS)
      note('start to first answer, ms', events, ms)
      note('memory then, MB', events, mb)
      note(`memory ${SETTLE_MS / 1000} s later, MB`, events, laterMb)
    }
  }
  return values
}

process.on('exit', cleanUp)
process.on('SIGINT', () => process.exit(130))
const { values: options, positionals } = parseArgs({
  options: { in: { type: 'string' } },
  allowPositionals: true,
})
const sizes = positionals.length > 0 ? positionals.map(Number) : [1000, 100_000]
const root = options.in ?? newFolder()
const folderOf = (events: number) => join(root, String(events))
for (const events of sizes) {
  if (existsSync(join(folderOf(events), 'service.db'))) continue
  say(`${events} events are made`)
  await make(folderOf(events), events)
}
const measured = await measure(sizes, folderOf)
const shown = ({ median, min, max }: Figure) => `${median} (${min} to ${max})`
const rows = [...new Set([...measured.keys()].map((key) => key.split('|')[0] ?? ''))]
const table = [
  `| | ${sizes.map((events) => `${events} events`).join(' | ')} |`,
  `| --- | ${sizes.map(() => '---').join(' | ')} |`,
  ...rows.map(
    (row) =>
      `| ${row} | ${sizes.map((events) => shown(figureOf(measured.get(`${row}|${events}`) ?? [], ''))).join(' | ')} |`,
  ),
]
process.stdout.write(`${table.join('\n')}\n`)
process.exit(0)
