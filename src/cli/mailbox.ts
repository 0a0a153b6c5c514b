import type { Command } from 'commander'
import { z } from 'zod'
import { createLog } from '../infrastructure/log.ts'
import { openMailbox } from '../mailbox/index.ts'
import { action, outputFor, UsageProblem } from './run.ts'
import { stopOnSignal } from './stopping.ts'

const portSchema = z.coerce.number().int().min(0).max(65_535)
const keepSchema = z.coerce.number().int().min(1).max(10_000)

const numberIn = (schema: z.ZodType<number>, text: string, hint: string): number => {
  const parsed = schema.safeParse(text)
  if (!parsed.success) throw new UsageProblem(hint)
  return parsed.data
}

type Options = {
  readonly host: string
  readonly smtpPort: string
  readonly port: string
  readonly keep: string
  readonly json?: boolean
}

export const mailboxCommands = (program: Command): void => {
  program
    .command('mailbox')
    .description('a mail server for development: keeps every mail in memory and shows it; sends nothing on')
    .option('--host <host>', 'listen here; whoever reaches it can read every mail', '127.0.0.1')
    .option('--smtp-port <port>', 'take mails on this port', '1025')
    .option('--port <port>', 'show them on this port', '8025')
    .option('--keep <number>', 'how many mails each address keeps', '500')
    .option('--json', 'print the addresses as JSON')
    .action(
      action(async ({ host, smtpPort, port, keep, json }: Options) => {
        const log = await createLog('error', null)
        const mailbox = await openMailbox({
          host,
          smtpPort: numberIn(portSchema, smtpPort, '--smtp-port takes a port from 0 to 65535.'),
          port: numberIn(portSchema, port, '--port takes a port from 0 to 65535.'),
          keep: numberIn(keepSchema, keep, '--keep takes a number from 1 to 10000.'),
          log,
        })
        stopOnSignal(log, mailbox.close)
        const page = `${mailbox.address}/mailbox`
        outputFor(json ?? false).result({ smtp: mailbox.smtpUrl, mailbox: page }, [
          `Mails are taken at ${mailbox.smtpUrl} (MAIL_URL=${mailbox.smtpUrl})`,
          `Mailbox: ${page}`,
        ])
      }),
    )
}
