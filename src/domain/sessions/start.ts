import { z } from 'zod'
import type { EventOf, NewEvent } from '../catalogue.ts'
import { instantSchema, ulidSchema } from '../event.ts'
import type { Contact } from '../users/user.ts'

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

type Begun = {
  readonly userId: string
  readonly session: SessionStart
  readonly method: EventOf<'UserLoggedIn'>['data']['method']
  readonly isNewDevice: boolean
}

/** What stands in the history of a sign-in; of one on a device not seen before also that its user is to be told. */
export const signedIn = (
  { userId, session, method, isNewDevice }: Begun,
  contact: Contact,
  causation?: string,
): readonly NewEvent[] => {
  const cause = causation === undefined ? {} : { causation }
  const { sessionId, userAgent, ip } = session
  const begun: NewEvent = {
    type: 'UserLoggedIn',
    data: { userId, method, isNewDevice, ...session },
    ...cause,
  }
  return isNewDevice
    ? [begun, { type: 'NewDeviceNoticed', data: { userId, sessionId, ...contact, userAgent, ip }, ...cause }]
    : [begun]
}
