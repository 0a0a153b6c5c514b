import fc from 'fast-check'
import { type DomainEvent, definitionOf, type NewEvent } from '../../src/domain/catalogue.ts'
import { changeClient } from '../../src/domain/clients/change-client.ts'
import { registerClient } from '../../src/domain/clients/register-client.ts'
import { removeClient } from '../../src/domain/clients/remove-client.ts'
import type { Command, Decision } from '../../src/domain/decision.ts'
import type { Actor, Instant } from '../../src/domain/event.ts'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { purgeInvite } from '../../src/domain/invites/purge-invite.ts'
import { redeemInvite } from '../../src/domain/invites/redeem-invite.ts'
import { resendInvite } from '../../src/domain/invites/resend-invite.ts'
import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import { recordDelivery } from '../../src/domain/mails/record-delivery.ts'
import { endSessions } from '../../src/domain/sessions/end-sessions.ts'
import { issueSignInLink } from '../../src/domain/sessions/issue-sign-in-link.ts'
import { login } from '../../src/domain/sessions/login.ts'
import { logout } from '../../src/domain/sessions/logout.ts'
import { redeemSignInLink } from '../../src/domain/sessions/redeem-sign-in-link.ts'
import { changePassword } from '../../src/domain/users/change-password.ts'
import { changeProfile } from '../../src/domain/users/change-profile.ts'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { reinstateUser } from '../../src/domain/users/reinstate-user.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { suspendUser } from '../../src/domain/users/suspend-user.ts'
import { viewOf } from '../../src/domain/view.ts'
import * as cast from './controls.ts'

/** Somebody's wish, and whether a day goes by before it. Plain data: a counterexample can be read, and replayed. */
export type Step = {
  readonly type: string
  readonly wish: unknown
  readonly actor: Actor
  readonly pause: boolean
}

/** What became of a step. `events` is what it wrote, `before` and `after` the history as it is remembered. */
export type Act = Step & {
  readonly now: Instant
  readonly before: readonly DomainEvent[]
  readonly decision: Decision
  readonly events: readonly DomainEvent[]
  readonly after: readonly DomainEvent[]
  /** The same wish of the same actor once more, in the same moment. */
  readonly retry: Decision
}

const dayAfter = (n: number): Instant => new Date(Date.parse(cast.NOW) + n * 86_400_000).toISOString()
const LAST_DAY = 12
const expiresAt = fc.integer({ min: 0, max: LAST_DAY }).map(dayAfter)
const userId = fc.constantFrom(cast.ADA, cast.BEN, cast.BEN, cast.CYD)
const inviteId = fc.constantFrom(cast.INVITE, cast.OTHER_INVITE, cast.THIRD_INVITE)
const linkId = fc.constantFrom(cast.LINK, cast.OTHER_LINK)
const credentialId = fc.constantFrom(cast.CREDENTIAL, cast.CREDENTIAL, cast.OTHER_CREDENTIAL)
const sessionId = fc.constantFrom(cast.SESSION, cast.OTHER_SESSION)
const email = fc.oneof(
  { weight: 5, arbitrary: fc.constant(cast.BEN_ADDRESS) },
  { weight: 1, arbitrary: fc.constant(cast.ADA_ADDRESS) },
)
const clientId = fc.constantFrom(cast.CLIENT, cast.CLIENT, cast.OTHER_CLIENT)
const appName = fc.constantFrom('Example App', 'Another App')
const redirectUris = fc
  .constantFrom(cast.REDIRECT_URI, cast.OTHER_REDIRECT_URI, 'http://app.example/')
  .map((uri) => [uri])
const locale = fc.constantFrom('en' as const, 'ru' as const)
const role = fc.constantFrom('admin' as const, 'auditor' as const)
const session = sessionId.map((id) => ({ ...cast.start, sessionId: id }))
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { freq: 2 })
const actor: fc.Arbitrary<Actor> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Actor>('operator', 'system') },
  { weight: 3, arbitrary: userId.map((id): Actor => `user:${id}`) },
  { weight: 1, arbitrary: fc.constant<Actor>('anonymous') },
)

type Decide = (step: Step, history: readonly DomainEvent[], now: Instant) => Decision
const deciders = new Map<string, Decide>()
export const commandsInStories = (): string[] => [...deciders.keys()].toSorted()

const wishing = <C, V>(weight: number, command: Command<C, V>, wish: fc.Arbitrary<NoInfer<C>>) => {
  deciders.set(command.type, ({ wish: drawn, actor: by }, history, now) => {
    const parsed = command.schema.parse(drawn)
    return command.decide(parsed, viewOf(command.reads(parsed, { actor: by }), history), { now, actor: by })
  })
  const step = fc.record({
    type: fc.constant(command.type),
    wish,
    actor,
    pause: fc.integer({ min: 0, max: 5 }).map((n) => n === 5),
  })
  return { weight, arbitrary: step as fc.Arbitrary<Step> }
}

