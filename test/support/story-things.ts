import fc from 'fast-check'
import type { z } from 'zod'
import type { EventType } from '../../src/domain/catalogue.ts'
import type { Actor, Instant } from '../../src/domain/event.ts'
import type { verifyEmail } from '../../src/domain/users/verify-email.ts'
import * as cast from './controls.ts'

// What the wishes of a story are about: few of everything, so that they meet.

export const DAY = 86_400_000
export const dayAfter = (n: number): Instant => new Date(Date.parse(cast.NOW) + n * DAY).toISOString()
export const LAST_DAY = 12
export const expiresAt = fc.integer({ min: 0, max: LAST_DAY }).map(dayAfter)
export const userId = fc.constantFrom(cast.ADA, cast.BEN, cast.BEN, cast.CYD)
export const inviteId = fc.constantFrom(cast.INVITE, cast.OTHER_INVITE, cast.THIRD_INVITE)
export const linkId = fc.constantFrom(cast.LINK, cast.LINK, cast.OTHER_LINK)
export const credentialId = fc.constantFrom(cast.CREDENTIAL, cast.CREDENTIAL, cast.OTHER_CREDENTIAL)
export const sessionId = fc.constantFrom(cast.SESSION, cast.OTHER_SESSION)
export const email = fc.oneof(
  { weight: 5, arbitrary: fc.constant(cast.BEN_ADDRESS) },
  { weight: 1, arbitrary: fc.constantFrom(cast.ADA_ADDRESS, cast.CYD_ADDRESS) },
)
/** Somebody and an address that may well be theirs. */
const person = fc
  .oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom<[string, string][]>(
        [cast.BEN, cast.BEN_ADDRESS],
        [cast.BEN, cast.BEN_ADDRESS],
        [cast.CYD, cast.BEN_ADDRESS],
        [cast.CYD, cast.CYD_ADDRESS],
        [cast.ADA, cast.ADA_ADDRESS],
      ),
    },
    { weight: 1, arbitrary: fc.tuple(userId, email) },
  )
  .map(([who, address]) => ({ userId: who, email: address }))
export const ofPerson = <T extends object>(rest: fc.Arbitrary<T>) =>
  fc.tuple(person, rest).map(([who, more]) => ({ ...who, ...more }))
export const anotherEmail = fc.constantFrom(cast.CYD_ADDRESS, cast.CYD_ADDRESS, cast.BEN_ADDRESS)
export const verificationId = fc.constantFrom(cast.VERIFICATION, cast.VERIFICATION, cast.OTHER_VERIFICATION)
export const resetId = fc.constantFrom(cast.RESET, cast.RESET, cast.OTHER_RESET)
export const verification = fc.record({ verificationId, codeExpiresAt: expiresAt, linkExpiresAt: expiresAt })
export const codeId = fc.constantFrom(cast.CODE_ID, cast.CODE_ID, cast.OTHER_CODE_ID)
/** Whose a code is likely to be: Ben's, or else Cyd's. */
const owned = fc
  .constantFrom([cast.BEN, cast.CODE_ID, cast.CODE], [cast.CYD, cast.OTHER_CODE_ID, cast.OTHER_CODE])
  .map(([owner = '', id = '', code = '']) => ({ owner, codeId: id, code }))
export const ownCode = owned.map(({ owner, codeId: id }) => ({ userId: owner, codeId: id }))
export const newCode = fc
  .tuple(owned, userId, fc.integer({ min: 0, max: 2 }))
  .map(([{ owner, ...code }, other, n]) => ({ userId: n === 0 ? other : owner, ...code }))
export const referral = owned.map(({ owner, codeId: id }) => ({ referrerId: owner, codeId: id }))
export const chain = fc.constantFrom<string[][]>(
  [],
  [],
  [cast.BEN],
  [cast.CYD],
  [cast.ADA],
  [cast.CYD, cast.BEN],
)
export const batchId = fc.constantFrom(cast.BATCH, cast.BATCH, cast.OTHER_BATCH)
export const userIds = fc.constantFrom<string[][]>(
  [cast.BEN],
  [cast.BEN, cast.CYD],
  [cast.BEN, cast.CYD],
  [cast.ADA, cast.BEN],
)
export const clientId = fc.constantFrom(cast.CLIENT, cast.CLIENT, cast.OTHER_CLIENT)
export const appName = fc.constantFrom('Example App', 'Another App')
export const redirectUris = fc
  .constantFrom(cast.REDIRECT_URI, cast.OTHER_REDIRECT_URI, 'http://app.example/')
  .map((uri) => [uri])
/** Values of settings, some of which no rule lets pass. */
export const settingChanges = fc
  .constantFrom(
    ['registration.mode', 'invite'],
    ['registration.mode', null],
    ['registration.mode', 'nobody'],
    ['brand.name', 'Ours'],
    ['no.such.setting', 'x'],
  )
  .map(([setting, value]) => [{ setting: setting ?? '', value: value ?? null }])
export const pinnedSettings = fc.constantFrom<string[][]>([], [], [], ['brand.name'])
export const webhookId = fc.constantFrom(cast.WEBHOOK, cast.WEBHOOK, cast.OTHER_WEBHOOK)
export const webhookSecretId = fc.constantFrom(cast.WEBHOOK_SECRET, cast.NEXT_WEBHOOK_SECRET)
export const webhookUrl = fc.constantFrom(cast.WEBHOOK_URL, cast.OTHER_WEBHOOK_URL, 'http://127.0.0.1/hooks')
export const webhookTypes = fc.constantFrom<EventType[]>(
  [],
  ['InviteRedeemed'],
  ['UserErased', 'InviteIssued'],
)
export const locale = fc.constantFrom('en' as const, 'ru' as const)
export const role = fc.constantFrom('admin' as const, 'auditor' as const)
export const session = sessionId.map((id) => ({ ...cast.start, sessionId: id }))
export const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { freq: 2 })
export const actor: fc.Arbitrary<Actor> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Actor>('operator', 'system') },
  { weight: 3, arbitrary: userId.map((id): Actor => `user:${id}`) },
  { weight: 1, arbitrary: fc.constant<Actor>('anonymous') },
)

type Confirmation = z.infer<typeof verifyEmail.schema>
const proof = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<Confirmation['proof'][]>(
      { kind: 'code' },
      { kind: 'wrong-code' },
      { kind: 'link' },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('link-elsewhere' as const),
      newCredentialId: credentialId,
      session,
    }),
  },
)
/** Of the first address, or of another one instead of that which is held. */
export const firstAddress = person.map((who) => ({ ...who, formerEmail: null }))
export const anotherAddress = fc.constantFrom(
  { userId: cast.BEN, email: cast.CYD_ADDRESS, formerEmail: cast.BEN_ADDRESS },
  { userId: cast.BEN, email: cast.CYD_ADDRESS, formerEmail: cast.BEN_ADDRESS },
  { userId: cast.BEN, email: cast.BEN_ADDRESS, formerEmail: cast.CYD_ADDRESS },
  { userId: cast.CYD, email: cast.BEN_ADDRESS, formerEmail: cast.CYD_ADDRESS },
  { userId: cast.ADA, email: cast.CYD_ADDRESS, formerEmail: cast.ADA_ADDRESS },
)
export const confirming = (
  address: fc.Arbitrary<Pick<Confirmation, 'userId' | 'email' | 'formerEmail'>>,
): fc.Arbitrary<Confirmation> =>
  fc
    .tuple(address, fc.record({ verificationId, proof, keepSessionId: maybe(sessionId) }))
    .map(([which, rest]) => ({ ...which, ...rest }))
