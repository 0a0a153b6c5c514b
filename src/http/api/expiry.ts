import { z } from 'zod'
import type { Instant } from '../../domain/event.ts'
import { when } from './schemas.ts'

const SECOND_MS = 1000
const UNIT_MS = { s: SECOND_MS, m: 60 * SECOND_MS, h: 3600 * SECOND_MS, d: 86_400 * SECOND_MS } as const
const MAX_SECONDS = 1_000_000_000 // far beyond any invite; keeps the sum a date that can be written down

/** A length of time, in seconds as OAuth has it or as the settings write it; as milliseconds. */
const durationSchema = z
  .union([z.int().min(1).max(MAX_SECONDS), z.string().regex(/^[1-9]\d{0,4}[smhd]$/)], {
    error: 'duration_malformed',
  })
  .meta({
    description: 'instead of `expiresAt`: seconds, or a number and a unit (s, m, h, d)',
    examples: ['7d', 604_800],
  })
  .transform((given) =>
    typeof given === 'number'
      ? given * SECOND_MS
      : Number.parseInt(given, 10) * UNIT_MS[given.slice(-1) as keyof typeof UNIT_MS],
  )

/** When an invite shall end: an instant, or how long from now; a setting decides where neither is given. */
export const expiryFields = {
  expiresAt: when.optional().meta({ description: 'at most a year ahead' }),
  expiresIn: durationSchema.optional(),
}

export type Expiry = { readonly expiresAt?: Instant | undefined; readonly expiresIn?: number | undefined }

export const expiryFrom = ({ expiresAt, expiresIn }: Expiry, now: Instant, usualMs: number): Instant =>
  expiresAt ?? new Date(Date.parse(now) + (expiresIn ?? usualMs)).toISOString()
