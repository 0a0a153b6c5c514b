import { expect, test } from 'vitest'
import { definitionOf, eventTypes, type NewEvent, tagsOf } from '../../src/domain/catalogue.ts'
import { mailTemplates } from '../../src/domain/mails/events.ts'
import { BEN, forgotten, INVITE } from '../support/controls.ts'
import { goldenExamples } from '../support/golden.ts'

const examples = eventTypes.map((type) => ({ type, data: goldenExamples[type] }) as NewEvent)

test.each(examples)('$type without its person stands under its tags, but under no address', (event) =>
  expect(tagsOf(forgotten(event))).toStrictEqual(tagsOf(event).filter((tag) => !tag.startsWith('email:'))),
)

test('only what forgets somebody names them', () => {
  const named = examples.flatMap(({ type, data }) => {
    const subjects = definitionOf(type).forgets?.(data)
    return subjects ? [[type, subjects] as const] : []
  })
  expect(named).toStrictEqual([
    ['InvitePurged', [`invite:${INVITE}`]],
    ['UserErased', [`user:${BEN}`, `invite:${INVITE}`]],
  ])
})

test('the mails that there are', () =>
  expect(mailTemplates).toStrictEqual([
    'invite',
    'first-password',
    'sign-in-link',
    'password-changed',
    'verification',
    'address-taken',
    'email-changed',
    'password-reset',
    'new-device',
    'referral-code',
    'seal-kept',
  ]))
