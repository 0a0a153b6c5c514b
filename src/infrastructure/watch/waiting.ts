import type { Projection, Reader } from '../../projections/projection.ts'
import type { Clock } from '../clock.ts'
import { fingerprint } from '../projections/versions.ts'

/** What stands and what waits in the database, whichever process has to do with it. */
export type Waiting = {
  readonly head: number
  readonly unsealed: number
  readonly outdatedProjections: number
  readonly mailsQueued: number
  readonly mailsFailed: number
  readonly oldestMailSeconds: number
}

type Parts = {
  readonly reader: Reader
  readonly head: () => Promise<number>
  readonly projections: readonly Projection[]
  readonly clock: Clock
}

export const whatWaits = async ({ reader, head, projections, clock }: Parts): Promise<Waiting> => {
  const last = await head()
  const seal = await reader.get<{ size: number | null }>('select max(size) as size from seals')
  const states = await reader.all<{ status: string; count: number; oldest: string }>(
    `select status, count(*) as count, min(queued_at) as oldest from mails
     where status in ('queued', 'failed') group by status`,
  )
  const known = await reader.all<{ name: string; fingerprint: string | null }>(
    'select name, fingerprint from projection_versions',
  )
  const built = new Map(known.map((row) => [row.name, row.fingerprint]))
  const queued = states.find(({ status }) => status === 'queued')
  const waited = queued ? Date.parse(clock()) - Date.parse(queued.oldest) : 0
  return {
    head: last,
    unsealed: last - Number(seal?.size ?? 0),
    outdatedProjections: projections.filter((one) => built.get(one.name) !== fingerprint(one)).length,
    mailsQueued: Number(queued?.count ?? 0),
    mailsFailed: Number(states.find(({ status }) => status === 'failed')?.count ?? 0),
    oldestMailSeconds: Math.max(0, waited / 1000),
  }
}
