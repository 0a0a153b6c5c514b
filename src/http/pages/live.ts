import { PassThrough } from 'node:stream'
import type { Context } from 'koa'
import { pageIdleMs } from '../acts/idle.ts'
import type { Principal } from '../context.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'

const POLL_MS = 1000
const MAX_STREAMS = 5
/** A reader who takes nothing any more is let go; the browser comes back by itself. */
const MAX_WAITING_BYTES = 1_000_000
const POLLS_A_HEARTBEAT = 15
/** A page is asked for anew after each word that something has changed: not more often than people read. */
const REST_MS = 1000

/** Streams of server-sent events: how many somebody may have open, and how long they may watch. */
export const liveStreams = (house: House) => {
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

  const open = (ctx: Context, { user: { id } }: Principal): PassThrough => {
    const others = streams.get(id) ?? 0
    if (others >= MAX_STREAMS) throw new Problem('too_many_requests', {}, { 'retry-after': '60' })
    streams.set(id, others + 1)
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
    return stream
  }

  const isOpen = (stream: PassThrough): boolean =>
    !stream.destroyed && !house.draining() && stream.writableLength < MAX_WAITING_BYTES

  /** Says that a page is another one now, whenever `state` is; after the last state (null) there is nothing to wait for. */
  const pulse = (ctx: Context, viewer: Principal, state: () => Promise<string | null>): void => {
    const stream = open(ctx, viewer)
    const since = house.now()
    const follow = async (): Promise<void> => {
      let last = await state()
      for (let polls = 0; isOpen(stream); polls++) {
        if (polls % POLLS_A_HEARTBEAT === 0) {
          if (!(await mayStillWatch(viewer, since))) break
          stream.write(': still here\n\n')
        }
        const next = await state()
        if (next === null || next !== last) stream.write('data: changed\n\n')
        if (next === null) break
        if (next !== last) await new Promise((resolve) => setTimeout(resolve, REST_MS))
        last = next
        await house.history.ring(POLL_MS)
      }
      stream.write('event: over\ndata: over\n\n')
    }
    void follow()
      .catch((error: unknown) => house.log.error({ err: error }, 'a page could not be followed'))
      .finally(() => stream.end())
  }

  return { open, mayStillWatch, isOpen, pulse }
}
