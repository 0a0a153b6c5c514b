import { text as readAll } from 'node:stream/consumers'
import type { Command } from 'commander'
import { canonicalAddress } from '../domain/address.ts'
import { issueSignInLink } from '../domain/sessions/issue-sign-in-link.ts'
import type { Role } from '../domain/users/events.ts'
import { grantRole } from '../domain/users/grant-role.ts'
import { lengthProblem, type PasswordProblem } from '../domain/users/password.ts'
import type { Foundation } from '../foundation.ts'
import { plus } from '../infrastructure/clock.ts'
import { insert, remove } from '../projections/projection.ts'
import type { UserView } from '../projections/users.ts'
import { action, operator, outputFor, Refused, UsageProblem, withFloor } from './run.ts'

const SHOWN_LINK_MS = 24 * 3_600_000
const ATTEMPTS = 3

/** Gives a role to the user of an address, who is made if there is none, and a password if one is given. */
export const grantTo = async (
  floor: Foundation,
  email: string,
  role: Role,
  password?: string,
): Promise<UserView> => {
  const newCredentialId = password === undefined ? null : floor.ids()
  const hash = password === undefined ? null : await floor.hasher.hash(password)
  for (let attempt = 1; ; attempt++) {
    const owner = await floor.reads.users.byEmail(email)
    const userId = owner?.id ?? floor.ids()
    const alongside =
      newCredentialId && hash
        ? [
            remove('password_hashes', { user_id: userId }),
            insert('password_hashes', { credential_id: newCredentialId, user_id: userId, hash }),
          ]
        : []
    const outcome = await floor.execute(
      grantRole,
      { userId, role, enrol: { email, locale: 'en' }, newCredentialId },
      operator(floor),
      alongside,
    )
    if (outcome.outcome === 'refused') {
      // Somebody else made this very user between our look and our decision.
      if (outcome.refusal.code === 'email_already_registered' && attempt < ATTEMPTS) continue
      throw new Refused(outcome.refusal)
    }
    const user = await floor.reads.users.get(userId)
    if (!user) throw new Error('the user cannot be read back')
    return user
  }
}

/** A one-time sign-in link for the operator's eyes: printed, never mailed. */
export const showSignInLink = async (floor: Foundation, { id, email, locale }: UserView): Promise<string> => {
  const linkId = floor.ids()
  const outcome = await floor.execute(
    issueSignInLink,
    {
      linkId,
      userId: id,
      email: email ?? '',
      locale,
      delivery: 'shown',
      expiresAt: plus(floor.clock(), SHOWN_LINK_MS),
    },
    operator(floor),
  )
  if (outcome.outcome === 'refused') throw new Refused(outcome.refusal)
  return `${floor.settings.publicUrl}/sign-in/${floor.tokens.make('sign-in', linkId)}`
}

export const addressArgument = (input: string): string => {
  const address = canonicalAddress(input.trim())
  if (address === null) throw new UsageProblem(`"${input.slice(0, 80)}" is not an e-mail address.`)
  return address
}

const passwordFrom = async (options: {
  password?: string
  passwordStdin?: boolean
}): Promise<string | undefined> => {
  const password = options.passwordStdin
    ? (await readAll(process.stdin)).replace(/\r?\n$/, '')
    : options.password
  if (password === undefined) return undefined
  if (lengthProblem(password) !== null) throw new UsageProblem('A password has 8 to 128 characters.')
  return password
}

const GUESSED: Partial<Record<PasswordProblem, string>> = {
  common: 'it is too common',
  own: 'it is made of the name or address of the user or the service',
  weak: 'it is a simple pattern',
}

/** An operator's password is judged like everybody's. */
const mustBeGood = async (floor: Foundation, password: string, email: string): Promise<void> => {
  const name = (await floor.reads.users.byEmail(email))?.name ?? null
  const problem = await floor.judge.judge(password, [email, name])
  if (problem === null) return
  throw new UsageProblem(
    `This password is easy to guess: ${GUESSED[problem] ?? problem}. Use a few words in a row that have nothing to do with each other.`,
  )
}

export const grantCommands = (program: Command): void => {
  for (const role of ['admin', 'auditor'] as const) {
    program
      .command(role)
      .description(`${role}s`)
      .command('grant')
      .argument('<email>', 'the address; its user is made if there is none')
      .description(
        `makes or promotes an ${role}; an existing user keeps everything else, and gets the password if one is given`,
      )
      .option(
        '--password <password>',
        'set this password (others on this machine may see it; better: --password-stdin)',
      )
      .option('--password-stdin', 'set the password read from standard input')
      .option('--json', 'print JSON')
      .action(
        action(
          async (email: string, options: { password?: string; passwordStdin?: boolean; json?: boolean }) => {
            const address = addressArgument(email)
            const password = await passwordFrom(options)
            await withFloor(async (floor) => {
              if (password !== undefined) await mustBeGood(floor, password, address)
              const user = await grantTo(floor, address, role, password)
              const link = password === undefined ? await showSignInLink(floor, user) : null
              outputFor(options.json ?? false).result({ user, signInLink: link }, [
                `${address} is ${role}.`,
                ...(link ? ['One-time sign-in link (24 hours):', link] : []),
              ])
            })
          },
        ),
      )
  }
}
