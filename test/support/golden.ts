import { z } from 'zod'
import { type DomainEvent, definitionOf, type EventType, type NewEvent } from '../../src/domain/catalogue.ts'
import { mailing } from '../../src/domain/processes/mailing.ts'
import * as cast from './controls.ts'

const examples: readonly NewEvent[] = [
  cast.issued(),
  cast.resent(),
  cast.revoked({ reason: 'left the company' }),
  cast.redeemed(),
  cast.replaced(),
  cast.purged,
  cast.registered(cast.BEN, cast.BEN_ADDRESS, { kind: 'invite', inviteId: cast.INVITE }),
  cast.verified(cast.BEN, cast.BEN_ADDRESS, 'invite'),
  cast.addressReleased({ inviteIds: [cast.INVITE] }),
  cast.verificationIssued(),
  cast.verificationFailed(),
  cast.resetRequested(),
  cast.firstPassword(),
  cast.firstPasswordUsed,
  cast.passwordChanged(),
  cast.profileChanged({ name: 'Ben' }),
  cast.emailJudged(),
  cast.personEnriched(),
  cast.granted(cast.ADA),
  cast.roleRevoked(cast.ADA),
  {
    type: 'UserSuspended',
    data: { userId: cast.BEN, roles: ['auditor'], reason: 'on leave', batchId: cast.BATCH },
  },

  cast.reinstated(cast.BEN, ['auditor']),
  cast.erased(cast.BEN, { roles: ['auditor'], inviteIds: [cast.INVITE] }),
  cast.loggedIn('invite'),
  cast.loginFailed(),
  cast.newDeviceNoticed(),
  cast.loggedOut,
  cast.sessionsEnded('password-changed', cast.SESSION),
  cast.linkIssued(),
  cast.linkRedeemed,
  cast.mailSent,
  cast.mailFailed,
  cast.mailRetried,
  cast.clientRegistered(),
  cast.clientChanged({ name: 'Another App', redirectUris: [cast.OTHER_REDIRECT_URI] }),
  cast.clientRemoved,
  cast.codeCreated({ description: 'for the team' }),
  cast.codeDeleted(),
  cast.codeMailed(),
  cast.referred(cast.CYD, cast.BEN),
  cast.subtreeSuspended(),
  cast.subtreeReinstated(),
  cast.historyViewed(),
  cast.settingChanged(),
  cast.webhookRegistered(),
  cast.webhookChanged({ url: cast.OTHER_WEBHOOK_URL, description: '', types: [] }),
  cast.webhookPaused,
  cast.webhookResumed,
  cast.webhookSecretRotated,
  cast.webhookRewound,
  cast.webhookDisabled,
  cast.webhookRemoved,
]

/** One example of every event type, as new golden files are written from. */
export const goldenExamples = Object.fromEntries(examples.map(({ type, data }) => [type, data])) as {
  readonly [K in EventType]: Extract<NewEvent, { type: K }>['data']
}

/** What is promised of data of a type, whichever version it was stored in. */
export const consequencesOf = (type: EventType, data: NewEvent['data']) => {
  const { version, tags, subject, forgets } = definitionOf(type)
  const event = {
    position: 1,
    id: 'EVENT-1',
    type,
    version,
    at: cast.NOW,
    actor: 'operator',
    causation: null,
    correlation: 'CORRELATION',
    data,
  } as DomainEvent
  return {
    tags: tags(data),
    subject: subject?.(data) ?? null,
    forgets: forgets?.(data) ?? [],
    mails: mailing(event),
  }
}

/** What is promised of a version: it may only change together with its number. */
export const shapeOf = (type: EventType) => {
  const { schema, personalFields } = definitionOf(type)
  return { personal: personalFields, schema: z.toJSONSchema(schema) }
}
