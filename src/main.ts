import { existsSync, readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { backupCommands } from './cli/backup.ts'
import { careCommands } from './cli/care.ts'
import { clientCommands } from './cli/clients.ts'
import { grantCommands } from './cli/grants.ts'
import { historyCommands } from './cli/history.ts'
import { inviteCommands } from './cli/invites.ts'
import { mailboxCommands } from './cli/mailbox.ts'
import { migrateCommands } from './cli/migrate.ts'
import { moveCommands } from './cli/move.ts'
import { serveCommands } from './cli/serve.ts'
import { settingCommands } from './cli/settings.ts'
import { userCommands } from './cli/users.ts'
import { webhookCommands } from './cli/webhooks.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const program = new Command('latchkey')
  .description('Invite-first account service with a history that proves itself')
  .version(version)
  .showHelpAfterError('(add --help to see how it is used)')

if (existsSync('.env')) process.loadEnvFile('.env')

// Files made by this process (database, secret, logs) are nobody else's business.
process.umask(0o077)

for (const family of [
  serveCommands,
  mailboxCommands,
  migrateCommands,
  grantCommands,
  inviteCommands,
  userCommands,
  clientCommands,
  settingCommands,
  webhookCommands,
  historyCommands,
  careCommands,
  moveCommands,
  backupCommands,
]) {
  family(program)
}

const WRONG_USAGE = 2

const exitOverride = (command: Command): void => {
  command.exitOverride()
  for (const child of command.commands) exitOverride(child)
}
exitOverride(program)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Help and version end a command well; everything else that commander throws is wrong usage.
  process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE
}
