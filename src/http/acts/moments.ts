import { z } from 'zod'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import type { Moment } from '../travel-door.ts'
import { momentFrom } from './history.ts'

const MAX_LENGTH = 40
const withOffset = z.iso.datetime({ offset: true })

const instantFrom = (text: string) => {
  const inUtc = momentFrom(text)
  if (inUtc !== null) return inUtc
  const parsed = withOffset.safeParse(text)
  return parsed.success ? new Date(parsed.data).toISOString() : null
}

type Calendar = Pick<House, 'history' | 'now'>

/** The moment at which the history had come to a position; before the first event it is that event's own. */
const atPosition = async ({ history, now }: Calendar, position: number): Promise<Moment> => {
  if (position > (await history.head())) throw new Problem('moment_in_future')
  const [event] = await history.page({}, { limit: 1, afterPosition: Math.max(position - 1, 0) })
  return { position, at: event?.at ?? now() }
}

/** A position, or an instant and the last event that had happened by then. Throws the problem with what was typed. */
export const momentOf = async (calendar: Calendar, typed: string): Promise<Moment> => {
  const text = typed.trim()
  if (/^\d{1,15}$/.test(text)) return atPosition(calendar, Number(text))
  const at = text.length > MAX_LENGTH ? null : instantFrom(text)
  if (at === null) throw new Problem('moment_malformed')
  if (at > calendar.now()) throw new Problem('moment_in_future')
  const justAfter = new Date(Date.parse(at) + 1).toISOString()
  const [last] = await calendar.history.page({ before: justAfter }, { limit: 1 })
  return { position: last?.position ?? 0, at }
}
