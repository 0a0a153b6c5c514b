import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Fold } from '../../src/domain/decision.ts'

const root = join(import.meta.dirname, '../../src/domain')
const modules: Record<string, unknown>[] = await Promise.all(
  globSync('**/*.ts', { cwd: root })
    .toSorted()
    .map((file) => import(join(root, file))),
)
const exported = modules.flatMap((module) => Object.entries(module))

const has = (value: unknown, ...names: string[]) =>
  typeof value === 'object' && value !== null && names.every((name) => name in value)

/** Every fold that the domain exports, by name: a new one is under the laws of folds without being listed. */
export const folds = exported.filter(([, value]) => has(value, 'initial', 'types', 'evolve')) as [
  string,
  Fold<unknown>,
][]

/** The type of every command that the domain exports. */
export const commandTypes = exported
  .filter(([, value]) => has(value, 'type', 'schema', 'reads', 'decide'))
  .map(([, value]) => (value as Command<unknown, unknown>).type)
  .toSorted()
