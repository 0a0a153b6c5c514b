import { z } from 'zod'
import {
  databaseUrl,
  durationSchema,
  fromSchema,
  mailUrl,
  onOff,
  originSchema,
  origins,
  pinnedSchema,
  postgresUrl,
  proxies,
  secretSchema,
  serviceKey,
  serviceUrl,
} from './config-values.ts'
import { addressSchema } from './domain/address.ts'
import type { SettingName } from './domain/settings/names.ts'
import { SetupProblem } from './infrastructure/errors.ts'
import type { Service } from './infrastructure/outside/ports.ts'
import { type MetricsAccess, metricsAccess } from './infrastructure/watch/access.ts'

const UNIT_MS = { m: 60_000, d: 86_400_000 } as const

const SQLITE = 'sqlite:'

const service = (url: string | undefined, key: string | undefined): Service | null =>
  url === undefined ? null : { url, key: key ?? null }

/**
 * Every setting, as the environment (or `.env`) names it. A profile only changes defaults: `production` wants its
 * secret and address said out loud, `test` writes no mail; each has a database file of its own.
 */
export const settingsSchema = z.object({
  PROFILE: z.enum(['development', 'test', 'production']).default('development'),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_READ_URL: postgresUrl.optional(),
  DATABASE_POOL: z.coerce.number().int().min(4).max(200).default(12),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  PUBLIC_URL: originSchema.optional(),
  SECRET: secretSchema.optional(),
  SECRET_FILE: z.string().min(1).default('data/secret'),
  ADMIN_EMAIL: addressSchema.default('admin@localhost'),
  ADMIN_PASSWORD: z.string().min(8).max(128).optional(),
  HASH_COST: z.coerce.number().int().min(4).max(15).default(12),
  MAIL_URL: mailUrl.optional(),
  MAIL_FROM: fromSchema.default('Latchkey <no-reply@localhost>'),
  DEV_MAILBOX: onOff.optional(),
  INVITE_CREDENTIALS: z.enum(['mail', 'choose']).default('mail'),
  INVITE_LINK: z.enum(['confirm', 'direct']).default('confirm'),
  INVITE_TTL: durationSchema.default(7 * UNIT_MS.d),
  LINK_TTL: durationSchema.default(10 * UNIT_MS.m),
  CODE_TTL: durationSchema.default(10 * UNIT_MS.m),
  ACCESS_TOKEN_TTL: durationSchema.default(10 * UNIT_MS.m),
  REFRESH_TOKEN_TTL: durationSchema.default(14 * UNIT_MS.d),
  UNVERIFIED_TTL: durationSchema.default(2 * UNIT_MS.d),
  REGISTRATION: z.enum(['open', 'referral', 'invite']).default('open'),
  PINNED_SETTINGS: pinnedSchema.default([]),
  EMAIL_LOOKUP: onOff.default(false),
  EMAIL_VERIFIER_URL: serviceUrl.optional(),
  EMAIL_VERIFIER_KEY: serviceKey.optional(),
  ENRICHMENT_URL: serviceUrl.optional(),
  ENRICHMENT_KEY: serviceKey.optional(),
  SEAL_ORIGIN: z
    .string()
    .regex(/^[^\s+]{1,200}$/, 'must be a name without spaces and plus signs')
    .optional(),
  SEAL_EVENTS: z.coerce.number().int().min(1).max(65_536).default(1000),
  SEAL_SECONDS: z.coerce.number().int().min(1).max(86_400).default(60),
  SEAL_WITNESS_URL: serviceUrl.optional(),
  SEAL_MAIL: z.enum(['off', 'daily']).default('off'),
  CORS_ORIGINS: origins.default([]),
  THROTTLE: onOff.optional(),
  TRUST_PROXY: proxies.default(false),
  METRICS: metricsAccess.prefault('off'),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LOG_FILE: z.string().min(1).optional(),
})

export type Settings = {
  readonly profile: 'development' | 'test' | 'production'
  /** Not used with PostgreSQL. */
  readonly databaseFile: string
  readonly postgresUrl: string | null
  /** A replica for lists and the history; null where everything is asked of one server. */
  readonly postgresReadUrl: string | null
  /** Connections to PostgreSQL at most. */
  readonly postgresPool: number
  readonly host: string
  readonly port: number
  readonly publicUrl: string
  readonly secret: string | undefined
  readonly secretFile: string
  /** Whether a missing secret file may be made. */
  readonly createSecret: boolean
  readonly adminEmail: string
  readonly adminPassword: string | undefined
  /** bcrypt's. */
  readonly hashCost: number
  readonly mailUrl: string
  readonly mailFrom: string
  readonly devMailbox: boolean
  readonly loopback: boolean
  readonly inviteCredentials: 'mail' | 'choose'
  readonly inviteLink: 'confirm' | 'direct'
  readonly inviteTtlMs: number
  readonly linkTtlMs: number
  readonly codeTtlMs: number
  readonly accessTokenTtlMs: number
  /** A refresh token that is not used for this long is dead; the session's own end stands above it. */
  readonly refreshTokenTtlMs: number
  /** Who has not confirmed an address after this long is forgotten. */
  readonly unverifiedTtlMs: number
  readonly registration: 'open' | 'referral' | 'invite'
  /** Settings that are as the environment has them, whatever an admin has set. */
  readonly pinned: readonly SettingName[]
  readonly emailLookup: boolean
  /** The outside services that are asked about who registers; null for none. */
  readonly emailVerifier: Service | null
  readonly enrichment: Service | null
  readonly sessionMaxMs: number
  /** Whose history it is, as its seals say; a seal at least every so many events, and every so often if there are new ones. */
  readonly seals: {
    readonly origin: string
    readonly everyEvents: number
    readonly everyMs: number
    readonly witnessUrl: string | null
    /** Whether auditors get the first seal of each day by mail. */
    readonly isMailed: boolean
  }
  readonly throttled: boolean
  /** How long an answer takes that must not tell whether an address is known. */
  readonly neutralMs: number
  /** Whether some are asked to come again when more come than can be served. */
  readonly turnsAway: boolean
  readonly corsOrigins: readonly string[]
  /** How many proxies stand in front; 0 trusts no forwarded header. */
  readonly proxyHops: number
  readonly metrics: MetricsAccess
  /** Where the runners by themselves serve their meters; null for nowhere. */
  readonly metricsPort: number | null
  readonly logLevel: string
  /** Errors also go here, rotated; null for nowhere. */
  readonly logFile: string | null
}

