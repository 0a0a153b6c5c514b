import type { Reader } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import { openExpiring } from '../database/expiring.ts'
import { type Exclusively, run } from '../database/work.ts'
import { digest } from './digest.ts'

type Parts = {
  readonly reader: Reader
  readonly exclusively: Exclusively
  readonly clock: Clock
}

/** What is kept of a code, a token, a consent or a sign-in under way. */
type OidcPayload = Readonly<Record<string, unknown>>

/** Stands in the stored text for the secret that the row is found by; JSON never holds it unescaped. */
const OWN_ID = '\u0001'

const digestOf = (payload: OidcPayload, field: string): string | null => {
  const value = payload[field]
  return typeof value === 'string' ? digest(value) : null
}

/** A row with a `session_id` is there while that session lives, its user may sign in, and the client is registered. */
const FIND = `select p.payload, p.consumed_at as "consumedAt" from oidc_payloads p
  where p.model = $1 and p.expires_at > $3
    and (p.session_id is null or exists (select 1 from sessions s join users u on u.id = s.user_id
      join clients c on c.id = p.client_id
      where s.id = p.session_id and s.ended_at is null and s.expires_at > $3 and s.restricted = 0
        and u.suspended_at is null and u.email_verified_at is not null))`

const PUT = `insert into oidc_payloads
  (payload, grant_digest, uid_digest, session_id, client_id, expires_at, model, id_digest)
  values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (model, id_digest) do update set payload = excluded.payload,
  grant_digest = excluded.grant_digest, uid_digest = excluded.uid_digest, session_id = excluded.session_id,
  client_id = excluded.client_id, expires_at = excluded.expires_at`

type Row = { readonly payload: string; readonly consumedAt: string | null }

/**
 * The rows behind OpenID Connect. What a holder shows (a code, a token, a cookie) is kept as its digest only, and taken
 * out of the payload: whoever reads the table can use nothing in it. A consent dies with the session it was given in,
 * and everything issued under a consent dies with the consent.
 */
export const oidcPayloads = ({ reader, exclusively, clock }: Parts) => {
  const nameOf = (model: string, idDigest: string) => `oidc:${model}:${idDigest}`
  const removeExpired = openExpiring(
    { exclusively, clock },
    { name: 'oidc_payloads', key: ['model', 'id_digest'], now: (instant) => instant },
  )

  const revive = (row: Row | undefined, id: string): OidcPayload | undefined => {
    if (!row) return undefined
    const payload = JSON.parse(row.payload.replaceAll(OWN_ID, id)) as OidcPayload
    return row.consumedAt === null ? payload : { ...payload, consumed: Date.parse(row.consumedAt) / 1000 }
  }

  return {
    async put(
      model: string,
      id: string,
      payload: OidcPayload,
      { lifetimeMs, sessionId = null }: { readonly lifetimeMs: number; readonly sessionId?: string | null },
    ): Promise<void> {
      const { clientId } = payload
      const now = clock()
      const idDigest = digest(id)
      const row = [
        JSON.stringify(payload).replaceAll(id, OWN_ID),
        digestOf(payload, 'grantId'),
        digestOf(payload, 'uid'),
        sessionId,
        typeof clientId === 'string' ? clientId : null,
        plus(now, lifetimeMs),
        model,
        idDigest,
      ]
      await removeExpired()
      await exclusively(nameOf(model, idDigest), () => run(PUT, row))
    },

    async find(model: string, id: string): Promise<OidcPayload | undefined> {
      const row = await reader.get<Row>(`${FIND} and p.id_digest = $2`, [model, digest(id), clock()])
      return revive(row, id)
    },

    /** By another name than the one it is held under; what comes back does not know its own id. */
    async findByUid(model: string, uid: string): Promise<OidcPayload | undefined> {
      const row = await reader.get<Row>(`${FIND} and p.uid_digest = $2`, [model, digest(uid), clock()])
      return revive(row, '')
    },

    /** True for exactly one of all those who try. */
    async consume(model: string, id: string): Promise<boolean> {
      const idDigest = digest(id)
      const consumed = await exclusively(nameOf(model, idDigest), () =>
        run(
          `update oidc_payloads set consumed_at = $1
           where model = $2 and id_digest = $3 and consumed_at is null`,
          [clock(), model, idDigest],
        ),
      )
      return consumed === 1
    },

    async remove(model: string, id: string): Promise<void> {
      const idDigest = digest(id)
      await exclusively(nameOf(model, idDigest), () =>
        run('delete from oidc_payloads where model = $1 and id_digest = $2', [model, idDigest]),
      )
    },

    async removeOfGrant(model: string, grantId: string): Promise<void> {
      const grant = digest(grantId)
      await exclusively(`oidc grant:${model}:${grant}`, () =>
        run('delete from oidc_payloads where model = $1 and grant_digest = $2', [model, grant]),
      )
    },
  }
}
