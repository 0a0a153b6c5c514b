import { PassThrough } from 'node:stream'
import type Router from '@koa/router'
import type { DomainEvent } from '../../domain/catalogue.ts'
import { noteView, shownTo } from '../acts/history.ts'
import { pageIdleMs } from '../acts/idle.ts'
import type { Principal, State } from '../context.ts'
import { Problem } from '../problems.ts'
import { historyLines } from './admin-user-history.ts'
import { auditorOf, type Ctx, type Kit, queryOf, seeOther } from './kit.ts'
import { moment } from './words.ts'

const AT_ONCE = 100
const POLL_MS = 1000
const POLLS_A_HEARTBEAT = 15
const MAX_STREAMS = 5
/** A reader who takes nothing any more is let go; the browser comes back by itself, from where it stopped. */
const MAX_WAITING_BYTES = 1_000_000

const placeOf = (ctx: Ctx): number => {
  const text = ctx.get('last-event-id') || queryOf(ctx, 'after')
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0
}

/** Everything that happens, as it happens, as server-sent events: for who may see the history, while they may. */
export const historyLive = (router: Router<State>, kit: Kit): void => {
  const { house } = kit
  const streams = new Map<string, number>()

  const mayStillWatch = async ({ session, user }: Principal, since: string): Promise<boolean> => {
    const now = house.now()
    const alive = await house.reads.sessions.alive(session.id, now)
    const known = alive && (await house.reads.users.get(user.id))
    if (!known || known.suspendedAt !== null) return false
    // Watching is no use of a session: whoever only watches idles away.
    if (Date.parse(now) - Date.parse(since) >= pageIdleMs(known.roles)) return false
    return (
      known.roles.includes('admin') === user.roles.includes('admin') &&
      (known.roles.includes('admin') || known.roles.includes('auditor'))
    )
  }

  const frameOf = async (ctx: Ctx, event: DomainEvent, seesPersons: boolean): Promise<string> => {
    const [line] = await historyLines(kit, ctx, [shownTo(event, seesPersons)])
    const said = { ...line, actor: line?.actor?.name, when: moment(ctx.state.locale, event.at) }
    return `id: ${event.position}\ndata: ${JSON.stringify(said)}\n\n`
  }

  const follow = async (ctx: Ctx, viewer: Principal, stream: PassThrough): Promise<void> => {
    const since = house.now()
    const seesPersons = viewer.user.roles.includes('admin')
    let last = placeOf(ctx)
    let polls = 0
    while (!stream.destroyed && !house.draining() && stream.writableLength < MAX_WAITING_BYTES) {
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
    const { id } = viewer.user
    const open = streams.get(id) ?? 0
    if (open >= MAX_STREAMS) throw new Problem('too_many_requests', {}, { 'retry-after': '60' })
    streams.set(id, open + 1)
    const stream = new PassThrough()
    ctx.res.once('close', () => {
      stream.destroy()
      const left = (streams.get(id) ?? 1) - 1
      if (left > 0) streams.set(id, left)
      else streams.delete(id)
    })
    ctx.type = 'text/event-stream'
    ctx.set({ 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no', Connection: 'close' })
    ctx.body = stream
    void follow(ctx, viewer, stream)
      .catch((error: unknown) => house.log.error({ err: error }, 'following the history failed'))
      .finally(() => stream.end())
  })
}
