import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DomainEvent, NewEvent } from '../../src/domain/catalogue.ts'
import { GROUNDS, PINE, paleness, READABLE, shadesOf } from '../../src/domain/settings/accent.ts'
import { changeSettings } from '../../src/domain/settings/change-settings.ts'
import { contrast, mixed } from '../../src/domain/settings/colours.ts'
import { inForce } from '../../src/domain/settings/in-force.ts'
import type { SettingName } from '../../src/domain/settings/names.ts'
import { setting as settingFold } from '../../src/domain/settings/setting.ts'
import { undoSettingChange } from '../../src/domain/settings/undo-setting-change.ts'
import { valueProblem } from '../../src/domain/settings/values.ts'
import { viewOf } from '../../src/domain/view.ts'
import { NOW } from '../support/controls.ts'
import { recorded } from '../support/given.ts'
import { SURROUNDINGS } from '../support/look.ts'

const NAMES = ['registration.mode', 'brand.name', 'mail.invite.en.subject'] as const
const VALUES: Readonly<Record<(typeof NAMES)[number], readonly (string | null)[]>> = {
  'registration.mode': ['open', 'referral', 'invite', null],
  'brand.name': ['Ours', 'Theirs', null],
  'mail.invite.en.subject': ['Come in', 'Come to {service}', null],
}
const wish = fc
  .constantFrom(...NAMES)
  .chain((setting) => fc.constantFrom(...VALUES[setting]).map((value) => ({ setting, value })))
/** Wishes in a row; null takes back the last change of the setting that was wished for before. */
const wishes = fc.array(fc.oneof({ weight: 4, arbitrary: wish }, fc.constant(null)), { maxLength: 25 })

const BY = { actor: 'operator', now: NOW } as const
const idOf = (n: number) => String(n).padStart(26, '0')

const append = (history: readonly DomainEvent[], events: readonly NewEvent[]): DomainEvent[] =>
  [...history, ...recorded(...events)].map((event, n) => ({ ...event, position: n + 1, id: idOf(n + 1) }))

const valuesOf = (history: readonly DomainEvent[]): Record<string, string | null> =>
  Object.fromEntries(
    NAMES.map((name) => [
      name,
      history
        .filter((event) => event.type === 'SettingChanged' && event.data.setting === name)
        .reduce(settingFold.evolve, settingFold.initial).value,
    ]),
  )

const wished = (history: readonly DomainEvent[], setting: SettingName, value: string | null) => {
  const command = { changes: [{ setting, value }], pinned: [] }
  const view = viewOf(changeSettings.reads(command, BY), history)
  return append(history, changeSettings.decide(command, view, BY).events)
}

const undone = (history: readonly DomainEvent[], setting: SettingName) => {
  const last = history.findLast((event) => event.type === 'SettingChanged' && event.data.setting === setting)
  const command = { setting, changeId: last?.id ?? idOf(0), pinned: [] }
  const view = viewOf(undoSettingChange.reads(command, BY), history)
  return append(history, undoSettingChange.decide(command, view, BY).events)
}

test('whatever is wished in whatever order, a setting is as it was wished last, and undoing restores exactly what was before', () => {
  fc.assert(
    fc.property(wishes, (steps) => {
      let history: DomainEvent[] = []
      // What each setting was, one value a change: the last of them is in force.
      const past: Record<string, (string | null)[]> = Object.fromEntries(NAMES.map((name) => [name, [null]]))
      let about: SettingName = 'registration.mode'
      for (const step of steps) {
        about = step?.setting ?? about
        const was = past[about] ?? []
        if (step) {
          history = wished(history, step.setting, step.value)
          if (was.at(-1) !== step.value) was.push(step.value)
        } else {
          history = undone(history, about)
          const before = was.at(-2)
          if (before !== undefined) was.push(before)
        }
        expect(valuesOf(history)).toStrictEqual(
          Object.fromEntries(NAMES.map((name) => [name, past[name]?.at(-1) ?? null])),
        )
      }
    }),
  )
})

