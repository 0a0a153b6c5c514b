import type { Command } from 'commander'
import { durationSchema } from '../config-values.ts'
import { invitableRoleSchema, localeSchema } from '../domain/invites/events.ts'
import { issueInvite } from '../domain/invites/issue-invite.ts'
import { purgeInvite } from '../domain/invites/purge-invite.ts'
import { resendInvite } from '../domain/invites/resend-invite.ts'
import { revokeInvite } from '../domain/invites/revoke-invite.ts'
import { inviteLocale } from '../domain/settings/in-force.ts'
import type { Foundation } from '../foundation.ts'
import { plus } from '../infrastructure/clock.ts'
import type { InviteView } from '../projections/invites.ts'
import { openSettings } from '../settings.ts'
import { addressArgument } from './grants.ts'
import { importInvites } from './import-invites.ts'
import { action, operator, outputFor, Refused, table, UsageProblem, withFloor } from './run.ts'

const PURGE_BATCH = 200

const ttlOption = (text: string | undefined, fallback: number): number => {
  if (text === undefined) return fallback
  const parsed = durationSchema.safeParse(text)
  if (!parsed.success) throw new UsageProblem('A time is a number and a unit, such as 90s, 10m, 12h or 7d.')
  return parsed.data
}

const choice = <T>(
  schema: { safeParse: (value: unknown) => { data?: T } },
  value: string,
  what: string,
): T => {
  const { data } = schema.safeParse(value)
  if (data === undefined) throw new UsageProblem(`"${value}" is no ${what}.`)
  return data
}

const lineOf = ({ id, email, state, delivery, expiresAt }: InviteView): string[] => [
  id,
  email ?? '(forgotten)',
  state,
  delivery,
  expiresAt,
]

const mustBe = <T extends { outcome: string }>(outcome: T): T => {
  if (outcome.outcome === 'refused' && 'refusal' in outcome) throw new Refused(outcome.refusal as never)
  return outcome
}

const read = async (floor: Foundation, id: string): Promise<InviteView> => {
  const invite = await floor.reads.invites.get(id, floor.clock())
  if (!invite) throw new Refused({ code: 'invite_not_found' })
  return invite
}

