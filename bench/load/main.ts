import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { openAsk } from './ask.ts'
import { openDraw } from './draw.ts'
import { assetOf, type Scene } from './kinds.ts'
import { openPeople } from './people.ts'
import { findCapacity, holdOn, overload, type Stage } from './phases.ts'
import { overloadReport, steadyReport, wrongOf } from './report.ts'
import { startService } from './service.ts'
import { runSink, startSink } from './sink.ts'

const LONG = process.env['LONG'] === '1'
const SHARE = 0.7

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    minutes: { type: 'string' },
    capacity: { type: 'string' },
    people: { type: 'string' },
  },
})

const main = async (): Promise<number> => {
  const seed = Number(values.seed ?? process.env['SEED'] ?? Date.now() % 1_000_000_000)
  const minutes = Number(values.minutes ?? (LONG ? 30 : 1))
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  let isStopped = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      isStopped = true
      say('stopping: what was asked is still answered')
    })
  say(`seed ${seed}; ${minutes} minutes; ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`)

  const draw = openDraw(seed)
  const sink = await startSink((mail) => people.onMail(mail))
  const service = await startService(sink.url)
  const { ask, close } = openAsk(service.port)
  const people = openPeople(ask, draw)
  try {
    await people.arrive(Number(values.people ?? 40), () => isStopped)
    say(`${people.persons.length} people have arrived`)
    const scene: Scene = { ask, draw, people, imports: [], asset: await assetOf(ask), events: 1 }
    const stage: Stage = { scene, draw, pid: service.pid, say, isStopped: () => isStopped }
    const capacity = Number(values.capacity ?? (await findCapacity(stage, LONG ? 20 : 8)))
    say(`capacity: ${capacity} a second`)
    if (capacity === 0) {
      say('even the first rate was too much: is somebody else using the machine?')
      return isStopped ? 130 : 1
    }
    const rate = Math.round(capacity * SHARE)
    const held = minutes > 0 ? await holdOn(stage, rate, minutes) : []
    const flooded = await overload(stage, capacity, LONG ? 60 : 15)
    const out = [
      `Seed ${seed}; capacity ${capacity} a second; ${rate} a second held for ${minutes} minutes; ${sink.mails()} mails arrived; ${Math.round(service.databaseMiB())} MiB of database.`,
      ...(held.length > 0 ? [steadyReport(held)] : []),
      overloadReport(flooded),
    ]
    process.stdout.write(`${out.join('\n\n')}\n`)
    const isWrong = wrongOf([...held, ...flooded].map(({ tally }) => tally)) > 0
    return isStopped ? 130 : isWrong || !service.isRunning() ? 1 : 0
  } finally {
    close()
    const code = await service.stop()
    sink.stop()
    if (code !== 0) say(`the service ended with ${code}:\n${service.log()}`)
    else if (service.log() !== '') say(`from its log:\n${service.log().slice(-2000)}`)
  }
}

if (positionals[0] === 'sink') await runSink()
else process.exitCode = await main()