const colour = fc.integer({ min: 0, max: 0xff_ff_ff }).map((n) => `#${n.toString(16).padStart(6, '0')}`)

test('an accent that is taken can be read in both themes, wherever it stands and whatever stands on it; one that is not has a nearest that can', () => {
  fc.assert(
    fc.property(colour, (wanted) => {
      const accent = paleness(wanted)?.nearest ?? wanted
      expect(paleness(accent)).toBeNull()
      const shades = shadesOf(accent)
      for (const theme of ['light', 'dark'] as const) {
        const { accent: acts, hover, ink, soft } = shades[theme]
        for (const shade of [acts, hover]) {
          for (const other of [GROUNDS[theme].ground, GROUNDS[theme].surface, ink, soft]) {
            expect(contrast(shade, other)).toBeGreaterThanOrEqual(READABLE)
          }
        }
      }
    }),
    { numRuns: 1000 },
  )
})

test('the nearest accent that can be read is the first one on the way to black, or to white in the dark', () => {
  expect(paleness('#ffdd00')).toStrictEqual({ contrast: '1.2', needed: '4.5', nearest: '#7d6c00' })
  expect(paleness('#7f7f7f')).toStrictEqual({ contrast: '3.5', needed: '4.5', nearest: '#6d6d6d' })
  expect(shadesOf('#17594a')).toStrictEqual({
    light: { accent: '#17594a', hover: '#114338', ink: '#ffffff', soft: '#e8eee8' },
    dark: { accent: '#789f96', hover: '#a1bcb6', ink: '#0b1210', soft: '#26322e' },
  })
  expect(shadesOf('#ffdd00').dark.accent).toBe('#ffdd00')
})

test('contrast is as the guidelines have it, and the same from both sides', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
  fc.assert(
    fc.property(colour, colour, (a, b) => {
      expect(contrast(a, b)).toBe(contrast(b, a))
    }),
  )
  expect(mixed('#000000', '#ffffff', 0.5)).toBe('#808080')
})

test('the themes are those of the style sheet, the product’s own accent with them', () => {
  const css = readFileSync(new URL('../../src/http/public/styles/1-tokens.css', import.meta.url), 'utf8')
  const [light = '', dark = ''] = css.split('@media')
  for (const [theme, block] of [
    ['light', light],
    ['dark', dark],
  ] as const) {
    expect(block).toContain(`--ground: ${GROUNDS[theme].ground};`)
    expect(block).toContain(`--surface: ${GROUNDS[theme].surface};`)
    expect(block).toContain(`--accent: ${PINE[theme].accent};`)
    expect(block).toContain(`--accent-hover: ${PINE[theme].hover};`)
    expect(block).toContain(`--accent-ink: ${PINE[theme].ink};`)
    expect(block).toContain(`--accent-soft: ${PINE[theme].soft};`)
  }
})

test('what is pinned wins over the history, the history over the environment, and the environment over what is built in', () => {
  const name = 'registration.mode'
  const of = (given: SettingName[], pinned: SettingName[], set: string | null) => {
    const surroundings = { ...SURROUNDINGS, registration: 'referral', given, pinned } as const
    const { settings, registration } = inForce(surroundings, new Map([[name, set]]))
    expect(settings.get(name)?.value).toBe(registration)
    return [registration, settings.get(name)?.source]
  }
  expect(of([], [], null)).toStrictEqual(['referral', 'built-in'])
  expect(of([name], [], null)).toStrictEqual(['referral', 'environment'])
  expect(of([name], [], 'invite')).toStrictEqual(['invite', 'history'])
  expect(of([name], [name], 'invite')).toStrictEqual(['referral', 'pinned'])
  expect(of([name], [], 'a mode of an older version')).toStrictEqual(['referral', 'environment'])
})

test('every value in force is one that its rule lets pass', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), fc.string(), (name, value) => {
      const now = inForce(SURROUNDINGS, new Map([[name, value]])).settings.get(name)?.value ?? null
      expect(now === null || valueProblem(name, now) === null).toBe(true)
    }),
  )
})
