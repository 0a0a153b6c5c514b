import type { Logger } from 'pino'
import type { Foundation } from './foundation.ts'
import { openImportRunner } from './imports.ts'
import type { Inquiries } from './infrastructure/inquiries.ts'
import type { MailTransport } from './infrastructure/mail/transport.ts'
import { openDeadlines, openOutbox, openWebhooks } from './runners.ts'
import { openSealer } from './sealing.ts'

/** The background runners together, for the service and for `latchkey work`. */
export const openWorkers = (
  floor: Foundation,
  log: Logger,
  transport: MailTransport,
  inquiries: Inquiries,
) => {
  const outbox = openOutbox(floor, log, transport)
  const deadlines = openDeadlines(floor, log)
  const sealer = openSealer(floor, log)
  const webhooks = openWebhooks(floor, log)
  const imports = openImportRunner(floor, log)
  return {
    outbox,
    deadlines,
    inquiries,
    sealer,
    webhooks,
    imports,

    start(): void {
      for (const one of [outbox, deadlines, inquiries, sealer, webhooks, imports]) one.start()
    },

    /** Finishes what is in hand. The sealer comes last: it seals what the others have still written. */
    async stop(): Promise<void> {
      for (const one of [imports, inquiries, deadlines, outbox, webhooks, sealer]) await one.stop()
    },
  }
}

export type Workers = ReturnType<typeof openWorkers>
