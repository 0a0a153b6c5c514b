import type { Logger } from 'pino'
import type { Settings } from './config.ts'
import type { Foundation } from './foundation.ts'
import type { WebhooksDoor } from './http/webhooks-door.ts'
import { importsOn } from './imports.ts'
import { clockWatch } from './infrastructure/clock-watch.ts'
import { Deadlines } from './infrastructure/deadlines.ts'
import { mailLeases } from './infrastructure/mail/leases.ts'
import { Outbox } from './infrastructure/mail/outbox.ts'
import { renderMail } from './infrastructure/mail/render.ts'
import { mailSecrets } from './infrastructure/mail/secrets.ts'
import { smtpTransport } from './infrastructure/mail/smtp.ts'
import { captureTransport, consoleTransport, type MailTransport } from './infrastructure/mail/transport.ts'
import { Upkeep } from './infrastructure/projections/upkeep.ts'
import { openSweeps } from './infrastructure/sweeps.ts'
import { openTravel } from './infrastructure/travel/travel.ts'
import { orphanSweep } from './infrastructure/vault/forgetting.ts'
import { WebhookSecrets } from './infrastructure/vault/webhook-secrets.ts'
import { openPost } from './infrastructure/webhooks/post.ts'
import { rowKeeper } from './infrastructure/webhooks/row-keeper.ts'
import { openSender } from './infrastructure/webhooks/sending.ts'
import { openWebhookDesk } from './infrastructure/webhooks/webhook-desk.ts'
import { WebhookRunner } from './infrastructure/webhooks/webhook-runner.ts'
import { projections } from './projections/index.ts'
import { looksOf, openSettings } from './settings.ts'

export const mailTransport = (settings: Settings): MailTransport => {
  if (settings.mailUrl === 'console:') return consoleTransport((text) => process.stdout.write(text))
  if (settings.mailUrl === 'capture:') return captureTransport()
  return smtpTransport(settings.mailUrl, settings.mailFrom, settings.publicUrl)
}

/** The runner that sends what the history calls for. */
export const openOutbox = (floor: Foundation, log: Logger, transport: MailTransport): Outbox => {
  const { database, store, doorbell, clock, settings } = floor
  const secrets = mailSecrets(floor)
  const lookAt = looksOf(openSettings(floor), settings.publicUrl)
  return new Outbox({
    store,
    leases: mailLeases({ ...database, clock }),
    // What goes out now says what is in force now.
    render: async (event, template) => renderMail(event, template, secrets, await lookAt(null)),
    transport,
    doorbell,
    clock,
    log,
  })
}

/** The runner that forgets who has not confirmed an address in time. */
export const openDeadlines = (foundation: Foundation, log: Logger): Deadlines => {
  const { settings, ...floor } = foundation
  return new Deadlines({
    ...floor,
    unverifiedTtlMs: settings.unverifiedTtlMs,
    everyRun: [orphanSweep(floor.database), clockWatch({ ...floor, log })],
    sweeps: [
      ...openSweeps({ ...floor, refreshIdleMs: settings.refreshTokenTtlMs }),
      () => importsOn(foundation).sweep(),
    ],
    log,
  })
}

const webhookParts = (floor: Foundation) => {
  const secrets = new WebhookSecrets(floor.roots)
  const post = openPost({ isAtHome: floor.settings.loopback })
  return {
    ...floor,
    secrets,
    keeper: rowKeeper(floor.database),
    send: openSender({ ...floor, secrets, post }),
  }
}

/** The runner that tells other programs what happens. */
export const openWebhooks = (floor: Foundation, log: Logger): WebhookRunner =>
  new WebhookRunner({ ...webhookParts(floor), chance: Math.random, log })

/** What admins do about webhooks and their deliveries. */
export const openWebhooksDoor = (floor: Foundation): WebhooksDoor => {
  const { secrets, ...parts } = webhookParts(floor)
  return {
    ...openWebhookDesk({ ...parts, reader: floor.database.reader }),
    isAtHome: floor.settings.loopback,
    secret: (secretId) => secrets.make(secretId),
  }
}

/** Brings read tables up to date that another version has built. */
export const openUpkeep = (
  { store, database, engine, origin, clock, ids }: Foundation,
  log: Logger,
): Upkeep =>
  new Upkeep({ store, database, liveTables: engine.liveTables, origin, clock, ids, projections, log })

/** Builds read sides of the past for whoever may see them. */
export const openTravelDoor = (floor: Foundation, log: Logger) =>
  openTravel({
    ...floor,
    onError: (err) => log.error({ err }, 'letting go of the past failed'),
  })
