import type { Command } from 'commander'
import type { Logger } from 'pino'
import { openApp } from '../app.ts'
import { readSettings, type Settings } from '../config.ts'
import { type Foundation, openFoundation } from '../foundation.ts'
import { createLog } from '../infrastructure/log.ts'
import { openServices } from '../infrastructure/outside/services.ts'
import { serveMeters } from '../metering.ts'
import { mailTransport, openUpkeep } from '../runners.ts'
import { openWatch } from '../watch.ts'
import { openWorkers } from '../workers.ts'
import { grantTo, showSignInLink } from './grants.ts'
import { action } from './run.ts'
import { stopOnSignal } from './stopping.ts'

/** The first admin: made once, if nobody holds the role. Answers how the admin gets in. */
const firstAdmin = async (floor: Foundation): Promise<string> => {
  const { settings, reads } = floor
  if ((await reads.users.countByRole('admin')) === 0) {
    await grantTo(floor, settings.adminEmail, 'admin', settings.adminPassword)
  }
  const admin = await reads.users.byEmail(settings.adminEmail)
  if (!admin?.roles.includes('admin')) return 'Sign in as an admin on the main page.'
  if (admin.credentialKind === 'none')
    return `Admin's way in (once, 24 hours):\n${await showSignInLink(floor, admin)}`
  return `Sign in as ${settings.adminEmail}.`
}

/** Long enough for those who wait to hear that it failed; the store takes nothing on any more. */
const LAST_WORDS_MS = 200

const endSoon = (log: Logger) => (error: Error) => {
  log.fatal({ err: error }, 'the disk failed; ending, so that nothing is answered that may not be true')
  setTimeout(() => process.exit(1), LAST_WORDS_MS)
}

const settingsWith = ({ host, port }: { host?: string; port?: string }): Settings =>
  readSettings({ ...process.env, ...(host ? { HOST: host } : {}), ...(port ? { PORT: port } : {}) })

export const serveCommands = (program: Command): void => {
  program
    .command('serve')
    .description('the service: pages, API and background runners')
    .option('--no-workers', 'leave the background runners to `latchkey work`')
    .option('--host <host>', 'listen here (HOST)')
    .option('--port <port>', 'listen on this port (PORT)')
    .option('--json', 'print the address and ways in as JSON')
    .action(
      action(async (options: { workers: boolean; host?: string; port?: string; json?: boolean }) => {
        const settings = settingsWith(options)
        const log = await createLog(settings.logLevel, settings.logFile)
        const app = await openApp(settings, { log, noWorkers: !options.workers, onFatal: endSoon(log) })
        stopOnSignal(log, async () => {
          await app.drain()
          await app.close()
        })
        const wayIn = await firstAdmin(app.floor)
        const mailbox = settings.devMailbox ? `${settings.publicUrl}/mailbox` : null
        const lines = [
          `Latchkey listens on ${app.address}`,
          ...(settings.publicUrl === app.address ? [] : [`People reach it as ${settings.publicUrl}`]),
          wayIn,
          ...(mailbox ? [`Mailbox: ${mailbox}`] : []),
        ]
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ address: app.address, wayIn, mailbox })}\n`
            : `${lines.join('\n')}\n`,
        )
      }),
    )

  program
    .command('work')
    .description(
      'the background runners alone: mail, webhooks, deadlines, seals, imports and questions to outside services',
    )
    .option('--json', 'no effect here; every command takes it')
    .action(
      action(async () => {
        const settings = readSettings(process.env)
        const log = await createLog(settings.logLevel, settings.logFile)
        const watch = openWatch(settings.metrics)
        const { committed } = watch
        const floor = await openFoundation(settings, { onFatal: endSoon(log), committed })
        const stopMeters = await serveMeters(floor, log, watch).catch(async (error: unknown) => {
          await floor.close()
          throw error
        })
        const services = openServices(floor, log)
        const workers = openWorkers(floor, log, watch.transport(mailTransport(settings)), services.inquiries)
        workers.start()
        const upkeep = openUpkeep(floor, log)
        void upkeep.start()
        stopOnSignal(log, async () => {
          await upkeep.stop()
          await services.stop()
          await workers.stop()
          await stopMeters?.()
          await floor.close()
        })
        log.info('the runners are at work')
      }),
    )
}