export const inviteCommands = (program: Command): void => {
  const invite = program.command('invite').description('invites')

  invite
    .command('issue')
    .argument('<email>')
    .description('issues an invite; the mail goes out from the running service')
    .option('--role <role>', 'member or auditor (member, if admins have set nothing else)')
    .option('--locale <locale>', 'language of the mail: en or ru (en, if admins have set nothing else)')
    .option('--expires-in <time>', 'such as 7d (the setting invite.lifetime)')
    .option('--json', 'print JSON')
    .action(
      action(
        async (
          email: string,
          options: { role?: string; locale?: string; expiresIn?: string; json?: boolean },
        ) => {
          const address = addressArgument(email)
          const wished = {
            role: options.role && choice(invitableRoleSchema, options.role, 'role for an invite'),
            locale: options.locale && choice(localeSchema, options.locale, 'language'),
          }
          await withFloor(async (floor) => {
            const inviteId = floor.ids()
            const inForce = await openSettings(floor).fresh()
            const role = wished.role || inForce.inviteRole
            const locale = wished.locale || inviteLocale(inForce, 'en')
            const expiresAt = plus(floor.clock(), ttlOption(options.expiresIn, inForce.inviteTtlMs))
            mustBe(
              await floor.execute(
                issueInvite,
                { inviteId, email: address, role, locale, expiresAt },
                operator(floor),
              ),
            )
            const issued = await read(floor, inviteId)
            outputFor(options.json ?? false).result(issued, [
              `Invite ${inviteId} issued to ${address}, good until ${expiresAt}.`,
            ])
          })
        },
      ),
    )

  invite
    .command('list')
    .description('invites, newest first')
    .option('--state <state>', 'open, redeemed, revoked, expired or replaced')
    .option('--search <text>', 'part of an address, or an invite id')
    .option('--limit <number>', 'how many', '50')
    .option('--json', 'print JSON')
    .action(
      action(async (options: { state?: string; search?: string; limit: string; json?: boolean }) =>
        withFloor(async (floor) => {
          const states = ['open', 'redeemed', 'revoked', 'expired', 'replaced'] as const
          const state = states.find((one) => one === options.state)
          if (options.state !== undefined && state === undefined)
            throw new UsageProblem(`"${options.state}" is no state.`)
          const limit = Number(options.limit)
          if (!Number.isInteger(limit) || limit < 1) throw new UsageProblem('--limit takes a number from 1.')
          const rows = await floor.reads.invites.list(
            { state, search: options.search },
            { now: floor.clock(), limit },
          )
          outputFor(options.json ?? false).result(
            rows,
            rows.length ? table(rows.map(lineOf)) : ['No invites.'],
          )
        }),
      ),
    )

  invite
    .command('resend')
    .argument('<id>')
    .description('sends the same link again, with a new deadline')
    .option('--expires-in <time>', 'such as 7d (the setting invite.lifetime)')
    .option('--json', 'print JSON')
    .action(
      action(async (inviteId: string, options: { expiresIn?: string; json?: boolean }) =>
        withFloor(async (floor) => {
          const expiresAt = plus(
            floor.clock(),
            ttlOption(options.expiresIn, (await openSettings(floor).fresh()).inviteTtlMs),
          )
          mustBe(await floor.execute(resendInvite, { inviteId, expiresAt }, operator(floor)))
          outputFor(options.json ?? false).result(await read(floor, inviteId), [
            `Invite ${inviteId} goes out again, good until ${expiresAt}.`,
          ])
        }),
      ),
    )

  invite
    .command('revoke')
    .argument('<id>')
    .description('takes an invite back')
    .option('--reason <text>', 'for admins and auditors')
    .option('--json', 'print JSON')
    .action(
      action(async (inviteId: string, options: { reason?: string; json?: boolean }) =>
        withFloor(async (floor) => {
          mustBe(
            await floor.execute(revokeInvite, { inviteId, reason: options.reason ?? null }, operator(floor)),
          )
          outputFor(options.json ?? false).result(await read(floor, inviteId), [
            `Invite ${inviteId} is revoked.`,
          ])
        }),
      ),
    )

  invite
    .command('purge')
    .description('forgets ended and expired invites; their users keep the invite id')
    .requiredOption('--older-than <time>', 'issued longer ago than this, such as 90d')
    .option('--json', 'print JSON')
    .action(
      action(async (options: { olderThan: string; json?: boolean }) =>
        withFloor(async (floor) => {
          const before = plus(floor.clock(), -ttlOption(options.olderThan, 0))
          let purged = 0
          for (;;) {
            const ids = await floor.reads.invites.purgeable(before, floor.clock(), PURGE_BATCH)
            if (ids.length === 0) break
            for (const inviteId of ids)
              mustBe(await floor.execute(purgeInvite, { inviteId }, operator(floor)))
            purged += ids.length
          }
          outputFor(options.json ?? false).result({ purged }, [`${purged} invites purged.`])
        }),
      ),
    )

  invite
    .command('import')
    .argument(
      '<file>',
      'CSV, one address a line; a heading may name email, role, locale, expiry in any order',
    )
    .description('issues invites from a file; can be repeated without double invites')
    .option('--result <file>', 'write what became of each line, as CSV')
    .option('--dry-run', 'say what would happen and change nothing')
    .option('--json', 'print JSON')
    .action(
      action(async (file: string, options: { dryRun?: boolean; json?: boolean; result?: string }) =>
        withFloor((floor) =>
          importInvites(floor, file, {
            dryRun: options.dryRun ?? false,
            json: options.json ?? false,
            result: options.result,
          }),
        ),
      ),
    )
}
