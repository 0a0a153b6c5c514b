import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fold, reading } from '../../src/domain/decision.ts'
import { eventType, personal } from '../../src/domain/event.ts'
import { viewOf } from '../../src/domain/view.ts'
import * as cast from '../support/controls.ts'
import { recorded } from '../support/given.ts'

const { ADA, BEN, ADA_ADDRESS, BEN_ADDRESS } = cast
const heard = fold<readonly string[]>([], {
  UserRegistered: (state, { data }) => [...state, `registered ${data.userId}`],
  RoleGranted: (state, { data }) => [...state, `granted ${data.role}`],
})

describe('viewOf', () => {
  const history = recorded(
    cast.registered(ADA, ADA_ADDRESS),
    cast.granted(ADA),
    cast.verified(ADA, ADA_ADDRESS),
    cast.registered(BEN, BEN_ADDRESS),
    cast.granted(BEN, 'auditor'),
  )

  test('without events everything is as in the beginning', () =>
    expect(viewOf({ ada: reading(`user:${ADA}`, heard) }, [])).toStrictEqual({ ada: [] }))

  test('each reading folds, in order, the events under its own tag', () =>
    expect(
      viewOf(
        {
          ada: reading(`user:${ADA}`, heard),
          ben: reading(`user:${BEN}`, heard),
          admins: reading('role:admin', heard),
          address: reading(`email:${BEN_ADDRESS}`, heard),
          nobody: reading('user:nobody', heard),
        },
        history,
      ),
    ).toStrictEqual({
      ada: [`registered ${ADA}`, 'granted admin'],
      ben: [`registered ${BEN}`, 'granted auditor'],
      admins: ['granted admin'],
      address: [`registered ${BEN}`],
      nobody: [],
    }))

  test('a tag that begins like another one is another one', () =>
    expect(viewOf({ some: reading(`user:${ADA.slice(0, -1)}`, heard) }, history)).toStrictEqual({ some: [] }))

  test('one tag can be read by several folds, and a fold without types reads nothing', () =>
    expect(
      viewOf(
        { all: reading(`user:${ADA}`, heard), none: reading(`user:${ADA}`, { ...heard, types: [] }) },
        history,
      ),
    ).toStrictEqual({ all: [`registered ${ADA}`, 'granted admin'], none: [] }))

  test('an event without its address stands under the address no more', () =>
    expect(
      viewOf({ address: reading(`email:${BEN_ADDRESS}`, heard) }, history.map(cast.forgotten)),
    ).toStrictEqual({ address: [] }))
})

describe('eventType', () => {
  test('is in its first version, has nothing personal and forgets nobody, unless it says so', () => {
    const schema = z.strictObject({ id: z.string() })
    const tags = ({ id }: { id: string }) => [`thing:${id}`] as const
    expect(eventType({ schema, tags })).toStrictEqual({
      version: 1,
      upcasts: {},
      schema,
      tags,
      personalFields: [],
    })
  })

  test('knows its personal fields, and that they read as null once they are forgotten', () => {
    const schema = z.strictObject({
      id: z.string(),
      name: personal(z.string()),
      note: z.nullable(z.string()),
    })
    const definition = eventType({ schema, tags: () => [], subject: () => 'user:x' })
    expect(definition.personalFields).toStrictEqual(['name'])
    expect(schema.parse({ id: 'x', name: null, note: null })).toStrictEqual({
      id: 'x',
      name: null,
      note: null,
    })
  })

  test('does not take a personal field without a subject: nobody could forget it', () =>
    expect(() =>
      eventType({ schema: z.strictObject({ name: personal(z.string()) }), tags: () => [] }),
    ).toThrow('personal fields need a subject'))
})