const SESSION_MAX_MS = 30 * UNIT_MS.d
/** More than it takes to find out, under load as well. */
const NEUTRAL_MS = 50
const DATABASES = {
  development: 'data/latchkey.db',
  test: 'data/latchkey-test.db',
  production: 'data/latchkey-production.db',
} as const
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** What the domain says in codes, for those who read settings. */
const said = (message: string): string =>
  message.startsWith('address_') ? 'must be an e-mail address such as admin@example.org' : message

const urlHost = (host: string) => (host.includes(':') ? `[${host}]` : host)

/** Reads the settings; throws one SetupProblem that lists everything wrong with them, and never a secret's value. */
export const readSettings = (environment: Readonly<Record<string, string | undefined>>): Settings => {
  const given = Object.fromEntries(
    Object.keys(settingsSchema.shape)
      .map((name) => [name, environment[name]] as const)
      .filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const parsed = settingsSchema.safeParse(given)
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${said(message)}`)
  const production = given['PROFILE'] === 'production'
  if (production && !given['SECRET'] && !given['SECRET_FILE']) {
    problems.push('SECRET: production needs SECRET or SECRET_FILE; nothing is made up for it')
  }
  if (production && !given['PUBLIC_URL'])
    problems.push('PUBLIC_URL: production needs the address that people use')
  if (production && parsed.data && parsed.data.HASH_COST < 12)
    problems.push('HASH_COST: production needs 12 or more')
  if (!parsed.success || problems.length > 0) {
    throw new SetupProblem(`These settings are wrong:\n${problems.map((line) => `  ${line}`).join('\n')}`)
  }
  const s = parsed.data
  const publicUrl = s.PUBLIC_URL ?? `http://${urlHost(s.HOST)}:${s.PORT}`
  const mail = s.MAIL_URL ?? (s.PROFILE === 'test' ? 'capture:' : 'console:')
  return {
    profile: s.PROFILE,
    databaseFile: s.DATABASE_URL?.startsWith(SQLITE)
      ? s.DATABASE_URL.slice(SQLITE.length)
      : DATABASES[s.PROFILE],
    postgresUrl: s.DATABASE_URL === undefined || s.DATABASE_URL.startsWith(SQLITE) ? null : s.DATABASE_URL,
    postgresReadUrl: s.DATABASE_READ_URL ?? null,
    postgresPool: s.DATABASE_POOL,
    host: s.HOST,
    port: s.PORT,
    publicUrl,
    secret: s.SECRET,
    secretFile: s.SECRET_FILE,
    createSecret: !production,
    adminEmail: s.ADMIN_EMAIL,
    adminPassword: s.ADMIN_PASSWORD,
    hashCost: s.HASH_COST,
    mailUrl: mail,
    mailFrom: s.MAIL_FROM,
    devMailbox: s.DEV_MAILBOX ?? (mail === 'console:' && !production),
    // Behind a proxy the service listens on loopback and is public all the same.
    loopback: LOOPBACK.has(s.HOST) && LOOPBACK.has(new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')),
    inviteCredentials: s.INVITE_CREDENTIALS,
    inviteLink: s.INVITE_LINK,
    inviteTtlMs: s.INVITE_TTL,
    linkTtlMs: s.LINK_TTL,
    codeTtlMs: s.CODE_TTL,
    accessTokenTtlMs: s.ACCESS_TOKEN_TTL,
    refreshTokenTtlMs: s.REFRESH_TOKEN_TTL,
    unverifiedTtlMs: s.UNVERIFIED_TTL,
    registration: s.REGISTRATION,
    pinned: s.PINNED_SETTINGS,
    emailLookup: s.EMAIL_LOOKUP,
    emailVerifier: service(s.EMAIL_VERIFIER_URL, s.EMAIL_VERIFIER_KEY),
    enrichment: service(s.ENRICHMENT_URL, s.ENRICHMENT_KEY),
    sessionMaxMs: SESSION_MAX_MS,
    seals: {
      origin: s.SEAL_ORIGIN ?? new URL(publicUrl).host,
      everyEvents: s.SEAL_EVENTS,
      everyMs: s.SEAL_SECONDS * 1000,
      witnessUrl: s.SEAL_WITNESS_URL ?? null,
      isMailed: s.SEAL_MAIL === 'daily',
    },
    corsOrigins: s.CORS_ORIGINS,
    throttled: s.THROTTLE ?? s.PROFILE !== 'test',
    neutralMs: s.PROFILE === 'test' ? 0 : NEUTRAL_MS,
    turnsAway: s.PROFILE !== 'test',
    proxyHops: typeof s.TRUST_PROXY === 'number' ? s.TRUST_PROXY : s.TRUST_PROXY ? 1 : 0,
    metrics: s.METRICS,
    metricsPort: s.METRICS_PORT ?? null,
    logLevel: s.LOG_LEVEL,
    logFile: s.LOG_FILE ?? (production ? 'data/logs/errors.log' : null),
  }
}
