import type { PassThrough } from 'node:stream'
import type Router from '@koa/router'
import type { DomainEvent } from '../../domain/catalogue.ts'
import { noteView, shownTo } from '../acts/history.ts'
import type { Principal, State } from '../context.ts'
import { historyLines } from './admin-user-history.ts'
import { auditorOf, type Ctx, type Kit, queryOf, seeOther } from './kit.ts'
import { liveStreams } from './live.ts'
import { moment } from './words.ts'

const AT_ONCE = 100
const POLL_MS = 1000
const POLLS_A_HEARTBEAT = 15

const placeOf = (ctx: Ctx): number => {
  const text = ctx.get('last-event-id') || queryOf(ctx, 'after')
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0
}

/** Everything that happens, as it happens, as server-sent events: for who may see the history, while they may. */
export const historyLive = (router: Router<State>, kit: Kit): void => {
  const { house } = kit
  const { open, mayStillWatch, isOpen } = liveStreams(house)

  const frameOf = async (ctx: Ctx, event: DomainEvent, seesPersons: boolean): Promise<string> => {
    const [line] = await historyLines(kit, ctx, [shownTo(event, seesPersons)])
    const said = { ...line, actor: line?.actor?.name, when: moment(ctx.state, event.at) }
    return `id: ${event.position}\ndata: ${JSON.stringify(said)}\n\n`
  }

  const follow = async (ctx: Ctx, viewer: Principal, stream: PassThrough): Promise<void> => {
    const since = house.now()
    const seesPersons = viewer.user.roles.includes('admin')
    let last = placeOf(ctx)
    let polls = 0
    while (isOpen(stream)) {
      const events = await house.history.page({}, { limit: AT_ONCE, afterPosition: last })
      const isHeartbeat = polls++ % POLLS_A_HEARTBEAT === 0
      if ((isHeartbeat || events.length > 0) && !(await mayStillWatch(viewer, since))) return
      if (isHeartbeat) {
        await noteView(house, viewer.user.id, ctx.state.correlation)
        stream.write(': still here\n\n')
      }
      for (const event of events) stream.write(await frameOf(ctx, event, seesPersons))
      last = events.at(-1)?.position ?? last
      if (events.length < AT_ONCE) await house.history.ring(POLL_MS)
    }
  }

  router.get('/history/live', async (ctx: Ctx) => {
    const viewer = auditorOf(ctx)
    if (!viewer) return seeOther(ctx, '/')
    const stream = open(ctx, viewer)
    void follow(ctx, viewer, stream)
      .catch((error: unknown) => house.log.error({ err: error }, 'following the history failed'))
      .finally(() => stream.end())
  })
}
