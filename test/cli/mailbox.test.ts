import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createTransport } from 'nodemailer'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { environmentIn, run } from '../support/cli.ts'
import { freePort, temporaryFolder } from '../support/house.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const TIMEOUT = 30_000

let folder: string
let remove: () => void
let children: ChildProcess[]
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  remove()
})

/** Starts the mailbox and waits for the two lines that say where it is. */
const start = async (...args: string[]) => {
  const child = spawn(process.execPath, [MAIN, 'mailbox', ...args], {
    cwd: folder,
    env: environmentIn(folder),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) {
    if (lines.push(line) === 2) break
  }
  return { child, lines }
}

describe('S2-43, S2-53: latchkey mailbox', () => {
  test(
    'is started alone by one command, needs no database, and says where it listens',
    async () => {
      const [smtpPort, port] = [await freePort(), await freePort()]
      const { child, lines } = await start('--smtp-port', String(smtpPort), '--port', String(port))
      const smtp = `smtp://127.0.0.1:${smtpPort}`
      const page = `http://127.0.0.1:${port}/mailbox`
      expect(lines).toStrictEqual([`Mails are taken at ${smtp} (MAIL_URL=${smtp})`, `Mailbox: ${page}`])

      const transporter = createTransport({ url: smtp, pool: true })
      await transporter.sendMail({
        from: 'a@example.org',
        to: 'ada@example.org',
        subject: 'Hello',
        text: 'Hi',
      })
      expect(await (await fetch(page)).text()).toContain('ada@example.org')

      const taken = await run(folder, ['mailbox', '--smtp-port', String(smtpPort), '--port', '0'])
      expect([taken.code, taken.out, taken.err]).toStrictEqual([
        1,
        '',
        `Port ${smtpPort} of 127.0.0.1 is in use. End the other program, or give --smtp-port.\n`,
      ])

      // A sender that stays connected does not keep it from stopping.
      child.kill('SIGTERM')
      expect(await once(child, 'exit')).toStrictEqual([0, null])
      transporter.close()
    },
    TIMEOUT,
  )

  test.each([
    ['--port', 'x'],
    ['--smtp-port', '70000'],
    ['--keep', '0'],
  ])(
    'wants numbers that can be meant: %s %s',
    async (option, value) => {
      const ran = await run(folder, ['mailbox', option, value])
      expect([ran.code, ran.out]).toStrictEqual([2, ''])
      expect(ran.err).toMatch(new RegExp(`^${option} takes `))
    },
    TIMEOUT,
  )
})
