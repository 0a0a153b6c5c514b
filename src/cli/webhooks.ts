import type { Command } from 'commander'
import { registerWebhook } from '../domain/webhooks/register-webhook.ts'
import { removeWebhook } from '../domain/webhooks/remove-webhook.ts'
import { rewindWebhook } from '../domain/webhooks/rewind-webhook.ts'
import { webhookTypesSchema } from '../domain/webhooks/types.ts'
import { webhookDescriptionSchema, webhookUrlSchema } from '../domain/webhooks/webhook.ts'
import type { Foundation } from '../foundation.ts'
import type { WebhookView } from '../projections/webhooks.ts'
import { openWebhooksDoor } from '../runners.ts'
import { action, operator, outputFor, Refused, table, UsageProblem, withFloor } from './run.ts'

const find = async (floor: Foundation, id: string): Promise<WebhookView> => {
  const webhook = await floor.reads.webhooks.get(id)
  if (!webhook) throw new Refused({ code: 'webhook_not_found' })
  return webhook
}

const mustBe = (outcome: Awaited<ReturnType<Foundation['execute']>>): void => {
  if (outcome.outcome === 'refused') throw new Refused(outcome.refusal)
}

const shownOf = (webhook: WebhookView): Omit<WebhookView, 'secretId'> => {
  const { secretId: _, ...shown } = webhook
  return shown
}

const collect = (type: string, types: readonly string[]): readonly string[] => [...types, type]
const named = (types: readonly string[]): string => (types.length > 0 ? types.join(' ') : 'everything')

const wholeNumber = (text: string, option: string): number => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new UsageProblem(`${option} takes a number from 1.`)
  return number
}

type Adding = { type: readonly string[]; description?: string; json?: boolean }

const add = async (url: string, { type, description, json = false }: Adding): Promise<void> => {
  const types = webhookTypesSchema.safeParse(type)
  if (!types.success) throw new UsageProblem('--type takes the name of a type of event.')
  const about = webhookDescriptionSchema.safeParse(description ?? '')
  if (!about.success) throw new UsageProblem('A description is one line of 200 characters at most.')
  if (!webhookUrlSchema.safeParse(url).success)
    throw new UsageProblem('An address has 500 characters at most.')
  await withFloor(async (floor) => {
    const { isAtHome, secret } = openWebhooksDoor(floor)
    const [webhookId, secretId] = [floor.ids(), floor.ids()]
    const wish = { webhookId, secretId, url, description: about.data, types: types.data, isAtHome }
    mustBe(await floor.execute(registerWebhook, wish, operator(floor)))
    const { secretId: _, ...shown } = await find(floor, webhookId)
    outputFor(json).result({ ...shown, secret: secret(secretId) }, [
      `Webhook ${webhookId} is told of ${named(types.data)} from here on.`,
      'Signing secret (shown this once, stored nowhere):',
      secret(secretId),
    ])
  })
}

type Replaying = { from?: string; delivery?: string; json?: boolean }

const replay = async (id: string, { from, delivery, json = false }: Replaying): Promise<void> => {
  if ((from === undefined) === (delivery === undefined))
    throw new UsageProblem('Give either --from or --delivery.')
  const position = from === undefined ? null : wholeNumber(from, '--from')
  await withFloor(async (floor) => {
    const { id: webhookId } = await find(floor, id)
    if (position === null) {
      const door = openWebhooksDoor(floor)
      if (!(await door.again(webhookId, delivery ?? ''))) throw new Refused({ code: 'delivery_not_found' })
      return outputFor(json).result({ id: delivery, done: 'replay' }, [`Delivery ${delivery} is sent again.`])
    }
    const wish = { webhookId, rewindId: floor.ids(), position }
    mustBe(await floor.execute(rewindWebhook, wish, operator(floor)))
    outputFor(json).result({ id: webhookId, position, done: 'replay' }, [
      `Webhook ${webhookId} is told again of everything from position ${position} on.`,
    ])
  })
}

export const webhookCommands = (program: Command): void => {
  const webhook = program
    .command('webhook')
    .description('programs that are told of what happens (Standard Webhooks)')

  webhook
    .command('add')
    .argument('<url>', 'where messages are sent, https')
    .description('registers a webhook; its signing secret is shown this once')
    .option('--type <type>', 'a type of event; may be given several times (none: all)', collect, [])
    .option('--description <text>', 'a note for admins')
    .option('--json', 'print JSON')
    .action(action(add))

  webhook
    .command('list')
    .description('webhooks, newest first')
    .option('--limit <number>', 'how many', '50')
    .option('--json', 'print JSON')
    .action(
      action(async ({ limit, json }: { limit: string; json?: boolean }) =>
        withFloor(async (floor) => {
          const found = await floor.reads.webhooks.list({ limit: wholeNumber(limit, '--limit') })
          const shown = found.map(shownOf)
          const lines = shown.map(({ id, state, url, types }) => [id, state, url, named(types)])
          outputFor(json ?? false).result(shown, lines.length > 0 ? table(lines) : ['No webhooks.'])
        }),
      ),
    )

  webhook
    .command('show')
    .argument('<id>')
    .description('one webhook and its newest deliveries')
    .option('--json', 'print JSON')
    .action(
      action(async (id: string, { json }: { json?: boolean }) =>
        withFloor(async (floor) => {
          const { secretId: _, ...shown } = await find(floor, id)
          const deliveries = await openWebhooksDoor(floor).deliveries(id, {}, { limit: 20 })
          const facts = Object.entries({ ...shown, types: named(shown.types) })
          const lines = deliveries.map(({ id: delivery, queuedAt, type, status, attempts }) => [
            delivery,
            queuedAt,
            type,
            status,
            String(attempts),
          ])
          outputFor(json ?? false).result({ ...shown, deliveries }, [
            ...table(facts.map(([name, value]) => [name, String(value)])),
            ...table(lines),
          ])
        }),
      ),
    )

  webhook
    .command('remove')
    .argument('<id>')
    .description('removes a webhook; nothing more is sent')
    .option('--json', 'print JSON')
    .action(
      action(async (webhookId: string, { json }: { json?: boolean }) =>
        withFloor(async (floor) => {
          mustBe(await floor.execute(removeWebhook, { webhookId }, operator(floor)))
          outputFor(json ?? false).result({ id: webhookId, done: 'remove' }, [
            `Webhook ${webhookId} is removed.`,
          ])
        }),
      ),
    )

  webhook
    .command('replay')
    .argument('<id>')
    .description('sends again: everything from a position on, or one delivery')
    .option('--from <position>', 'the first position')
    .option('--delivery <id>', 'the delivery')
    .option('--json', 'print JSON')
    .action(action(replay))
}