const step = fc.oneof(
  wishing(
    6,
    issueInvite,
    fc.record({ inviteId, email, role: fc.constantFrom('member', 'auditor'), locale, expiresAt }),
  ),
  wishing(2, resendInvite, fc.record({ inviteId, expiresAt })),
  wishing(2, revokeInvite, fc.record({ inviteId, reason: maybe(fc.constant('left the company')) })),
  wishing(2, purgeInvite, fc.record({ inviteId })),
  wishing(
    8,
    redeemInvite,
    fc.record({
      inviteId,
      email,
      userId,
      session,
      firstPassword: maybe(fc.record({ credentialId, expiresAt })),
    }),
  ),
  wishing(6, login, fc.record({ userId, provenCredentialId: maybe(credentialId), session })),
  wishing(1, logout, fc.record({ sessionId })),
  wishing(
    1,
    endSessions,
    fc.record({
      userId,
      except: maybe(sessionId),
      reason: fc.constantFrom('signed-out-everywhere', 'token-reused'),
    }),
  ),
  wishing(
    4,
    issueSignInLink,
    fc.record({ linkId, userId, email, locale, delivery: fc.constantFrom('mail', 'shown'), expiresAt }),
  ),
  wishing(4, redeemSignInLink, fc.record({ linkId, userId, session })),
  wishing(
    3,
    grantRole,
    fc.record({
      userId,
      role,
      enrol: maybe(fc.record({ email, locale })),
      newCredentialId: maybe(credentialId),
    }),
  ),
  wishing(
    2,
    changePassword,
    fc.record({ userId, sessionId, provenCredentialId: maybe(credentialId), newCredentialId: credentialId }),
  ),
  wishing(
    2,
    changeProfile,
    fc.record({ userId, name: maybe(fc.constantFrom('Ada', 'Ben')), locale: maybe(locale) }),
  ),
  wishing(3, revokeRole, fc.record({ userId, role, keepSessionId: maybe(sessionId) })),
  wishing(3, suspendUser, fc.record({ userId, reason: fc.constantFrom(null, 'on leave') })),
  wishing(2, reinstateUser, fc.record({ userId })),
  wishing(2, eraseUser, fc.record({ userId, email })),
  wishing(
    2,
    registerClient,
    fc.record({ clientId, name: appName, kind: fc.constantFrom('public', 'confidential'), redirectUris }),
  ),
  wishing(2, changeClient, fc.record({ clientId, name: maybe(appName), redirectUris: maybe(redirectUris) })),
  wishing(1, removeClient, fc.record({ clientId })),
  wishing(
    1,
    recordDelivery,
    fc.constantFrom({ result: 'sent', ...cast.mailSent.data }, { result: 'failed', ...cast.mailFailed.data }),
  ),
)

/** Every story begins with an admin, as every installation does. */
const firstAdmin: Step = {
  type: 'GrantRole',
  wish: {
    userId: cast.ADA,
    role: 'admin',
    enrol: { email: cast.ADA_ADDRESS, locale: 'en' },
    newCredentialId: null,
  },
  actor: 'system',
  pause: false,
}
const twoInvites: readonly Step[] = [cast.INVITE, cast.OTHER_INVITE].map((id) => ({
  type: 'IssueInvite',
  wish: {
    inviteId: id,
    email: cast.BEN_ADDRESS,
    role: 'member',
    locale: 'en',
    expiresAt: dayAfter(LAST_DAY / 2),
  },
  actor: `user:${cast.ADA}`,
  pause: false,
}))

export const anyStory: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.constantFrom(twoInvites, twoInvites, []), fc.array(step, { maxLength: 80, size: 'max' }))
  .map(([opening, steps]) => [firstAdmin, ...opening, ...steps])

/** What readers find once keys are destroyed: personal fields of the forgotten read as null. */
const withoutForgotten = (history: readonly DomainEvent[], written: readonly DomainEvent[]) => {
  const gone = written.flatMap((event) => definitionOf(event.type).forgets?.(event.data) ?? [])
  if (gone.length === 0) return history
  return history.map((event) => {
    const { subject, personalFields } = definitionOf(event.type)
    if (!subject || !gone.includes(subject(event.data))) return event
    const nothing = Object.fromEntries(personalFields.map((field) => [field, null]))
    return { ...event, data: { ...event.data, ...nothing } } as DomainEvent
  })
}

const written = (decided: readonly NewEvent[], by: Actor, at: Instant, head: number): DomainEvent[] =>
  decided.map(
    ({ type, data, causation }, n) =>
      ({
        position: head + n + 1,
        id: `EVENT-${head + n + 1}`,
        type,
        version: definitionOf(type).version,
        at,
        actor: by,
        causation: causation ?? null,
        correlation: 'STORY',
        data,
      }) as DomainEvent,
  )

/** Plays a story on the pure domain, with a list for a history. */
export const play = (story: readonly Step[]): Act[] => {
  let history: readonly DomainEvent[] = []
  let day = 0
  return story.map((one) => {
    if (one.pause && day < LAST_DAY) day++
    const now = dayAfter(day)
    const decide = deciders.get(one.type)
    if (!decide) throw new Error(`nobody decides ${one.type}`)
    const before = history
    const decision = decide(one, before, now)
    const events = written(decision.events, one.actor, now, before.length)
    history = withoutForgotten([...before, ...events], events)
    return { ...one, now, before, decision, events, after: history, retry: decide(one, history, now) }
  })
}
