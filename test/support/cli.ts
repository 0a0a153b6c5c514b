import { spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { temporaryFolder } from './house.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

export type Ran = { readonly code: number | null; readonly out: string; readonly err: string }

/** The environment of a command in a folder of its own; console mail as people have it at first. */
export const environmentIn = (folder: string, more: Record<string, string> = {}): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  // Dozens of processes of the same program: compiling it once is enough.
  NODE_COMPILE_CACHE: join(tmpdir(), 'latchkey-test-compile-cache'),
  DATABASE_URL: `sqlite:${join(folder, 'latchkey.db')}`,
  SECRET_FILE: join(folder, 'secret'),
  LOG_LEVEL: 'error',
  HASH_COST: '4',
  ...more,
})

/** Runs a command to its end, as a process of its own. */
export const run = (
  folder: string,
  args: readonly string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env: environmentIn(folder, env) })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
    })
    child.stdin.end(input)
    child.on('close', (code) => resolve({ code, out, err }))
  })

/** Folders that all are as the first one was made: what takes whole processes is done once a file, not once a test. */
export const foldersLike = (make: (folder: string) => Promise<unknown>) => {
  const model = temporaryFolder()
  let made: Promise<unknown> | undefined
  afterAll(() => model.remove())
  return async (): Promise<ReturnType<typeof temporaryFolder>> => {
    made ??= make(model.folder)
    await made
    const copy = temporaryFolder()
    cpSync(model.folder, copy.folder, { recursive: true })
    return copy
  }
}

/** Starts `serve` and waits until it says where it listens; `under` is a program that starts it. */
export const serve = (
  folder: string,
  port: number,
  env: Record<string, string> = {},
  under: readonly string[] = [],
) => {
  const words = [...under, process.execPath, MAIN, 'serve'] as const
  const child = spawn(words[0], words.slice(1), {
    cwd: folder,
    env: environmentIn(folder, { PORT: String(port), ...env }),
  })
  let [out, err] = ['', '']
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const listening = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (/^(Sign in|Admin's way in[\s\S]*\/sign-in\/\S+)/m.test(out)) resolve()
    })
    void ended.then((code) => reject(new Error(`serve ended with ${code}: ${err}`)))
  })
  return {
    pid: child.pid ?? 0,
    listening,
    ended,
    out: () => out,
    err: () => err,
    stop: async (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}
