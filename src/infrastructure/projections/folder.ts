import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'latchkey-past-'
/** A process id comes again, in a container even at every start; with the time of the start it is one process. */
const SINCE = Math.round(performance.timeOrigin)
const NAME = new RegExp(`^${PREFIX}(\\d+)-(\\d+)-`)

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const isLeftOver = (name: string): boolean => {
  const [, pid, since] = NAME.exec(name) ?? []
  if (pid === undefined) return false
  return Number(pid) === process.pid ? Number(since) !== SINCE : !isAlive(Number(pid))
}

/** Removes what processes left behind that were killed while they built read tables, or showed the past. */
export const removeLeftOvers = (): void => {
  for (const name of readdirSync(tmpdir()).filter(isLeftOver)) {
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true })
    } catch {
      // Somebody else's, who will clean up for themselves.
    }
  }
}

/** A folder for files of this process, which nobody else may look into. */
export const openFolder = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-${SINCE}-`))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
