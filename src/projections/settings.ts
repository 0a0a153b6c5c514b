import type { Instant } from '../domain/event.ts'
import { insert, projection, type Reader } from './projection.ts'

/** One row a change: there are few, and what was in force at any moment can be read off them. */
export const settings = projection('settings', ['setting_changes'], {
  SettingChanged: ({ position, id, at, actor, data: { setting, value, undoes } }) => [
    insert('setting_changes', { position, event_id: id, setting, value, undoes, at, actor }),
  ],
})

/** A change of a setting with the value before it. Long values (pictures) are cut short. */
export type SettingChange = {
  readonly position: number
  readonly id: string
  readonly setting: string
  readonly value: string | null
  readonly before: string | null
  readonly undoes: string | null
  readonly at: Instant
  readonly actor: string
  /** Whether the setting has not been changed since. */
  readonly isLast: boolean
}

const SHOWN_LENGTH = 1300

type Row = Omit<SettingChange, 'isLast'> & { readonly last: number }

export const settingReads = (db: Reader) => ({
  /** The position of the last change of any setting: the same number means that nothing is another than before. */
  async head(): Promise<number> {
    const row = await db.get<{ head: number | null }>('select max(position) as head from setting_changes')
    return Number(row?.head ?? 0)
  },

  /** What the history says of each setting that was ever changed: now, or at a moment. */
  async values(at: Instant | null = null): Promise<ReadonlyMap<string, string | null>> {
    const until = at === null ? '' : 'where at <= $1'
    const rows = await db.all<{ setting: string; value: string | null }>(
      `select setting, value from setting_changes where position in
         (select max(position) from setting_changes ${until} group by setting)`,
      at === null ? [] : [at],
    )
    return new Map(rows.map(({ setting, value }) => [setting, value]))
  },

  /** The last changes of these settings, newest first. */
  async changes(settings: readonly string[], limit: number): Promise<SettingChange[]> {
    const some = settings.map((_, n) => `$${n + 2}`).join(', ')
    const rows = await db.all<Row>(
      `select c.position, c.event_id as id, c.setting, c.undoes, c.at, c.actor, substr(c.value, 1, ${SHOWN_LENGTH}) as value,
         (select substr(b.value, 1, ${SHOWN_LENGTH}) from setting_changes b where b.setting = c.setting and b.position < c.position
          order by b.position desc limit 1) as before,
         (select max(position) from setting_changes l where l.setting = c.setting) as last
       from setting_changes c where c.setting in (${some}) order by c.position desc limit $1`,
      [limit, ...settings],
    )
    return rows.map(({ last, ...row }) => ({
      ...row,
      position: Number(row.position),
      isLast: Number(last) === Number(row.position),
    }))
  },

  async change(id: string): Promise<{ readonly setting: string } | null> {
    const row = await db.get<{ setting: string }>('select setting from setting_changes where event_id = $1', [
      id,
    ])
    return row ?? null
  },
})
