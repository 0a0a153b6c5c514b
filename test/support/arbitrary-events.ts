import fc from 'fast-check'
import { z } from 'zod'
import {
  catalogue,
  type DomainEvent,
  definitionOf,
  type EventType,
  eventTypes,
} from '../../src/domain/catalogue.ts'
import * as cast from './controls.ts'

/** Few of everything, so that events are about the same things and moments now and then are equal. */
const POOLS: Readonly<Record<string, readonly string[]>> = {
  userId: [cast.ADA, cast.BEN],
  inviteId: [cast.INVITE, cast.OTHER_INVITE],
  sessionId: [cast.SESSION, cast.OTHER_SESSION],
  credentialId: [cast.CREDENTIAL, cast.OTHER_CREDENTIAL],
  linkId: [cast.LINK],
  verificationId: [cast.VERIFICATION, cast.OTHER_VERIFICATION],
  resetId: [cast.RESET, cast.OTHER_RESET],
  template: ['invite', 'verification'],
  clientId: [cast.CLIENT, cast.OTHER_CLIENT],
  redirectUris: [cast.REDIRECT_URI, cast.OTHER_REDIRECT_URI],
  webhookId: [cast.WEBHOOK, cast.OTHER_WEBHOOK],
  secretId: [cast.WEBHOOK_SECRET, cast.NEXT_WEBHOOK_SECRET],
  rewindId: [cast.REWIND, cast.OTHER_REWIND],
  url: [cast.WEBHOOK_URL, cast.OTHER_WEBHOOK_URL],
  types: ['InviteRedeemed', 'UserErased'],
  mailId: [cast.MAIL],
  codeId: [cast.CODE_ID, cast.OTHER_CODE_ID],
  code: [cast.CODE, cast.OTHER_CODE],
  batchId: [cast.BATCH, cast.OTHER_BATCH],
  email: [cast.ADA_ADDRESS, cast.BEN_ADDRESS],
  about: [`invite:${cast.INVITE}`, `user:${cast.BEN}`],
  setting: ['registration.mode', 'brand.name'],
  undoes: [cast.CHANGE, cast.OTHER_CHANGE],
  text: ['some words', ''],
  day: ['2026-03-01', '2026-03-02'],
}
const SAME_POOL: Readonly<Record<string, string>> = {
  inviteIds: 'inviteId',
  redeemedInviteId: 'inviteId',
  previousSecretId: 'secretId',
  except: 'sessionId',
  name: 'text',
  company: 'text',
  title: 'text',
  description: 'text',
  referrerId: 'userId',
  rootId: 'userId',
  viewerId: 'userId',
  reason: 'text',
  note: 'text',
  userAgent: 'text',
  ip: 'text',
  value: 'text',
}
const MOMENTS = [cast.EARLIER, cast.NOW, cast.IN_A_DAY, cast.IN_A_WEEK]
export const anyMoment = fc.constantFrom(...MOMENTS)
const anyActor = fc.constantFrom('operator', 'system', 'anonymous', `user:${cast.ADA}`)

/** As much of JSON schema as event schemas are made of. */
type Shape = {
  readonly type?: string | readonly string[]
  readonly const?: string
  readonly enum?: readonly string[]
  readonly format?: string
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly items?: Shape
  readonly properties?: Readonly<Record<string, Shape>>
}

const arbitraryOf = (name: string, shape: Shape): fc.Arbitrary<unknown> => {
  const choices = shape.anyOf ?? shape.oneOf
  if (choices) return fc.oneof(...choices.map((choice) => arbitraryOf(name, choice)))
  if (shape.const !== undefined) return fc.constant(shape.const)
  if (shape.enum) return fc.constantFrom(...shape.enum)
  if (typeof shape.type === 'object') {
    return fc.oneof(...shape.type.map((type) => arbitraryOf(name, { ...shape, type })))
  }
  if (shape.type === 'null') return fc.constant(null)
  if (shape.type === 'boolean') return fc.boolean()
  if (shape.type === 'integer') return fc.integer({ min: 1, max: 3 })
  if (shape.type === 'array' && shape.items) {
    return fc.uniqueArray(arbitraryOf(name, shape.items), { maxLength: 2 })
  }
  if (shape.type === 'object' && shape.properties) {
    const fields = Object.entries(shape.properties)
    return fc.record(Object.fromEntries(fields.map(([field, inner]) => [field, arbitraryOf(field, inner)])), {
      noNullPrototype: true,
    })
  }
  const pool = shape.format === 'date-time' ? MOMENTS : POOLS[SAME_POOL[name] ?? name]
  if (shape.type === 'string' && pool) return fc.constantFrom(...pool)
  throw new Error(`no examples of ${name}: ${JSON.stringify(shape)}`)
}

const anyEventOf = (type: EventType): fc.Arbitrary<DomainEvent> =>
  fc.record({
    position: fc.constant(0),
    id: fc.constant(''),
    type: fc.constant(type),
    version: fc.constant(definitionOf(type).version),
    at: anyMoment,
    actor: anyActor,
    causation: fc.constant(null),
    correlation: fc.constant('CORRELATION'),
    data: arbitraryOf(type, z.toJSONSchema(catalogue[type].schema) as Shape),
  }) as fc.Arbitrary<DomainEvent>

/** Any events in any order, made from the schemas of the catalogue: most of them no command would ever decide. */
export const anyHistory: fc.Arbitrary<readonly DomainEvent[]> = fc
  .array(fc.oneof(...eventTypes.map(anyEventOf)), { maxLength: 30 })
  .map((events) => events.map((event, n) => ({ ...event, position: n + 1, id: `EVENT-${n + 1}` })))
