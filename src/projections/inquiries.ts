import type { Verdict } from '../domain/users/events.ts'
import { insert, projection, type Reader, remove, update } from './projection.ts'

/**
 * What outside services have said of everybody who did not come by the operator; where something is null, they may
 * still be asked. Gone when the user is erased.
 */
export const inquiries = projection('inquiries', ['inquiries'], {
  UserRegistered: ({ at, data }) =>
    data.via.kind === 'operator'
      ? []
      : [
          insert('inquiries', {
            user_id: data.userId,
            registered_at: at,
            verdict: null,
            enriched_at: null,
            name: null,
            company: null,
            title: null,
          }),
        ],
  EmailJudged: ({ data: { userId, verdict } }) => [update('inquiries', { user_id: userId }, { verdict })],
  // The verdict was on the address they have given up.
  AddressReleased: ({ data: { userId } }) => [update('inquiries', { user_id: userId }, { verdict: null })],
  PersonEnriched: ({ at, data: { userId, name, company, title } }) => [
    update('inquiries', { user_id: userId }, { enriched_at: at, name, company, title }),
  ],
  UserErased: ({ data: { userId } }) => [remove('inquiries', { user_id: userId })],
})

/** What outside services say of somebody: about the address, and about the person. */
export type InquiryView = {
  readonly verdict: Verdict | null
  readonly enrichedAt: string | null
  readonly name: string | null
  readonly company: string | null
  readonly title: string | null
}

export const inquiryReads = (db: Reader) => ({
  async get(userId: string): Promise<InquiryView | null> {
    const row = await db.get<InquiryView>(
      `select verdict, enriched_at as "enrichedAt", name, company, title from inquiries where user_id = $1`,
      [userId],
    )
    return row ?? null
  },
})
