import type { House } from './house.ts'

/** What a stream says whose reader has gone: who closes a page that is kept live has done nothing that needs looking after. */
const READER_LEFT = 'ERR_STREAM_PREMATURE_CLOSE'

/** Tells the log of an answer that broke off after it had begun. */
export const unfinished =
  (log: House['log']) =>
  (error: NodeJS.ErrnoException): void => {
    if (error.code === READER_LEFT) log.debug({ err: error }, 'a reader left before the end')
    else log.error({ err: error }, 'a response could not be finished')
  }
