import { ask, type Pool, postgresReader } from '../database/postgres.ts'
import { readBy } from '../database/work.ts'
import { sealKeyRows } from './seal-keys.ts'
import { openSeals } from './seals.ts'
import type { HistorySource, SourceRow } from './source.ts'

const PAGE = 500
const ROWS = `select position, type, convert_to(bytes, 'UTF8') as bytes from events
  where position > $1 and position <= $2 order by position limit ${PAGE}`

/** A history as it lies in the database. What is appended and sealed meanwhile is left to the next time. */
export const postgresSource = async (pool: Pool): Promise<HistorySource> => {
  const complaints: string[] = []
  const reader = postgresReader(pool)
  const { readTile, last, after } = openSeals(reader)
  const sealed = (await last())?.size ?? 0
  const head =
    (await reader.get<{ head: number | null }>('select max(position) as head from events'))?.head ?? 0
  return {
    goesOn: true,
    sealed: async () => sealed,
    async keys() {
      const rows = await reader.all<{ generation: number }>(
        'select generation from seal_keys order by generation',
      )
      if (rows.some(({ generation }, n) => generation !== n + 1)) complaints.push('a key of seals is missing')
      return readBy(reader, sealKeyRows())
    },
    readTile,
    async *rows() {
      for (let from = -1; ; ) {
        const rows = await ask<SourceRow>(pool, ROWS, [from, head])
        if (rows.length > 0) yield rows
        if (rows.length < PAGE) return
        from = rows.at(-1)?.position ?? head
      }
    },
    async *seals() {
      for (let from = 0; ; ) {
        const page = await after(from, PAGE)
        for (const { size, note } of page) if (size <= sealed) yield { size, note }
        if (page.length < PAGE) return
        from = page.at(-1)?.size ?? sealed
      }
    },
    async complaints() {
      const place = await reader.get<{ position: number }>('select position from history_head')
      if (place && place.position < head) complaints.push('the head of the history is behind its last event')
      return complaints
    },
  }
}
