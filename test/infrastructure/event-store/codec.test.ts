import fc from 'fast-check'
import { canonicalize } from 'json-canonicalize'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  catalogue,
  definitionOf,
  type EventType,
  eventTypes,
  type NewEvent,
} from '../../../src/domain/catalogue.ts'
import { type EventDefinition, eventType, personal, type Subject } from '../../../src/domain/event.ts'
import {
  boxedSubjects,
  decode,
  decodePage,
  encode,
  encodedTags,
  readPage,
  subjectOf,
  tagEncoder,
} from '../../../src/infrastructure/event-store/codec.ts'
import * as cast from '../../support/controls.ts'
import { goldenExamples } from '../../support/golden.ts'
import { whole } from './contract/engine.ts'

const key = Buffer.alloc(32, 5)
const envelope = {
  position: 7,
  id: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB',
  at: cast.NOW,
  actor: 'operator',
  causation: null,
  correlation: 'C',
} as const

/** What people write, and what nobody should: every plane of Unicode, NUL, lone surrogates, the words of JSON. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    'a\udfffb',
    '__proto__',
    '"\\\u2028',
    'é'.normalize('NFD'),
    '😀',
    'null',
  ),
)

/** An event of a type, with arbitrary text (or nothing) in its personal fields. */
const anyEventOf = (type: EventType): fc.Arbitrary<NewEvent> => {
  const fields = definitionOf(type).personalFields.map((field) => [field, fc.option(anyText)] as const)
  return fc
    .record(Object.fromEntries(fields), { noNullPrototype: true })
    .map((personalData) => ({ type, data: { ...goldenExamples[type], ...personalData } }) as NewEvent)
}
const anyEvent = fc.oneof(...eventTypes.map(anyEventOf))
const keyFor = (event: NewEvent) => (subjectOf(event) === null ? null : key)

describe('stored bytes', () => {
  test('lead back to the event, whatever is in it', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const bytes = encode(event, envelope, keyFor(event))
        expect(decode(bytes, () => key)).toStrictEqual({
          ...envelope,
          type: event.type,
          version: catalogue[event.type].version,
          data: event.data,
        })
      }),
      { numRuns: 400 },
    )
  })

  test('are canonical JSON (RFC 8785), and say nothing of a person', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const bytes = encode(event, envelope, keyFor(event))
        expect(canonicalize(JSON.parse(bytes))).toBe(bytes)
        const stored = (JSON.parse(bytes) as { data: object }).data
        for (const field of definitionOf(event.type).personalFields) expect(stored).not.toHaveProperty(field)
        expect('personal' in stored).toBe(subjectOf(event) !== null)
      }),
    )
  })

  test('of a forgotten person keep what is not theirs; what was theirs reads as null', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const forgotten = definitionOf(event.type).personalFields.map((field) => [field, null])
        const { data } = decode(encode(event, envelope, keyFor(event)), () => null)
        expect(data).toStrictEqual({ ...event.data, ...Object.fromEntries(forgotten) })
      }),
    )
  })

  test('of the same event are different each time only where it is encrypted', () => {
    expect(encode(cast.loggedOut, envelope, null)).toBe(encode(cast.loggedOut, envelope, null))
    expect(encode(cast.issued(), envelope, key)).not.toBe(encode(cast.issued(), envelope, key))
  })

  test('are never made of data that does not fit its schema', () => {
    const wrong = [
      { ...cast.issued(), data: { ...cast.issued().data, expiresAt: 'soon' } },
      { ...cast.issued(), data: { ...cast.issued().data, password: 'x' } },
      { ...cast.issued(), data: {} },
    ]
    for (const event of wrong) expect(() => encode(event as NewEvent, envelope, key)).toThrow()
  })
})

