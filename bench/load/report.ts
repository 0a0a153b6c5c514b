import { kinds } from './kinds.ts'
import type { Minute, Overload } from './phases.ts'
import { isHashed, isLight, isNew, isSignedIn, p, slope, type Tally, table } from './tally.ts'

const WARM_UP = 5

const least = (values: readonly number[]) => Math.round(Math.min(...values))
const most = (values: readonly number[]) => Math.round(Math.max(...values))
const share = (part: number, whole: number) => (whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`)

const memory = (minutes: readonly Minute[]): string => {
  const rss = minutes.map(({ vitals }) => Math.max(...vitals.map((one) => one.rss)))
  const heap = minutes.map(({ vitals }) => Math.min(...vitals.map((one) => one.heap)))
  const from = Math.min(WARM_UP, Math.floor(minutes.length / 3))
  if (minutes.length - from < 3) return 'Too short to tell whether memory grows.'
  const xs = minutes.slice(from).map((_, n) => n)
  const perMinute = (ys: readonly number[]) => slope(xs, ys.slice(from)).toFixed(2)
  return `After minute ${from}: RSS ${perMinute(rss)} MiB a minute, heap ${perMinute(heap)} MiB a minute (least squares).`
}

/** Minute by minute, then kind by kind. */
export const steadyReport = (all: readonly Minute[]): string => {
  const minutes = all.filter(({ vitals }) => vitals.length > 0)
  const rows = minutes.map(({ tally, vitals }, n) => [
    n + 1,
    tally.count,
    tally.refusals().length,
    tally.wrong,
    p(tally.served(isLight), 0.5),
    p(tally.served(isLight), 0.99),
    p(tally.served(isHashed), 0.5),
    p(tally.served(isHashed), 0.99),
    most(vitals.map(({ rss }) => rss)),
    least(vitals.map(({ heap }) => heap)),
    most(vitals.map(({ descriptors }) => descriptors)),
    most(vitals.map(({ mailsQueued }) => mailsQueued)),
    (vitals.at(-1)?.slowCommits ?? 0) - (minutes[n - 1]?.vitals.at(-1)?.slowCommits ?? 0),
    vitals.at(-1)?.events ?? 0,
  ])
  const head = [
    'minute',
    'asked',
    'refused',
    'wrong',
    'p50 ms',
    'p99 ms',
    'hash p50 ms',
    'hash p99 ms',
    'RSS MiB',
    'heap MiB',
    'descriptors',
    'mails wait',
    'commits > 0.25 s',
    'events',
  ]
  const third = Math.max(1, Math.floor(minutes.length / 3))
  const thirds = [minutes.slice(0, third), minutes.slice(third, -third), minutes.slice(-third)]
  const perKind = kinds.map((kind) => {
    const served = (part: readonly Minute[]) =>
      part.flatMap(({ tally }) => tally.served((one) => one === kind))
    const all = served(minutes)
    return [
      kind.name,
      all.length,
      p(all, 0.5),
      p(all, 0.99),
      all.length === 0 ? '–' : Math.round(all.reduce((top, one) => Math.max(top, one), 0)),
      ...thirds.map((part) => p(served(part), 0.99)),
    ]
  })
  return [
    table(head, rows),
    memory(minutes),
    table(
      ['kind', 'served', 'p50 ms', 'p99 ms', 'longest ms', 'p99, first third', 'second', 'last'],
      perKind,
    ),
  ].join('\n\n')
}

const GROUPS = [
  ['signed in', isSignedIn],
  ['new, without a hash', (kind: Parameters<typeof isNew>[0]) => isNew(kind) && isLight(kind)],
  ['with a hash', isHashed],
] as const

const overloadRows = ({ name, tally, health, recoverySeconds }: Overload) =>
  GROUPS.map(([group, of]) => {
    const [served, refusals] = [tally.served(of), tally.refusals(of)]
    return [
      name,
      group,
      served.length + refusals.length,
      share(served.length, served.length + refusals.length),
      p(served, 0.5),
      p(served, 0.99),
      refusals.length,
      p(refusals, 0.5),
      p(refusals, 0.99),
      `${p(health.ms, 0.99)} (${health.failures} failed)`,
      recoverySeconds ?? '> 30',
    ]
  })

export const overloadReport = (all: readonly Overload[]): string =>
  [
    table(
      [
        'overload',
        'who',
        'asked',
        'served',
        'p50 ms',
        'p99 ms',
        'refused',
        'refusal p50 ms',
        'refusal p99 ms',
        'health p99 ms',
        'calm after s',
      ],
      all.flatMap(overloadRows),
    ),
    ...all.map(({ name, tally }) => `${name}: ${tally.wrong} wrong answers.`),
  ].join('\n\n')

export const wrongOf = (tallies: readonly Tally[]): number =>
  tallies.reduce((sum, { wrong }) => sum + wrong, 0)
