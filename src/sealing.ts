import type { Logger } from 'pino'
import type { Foundation } from './foundation.ts'
import { sealMails } from './infrastructure/history/seal-mails.ts'
import { Sealer } from './infrastructure/history/sealer.ts'
import { witnessAt } from './infrastructure/history/witness.ts'

/** The runner that puts our name to the history. */
export const openSealer = ({ settings, ...floor }: Foundation, log: Logger): Sealer => {
  const { witnessUrl, isMailed, ...seals } = settings.seals
  return new Sealer({
    ...floor,
    ...seals,
    publish: [
      ...(witnessUrl === null ? [] : [witnessAt(witnessUrl, log)]),
      ...(isMailed ? [sealMails({ ...floor, log })] : []),
    ],
    log,
  })
}
