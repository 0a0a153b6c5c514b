import { SingleBar } from 'cli-progress'
import type { Command } from 'commander'
import { readSettings } from '../config.ts'
import { readBy } from '../infrastructure/database/work.ts'
import { exportHistory } from '../infrastructure/history/export-history.ts'
import { exportSource } from '../infrastructure/history/export-source.ts'
import { readVerifier, type Verifier } from '../infrastructure/history/note.ts'
import { addSealKey, ownSealKeys, SEALS } from '../infrastructure/history/seal-keys.ts'
import { type Report, verifyHistory } from '../infrastructure/history/verify.ts'
import { createLog } from '../infrastructure/log.ts'
import { openSealer } from '../sealing.ts'
import { keptSealIn, textOf } from './files.ts'
import { action, outputFor, UsageProblem, withFloor } from './run.ts'
import { untilInterrupted } from './stopping.ts'

const INTERRUPTED = 130

const verifierIn = (text: string, where: string): Verifier => {
  const verifier = readVerifier(text.trim())
  if (!verifier) throw new UsageProblem(`${where} holds no key. It is one line: name+id+key.`)
  return verifier
}

/** Progress on the terminal, and nothing anywhere else. */
const openBar = (json: boolean) => {
  const bar =
    process.stderr.isTTY && !json ? new SingleBar({ format: '{bar} {value} of {total} events' }) : null
  return {
    show: (done: number, of: number) => {
      if (!bar) return
      if (bar.isActive) bar.update(done)
      else bar.start(of, done)
    },
    stop: () => bar?.stop(),
  }
}

const said = ({ findings, count, events, sealed, seals }: Report): string[] => [
  ...findings.map(({ kind, position, detail }) => `${kind} ${position ?? '-'} ${detail}`),
  count === 0
    ? `Nothing is wrong: ${events} events, ${sealed} of them sealed, ${seals} seals.`
    : `${count} things are wrong.`,
]

type VerifyWords = { readonly key?: string; readonly seal: readonly string[]; readonly json?: boolean }

const verify = async (folder: string | undefined, words: VerifyWords): Promise<Report> => {
  const kept = words.seal.map(keptSealIn)
  const named = words.key === undefined ? [] : [verifierIn(textOf(words.key), words.key)]
  const bar = openBar(words.json ?? false)
  try {
    if (folder !== undefined) {
      const source = exportSource(folder)
      const [first] = await source.keys()
      const own = first && named.length === 0 ? [readVerifier(first.key)].filter((key) => key !== null) : []
      return await verifyHistory(source, { anchors: [...named, ...own], kept, progress: bar.show })
    }
    return await withFloor(async ({ database, engine, roots, store }) => {
      const head = await store.head()
      const anchors = named.length > 0 ? named : await readBy(database.reader, ownSealKeys(roots))
      return verifyHistory(await engine.historySource(), {
        anchors,
        kept,
        progress: (events) => bar.show(events, head),
      })
    })
  } finally {
    bar.stop()
  }
}

const collect = (file: string, files: readonly string[]): readonly string[] => [...files, file]

/** Seals, exports and verification, beside the other commands on the history. */
export const sealCommands = (history: Command): void => {
  history
    .command('seal')
    .description('seal what is not sealed yet, and print the last seal')
    .option('--json', 'print JSON')
    .action(
      action(async (options: { json?: boolean }) =>
        withFloor(async (floor) => {
          const bar = openBar(options.json ?? false)
          const head = await floor.store.head()
          const log = await createLog(readSettings(process.env).logLevel, null)
          const seal = await openSealer(floor, log)
            .seal((size) => bar.show(size, head))
            .finally(() => bar.stop())
          outputFor(options.json ?? false).result(
            seal,
            seal ? seal.note.trimEnd().split('\n') : ['No events.'],
          )
        }),
      ),
    )

  history
    .command('rotate-key')
    .description('seal with a new key from now on; the old one signs it')
    .option('--json', 'print JSON')
    .action(
      action(async (options: { json?: boolean }) =>
        withFloor(async ({ database, roots, settings, clock }) => {
          const { text } = await database.exclusively(SEALS, () =>
            addSealKey(roots, settings.seals.origin, clock()),
          )
          outputFor(options.json ?? false).result({ key: text }, [text])
        }),
      ),
    )

  history
    .command('verify')
    .argument('[folder]', 'an export; without it, the database')
    .description('hold the history against its tiles and seals; names the first position that is wrong')
    .option('--key <file>', 'believe this key, and those it has brought in')
    .option('--seal <file>', 'hold it against a seal that was kept elsewhere', collect, [])
    .option('--json', 'print JSON')
    .action(
      action(async (folder: string | undefined, options: VerifyWords) => {
        const report = await verify(folder, options)
        outputFor(options.json ?? false).result(report, said(report))
        if (report.count > 0) process.exitCode = 1
      }),
    )

  history
    .command('export')
    .argument('<folder>')
    .description('write the sealed history, its proofs and a verifier that needs nothing of ours')
    .option('--json', 'print JSON')
    .action(
      action(async (folder: string, options: { json?: boolean }) =>
        withFloor(async ({ store, database }) => {
          const bar = openBar(options.json ?? false)
          const signal = untilInterrupted()
          const { interrupted } = signal
          const events = await exportHistory(folder, {
            store,
            reader: database.reader,
            interrupted,
            progress: bar.show,
          }).finally(() => {
            bar.stop()
            signal.done()
          })
          if (events === null) process.exitCode = INTERRUPTED
          outputFor(options.json ?? false).result({ events, folder }, [
            events === null
              ? 'Interrupted; nothing was written.'
              : `${events} events are in ${folder}. Verify them there: node verify.mjs .`,
          ])
        }),
      ),
    )
}
