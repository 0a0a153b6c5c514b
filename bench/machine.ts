import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const children = new Set<ChildProcess>()
const folders = new Set<string>()

/** A folder of its own, gone when the bench ends, however it ends. */
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  folders.add(folder)
  return folder
}

const undoings = new Set<() => void>()

/** What else has to be undone when the bench ends, however it ends. */
export const atEnd = (undo: () => void): void => void undoings.add(undo)

export const cleanUp = (): void => {
  for (const undo of undoings) undo()
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const message = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a bench process ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (value) => {
      child.off('exit', ended)
      resolve(value as T)
    })
  })

/** Starts a server in a process of its own; answers its port and a way to ask it something. */
export const startServer = async (file: string, ...args: string[]) => {
  const child = fork(join(import.meta.dirname, file), args)
  children.add(child)
  const { port } = await message<{ port: number }>(child)
  return {
    port,
    ask: <T>(question = '?'): Promise<T> => {
      const answer = message<T>(child)
      child.send(question)
      return answer
    },
    stop: () => {
      children.delete(child)
      child.removeAllListeners('exit')
      child.kill('SIGKILL')
    },
  }
}

const memoryOf = (pid: number | undefined): number =>
  Math.round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024)

/**
 * Milliseconds from the start of `latchkey serve` to its first answer; MB that it takes then, and after a while in which
 * its runners have looked round.
 */
export const startOf = async (folder: string, whileMs: number) => {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts'), 'serve'], {
    env: {
      ...process.env,
      DATABASE_URL: `sqlite:${join(folder, 'service.db')}`,
      SECRET_FILE: join(folder, 'secret'),
      MAIL_URL: 'capture:',
      LOG_LEVEL: 'silent',
      PORT: String(port),
    },
    stdio: 'ignore',
  })
  children.add(child)
  for (;;) {
    const answered = await fetch(`http://127.0.0.1:${port}/livez`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (answered) break
    if (child.exitCode !== null) throw new Error('the service did not start')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  const ms = performance.now() - began
  const mb = memoryOf(child.pid)
  await new Promise((resolve) => setTimeout(resolve, whileMs))
  const laterMb = memoryOf(child.pid)
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  children.delete(child)
  return { ms, mb, laterMb }
}

/** Milliseconds from the start of `latchkey serve` to its first answer. */
export const startTime = async (folder: string): Promise<number> => (await startOf(folder, 0)).ms
