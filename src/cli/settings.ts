import type { Command } from 'commander'
import { changeSettings } from '../domain/settings/change-settings.ts'
import { type SettingName, settingNames } from '../domain/settings/names.ts'
import type { Foundation } from '../foundation.ts'
import { SetupProblem } from '../infrastructure/errors.ts'
import { openSettings } from '../settings.ts'
import { action, operator, outputFor, Refused, table, UsageProblem, withFloor } from './run.ts'

const WIDEST = 60

const rowsOf = async (floor: Foundation) => {
  const { settings } = await openSettings(floor).fresh()
  return settingNames.map((name) => ({
    name,
    ...(settings.get(name) ?? { value: null, source: 'built-in' as const }),
  }))
}

const shown = (value: string | null): string =>
  value === null ? '–' : value.length > WIDEST ? `${value.slice(0, WIDEST)}…` : value.replaceAll('\n', '⏎')

const nameFrom = (name: string): SettingName => {
  const known = settingNames.find((one) => one === name)
  if (!known) throw new UsageProblem(`There is no setting ${name}; latchkey setting list names them all.`)
  return known
}

const change = (setting: SettingName, value: string | null, json: boolean): Promise<void> =>
  withFloor(async (floor) => {
    const outcome = await floor.execute(
      changeSettings,
      { changes: [{ setting, value }], pinned: [...floor.settings.pinned] },
      operator(floor),
    )
    if (outcome.outcome === 'refused') {
      const { reason, placeholder, known, nearest } = outcome.refusal.details ?? {}
      if (reason === undefined) throw new Refused(outcome.refusal)
      const why = [reason, placeholder && `{${placeholder}};`, known, nearest].filter(Boolean).join(' ')
      throw new SetupProblem(`${setting} cannot be that (setting_invalid): ${why}`)
    }
    const now = (await rowsOf(floor)).find(({ name }) => name === setting)
    outputFor(json).result(now, [`${setting} is ${shown(now?.value ?? null)} now.`])
  })

/** What admins set on pages, for operators. */
export const settingCommands = (program: Command): void => {
  const setting = program.command('setting').description('what admins may set on pages')

  setting
    .command('list')
    .description('every setting, its value, and where that is from')
    .option('--json', 'print JSON')
    .action(
      action(async ({ json = false }: { json?: boolean }) =>
        withFloor(async (floor) => {
          const rows = await rowsOf(floor)
          const lines = rows.map(({ name, value, source }) => [name, source, shown(value)])
          outputFor(json).result(rows, table(lines))
        }),
      ),
    )

  setting
    .command('set')
    .argument('<name>')
    .argument('<value>')
    .description('gives a setting another value; it counts at once')
    .option('--json', 'print JSON')
    .action(
      action(async (name: string, value: string, { json = false }: { json?: boolean }) =>
        change(nameFrom(name), value, json),
      ),
    )

  setting
    .command('reset')
    .argument('<name>')
    .description('leaves a setting to the environment again')
    .option('--json', 'print JSON')
    .action(
      action(async (name: string, { json = false }: { json?: boolean }) =>
        change(nameFrom(name), null, json),
      ),
    )
}
