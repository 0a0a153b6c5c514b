import { existsSync, readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'

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

type Family = (program: Command) => void

/** By the commands that each makes: what a call does not need is not loaded, which takes longer than most commands. */
const FAMILIES: readonly (readonly [commands: readonly string[], load: () => Promise<Family>])[] = [
  [['serve', 'work'], async () => (await import('./cli/serve.ts')).serveCommands],
  [['mailbox'], async () => (await import('./cli/mailbox.ts')).mailboxCommands],
  [['migrate'], async () => (await import('./cli/migrate.ts')).migrateCommands],
  [['admin', 'auditor'], async () => (await import('./cli/grants.ts')).grantCommands],
  [['invite'], async () => (await import('./cli/invites.ts')).inviteCommands],
  [['user'], async () => (await import('./cli/users.ts')).userCommands],
  [['client'], async () => (await import('./cli/clients.ts')).clientCommands],
  [['setting'], async () => (await import('./cli/settings.ts')).settingCommands],
  [['webhook'], async () => (await import('./cli/webhooks.ts')).webhookCommands],
  [['history'], async () => (await import('./cli/history.ts')).historyCommands],
  [['doctor', 'projections'], async () => (await import('./cli/care.ts')).careCommands],
  [['move'], async () => (await import('./cli/move.ts')).moveCommands],
  [['backup', 'restore', 'erasures'], async () => (await import('./cli/backup.ts')).backupCommands],
]

const [called = ''] = process.argv.slice(2)
const needed = FAMILIES.filter(([commands]) => commands.includes(called))
for (const [, load] of needed.length > 0 ? needed : FAMILIES) (await load())(program)

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
