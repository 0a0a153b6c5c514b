import type { Clock } from '../clock.ts'
import type { Database } from '../database/work.ts'
import type { EventStore } from '../event-store/store.ts'
import type { Ids } from '../ids.ts'
import { Inquiries, type InquiryParts } from '../inquiries.ts'
import { inquiryLeases } from '../inquiry-leases.ts'
import { clearbitEnricher } from './clearbit.ts'
import { openOutside } from './http.ts'
import { hunterVerifier } from './hunter.ts'
import { openJudge, remembering } from './judge.ts'
import type { Service } from './ports.ts'

type Floor = {
  readonly settings: { readonly emailVerifier: Service | null; readonly enrichment: Service | null }
  readonly database: Pick<Database, 'reader' | 'exclusively'>
  readonly store: Pick<EventStore, 'decide'>
  readonly clock: Clock
  readonly ids: Ids
}

/** The outside services that the operator has set: one verdict for who waits, and the runner that asks the rest later. */
export const openServices = ({ settings, database, store, clock, ids }: Floor, log: InquiryParts['log']) => {
  const ask = openOutside()
  const { emailVerifier, enrichment } = settings
  const verifier = emailVerifier && remembering(hunterVerifier(emailVerifier, ask), clock)
  const enricher = enrichment && clearbitEnricher(enrichment, ask)
  const judge = verifier && openJudge({ verifier, clock, log })
  const leases = inquiryLeases({ ...database, clock })
  const inquiries = new Inquiries({ store, leases, verifier, enricher, clock, ids, log })
  return {
    inquiries,
    judgeAddress: async (email: string) => (judge ? judge.judge(email) : null),
    async stop() {
      judge?.stop()
      await inquiries.stop()
    },
  }
}
