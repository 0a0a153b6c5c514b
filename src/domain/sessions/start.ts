import { z } from 'zod'
import { instantSchema, ulidSchema } from '../event.ts'

const MAX_USER_AGENT_LENGTH = 400 // longer ones are cut at the edge; nobody reads them

/** How a session begins, whatever led to it: who holds it, on what, until when at the latest. */
export const sessionStartSchema = z.strictObject({
  sessionId: ulidSchema,
  carrier: z.enum(['page', 'api']),
  expiresAt: instantSchema,
  userAgent: z.nullable(z.string().max(MAX_USER_AGENT_LENGTH)),
  ip: z.nullable(z.string().max(45)),
})
export type SessionStart = z.infer<typeof sessionStartSchema>