describe('a page of stored events', () => {
  test('reads as each of them alone; keys are fetched once, and only when data is looked at', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 20 }), (events) => {
        const page = events.map((event, n) => encode(event, { ...envelope, position: n + 1 }, keyFor(event)))
        const asked: Subject[][] = []
        const read = decodePage(page, (subjects) => {
          asked.push([...subjects])
          return new Map([...subjects].map((subject) => [subject, key]))
        })
        expect(read.map(({ position, type }) => [position, type])).toStrictEqual(
          events.map(({ type }, n) => [n + 1, type]),
        )
        expect(asked).toStrictEqual([])
        expect(read.map(whole)).toStrictEqual(page.map((bytes) => decode(bytes, () => key)))
        const subjects = new Set(events.flatMap((event) => subjectOf(event) ?? []))
        expect(asked).toStrictEqual(subjects.size === 0 ? [] : [[...subjects]])
      }),
    )
  })

  test('tells what is forgotten as null, and reads the rest', () => {
    const page = [cast.issued(), cast.loggedOut].map((event) => encode(event, envelope, keyFor(event)))
    const [issued, loggedOut] = decodePage(page, () => new Map())
    expect(issued?.data).toStrictEqual({ ...cast.issued().data, email: null })
    expect(JSON.parse(JSON.stringify(issued))).toStrictEqual(whole(issued ?? null))
    expect(loggedOut?.data).toStrictEqual(cast.loggedOut.data)
  })
})

describe('whose key', () => {
  const gone = cast.issued({ inviteId: cast.OTHER_INVITE, email: null })
  test('an event needs is told by its subject, while anything personal is left in it', () => {
    expect(subjectOf(cast.issued())).toBe(`invite:${cast.INVITE}`)
    expect(subjectOf(cast.revoked({ email: null, reason: 'left' }))).toBe(`invite:${cast.INVITE}`)
    expect([subjectOf(gone), subjectOf(cast.loggedOut)]).toStrictEqual([null, null])
  })
  test('a page needs is told by those of its events that hold a box, each once', () => {
    const events = [
      cast.issued(),
      cast.resent(),
      gone,
      cast.loggedOut,
      cast.issued({ inviteId: cast.THIRD_INVITE }),
    ]
    const page = events.map((event, n) => encode(event, { ...envelope, position: n + 1 }, keyFor(event)))
    const subjects = new Set([`invite:${cast.INVITE}`, `invite:${cast.THIRD_INVITE}`])
    expect(boxedSubjects(page)).toStrictEqual(subjects)
    const read = readPage(page)
    expect(read.subjects).toStrictEqual(subjects)
    expect(read.events(() => key).map(whole)).toStrictEqual(page.map((bytes) => decode(bytes, () => key)))
    expect(read.events(() => null)[0]?.data).toStrictEqual({ ...cast.issued().data, email: null })
  })
})

describe('a box of personal data', () => {
  type Stored = { id: string; type: string; version: number; data: Record<string, unknown> }
  const stored = () => JSON.parse(encode(cast.issued(), envelope, key)) as Stored
  const read = (event: Stored) => decode(JSON.stringify(event), () => key)

  test('opens where it was made', () => expect(read(stored()).data).toStrictEqual(cast.issued().data))

  test.each<[string, (event: Stored) => Stored]>([
    ['another event', (event) => ({ ...event, id: '01JNZ8K3V5Q2W9X7T4R6Y1M0AC' })],
    ['an event of another type', (event) => ({ ...event, type: 'InviteResent' })],
    ['another subject', (event) => ({ ...event, data: { ...event.data, inviteId: cast.OTHER_INVITE } })],
    ['another version', (event) => ({ ...event, version: 0 })],
  ])('does not open in %s', (_, move) => expect(() => read(move(stored()))).toThrow())

  test('does not open with another key: that is damage, and no forgetting', () => {
    expect(() => decode(JSON.stringify(stored()), () => Buffer.alloc(32, 6))).toThrow()
  })

  test('asks for the key of its own subject', () => {
    const asked: Subject[] = []
    decode(JSON.stringify(stored()), (subject) => {
      asked.push(subject)
      return key
    })
    expect(asked).toStrictEqual([`invite:${cast.INVITE}`])
  })
})

