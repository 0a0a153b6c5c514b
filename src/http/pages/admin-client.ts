import type Router from '@koa/router'
import { changeClient } from '../../domain/clients/change-client.ts'
import { removeClient } from '../../domain/clients/remove-client.ts'
import type { Actor } from '../../domain/event.ts'
import type { ClientView } from '../../projections/clients.ts'
import type { Principal, State } from '../context.ts'
import { Problem, problemOf } from '../problems.ts'
import { type ClientDraft, clientErrors, draftOf, refusedField, urisIn } from './client-fields.ts'
import {
  adminOf,
  auditorOf,
  byAdmin,
  type Ctx,
  type FieldError,
  type Fields,
  type Kit,
  mayChange,
  paramOf,
  seeOther,
} from './kit.ts'
import { leaveNotice } from './notices.ts'
import { peopleOf } from './people.ts'

const LIST = '/admin/clients'
const ONE = `${LIST}/:id`

/** One application's page: what is known of it, and what an admin may change. */
export const adminClientPage = (router: Router<State>, kit: Kit): void => {
  const { house, render, form } = kit

  const find = async (ctx: Ctx): Promise<ClientView> => {
    const client = await house.reads.clients.get(paramOf(ctx, 'id'))
    if (!client) throw new Problem('client_not_found')
    return client
  }

  const show = async (
    ctx: Ctx,
    client: ClientView,
    draft: ClientDraft = { name: client.name, redirectUris: client.redirectUris.join('\n') },
    errors: readonly FieldError[] = [],
  ): Promise<void> => {
    const registrar = client.registeredBy as Actor
    render(
      ctx,
      'admin-client',
      {
        title: client.name,
        section: 'clients',
        client,
        registrar: (await peopleOf(kit, ctx, [registrar])).get(registrar),
        canChange: mayChange(kit, ctx),
        draft,
        errors,
      },
      errors.length > 0 ? 422 : 200,
    )
  }

  const byAdminOnly = (path: string, act: (ctx: Ctx, admin: Principal, fields: Fields) => Promise<void>) =>
    router.post(path, async (ctx: Ctx) => {
      const fields = await form(ctx)
      const admin = adminOf(ctx)
      if (!admin && auditorOf(ctx)) throw new Problem('forbidden')
      if (!admin) return seeOther(ctx, '/')
      await act(ctx, admin, fields)
    })

  router.get(ONE, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    await show(ctx, await find(ctx))
  })

  byAdminOnly(ONE, async (ctx, admin, fields) => {
    const client = await find(ctx)
    const draft = draftOf(fields)
    const errors = clientErrors(kit, ctx, draft)
    if (errors.length > 0) return show(ctx, client, draft, errors)
    const wish = { clientId: client.id, name: draft.name.trim(), redirectUris: urisIn(draft.redirectUris) }
    const outcome = await house.execute(changeClient, wish, byAdmin(ctx, admin))
    if (outcome.outcome === 'refused') {
      return show(ctx, client, draft, refusedField(kit, ctx, outcome.refusal))
    }
    leaveNotice(ctx, 'clientChanged')
    seeOther(ctx, `${LIST}/${client.id}`)
  })

  byAdminOnly(`${ONE}/remove`, async (ctx, admin) => {
    const clientId = paramOf(ctx, 'id')
    const outcome = await house.execute(removeClient, { clientId }, byAdmin(ctx, admin))
    if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
    leaveNotice(ctx, 'clientRemoved')
    seeOther(ctx, LIST)
  })
}
