import type Router from '@koa/router'
import { registerClient } from '../../domain/clients/register-client.ts'
import type { Principal, State } from '../context.ts'
import { OIDC_PREFIX } from '../oidc/provider.ts'
import { Problem } from '../problems.ts'
import { newAttempt, readAttempt } from './attempt.ts'
import { type ClientDraft, clientErrors, draftOf, kindIn, refusedField, urisIn } from './client-fields.ts'
import {
  adminOf,
  auditorOf,
  byAdmin,
  type Ctx,
  type FieldError,
  type Kit,
  mayChange,
  queryOf,
  seeOther,
  withQuery,
} from './kit.ts'

const LIST = '/admin/clients'
const PAGE = 25

type Shown = {
  readonly draft: ClientDraft & { readonly kind: string }
  readonly errors: readonly FieldError[]
}
const EMPTY: Shown = { draft: { name: '', redirectUris: '', kind: 'confidential' }, errors: [] }

/** Applications in which users may sign in with us: the list, for admins and auditors, and the form for one more, for admins. */
export const adminClientPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const show = async (ctx: Ctx, who: Principal, { draft, errors } = EMPTY, status = 200): Promise<void> => {
    const after = queryOf(ctx, 'after')
    const found = await house.reads.clients.list({ limit: PAGE + 1, after })
    const clients = found.slice(0, PAGE)
    render(
      ctx,
      'admin-clients',
      {
        title: t(ctx, 'admin.clients'),
        section: 'clients',
        issuer: `${house.settings.publicUrl}${OIDC_PREFIX}`,
        clients,
        canChange: mayChange(kit, ctx),
        attempt: newAttempt(house, who.session.id, LIST),
        draft,
        errors,
        olderUrl: found.length > PAGE ? withQuery(LIST, { after: clients.at(-1)?.id }) : null,
        newestUrl: after ? LIST : null,
      },
      status,
    )
  }

  router.get(LIST, async (ctx: Ctx) => {
    const who = auditorOf(ctx)
    if (!who) return seeOther(ctx, '/')
    await show(ctx, who)
  })

  router.post(LIST, async (ctx: Ctx) => {
    const fields = await form(ctx)
    const admin = adminOf(ctx)
    if (!admin && auditorOf(ctx)) throw new Problem('forbidden')
    if (!admin) return seeOther(ctx, '/')
    const kind = kindIn(fields)
    const draft = { ...draftOf(fields), kind }
    const errors = clientErrors(kit, ctx, draft)
    if (errors.length > 0) return show(ctx, admin, { draft, errors }, 422)

    // The same form sent twice registers nothing twice, and shows the same secret.
    const clientId = readAttempt(house, admin.session.id, LIST, fields['attempt']) ?? house.newId()
    const wish = { clientId, name: draft.name.trim(), kind, redirectUris: urisIn(draft.redirectUris) }
    const outcome = await house.execute(registerClient, wish, byAdmin(ctx, admin))
    if (outcome.outcome === 'refused') {
      return show(ctx, admin, { draft, errors: refusedField(kit, ctx, outcome.refusal) }, 422)
    }
    const client = await house.reads.clients.get(clientId)
    if (!client) throw new Problem('client_not_found')
    render(
      ctx,
      'admin-client-registered',
      {
        title: t(ctx, 'clients.secret.title', { name: client.name }),
        section: 'clients',
        issuer: `${house.settings.publicUrl}${OIDC_PREFIX}`,
        client,
        secret: client.kind === 'confidential' ? house.oidc.clientSecret(clientId) : null,
      },
      201,
    )
  })
}
