import type { Migration, MigrationStatus } from './migrations.ts'

/** The schema of a database, forth and back. */
export type Migrator = {
  readonly all: readonly Migration[]
  /** Applies what is missing, each in a transaction of its own; of several that start at once one does it. */
  readonly up: (now: string, to?: number) => Promise<readonly Migration[]>
  /** Undoes the newest down to, but not including, `to`. */
  readonly down: (to: number) => Promise<readonly Migration[]>
  readonly status: () => Promise<readonly MigrationStatus[]>
  readonly hasEvents: () => Promise<boolean>
  readonly close: () => Promise<void>
}
