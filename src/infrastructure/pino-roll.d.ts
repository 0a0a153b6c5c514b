declare module 'pino-roll' {
  import type { Writable } from 'node:stream'

  /**
   * Opens a file that is rotated by size; the newest `count` files besides the current one are kept, and with
   * `removeOtherLogFiles` those of earlier runs count too. With `sync` a line is written before the call returns.
   */
  export default function roll(options: {
    file: string
    size: string
    limit: { count: number; removeOtherLogFiles: boolean }
    sync: boolean
    mode: number
  }): Promise<Writable>
}
