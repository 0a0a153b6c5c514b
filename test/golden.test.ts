import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  catalogue,
  contexts,
  definitionOf,
  type EventType,
  eventTypes,
  isEventType,
  type NewEvent,
} from '../src/domain/catalogue.ts'
import { mailing } from '../src/domain/processes/mailing.ts'
import { decode, encode } from '../src/infrastructure/event-store/codec.ts'
import { projections } from '../src/projections/index.ts'
import { forgotten } from './support/controls.ts'
import { folds } from './support/domain.ts'
import { recorded } from './support/given.ts'
import { consequencesOf, shapeOf } from './support/golden.ts'

type Golden = ReturnType<typeof consequencesOf> &
  ReturnType<typeof shapeOf> & { readonly data: Record<string, unknown> }

const folder = new URL('golden/', import.meta.url)
const names = readdirSync(folder).filter((file) => file !== 'projections.json')
const files = names.map((file) => {
  const [, type = '', version = ''] = /^(\w+)\.v(\d+)\.json$/.exec(file) ?? []
  return {
    type,
    version: Number(version),
    golden: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden,
  }
})

const newest = (
  type: EventType,
  version: number,
  stored: Record<string, unknown>,
): Record<string, unknown> => {
  const { upcasts, version: now } = definitionOf(type)
  let data = stored
  for (let from = version; from < now; from++) data = upcasts[from]?.(data) ?? data
  return data
}

describe('events are a promise', () => {
  test('every type and version of the catalogue has its golden file, and no file is without its type', () => {
    const promised = eventTypes.flatMap((type) =>
      Array.from({ length: catalogue[type].version }, (_, n) => `${type}.v${n + 1}`),
    )
    expect(files.map(({ type, version }) => `${type}.v${version}`).toSorted()).toStrictEqual(
      promised.toSorted(),
    )
  })

  test('every type belongs to one context', () => {
    const named = Object.values(contexts).flatMap((events) => Object.keys(events))
    expect(named.toSorted()).toStrictEqual(eventTypes.toSorted())
  })

  describe.each(files)('$type.v$version', ({ type, version, golden }) => {
    if (!isEventType(type)) throw new Error(`${type} is no event type`)
    const data = newest(type, version, golden.data)
    const event = { type, data } as NewEvent

    test('is still read by its schema', () => expect(catalogue[type].schema.parse(data)).toStrictEqual(data))
    test.runIf(version === catalogue[type].version)(
      'has the schema and the personal fields it had when it was promised: a change needs a new version',
      () => {
        const { schema, personal } = golden
        expect(JSON.parse(JSON.stringify(shapeOf(type)))).toStrictEqual({ personal, schema })
      },
    )
    test('stands under the same tags, is about the same person, forgets and mails the same people', () => {
      const { tags, subject, forgets, mails } = golden
      expect(consequencesOf(type, event.data)).toStrictEqual({ tags, subject, forgets, mails })
    })
    test('survives the disk, with its person and without', () => {
      const envelope = {
        position: 1,
        id: 'ID',
        at: '2026-03-01T09:00:00.000Z',
        actor: 'operator',
        causation: null,
        correlation: 'C',
      } as const
      const key = Buffer.alloc(32, 5)
      const { personalFields } = definitionOf(type)
      const bytes = encode(event, envelope, personalFields.length > 0 ? key : null)
      expect(decode(bytes, () => key).data).toStrictEqual(data)
      expect(decode(bytes, () => null).data).toStrictEqual(forgotten(event).data)
      expect(encode(event, envelope, null) === bytes).toBe(personalFields.length === 0)
    })
    test('is folded, projected and considered for mail without a throw, person or no person', () => {
      for (const one of recorded(event, forgotten(event))) {
        for (const [, fold] of folds) expect(() => fold.evolve(fold.initial, one)).not.toThrow()
        for (const { project } of projections) expect(project(one)).toStrictEqual(project(one))
        expect(mailing(one)).toStrictEqual(mailing(one))
      }
    })
  })
})

describe('what can’t be read', () => {
  const stored = (type: string, version: number) =>
    JSON.stringify({
      position: 7,
      id: 'ID',
      at: '',
      actor: 'operator',
      causation: null,
      correlation: 'C',
      type,
      version,
      data: {},
    })
  test('an unknown type names its position', () =>
    expect(() => decode(stored('Unheard', 1), () => null)).toThrow(/Unheard at position 7/))
  test('a newer version says so', () =>
    expect(() => decode(stored('MailSent', 9), () => null)).toThrow(/newer/))
})
