import { randomBytes } from 'node:crypto'
import type { Settings } from './config.ts'
import type { Command } from './domain/decision.ts'
import { CODE_BYTES, codeFrom } from './domain/referrals/code.ts'
import type { Execute } from './http/house.ts'
import { type Clock, systemClock } from './infrastructure/clock.ts'
import type { Migrator } from './infrastructure/database/migrator.ts'
import { positions } from './infrastructure/database/positions.ts'
import { openSqliteEngine, type SqliteFile } from './infrastructure/database/sqlite-engine.ts'
import { openSqliteMigrator } from './infrastructure/database/sqlite-migrator.ts'
import type { Database } from './infrastructure/database/work.ts'
import { createDoorbell, type Doorbell } from './infrastructure/doorbell.ts'
import type { Engine, FloorStore } from './infrastructure/engine.ts'
import { SetupProblem } from './infrastructure/errors.ts'
import { tagEncoder } from './infrastructure/event-store/codec.ts'
import type { EventStore } from './infrastructure/event-store/store.ts'
import { type Ids, randomIds } from './infrastructure/ids.ts'
import { isUnderWay } from './infrastructure/move/move.ts'
import type { Origin } from './infrastructure/projections/build.ts'
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
import type { Reader } from './projections/projection.ts'

/** What tests and simulations bring instead of the machine's own. */
export type World = {
  readonly clock?: Clock
  readonly ids?: Ids
  readonly newReferralCode?: () => string
  readonly onFatal?: (error: Error) => void
  /** Told of each commit: how much work was in it, and how long it took. */
  readonly committed?: (commands: number, seconds: number) => void
}

/** The floor that the service and the command line both stand on: database, vault, history and read side. */
export type Foundation = {
  readonly settings: Settings
  readonly clock: Clock
  readonly ids: Ids
  readonly newReferralCode: () => string
  readonly engine: Engine
  readonly database: Database
  /** Where the database is a file. */
  readonly sqlite: SqliteFile | null
  readonly store: FloorStore
  /** For threads of their own that read the history. */
  readonly origin: Origin
  readonly doorbell: Doorbell
  readonly reads: ReadSide
  /** For lists and the history: a replica may answer. */
  readonly lists: Reader
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

export const executeOn =
  (store: EventStore): Execute =>
  <C, V>(command: Command<C, V>, wish: C, by: Parameters<Execute>[2], alongside?: Parameters<Execute>[3]) =>
    store
      .decide({
        readings: command.reads(wish, { actor: by.actor }),
        decide: (view: V, now) => command.decide(wish, view, { now, actor: by.actor }),
        actor: by.actor,
        correlation: by.correlation,
        causation: by.causation,
        alongside,
      })
      .then((outcome) => {
        positions.raise(outcome.events.at(-1)?.position ?? 0)
        return outcome
      })

// What PostgreSQL needs is loaded by those who have it: that is a fifth of all modules of a short command.

/** The schema of the database of these settings. */
export const openMigrator = async ({ databaseFile, postgresUrl }: Settings): Promise<Migrator> => {
  if (postgresUrl === null) return openSqliteMigrator(databaseFile)
  const { openPostgresMigrator } = await import('./infrastructure/database/postgres-migrations.ts')
  return openPostgresMigrator(postgresUrl)
}

/** The database of these settings and nothing on top of it. */
export const openEngine = async (
  { databaseFile, postgresUrl, postgresReadUrl, postgresPool, profile }: Settings,
  now: string,
): Promise<Engine & { readonly sqlite: SqliteFile | null }> => {
  if (postgresUrl === null) return openSqliteEngine(databaseFile, now)
  const options = {
    url: postgresUrl,
    readUrl: postgresReadUrl,
    max: postgresPool,
    unsafe: profile === 'test',
    now,
  }
  const { openPostgresEngine } = await import('./infrastructure/database/postgres-engine.ts')
  return { ...(await openPostgresEngine(options)), sqlite: null }
}

/** Opens (and if need be makes) the database of these settings. Throws SetupProblem for what an operator has to mend. */
export const openFoundation = async (settings: Settings, world: World = {}): Promise<Foundation> => {
  const clock = world.clock ?? systemClock
  const ids = world.ids ?? randomIds(clock)
  const roots = settings.secret
    ? parseRootSecrets(settings.secret, 'SECRET')
    : loadRootSecrets(settings.secretFile, settings.createSecret)
  const { sqlite, ...engine } = await openEngine(settings, clock())
  const { dialect, reader, exclusively } = engine
  const database = { dialect, reader, exclusively }
  if (await isUnderWay(reader)) {
    await engine.close()
    throw new SetupProblem(
      'A history is on its way into this database and not all of it has arrived. Run `latchkey move` again.',
    )
  }
  await keepFirstVersions(database, projections)
  const keyring = await openKeyring(database, roots, clock())
  const doorbell = createDoorbell()
  const store = engine.openStore({
    keys: new SubjectKeys(keyring.personal),
    encodeTag: tagEncoder(addressDigest(keyring['address-index'])),
    projections: [...projections, vaultForgetting],
    clock,
    ids,
    ring: () => void doorbell.emit('appended'),
    onFatal: world.onFatal ?? (() => {}),
    committed: world.committed,
  })
  const judge = new PasswordJudge(settings.publicUrl)
  const hasher = new PasswordHasher(keyring.pepper, { cost: settings.hashCost })
  return {
    settings,
    clock,
    ids,
    newReferralCode: world.newReferralCode ?? (() => codeFrom(randomBytes(CODE_BYTES))),
    engine,
    database,
    sqlite,
    store,
    origin: {
      place: settings.postgresUrl === null ? { file: settings.databaseFile } : { url: settings.postgresUrl },
      personalKey: keyring.personal,
    },
    doorbell,
    reads: readSide(reader),
    lists: engine.lists,
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
      await engine.close()
    },
  }
}
