import type { Command } from 'commander'
import { clientNameSchema, redirectUrisSchema } from '../domain/clients/client.ts'
import { registerClient } from '../domain/clients/register-client.ts'
import { removeClient } from '../domain/clients/remove-client.ts'
import type { Foundation } from '../foundation.ts'
import type { ClientView } from '../projections/clients.ts'
import { action, operator, outputFor, Refused, table, UsageProblem, withFloor } from './run.ts'

const find = async (floor: Foundation, id: string): Promise<ClientView> => {
  const client = await floor.reads.clients.get(id)
  if (!client) throw new Refused({ code: 'client_not_found' })
  return client
}

const mustBe = (outcome: Awaited<ReturnType<Foundation['execute']>>): void => {
  if (outcome.outcome === 'refused') throw new Refused(outcome.refusal)
}

const collect = (uri: string, uris: readonly string[]): readonly string[] => [...uris, uri]

export const clientCommands = (program: Command): void => {
  const client = program
    .command('client')
    .description('applications in which our users may sign in with us (OpenID Connect)')

  client
    .command('add')
    .argument('<name>', 'as users will see it')
    .description('registers an application; a secret is shown this once')
    .requiredOption(
      '--redirect-uri <uri>',
      'where it gets its answers; may be given several times',
      collect,
      [],
    )
    .option('--public', 'it runs in a browser or on a device and keeps no secret')
    .option('--json', 'print JSON')
    .action(
      action(
        async (
          name: string,
          options: { redirectUri: readonly string[]; public?: boolean; json?: boolean },
        ) => {
          const parsed = clientNameSchema.safeParse(name)
          if (!parsed.success) throw new UsageProblem('A name has 1 to 100 visible characters.')
          const redirectUris = redirectUrisSchema.safeParse(options.redirectUri)
          if (!redirectUris.success)
            throw new UsageProblem('Give one to ten redirect URIs of 500 characters at most.')
          await withFloor(async (floor) => {
            const clientId = floor.ids()
            const kind = options.public ? 'public' : 'confidential'
            const wish = { clientId, name: parsed.data, kind, redirectUris: redirectUris.data } as const
            mustBe(await floor.execute(registerClient, wish, operator(floor)))
            const clientSecret = kind === 'confidential' ? floor.tokens.make('client-secret', clientId) : null
            outputFor(options.json ?? false).result({ ...(await find(floor, clientId)), clientSecret }, [
              `Client ${clientId} is registered with ${floor.settings.publicUrl}/oidc.`,
              ...(clientSecret ? ['Client secret (shown this once, stored nowhere):', clientSecret] : []),
            ])
          })
        },
      ),
    )

  client
    .command('list')
    .description('applications, newest first')
    .option('--limit <number>', 'how many', '50')
    .option('--json', 'print JSON')
    .action(
      action(async (options: { limit: string; json?: boolean }) =>
        withFloor(async (floor) => {
          const limit = Number(options.limit)
          if (!Number.isInteger(limit) || limit < 1) throw new UsageProblem('--limit takes a number from 1.')
          const rows = await floor.reads.clients.list({ limit })
          const lines = rows.map(({ id, name, kind, redirectUris }) => [
            id,
            kind,
            name,
            redirectUris.join(' '),
          ])
          outputFor(options.json ?? false).result(rows, lines.length ? table(lines) : ['No clients.'])
        }),
      ),
    )

  client
    .command('show')
    .argument('<id>')
    .description('one application')
    .option('--json', 'print JSON')
    .action(
      action(async (id: string, options: { json?: boolean }) =>
        withFloor(async (floor) => {
          const found = await find(floor, id)
          const facts = Object.entries(found).map(([name, value]) => [name, String(value)])
          outputFor(options.json ?? false).result(found, table(facts))
        }),
      ),
    )

  client
    .command('remove')
    .argument('<id>')
    .description('removes an application; all its tokens are void at once')
    .option('--json', 'print JSON')
    .action(
      action(async (clientId: string, options: { json?: boolean }) =>
        withFloor(async (floor) => {
          mustBe(await floor.execute(removeClient, { clientId }, operator(floor)))
          outputFor(options.json ?? false).result({ id: clientId, done: 'remove' }, [
            `Client ${clientId} is removed.`,
          ])
        }),
      ),
    )
}
