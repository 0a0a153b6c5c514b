import type { Parameter, Reader } from '../../projections/projection.ts'
import type { FloorStore, Past } from '../engine.ts'
import { untilPosition } from '../event-store/read-only-store.ts'
import { postgresDialect } from './postgres.ts'
import { openReader, sqliteReader } from './sqlite.ts'

/** What is no read table lies on the server, whatever the moment. */
const ON_SERVER =
  /\b(events|event_tags|seals|seal_keys|tiles|vault_keys|subject_keys|password_hashes|page_sessions|refresh_generations|mail_attempts|inquiry_attempts|oidc_payloads|idempotency_keys|throttles|projection_versions)\b/

/** Read tables from a file that was built up to a position, everything else from the server, as far as that position. */
export const postgresPast = (live: Reader, store: FloorStore, file: string, position: number): Past => {
  const built = openReader(file)
  const inFile = sqliteReader(built)
  const until = `with events as (select * from public.events where position <= ${position}),
    event_tags as (select * from public.event_tags where position <= ${position}),
    seals as (select * from public.seals where size <= ${position}) `
  const past = untilPosition(store, position, () => built.close())
  const all = <R>(sql: string, params?: readonly Parameter[]): Promise<R[]> =>
    ON_SERVER.test(sql) ? live.all<R>(until + sql, params) : inFile.all<R>(sql, params)
  return {
    database: {
      dialect: postgresDialect,
      reader: { all, get: async (sql, params) => (await all<never>(sql, params))[0] },
      exclusively: past.exclusively,
    },
    store: past,
  }
}
