import type { SignUps } from '../../projections/referrals.ts'
import { stackedBars } from './bars.ts'

const DAY_MS = 86_400_000
const CHART_DAYS = 30
const WAYS = ['self', 'invite', 'referral'] as const

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const NONE = { self: 0, invite: 0, referral: 0 }

/** The first instant that the chart shows. */
export const chartSince = (now: string): string =>
  `${dayOf(Date.parse(now) - (CHART_DAYS - 1) * DAY_MS)}T00:00:00.000Z`

/** Sign-ups of the last days as stacked bars, and as the numbers behind them; days without any are there, too. */
export const signUpChart = (found: readonly SignUps[], now: string) => {
  const byDay = new Map(found.map((one) => [one.day, one]))
  const first = Date.parse(chartSince(now))
  const days = [...Array(CHART_DAYS).keys()].map((n) => {
    const day = dayOf(first + n * DAY_MS)
    const { self, invite, referral } = byDay.get(day) ?? NONE
    return { day, self, invite, referral, all: self + invite + referral }
  })
  const total = (way: (typeof WAYS)[number]) => days.reduce((sum, one) => sum + one[way], 0)
  return {
    ...stackedBars(days, WAYS),
    firstDay: days[0]?.day ?? '',
    lastDay: days.at(-1)?.day ?? '',
    ways: WAYS.map((way) => ({ way, total: total(way) })),
    total: days.reduce((sum, { all }) => sum + all, 0),
    days: days.filter(({ all }) => all > 0).toReversed(),
  }
}
