import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Settings } from './config.ts'
import type { Command } from './domain/decision.ts'
import { CODE_BYTES, codeFrom } from './domain/referrals/code.ts'
import type { Execute } from './http/house.ts'
import { type Clock, systemClock } from './infrastructure/clock.ts'
import { type Migration, migrateUp, readMigrations } from './infrastructure/database/migrations.ts'
import {
  openReader,
  openWriter,
  type SqliteConnection,
  sqliteReader,
} from './infrastructure/database/sqlite.ts'
import { createDoorbell, type Doorbell } from './infrastructure/doorbell.ts'
import { tagEncoder } from './infrastructure/event-store/codec.ts'
import { SqliteEventStore } from './infrastructure/event-store/sqlite-store.ts'
import type { EventStore } from './infrastructure/event-store/store.ts'
import { type Ids, randomIds } from './infrastructure/ids.ts'
import { keepFirstVersions } from './infrastructure/projections/versions.ts'
import { addressDigest } from './infrastructure/vault/address-digest.ts'
import { DerivedTokens, FirstPasswords, VerificationCodes } from './infrastructure/vault/derived-tokens.ts'
import { vaultForgetting } from './infrastructure/vault/forgetting.ts'
import { type Keyring, openKeyring } from './infrastructure/vault/keyring.ts'
import { PasswordJudge } from './infrastructure/vault/password-judge.ts'
import { PasswordHasher } from './infrastructure/vault/passwords.ts'
import { loadRootSecrets, parseRootSecrets, type RootSecrets } from './infrastructure/vault/root-secret.ts'
import { Signatures } from './infrastructure/vault/signatures.ts'
import { SubjectKeys } from './infrastructure/vault/subject-keys.ts'
import { projections, type ReadSide, readSide } from './projections/index.ts'

/** What tests and simulations bring instead of the machine's own. */
export type World = {
  readonly clock?: Clock
  readonly ids?: Ids
  readonly newReferralCode?: () => string
  readonly onFatal?: (error: Error) => void
  /** bcrypt's cost; lower only where many sign-ins are tested. */
  readonly hashCost?: number
}

/** What is asked of the engine beyond the port. */
export type FloorStore = EventStore & Pick<SqliteEventStore, 'exclusively' | 'readNow' | 'emptyLog'>

/** The floor that the service and the command line both stand on: database, vault, history and read side. */
export type Foundation = {
  readonly settings: Settings
  readonly clock: Clock
  readonly ids: Ids
  readonly newReferralCode: () => string
  readonly db: SqliteConnection
  readonly reader: SqliteConnection
  readonly store: FloorStore
  readonly doorbell: Doorbell
  readonly reads: ReadSide
  readonly execute: Execute
  readonly roots: RootSecrets
  readonly keyring: Keyring
  readonly tokens: DerivedTokens
  readonly firstPasswords: FirstPasswords
  readonly codes: VerificationCodes
  readonly signatures: Signatures
  readonly hasher: PasswordHasher
  readonly judge: PasswordJudge
  readonly close: () => Promise<void>
}

export const migrations = (): readonly Migration[] =>
  readMigrations(join(import.meta.dirname, '..', 'migrations', 'sqlite'))

export const executeOn =
  (store: EventStore): Execute =>
  <C, V>(command: Command<C, V>, wish: C, by: Parameters<Execute>[2], alongside?: Parameters<Execute>[3]) =>
    store.decide({
      readings: command.reads(wish, { actor: by.actor }),
      decide: (view: V, now) => command.decide(wish, view, { now, actor: by.actor }),
      actor: by.actor,
      correlation: by.correlation,
      causation: by.causation,
      alongside,
    })

/** Opens (and if need be makes) the database of these settings. Throws SetupProblem for what an operator has to mend. */
export const openFoundation = async (settings: Settings, world: World = {}): Promise<Foundation> => {
  const clock = world.clock ?? systemClock
  const ids = world.ids ?? randomIds(clock)
  const roots = settings.secret
    ? parseRootSecrets(settings.secret, 'SECRET')
    : loadRootSecrets(settings.secretFile, settings.createSecret)
  const db = openWriter(settings.databaseFile)
  migrateUp(db, migrations(), clock())
  keepFirstVersions(db, projections)
  const keyring = openKeyring(db, roots, clock())
  const reader = openReader(settings.databaseFile)
  const doorbell = createDoorbell()
  const store = new SqliteEventStore({
    db,
    reader,
    keys: new SubjectKeys(keyring.personal),
    encodeTag: tagEncoder(addressDigest(keyring['address-index'])),
    projections: [...projections, vaultForgetting],
    clock,
    ids,
    ring: () => void doorbell.emit('appended'),
    onFatal: world.onFatal ?? (() => {}),
  })
  const judge = new PasswordJudge(settings.publicUrl)
  const hasher = new PasswordHasher(keyring.pepper, world.hashCost ? { cost: world.hashCost } : {})
  return {
    settings,
    clock,
    ids,
    newReferralCode: world.newReferralCode ?? (() => codeFrom(randomBytes(CODE_BYTES))),
    db,
    reader,
    store,
    doorbell,
    reads: readSide(sqliteReader(reader)),
    execute: executeOn(store),
    roots,
    keyring,
    tokens: new DerivedTokens(roots),
    firstPasswords: new FirstPasswords(roots),
    codes: new VerificationCodes(roots),
    signatures: new Signatures(roots),
    hasher,
    judge,
    async close() {
      await hasher.close()
      await judge.close()
      await store.close()
    },
  }
}
