import { SingleBar } from 'cli-progress'
import type { Command } from 'commander'
import { readSettings } from '../config.ts'
import { backUp, mustBeFile } from '../infrastructure/backup/backup.ts'
import { erasuresAfter, readErasures } from '../infrastructure/backup/erasures.ts'
import { createLog } from '../infrastructure/log.ts'
import { repeatErasures, restore } from '../restoring.ts'
import { openSealer } from '../sealing.ts'
import { keptSealIn } from './files.ts'
import { action, outputFor, UsageProblem, withFloor } from './run.ts'
import { untilInterrupted } from './stopping.ts'

const INTERRUPTED = 130

/** Progress on the terminal, a line a stage, and nothing anywhere else. */
const openBars = (json: boolean) => {
  const isShown = process.stderr.isTTY && !json
  let bar: SingleBar | null = null
  let current = ''
  const stop = () => bar?.stop()
  return {
    show: (stage: string, done: number, of: number) => {
      if (!isShown) return
      if (stage !== current) {
        stop()
        current = stage
        bar = new SingleBar({ format: `${stage} {bar} {percentage} %` })
        bar.start(of, done)
      } else {
        bar?.setTotal(of)
        bar?.update(done)
      }
    },
    stop,
  }
}

/** Shows progress and hears Ctrl-C for as long as some work takes. */
const watched = async <T>(
  json: boolean,
  work: (watch: {
    interrupted: () => boolean
    progress: (stage: string, done: number, of: number) => void
  }) => Promise<T>,
): Promise<T> => {
  const bars = openBars(json)
  const signal = untilInterrupted()
  try {
    return await work({ interrupted: signal.interrupted, progress: bars.show })
  } finally {
    bars.stop()
    signal.done()
  }
}

const interruptedBy = (json: boolean): void => {
  process.exitCode = INTERRUPTED
  outputFor(json).result(null, ['Interrupted; nothing was changed.'])
}

const collect = (file: string, files: readonly string[]): readonly string[] => [...files, file]

/** Whatever stands in the history by now is sealed, so that the copy can be held against its seal. */
const sealFirst = (): Promise<string> => {
  mustBeFile(readSettings(process.env))
  return withFloor(async (floor) => {
    await openSealer(floor, await createLog(floor.settings.logLevel, null)).seal()
    return floor.settings.databaseFile
  })
}

type RestoreOptions = {
  readonly replace?: boolean
  readonly erasures?: string | false
  readonly seal: readonly string[]
  readonly json?: boolean
}

export const backupCommands = (program: Command): void => {
  program
    .command('backup')
    .argument('<file>')
    .description('copies the database, also while the service runs; everything is in it but the root secret')
    .option('--json', 'print JSON')
    .action(
      action(async (file: string, { json = false }: { json?: boolean }) => {
        const databaseFile = await sealFirst()
        const held = await watched(json, ({ interrupted, progress }) =>
          backUp(databaseFile, file, {
            interrupted,
            progress: (done, of) => progress('copying', done, of),
          }),
        )
        if (!held) return interruptedBy(json)
        outputFor(json).result({ file, ...held }, [
          `${file}: ${held.bytes} bytes, up to position ${held.head}, under this seal:`,
          '',
          ...(held.seal ?? 'none\n').trimEnd().split('\n'),
          '',
          'Keep the seal apart from it: latchkey restore --seal FILE holds the backup against it.',
          'The root secret is not in it. Without SECRET or SECRET_FILE the backup is worth nothing.',
        ])
      }),
    )

  program
    .command('restore')
    .argument('<file>')
    .description('puts a backup in the place of the database, verified, with later erasures done again')
    .option('--replace', 'a database that is there already is kept aside')
    .option(
      '--erasures <file>',
      'who has been forgotten since: what `latchkey erasures list` printed, or an export',
    )
    .option('--no-erasures', 'nobody has been forgotten since')
    .option('--seal <file>', 'a seal that was kept elsewhere, which the backup has to cover', collect, [])
    .option('--json', 'print JSON')
    .action(
      action(async (file: string, options: RestoreOptions) => {
        const { json = false, replace = false } = options
        const known = typeof options.erasures === 'string' ? readErasures(options.erasures) : null
        const restored = await watched(json, (watch) =>
          restore(readSettings(process.env), {
            file,
            replace,
            erasures: options.erasures === false ? [] : known,
            seals: options.seal.map(keptSealIn),
            ...watch,
          }),
        )
        if (!restored) return interruptedBy(json)
        const { head, forgotten, aside, knewErasures } = restored
        outputFor(json).result(restored, [
          `Restored up to position ${head}; ${forgotten} people or invites were forgotten once more.`,
          ...(aside
            ? [`The database that was there is now ${aside}. Remove it when you need it no more.`]
            : []),
          ...(knewErasures
            ? []
            : [
                'Nothing told who was forgotten after the backup: latchkey erasures repeat FILE does it later.',
              ]),
        ])
      }),
    )

  const erasures = program.command('erasures').description('who has been forgotten, by opaque ids')

  erasures
    .command('list')
    .description('every erasure in the history, one JSON text a line: keep it apart from backups')
    .option('--after <position>', 'from behind this position', '0')
    .option('--json', 'no effect here; it is JSON anyway')
    .action(
      action(async (options: { after: string }) => {
        if (!/^\d{1,15}$/.test(options.after)) throw new UsageProblem('--after takes a position.')
        await withFloor(async (floor) => {
          for (const erasure of await erasuresAfter(floor.database.reader, Number(options.after))) {
            outputFor(false).line(JSON.stringify(erasure))
          }
        })
      }),
    )

  erasures
    .command('repeat')
    .argument('<file>')
    .description('forgets everybody in a list who is (still, or again) there')
    .option('--json', 'print JSON')
    .action(
      action(async (file: string, { json = false }: { json?: boolean }) => {
        const list = readErasures(file)
        const forgotten = await withFloor((floor) =>
          watched(json, ({ interrupted, progress }) =>
            repeatErasures(floor, list, {
              interrupted,
              progress: (done, of) => progress('forgetting', done, of),
            }),
          ),
        )
        outputFor(json).result({ forgotten }, [`${forgotten} people or invites are forgotten.`])
      }),
    )
}
