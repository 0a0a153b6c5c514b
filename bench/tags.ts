// npm run bench:tags: commands on PostgreSQL with 1, 4, 16 and 32 callers, in one process and in four: each about somebody
// else, and all about the same person.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import pg from 'pg'
import { readSettings } from '../src/config.ts'
import { accept, type Reading } from '../src/domain/decision.ts'
import { type Foundation, openFoundation } from '../src/foundation.ts'
import { createTestDatabase } from '../test/support/postgres.ts'
import { type Figure, figureOf, table } from './figures.ts'
import { cleanUp, newFolder } from './machine.ts'
import { openServer } from './postgres.ts'

const CALLERS = [1, 4, 16, 32] as const
const PROCESSES = [1, 4] as const
const ROUNDS = 3
const COMMANDS = { each: 3000, one: 1500 } as const
const EVERYBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV'

type About = keyof typeof COMMANDS
type Task = { readonly about: About; readonly callers: number; readonly count: number }

const open = (folder: string, url: string): Promise<Foundation> =>
  openFoundation(
    readSettings({ DATABASE_URL: url, SECRET_FILE: join(folder, 'secret'), MAIL_URL: 'capture:' }),
  )

/** A command that reads and writes under one person's tag; what it reads stays empty, however often it is carried out. */
const change = async (floor: Foundation, userId: string): Promise<void> => {
  const person: Reading<null> = {
    tag: `user:${userId}`,
    fold: { initial: null, types: ['UserErased'], evolve: () => null },
  }
  const outcome = await floor.store.decide({
    readings: { person },
    decide: () => accept({ type: 'ProfileChanged', data: { userId, name: 'Somebody', locale: null } }),
    actor: 'operator',
    correlation: userId,
  })
  if (outcome.outcome !== 'accepted') throw new Error(outcome.refusal.code)
}

const work = async (folder: string, url: string): Promise<void> => {
  const floor = await open(folder, url)
  const carryOut = async ({ about, callers, count }: Task): Promise<void> => {
    let left = count
    const caller = async () => {
      while (left-- > 0) await change(floor, about === 'one' ? EVERYBODY : floor.ids())
    }
    await Promise.all(Array.from({ length: callers }, caller))
    process.send?.('done')
  }
  process.on('message', (task: Task) => void carryOut(task))
  process.on('disconnect', () => process.exit(0))
  process.send?.('ready')
}

const measure = async (): Promise<void> => {
  const folder = newFolder()
  const server = await openServer()
  const children: ChildProcess[] = []
  try {
    const { url } = await createTestDatabase(server.url, 'template0')
    const floor = await open(folder, url)
    while (children.length < Math.max(...PROCESSES)) {
      const child = fork(import.meta.filename, [folder, url])
      children.push(child)
      await once(child, 'message')
    }
    const run = async (about: About, processes: number, callers: number): Promise<number> => {
      const before = await floor.store.head()
      const began = performance.now()
      const share = { about, callers: callers / processes, count: COMMANDS[about] / processes }
      await Promise.all(
        children.slice(0, processes).map((child) => {
          child.send(share)
          return once(child, 'message')
        }),
      )
      const seconds = (performance.now() - began) / 1000
      if ((await floor.store.head()) !== before + COMMANDS[about]) throw new Error('commands are missing')
      return COMMANDS[about] / seconds
    }
    const figures = new Map<string, Figure>()
    for (const processes of PROCESSES) {
      for (const callers of CALLERS.filter((some) => some >= processes)) {
        const rates: Record<About, number[]> = { each: [], one: [] }
        for (let round = 0; round < ROUNDS; round++) {
          for (const about of ['each', 'one'] as const)
            rates[about].push(await run(about, processes, callers))
        }
        for (const about of ['each', 'one'] as const) {
          figures.set(`${about}_${processes}x${callers / processes}`, figureOf(rates[about], 'commands/s'))
        }
      }
    }
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query('select sum(deadlocks)::int as deadlocks from pg_stat_database')
    await client.end()
    await floor.close()
    process.stdout.write(`${table(figures)}\ndeadlocks ${(rows[0] as { deadlocks: number }).deadlocks}\n`)
  } finally {
    for (const child of children) child.kill()
    server.remove()
  }
}

process.on('exit', cleanUp)
process.on('SIGINT', () => process.exit(130))
const [, , folder, url] = process.argv
if (folder !== undefined && url !== undefined) await work(folder, url)
else await measure()
