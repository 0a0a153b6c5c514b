import type { Server } from 'node:http'
import type { Logger } from 'pino'
import type { Settings } from './config.ts'
import { type Foundation, openFoundation, type World } from './foundation.ts'
import type { House } from './http/house.ts'
import { createServer } from './http/server.ts'
import { throttlePolicies } from './http/throttle-policies.ts'
import { openAfterwards } from './infrastructure/afterwards.ts'
import { sqliteReader } from './infrastructure/database/sqlite.ts'
import type { Deadlines } from './infrastructure/deadlines.ts'
import { openLooking } from './infrastructure/event-store/looking.ts'
import { historyProofs } from './infrastructure/history/proofs.ts'
import type { Sealer } from './infrastructure/history/sealer.ts'
import type { Inquiries } from './infrastructure/inquiries.ts'
import { listen, openHttpServer } from './infrastructure/listen.ts'
import type { Outbox } from './infrastructure/mail/outbox.ts'
import { mailReaders } from './infrastructure/mail/readers.ts'
import { mailSecrets } from './infrastructure/mail/secrets.ts'
import type { MailTransport } from './infrastructure/mail/transport.ts'
import { openServices } from './infrastructure/outside/services.ts'
import { referralCodeCache } from './infrastructure/referral-code-cache.ts'
import { openThrottles } from './infrastructure/throttles/throttles.ts'
import { AccessTokens } from './infrastructure/vault/access-tokens.ts'
import { livingSessions } from './infrastructure/vault/living-sessions.ts'
import { oidcPayloads } from './infrastructure/vault/oidc-payloads.ts'
import { credentialProofs } from './infrastructure/vault/prove-credential.ts'
import { deriveKey } from './infrastructure/vault/root-secret.ts'
import { sealedAnswers } from './infrastructure/vault/sealed-answers.ts'
import { idempotencyKeys, pageSessions, refreshTokens } from './infrastructure/vault/sqlite-rows.ts'
import { mailTransport, openDeadlines, openOutbox, openSealer, openUpkeep } from './runners.ts'

/** The doors that pages and the API are handed: everything they may do, and no engine. */
export const openHouse = (
  floor: Foundation,
  log: Logger,
  draining: () => boolean,
  afterwards: House['afterwards'] = openAfterwards((what, err) => log.error({ err }, `${what} failed`)).add,
  judgeAddress: House['judgeAddress'] = async () => null,
): House => {
  const { settings, clock, ids, db, store, reads, execute, keyring, tokens, signatures } = floor
  const rows = {
    db,
    reader: sqliteReader(floor.reader),
    clock,
    exclusively: <T>(work: () => T) => store.exclusively(work),
  }
  const access = new AccessTokens(
    keyring.signing,
    settings.publicUrl,
    clock,
    settings.accessTokenTtlMs / 1000,
  )
  const refresh = refreshTokens(rows, tokens, settings.refreshTokenTtlMs)
  const secrets = mailSecrets(floor)
  const proofs = credentialProofs(floor)
  const throttles = openThrottles(
    { ...rows, digest: (text) => signatures.sign('throttle', text) },
    throttlePolicies,
  )
  return {
    settings: {
      publicUrl: settings.publicUrl,
      inviteCredentials: settings.inviteCredentials,
      inviteLink: settings.inviteLink,
      inviteTtlMs: settings.inviteTtlMs,
      linkTtlMs: settings.linkTtlMs,
      codeTtlMs: settings.codeTtlMs,
      registration: settings.registration,
      emailLookup: settings.emailLookup,
      devMailbox: settings.devMailbox,
      loopback: settings.loopback,
      proxyHops: settings.proxyHops,
      sessionMaxMs: settings.sessionMaxMs,
      throttled: settings.throttled,
      corsOrigins: settings.corsOrigins,
      readOnlyAsOf: null,
      checkAnswers: settings.profile === 'test',
    },
    now: clock,
    newId: ids,
    execute,
    reads,
    log,
    links: {
      inviteToken: secrets.inviteToken,
      readInviteToken: (token) => tokens.read('invite', token)?.id ?? null,
      signInToken: secrets.signInToken,
      readSignInToken: (token) => tokens.read('sign-in', token)?.id ?? null,
      readVerificationToken: (token) => tokens.read('verification', token)?.id ?? null,
      readPasswordResetToken: (token) => tokens.read('password-reset', token)?.id ?? null,
      registrationToken: (userId) => tokens.make('registration', userId),
      readRegistrationToken: (token) => tokens.read('registration', token)?.id ?? null,
    },
    referralCodes: {
      make: floor.newReferralCode,
      ...referralCodeCache({ reader: rows.reader, reads: reads.referralCodes, clock }),
    },
    judgeAddress,
    isVerificationCode: (verificationId, code) => floor.codes.matches(verificationId, code),
    passwords: {
      judge: (password, about) => floor.judge.judge(password, about),
      hash: (password) => floor.hasher.hash(password),
      hashFor: proofs.hashFor,
      prove: proofs.ofUser,
      proveByAddress: proofs.ofAddress,
    },
    tokens: {
      issueAccess: (claims) => access.issue(claims),
      readAccess: (token) => access.read(token),
      firstRefresh: (sessionId) => refresh.first(sessionId),
      rotateRefresh: (token) => refresh.rotate(token),
      jwks: () => access.jwks(),
    },
    livingSessions: livingSessions({ ...rows, refreshIdleMs: settings.refreshTokenTtlMs }),
    oidc: {
      payloads: oidcPayloads(rows),
      signer: access.signer,
      cookieKeys: floor.roots.map((root) => deriveKey(root, 'oidc cookies').toString('base64url')),
      clientSecret: (clientId) => tokens.make('client-secret', clientId),
      isClientSecret: (clientId, secret) => tokens.read('client-secret', secret)?.id === clientId,
    },
    throttles,
    sign: (purpose, text) => signatures.sign(purpose, text),
    verifySignature: (purpose, text, signature) => signatures.verify(purpose, text, signature),
    pageSessions: pageSessions(rows),
    idempotency: sealedAnswers(idempotencyKeys(rows), keyring.personal),
    history: openLooking({ store, reader: floor.reader, clock, doorbell: floor.doorbell }),
    proofs: historyProofs(floor.reader, store),
    ...mailReaders({
      reader: floor.reader,
      rows: reads.mails,
      events: store,
      secrets,
      publicUrl: settings.publicUrl,
    }),
    afterwards,
    draining,
    async checkReady() {
      await store.head()
    },
  }
}