describe('what this version can’t read', () => {
  const bytes = (type: string, version: number) => JSON.stringify({ ...envelope, type, version, data: {} })
  test('an unknown type is named with its position', () => {
    for (const type of ['Unheard', 'toString', '__proto__', 'constructor']) {
      expect(() => decode(bytes(type, 1), () => null)).toThrow(
        `unknown event type ${type} at position 7: is the database newer than this version?`,
      )
    }
  })
  test('a newer version is named with its position', () => {
    expect(() => decode(bytes('MailSent', 9), () => null)).toThrow(
      'MailSent at position 7 has version 9, newer than this one knows',
    )
  })
})

describe('older versions', () => {
  const growing = catalogue as unknown as Record<string, EventDefinition>
  afterEach(() => {
    delete growing['Grown']
  })
  /** An event type as it stands after two changes: a name was split off, then a colour became required. */
  const grow = () => {
    const steps: string[] = []
    growing['Grown'] = eventType({
      version: 3,
      schema: z.strictObject({ userId: z.string(), first: personal(z.string()), colour: z.string() }),
      tags: () => [],
      subject: ({ userId }) => `user:${userId}`,
      upcasts: {
        1: ({ name, ...data }) => {
          steps.push('1 to 2')
          return { ...data, first: typeof name === 'string' ? name.split(' ')[0] : null }
        },
        2: (data) => {
          steps.push('2 to 3')
          return { ...data, colour: 'grey' }
        },
      },
    }) as unknown as EventDefinition
    return steps
  }
  const stored = (version: number, data: object) =>
    JSON.stringify({ ...envelope, type: 'Grown', version, data })

  test('reach readers through every upcast in order, as events of the newest version', () => {
    const steps = grow()
    const event = decode(stored(1, { userId: 'u', name: 'Ada Lovelace' }), () => null)
    expect(steps).toStrictEqual(['1 to 2', '2 to 3'])
    expect(event).toMatchObject({ version: 3, data: { userId: 'u', first: 'Ada', colour: 'grey' } })
  })

  test('start where they are, and the newest passes none', () => {
    const steps = grow()
    expect(decode(stored(2, { userId: 'u' }), () => null).data).toStrictEqual({
      userId: 'u',
      first: null,
      colour: 'grey',
    })
    expect(steps).toStrictEqual(['2 to 3'])
    decode(stored(3, { userId: 'u', colour: 'red' }), () => null)
    expect(steps).toStrictEqual(['2 to 3'])
  })
})

test('a version that only allows more has no upcast: what was written before it stays as it is', () => {
  const growing = catalogue as unknown as Record<string, EventDefinition>
  growing['Widened'] = eventType({
    version: 2,
    schema: z.strictObject({ userId: z.string(), colour: z.enum(['grey', 'red']) }),
    tags: () => [],
  }) as unknown as EventDefinition
  try {
    const data = { userId: 'u', colour: 'grey' }
    const stored = JSON.stringify({ ...envelope, type: 'Widened', version: 1, data })
    expect(decode(stored, () => null)).toMatchObject({ version: 2, data })
  } finally {
    delete growing['Widened']
  }
})

describe('tags in the index', () => {
  const encodeTag = tagEncoder((text) => `digest-of-${text.length}`)
  test('are in clear, but for addresses', () => {
    expect(encodedTags(cast.redeemed(), encodeTag)).toStrictEqual([
      `invite:${cast.INVITE}`,
      `email:digest-of-${`email:${cast.BEN_ADDRESS}`.length}`,
      `user:${cast.BEN}`,
    ])
  })
  test('stand there once, however often an event names them', () => {
    const twice: NewEvent = {
      type: 'UserSuspended',
      data: { userId: cast.BEN, roles: ['admin', 'admin'], reason: null, batchId: null },
    }
    expect(encodedTags(twice, encodeTag)).toStrictEqual([`user:${cast.BEN}`, 'role:admin'])
  })
})
