import { definitionOf, eventTypes } from '../../domain/catalogue.ts'
import type { SqliteConnection } from '../database/sqlite.ts'

const FORGETTING = eventTypes.filter((type) => definitionOf(type).forgets !== undefined)
const SQL = `select 1 from events where type in (${FORGETTING.map((type) => `'${type}'`).join(', ')}) and position > ? limit 1`

/**
 * Notices that somebody was forgotten through another connection, in this process or another: then what is kept of
 * keys is void. Asked before each use of what is kept; as long as nobody else commits, it asks SQLite for one number.
 * Prepared once for any number of watches.
 */
export const forgettingWatches = (db: SqliteConnection): ((onForgetting: () => void) => () => void) => {
  const version = db.prepare('pragma data_version').pluck()
  const last = db.prepare('select max(position) from events').pluck()
  const head = () => Number(last.get()) // null, and so 0, where nothing has happened yet
  const forgetting = db.prepare(SQL)
  return (onForgetting) => {
    let seenVersion = version.get()
    let seen = head()
    return () => {
      const now = version.get()
      if (now === seenVersion) return
      seenVersion = now
      if (forgetting.get(seen) !== undefined) onForgetting()
      seen = head()
    }
  }
}