/** The running service: what tests boot and what `serve` starts. */
export type App = {
  readonly floor: Foundation
  readonly house: House
  readonly outbox: Outbox
  readonly deadlines: Deadlines
  readonly inquiries: Inquiries
  readonly sealer: Sealer
  readonly server: Server
  readonly address: string
  /** Once everything that was left for after an answer is done. */
  readonly settled: () => Promise<void>
  /** Stops accepting, finishes what was begun, lets go of the database. */
  readonly close: () => Promise<void>
}

export type AppOptions = World & {
  readonly log: Logger
  readonly transport?: MailTransport
  /** Leaves the background runners to another process (`latchkey work`). */
  readonly noWorkers?: boolean
}

export const openApp = async (
  settings: Settings,
  { log, transport, noWorkers, ...world }: AppOptions,
): Promise<App> => {
  const floor = await openFoundation(settings, world)
  let draining = false
  const later = openAfterwards((what, error) => log.error({ err: error }, `${what} failed`))
  const services = openServices(floor, log)
  const house = openHouse(floor, log, () => draining, later.add, services.judgeAddress)
  const outbox = openOutbox(floor, log, transport ?? mailTransport(settings))
  const deadlines = openDeadlines(floor, log)
  const sealer = openSealer(floor, log)
  const upkeep = openUpkeep(floor, log)
  const answer = createServer(house).callback()
  const server = openHttpServer((req, res) => void answer(req, res))
  try {
    const { port } = await listen(server, settings.host, settings.port)
    void upkeep.start()
    if (!noWorkers) {
      outbox.start()
      deadlines.start()
      services.inquiries.start()
      sealer.start()
    }
    const address = `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`
    return {
      floor,
      house,
      outbox,
      deadlines,
      inquiries: services.inquiries,
      sealer,
      server,
      address,
      settled: later.settled,
      async close() {
        draining = true
        const closed = new Promise((resolve) => server.close(resolve))
        void floor.doorbell.emit('appended') // whoever follows the history notices that it is time to go
        server.closeIdleConnections()
        await closed
        await later.settled()
        await upkeep.stop()
        await services.stop()
        await deadlines.stop()
        await outbox.stop()
        await sealer.stop()
        await floor.close()
      },
    }
  } catch (error) {
    await floor.close()
    throw error
  }
}
