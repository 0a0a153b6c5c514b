import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Context } from 'koa'

const pack = promisify(gzip)

/** Below this the head of a compressed file is longer than what it saves. */
const WORTH_BYTES = 1024

/**
 * Sends a file that is the same for everybody, compressed for whoever takes it so: once, at the first asking. Pages never
 * go out compressed: how long they are then would say something about the secrets that stand beside what somebody typed.
 */
export const packed = (content: string | Buffer): ((ctx: Context) => Promise<void>) => {
  if (Buffer.byteLength(content) < WORTH_BYTES)
    return async (ctx) => {
      ctx.body = content
    }
  let smaller: Promise<Buffer> | undefined
  return async (ctx) => {
    ctx.vary('Accept-Encoding')
    if (ctx.acceptsEncodings('gzip', 'identity') !== 'gzip') {
      ctx.body = content
      return
    }
    smaller ??= pack(content)
    ctx.set('Content-Encoding', 'gzip')
    ctx.body = await smaller
  }
}
