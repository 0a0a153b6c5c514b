import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Settings } from '../config.ts'
import { mailServerProblem } from '../infrastructure/mail/reach.ts'
import type { Waiting } from '../infrastructure/watch/waiting.ts'

export type Finding = { readonly what: string; readonly ok: boolean; readonly detail: string }

const MIB = 1024 * 1024
/** Room for the log before it is folded back, a rebuild beside the live tables, and a night's sleep. */
const LEAST_FREE_MIB = 512
/** A sealer at work is never so many intervals behind. */
const SEALS_BEHIND = 2

export const roomOnDisk = (freeBytes: number, folder: string): Finding => {
  const free = Math.floor(freeBytes / MIB)
  const ok = free >= LEAST_FREE_MIB
  return {
    what: 'disk',
    ok,
    detail: ok ? `${free} MiB free` : `only ${free} MiB free in ${folder}: make room`,
  }
}

const disk = async (folder: string): Promise<Finding> => {
  const { bavail, bsize } = await statfs(folder)
  return roomOnDisk(bavail * bsize, folder)
}

const mailServer = async (url: string): Promise<Finding> => {
  if (!url.startsWith('smtp')) return { what: 'mail server', ok: true, detail: 'none: mails are not sent' }
  const problem = await mailServerProblem(url)
  return {
    what: 'mail server',
    ok: problem === null,
    detail: problem === null ? 'answers' : `does not let us in (${problem}): check MAIL_URL`,
  }
}

export const sealing = ({ unsealed }: Waiting, everyEvents: number): Finding => {
  const ok = unsealed <= SEALS_BEHIND * everyEvents
  return {
    what: 'seals',
    ok,
    detail: ok
      ? `${unsealed} events since the last one`
      : `${unsealed} events since the last one: run latchkey serve or work, and look into its log`,
  }
}

export const versions = ({ outdatedProjections: count }: Waiting): Finding => ({
  what: 'versions of read tables',
  ok: count === 0,
  detail:
    count === 0
      ? 'of this version'
      : `${count} of another version: the service rebuilds them, or latchkey projections rebuild`,
})

/** What the service stands on and leans on besides its database's content. */
export const surroundings = async (
  settings: Pick<Settings, 'mailUrl' | 'seals'> & { readonly file: string | null },
  waiting: Waiting,
  withMail: boolean,
): Promise<readonly Finding[]> => {
  return [
    ...(settings.file === null ? [] : [await disk(dirname(settings.file))]),
    sealing(waiting, settings.seals.everyEvents),
    versions(waiting),
    ...(withMail ? [await mailServer(settings.mailUrl)] : []),
  ]
}
