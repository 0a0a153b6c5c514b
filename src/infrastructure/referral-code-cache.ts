import { LRUCache } from 'lru-cache'
import type { EventType } from '../domain/catalogue.ts'
import { hasExpired } from '../domain/invites/invite.ts'
import type { Reader } from '../projections/projection.ts'
import type { CodeFound, referralCodeReads } from '../projections/referral-codes.ts'
import type { Clock } from './clock.ts'

const MAX_KNOWN = 5000

/** What makes an answer wrong that was right once. A new code does not: only what was found is remembered. */
const ENDINGS: readonly EventType[] = [
  'ReferralCodeDeleted',
  'UserSuspended',
  'UserErased',
  'AddressReleased',
]
const SQL = `select max(position) as head,
  max(case when type in (${ENDINGS.map((type) => `'${type}'`).join(', ')}) then 1 else 0 end) as ended
  from events where position > $1`

type Parts = {
  readonly reader: Reader
  readonly reads: Pick<ReturnType<typeof referralCodeReads>, 'byCode' | 'byReferrerEmail'>
  readonly clock: Clock
}

/**
 * Look-ups of codes that are asked again and again, answered from memory. Nothing is asked of the tables as long as
 * nobody commits, in this process or another; after a commit one look at the new events tells whether it ended any code.
 */
export const referralCodeCache = ({ reader, reads, clock }: Parts) => {
  const known = new LRUCache<string, CodeFound>({ max: MAX_KNOWN })
  let knownAt: number | undefined
  let position = 0

  const catchUp = async (): Promise<number | undefined> => {
    const version = reader.version?.()
    if (version === undefined || version === knownAt) return version
    const news = await reader.get<{ head: number | null; ended: number | null }>(SQL, [position])
    if (news?.ended) known.clear()
    position = Math.max(position, news?.head ?? 0)
    knownAt = version
    return version
  }

  const find = async (
    key: string,
    ask: () => Promise<CodeFound | null>,
    holds: (found: CodeFound) => boolean,
  ): Promise<CodeFound | null> => {
    const version = await catchUp()
    const remembered = version === undefined ? undefined : known.get(key)
    if (remembered && holds(remembered)) return remembered
    const found = await ask()
    // Others may have seen a newer version while this answer was on its way.
    if (found && version !== undefined && version === knownAt) known.set(key, found)
    return found && holds(found) ? found : null
  }

  return {
    /** By the code itself. It may have expired: whoever holds it is told so. */
    byCode: (code: string): Promise<CodeFound | null> =>
      find(
        `code:${code}`,
        () => reads.byCode(code),
        () => true,
      ),

    /** The active code of whoever has this verified address (canonical form). */
    byReferrerEmail: (email: string): Promise<CodeFound | null> =>
      find(
        `email:${email}`,
        () => reads.byReferrerEmail(email),
        ({ expiresAt }) => !hasExpired(expiresAt, clock()),
      ),
  }
}
