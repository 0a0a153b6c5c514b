import type { Command } from '../../src/domain/decision.ts'
import type { Mail } from '../../src/infrastructure/mail/render.ts'
import type { Projection } from '../../src/projections/projection.ts'

/** Where a world can be broken on purpose, to see that its laws would find out. */
export type Seams = {
  readonly command: <C, V>(command: Command<C, V>) => Command<C, V>
  readonly projections: (all: readonly Projection[]) => readonly Projection[]
  /** Whether a commit that is acknowledged is written. */
  readonly isWritten: (commits: number) => boolean
  /** Whether a node forgets what it knows by heart when another one has written. */
  readonly isCacheEmptied: boolean
  readonly mail: (mail: Mail, count: number) => Mail
  /** Whether the runner's note of what it has sent reaches the store. */
  readonly isNoted: (count: number) => boolean
}

export const whole: Seams = {
  command: (command) => command,
  projections: (all) => all,
  isWritten: () => true,
  isCacheEmptied: true,
  mail: (mail) => mail,
  isNoted: () => true,
}
