import type { SignUps } from '../../projections/referrals.ts'
import { stackedBars } from './bars.ts'

const DAY_MS = 86_400_000
const CHART_DAYS = 30
const WAYS = ['self', 'invite', 'referral'] as const

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The days of UTC that the chart shows. */
export const chartDays = (now: string): string[] => {
  const last = Date.parse(now)
  return Array.from({ length: CHART_DAYS }, (_, n) => dayOf(last - (CHART_DAYS - 1 - n) * DAY_MS))
}

/** Sign-ups of the last days as stacked bars, and as the numbers behind them; days without any are there, too. */
export const signUpChart = (found: readonly SignUps[]) => {
  const days = found.map((one) => ({ ...one, all: one.self + one.invite + one.referral }))
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
