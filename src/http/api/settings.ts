import { z } from 'zod'
import { settingNames } from '../../domain/settings/names.ts'
import type { SettingChange } from '../../projections/settings.ts'
import { changeSettingsTo, undoChange } from '../acts/settings.ts'
import type { House } from '../house.ts'
import { byCaller, mustBe } from './on-users.ts'
import { operation } from './operation.ts'
import { id, when } from './schemas.ts'

const MAX_VALUE = 50_000
const HISTORY = 100

const name = z.string().meta({ examples: ['registration.mode'] })
const value = z.nullable(z.string()).meta({ examples: ['invite'] })

const settingsSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        name,
        value: value.meta({ description: 'null: nobody has set it, and it is as the product came' }),
        source: z.enum(['built-in', 'environment', 'pinned', 'history']).meta({
          description: 'where the value is from; what is pinned by the environment cannot be changed here',
        }),
      }),
    ),
  })
  .meta({ id: 'Settings' })

const changesSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        id,
        position: z.int(),
        setting: name,
        value: value.meta({ description: 'long values are cut short' }),
        before: value,
        undoes: z.nullable(z.string()),
        at: when,
        actor: z.string().meta({ examples: ['user:01JNZ8K3V5Q2W9X7T4R6Y1M0AB'] }),
      }),
    ),
  })
  .meta({ id: 'SettingChanges' })

const present = async ({ inForce }: House): Promise<z.infer<typeof settingsSchema>> => {
  const { settings } = await inForce.fresh()
  return {
    items: settingNames.map((each) => ({
      name: each,
      ...(settings.get(each) ?? { value: null, source: 'built-in' }),
    })),
  }
}

const presentChange = ({
  id: changeId,
  position,
  setting,
  value: now,
  before,
  undoes,
  at,
  actor,
}: SettingChange) => ({
  id: changeId,
  position,
  setting,
  value: now,
  before,
  undoes,
  at,
  actor,
})

export const settingOperations = [
  operation({
    operationId: 'getSettings',
    method: 'get',
    path: '/settings',
    tag: 'settings',
    summary: 'What is in force',
    description: 'Every setting that admins may change, with its value and where it is from.',
    who: 'auditor',
    answers: { 200: { description: 'all of them', schema: settingsSchema } },
    refusals: [],
    async handle({ house }) {
      return { status: 200, body: await present(house) }
    },
  }),

  operation({
    operationId: 'changeSettings',
    method: 'patch',
    path: '/settings',
    tag: 'settings',
    summary: 'Change settings',
    description:
      'All or none of them; null gives way to the environment. They count at once, in every process.',
    who: 'admin',
    body: z
      .record(z.string().max(100), z.nullable(z.string().max(MAX_VALUE)))
      .meta({ examples: [{ 'registration.mode': 'invite', 'brand.name': null }] }),
    answers: { 200: { description: 'what is in force now', schema: settingsSchema } },
    refusals: ['setting_unknown', 'setting_invalid', 'setting_pinned'],
    async handle({ house, body, principal, correlation }) {
      mustBe(
        await changeSettingsTo(house, new Map(Object.entries(body)), byCaller({ principal, correlation })),
      )
      return { status: 200, body: await present(house) }
    },
  }),

  operation({
    operationId: 'listSettingChanges',
    method: 'get',
    path: '/settings/changes',
    tag: 'settings',
    summary: 'The last changes of settings, newest first',
    description: 'Who changed what, and when; the hundred newest. The whole of it is in the history.',
    who: 'auditor',
    answers: { 200: { description: 'changes', schema: changesSchema } },
    refusals: [],
    async handle({ house }) {
      const changes = await house.reads.settings.changes(settingNames, HISTORY)
      return { status: 200, body: { items: changes.map(presentChange) } }
    },
  }),

  operation({
    operationId: 'undoSettingChange',
    method: 'delete',
    path: '/settings/changes/:id',
    tag: 'settings',
    summary: 'Take a change back',
    description:
      'The last change of its setting only; the value before it is in force again. The change itself stays in the history.',
    who: 'admin',
    answers: { 200: { description: 'what is in force now', schema: settingsSchema } },
    refusals: ['setting_change_not_found', 'setting_changed_since', 'setting_pinned'],
    async handle({ house, params, principal, correlation }) {
      mustBe(await undoChange(house, params['id'] ?? '', byCaller({ principal, correlation })))
      return { status: 200, body: await present(house) }
    },
  }),
]
