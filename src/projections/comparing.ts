import type { DomainEvent } from '../domain/catalogue.ts'
import type { Tag } from '../domain/event.ts'
import { clients } from './clients.ts'
import { invites } from './invites.ts'
import type { Row, Value } from './projection.ts'
import { referralCodes } from './referral-codes.ts'
import { referrals } from './referrals.ts'
import { type Traced, TracedRows } from './rows.ts'
import { sessions } from './sessions.ts'
import { users } from './users.ts'
import { verifications } from './verifications.ts'

export const comparedKinds = [
  'invite',
  'user',
  'role',
  'session',
  'code',
  'referral',
  'verification',
  'batch',
  'client',
] as const
export type ComparedKind = (typeof comparedKinds)[number]

/** How rows of a table are compared: what tells them apart, whose they are, what of them is shown and what is personal. */
type Compared = {
  readonly table: string
  readonly kind: ComparedKind
  readonly key: readonly string[]
  readonly tag: (row: Row) => Tag
  readonly shown: readonly string[]
  readonly personal: readonly string[]
}

const ofUser = ({ user_id }: Row): Tag => `user:${String(user_id)}`
const by =
  (kind: string) =>
  ({ id }: Row): Tag =>
    `${kind}:${String(id)}`

export const COMPARED: readonly Compared[] = [
  {
    table: 'invites',
    kind: 'invite',
    key: ['id'],
    tag: by('invite'),
    shown: [
      'email',
      'role',
      'locale',
      'status',
      'delivery',
      'issued_at',
      'issued_by',
      'expires_at',
      'sent_at',
      'redeemed_at',
      'redeemed_user_id',
      'revoked_at',
      'revoked_by',
      'replaced_at',
      'reason',
    ],
    personal: ['email', 'reason'],
  },
  {
    table: 'users',
    kind: 'user',
    key: ['id'],
    tag: by('user'),
    shown: [
      'email',
      'name',
      'locale',
      'via',
      'invite_id',
      'registered_at',
      'email_verified_at',
      'credential_kind',
      'credential_expires_at',
      'suspended_at',
      'last_login_at',
    ],
    personal: ['email', 'name'],
  },
  {
    table: 'user_roles',
    kind: 'role',
    key: ['user_id', 'role'],
    tag: ofUser,
    shown: ['role', 'granted_at'],
    personal: [],
  },
  {
    table: 'sessions',
    kind: 'session',
    key: ['id'],
    tag: ofUser,
    shown: ['method', 'carrier', 'restricted', 'started_at', 'expires_at', 'ended_at', 'user_agent', 'ip'],
    personal: ['user_agent', 'ip'],
  },
  {
    table: 'referral_codes',
    kind: 'code',
    key: ['id'],
    tag: ofUser,
    shown: ['code', 'description', 'created_at', 'expires_at', 'mailed_at', 'deleted_at'],
    personal: ['code', 'description'],
  },
  {
    table: 'referrals',
    kind: 'referral',
    key: ['user_id'],
    tag: ofUser,
    shown: ['referrer_id', 'code_id', 'way', 'at', 'gone_at'],
    personal: [],
  },
  {
    table: 'verifications',
    kind: 'verification',
    key: ['id'],
    tag: ofUser,
    shown: ['email', 'purpose', 'code_expires_at', 'link_expires_at', 'status'],
    personal: ['email'],
  },
  {
    table: 'suspension_batches',
    kind: 'batch',
    key: ['id'],
    tag: by('batch'),
    shown: ['root_id', 'suspended_at', 'suspended_by', 'count', 'reinstated_at'],
    personal: [],
  },
  {
    table: 'clients',
    kind: 'client',
    key: ['id'],
    tag: by('client'),
    shown: ['name', 'kind', 'redirect_uris', 'registered_at', 'registered_by'],
    personal: [],
  },
]

const PROJECTIONS = [invites, users, verifications, sessions, clients, referralCodes, referrals]

/** Whether anything that stands under a tag has rows that are compared. */
export const isCompared = (tag: Tag): boolean => /^(?:invite|user|batch|client):/.test(tag)

export type FieldChange = {
  readonly name: string
  readonly from: Value
  readonly to: Value
  readonly isPersonal: boolean
}

/** Something that is another one at the later moment: it came, went, or some of its fields changed. */
export type Difference = {
  readonly kind: ComparedKind
  /** What it is called by; a role by its name. */
  readonly id: string
  /** Whom or what it is about. */
  readonly about: Tag
  readonly change: 'came' | 'went' | 'changed'
  readonly fields: readonly FieldChange[]
  /** The events between the two moments that did it. */
  readonly events: readonly DomainEvent[]
}

const camel = (column: string): string =>
  column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

const fieldsOf = ({ shown, personal }: Compared, before: Row | undefined, after: Row | undefined) =>
  shown.flatMap((column): FieldChange[] => {
    const [from, to] = [before?.[column] ?? null, after?.[column] ?? null]
    return from === to ? [] : [{ name: camel(column), from, to, isPersonal: personal.includes(column) }]
  })

/** What changed of all that stands under a tag, out of its events up to the later moment. */
export const differencesOf = async (
  about: Tag,
  events: AsyncIterable<DomainEvent>,
  from: number,
): Promise<Difference[]> => {
  const rows = new TracedRows(PROJECTIONS)
  let before: ReadonlyMap<Compared, ReadonlyMap<string, Row>> | undefined
  const keyIn =
    ({ key }: Compared) =>
    ({ row }: Traced) =>
      key.map((column) => String(row[column])).join(' ')
  const ownOf = (compared: Compared, traced: readonly Traced[]) =>
    new Map(traced.filter(({ row }) => compared.tag(row) === about).map((one) => [keyIn(compared)(one), one]))
  const photograph = () =>
    new Map(
      COMPARED.map((compared) => [
        compared,
        new Map([...ownOf(compared, rows.of(compared.table))].map(([key, { row }]) => [key, row])),
      ]),
    )
  for await (const event of events) {
    if (event.position > from) before ??= photograph()
    rows.apply(event)
  }
  before ??= photograph()
  return COMPARED.flatMap((compared) => {
    const earlier = before.get(compared) ?? new Map<string, Row>()
    const later = ownOf(compared, rows.of(compared.table))
    const gone = ownOf(compared, rows.goneFrom(compared.table))
    return [...new Set([...earlier.keys(), ...later.keys()])].flatMap((key): Difference[] => {
      const [old, now] = [earlier.get(key), later.get(key)]
      const fields = fieldsOf(compared, old, now?.row)
      if (fields.length === 0 && old && now) return []
      const traced = now ?? gone.get(key)
      return [
        {
          kind: compared.kind,
          id: key.slice(key.lastIndexOf(' ') + 1),
          about,
          change: old ? (now ? 'changed' : 'went') : 'came',
          fields,
          events: traced?.events.filter(({ position }) => position > from) ?? [],
        },
      ]
    })
  })
}
