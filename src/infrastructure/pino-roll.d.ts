declare module 'pino-roll' {
  import type { Writable } from 'node:stream'

  /** Opens a file that is rotated by size; the newest `count` files besides the current one are kept. */
  export default function roll(options: {
    file: string
    size: string
    limit: { count: number }
  }): Promise<Writable>
}
