import type { ClientKind } from '../domain/clients/events.ts'
import { insert, projection, type Reader, remove, update, type Value } from './projection.ts'

/** One row an application that may ask our users to sign in; gone when it is removed. */
export const clients = projection('clients', ['clients'], {
  ClientRegistered: ({ at, actor, data }) => [
    insert('clients', {
      id: data.clientId,
      name: data.name,
      kind: data.kind,
      redirect_uris: JSON.stringify(data.redirectUris),
      registered_at: at,
      registered_by: actor,
    }),
  ],
  ClientChanged: ({ data: { clientId, name, redirectUris } }) => {
    const set = {
      ...(name === null ? {} : { name }),
      ...(redirectUris === null ? {} : { redirect_uris: JSON.stringify(redirectUris) }),
    }
    return Object.keys(set).length > 0 ? [update('clients', { id: clientId }, set)] : []
  },
  ClientRemoved: ({ data }) => [remove('clients', { id: data.clientId })],
})

/** A client as pages and the API show it; no secret in it. */
export type ClientView = {
  readonly id: string
  readonly name: string
  readonly kind: ClientKind
  readonly redirectUris: readonly string[]
  readonly registeredAt: string
  readonly registeredBy: string
}

type ClientRow = Omit<ClientView, 'redirectUris'> & { readonly redirectUris: string }

const COLUMNS = `id, name, kind, redirect_uris as "redirectUris", registered_at as "registeredAt",
  registered_by as "registeredBy"`

const present = (row: ClientRow): ClientView => ({
  ...row,
  redirectUris: JSON.parse(row.redirectUris) as string[],
})

/** Newest first, by id (a ULID). `after` is the last id of the page before. */
export const clientReads = (db: Reader) => ({
  async get(id: string): Promise<ClientView | null> {
    const row = await db.get<ClientRow>(`select ${COLUMNS} from clients where id = $1`, [id])
    return row ? present(row) : null
  },

  async list({ limit, after }: { limit: number; after?: string | undefined }): Promise<ClientView[]> {
    const params: Value[] = after ? [after, limit] : [limit]
    const rows = await db.all<ClientRow>(
      `select ${COLUMNS} from clients ${after ? 'where id < $1' : ''} order by id desc limit $${params.length}`,
      params,
    )
    return rows.map(present)
  },
})
