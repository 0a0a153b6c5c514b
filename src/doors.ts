import type { Logger } from 'pino'
import type { Foundation } from './foundation.ts'
import type { House } from './http/house.ts'
import { throttlePolicies } from './http/throttle-policies.ts'
import { importsOn } from './imports.ts'
import { openAfterwards } from './infrastructure/afterwards.ts'
import { positions } from './infrastructure/database/positions.ts'
import { openLooking } from './infrastructure/event-store/looking.ts'
import { historyProofs } from './infrastructure/history/proofs.ts'
import { mailReaders } from './infrastructure/mail/readers.ts'
import { mailSecrets } from './infrastructure/mail/secrets.ts'
import { referralCodeCache } from './infrastructure/referral-code-cache.ts'
import { openThrottles } from './infrastructure/throttles/throttles.ts'
import { AccessTokens } from './infrastructure/vault/access-tokens.ts'
import { idempotencyKeys } from './infrastructure/vault/idempotency-keys.ts'
import { livingSessions } from './infrastructure/vault/living-sessions.ts'
import { oidcPayloads } from './infrastructure/vault/oidc-payloads.ts'
import { pageSessions } from './infrastructure/vault/page-sessions.ts'
import { credentialProofs } from './infrastructure/vault/prove-credential.ts'
import { refreshTokens } from './infrastructure/vault/refresh-tokens.ts'
import { deriveKey } from './infrastructure/vault/root-secret.ts'
import { sealedAnswers } from './infrastructure/vault/sealed-answers.ts'
import { listing } from './listing.ts'
import { metersOf } from './metering.ts'
import { readSide } from './projections/index.ts'
import { openWebhooksDoor } from './runners.ts'
import { inForceDoor, looksOf, openSettings } from './settings.ts'
import { unwatched, type Watch } from './watch.ts'

/** The doors that pages and the API are handed: everything they may do, and no engine. */
export const openHouse = (
  floor: Foundation,
  log: Logger,
  draining: () => boolean,
  afterwards: House['afterwards'] = openAfterwards((what, err) => log.error({ err }, `${what} failed`)).add,
  judgeAddress: House['judgeAddress'] = async () => null,
  travel: House['travel'] = null,
  watch: Pick<Watch, 'request' | 'execute' | 'metrics' | 'turnedAway'> = unwatched,
): House => {
  const { settings, clock, ids, database, store, reads, execute, keyring, tokens, signatures } = floor
  const rows = { reader: database.reader, exclusively: database.exclusively, clock }
  const access = new AccessTokens(
    keyring.signing,
    settings.publicUrl,
    clock,
    settings.accessTokenTtlMs / 1000,
  )
  const refresh = refreshTokens(rows, tokens, settings.refreshTokenTtlMs)
  const secrets = mailSecrets(floor)
  const inForce = openSettings(floor)
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
      linkTtlMs: settings.linkTtlMs,
      codeTtlMs: settings.codeTtlMs,
      emailLookup: settings.emailLookup,
      devMailbox: settings.devMailbox,
      loopback: settings.loopback,
      proxyHops: settings.proxyHops,
      sessionMaxMs: settings.sessionMaxMs,
      throttled: settings.throttled,
      neutralMs: settings.neutralMs,
      corsOrigins: settings.corsOrigins,
      readOnlyAsOf: null,
      checkAnswers: settings.profile === 'test',
    },
    now: clock,
    newId: ids,
    execute: watch.execute(execute),
    reads: listing(reads, readSide(floor.lists)),
    positions: settings.postgresReadUrl === null ? null : positions,
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
    history: openLooking({
      store,
      database: { ...database, reader: floor.lists },
      clock,
      doorbell: floor.doorbell,
    }),
    proofs: historyProofs(database.reader, store),
    travel,
    webhooks: openWebhooksDoor(floor),
    imports: importsOn(floor),
    ...mailReaders({
      reader: database.reader,
      rows: reads.mails,
      events: store,
      secrets,
      lookAt: looksOf(inForce, settings.publicUrl),
    }),
    inForce: inForceDoor(inForce, settings),
    afterwards,
    turnedAway: watch.turnedAway,
    watchRequest: watch.request,
    metrics: metersOf(floor, watch),
    draining,
    async checkReady() {
      await store.head()
      if (!(await floor.engine.isMigrated())) {
        throw new Error('migrations are missing: latchkey migrate status')
      }
      await floor.engine.checkWritable()
    },
  }
}
