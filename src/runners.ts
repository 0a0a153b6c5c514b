import type { Logger } from 'pino'
import type { Settings } from './config.ts'
import type { Foundation } from './foundation.ts'
import { Deadlines } from './infrastructure/deadlines.ts'
import { Sealer } from './infrastructure/history/sealer.ts'
import { witnessAt } from './infrastructure/history/witness.ts'
import { Outbox } from './infrastructure/mail/outbox.ts'
import { renderMail } from './infrastructure/mail/render.ts'
import { mailSecrets } from './infrastructure/mail/secrets.ts'
import { smtpTransport } from './infrastructure/mail/smtp.ts'
import { sqliteLeases } from './infrastructure/mail/sqlite-leases.ts'
import { captureTransport, consoleTransport, type MailTransport } from './infrastructure/mail/transport.ts'
import { Upkeep } from './infrastructure/projections/upkeep.ts'
import { openSweeps } from './infrastructure/sweeps.ts'
import { orphanSweep } from './infrastructure/vault/forgetting.ts'
import { projections } from './projections/index.ts'

export const mailTransport = (settings: Settings): MailTransport => {
  if (settings.mailUrl === 'console:') return consoleTransport((text) => process.stdout.write(text))
  if (settings.mailUrl === 'capture:') return captureTransport()
  return smtpTransport(settings.mailUrl, settings.mailFrom, settings.publicUrl)
}

/** The runner that sends what the history calls for. */
export const openOutbox = (floor: Foundation, log: Logger, transport: MailTransport): Outbox => {
  const { db, reader, store, doorbell, clock, settings } = floor
  const secrets = mailSecrets(floor)
  return new Outbox({
    store,
    leases: sqliteLeases({ db, reader, clock, exclusively: (work) => store.exclusively(work) }),
    render: (event, template) => renderMail(event, template, secrets, settings.publicUrl),
    transport,
    doorbell,
    clock,
    log,
  })
}

/** The runner that forgets who has not confirmed an address in time. */
export const openDeadlines = ({ settings, ...floor }: Foundation, log: Logger): Deadlines =>
  new Deadlines({
    ...floor,
    unverifiedTtlMs: settings.unverifiedTtlMs,
    everyRun: [orphanSweep({ ...floor, exclusively: (work) => floor.store.exclusively(work) })],
    sweeps: openSweeps({ ...floor, refreshIdleMs: settings.refreshTokenTtlMs }),
    log,
  })

/** The runner that puts our name to the history. */
export const openSealer = ({ settings, ...floor }: Foundation, log: Logger): Sealer => {
  const { witnessUrl, ...seals } = settings.seals
  return new Sealer({
    ...floor,
    ...seals,
    exclusively: (work) => floor.store.exclusively(work),
    publish: witnessUrl === null ? [] : [witnessAt(witnessUrl, log)],
    log,
  })
}

/** Brings read tables up to date that another version has built. */
export const openUpkeep = ({ store, db, clock, ids }: Foundation, log: Logger): Upkeep =>
  new Upkeep({ store, db, clock, ids, projections, log })
