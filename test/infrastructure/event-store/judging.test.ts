import { describe, expect, test } from 'vitest'
import type { DomainEvent, NewEvent } from '../../../src/domain/catalogue.ts'
import { accept, type Decision, fold, reading, refuse } from '../../../src/domain/decision.ts'
import type { Instant, Tag } from '../../../src/domain/event.ts'
import {
  type AnyRequest,
  eventAt,
  type Judged,
  judge,
  readingsOf,
} from '../../../src/infrastructure/event-store/judging.ts'
import * as cast from '../../support/controls.ts'
import { recorded } from '../../support/given.ts'

const { ADA, ADA_ADDRESS, BEN, BEN_ADDRESS, EARLIER, INVITE, NOW, OTHER_INVITE } = cast
const ABOUT = `invite:${INVITE}` as const
const LATER = '2026-03-01T10:00:00.000Z'

/** As an index has them: nobody may look anything up under the tag itself. */
const encodeTag = (tag: Tag) => `<${tag}>`
const storedUnder = (...entries: readonly (readonly [Tag, readonly DomainEvent[]])[]) =>
  new Map(entries.map(([tag, events]) => [encodeTag(tag), events]))

/** Remembers where the events of some types stand that it was shown. */
const places = (...types: readonly NewEvent['type'][]) =>
  fold<readonly string[]>(
    [],
    Object.fromEntries(
      types.map((type) => [type, (state: readonly string[], event: DomainEvent) => [...state, event.type]]),
    ),
  )
const story = places('InviteIssued', 'InviteResent', 'InviteRevoked')

type Wish = { readonly about?: Tag; readonly causation?: string; readonly actor?: AnyRequest['actor'] }

const asking = (
  decide: (seen: readonly string[], now: Instant) => Decision,
  { about = ABOUT, actor = 'operator', causation }: Wish = {},
): AnyRequest =>
  ({
    readings: { seen: reading(about, story) },
    decide: (view: { seen: readonly string[] }, now: Instant) => decide(view.seen, now),
    actor,
    correlation: 'A-REQUEST',
    causation,
  }) as AnyRequest

const NOTHING: ReadonlyMap<string, readonly DomainEvent[]> = new Map()

/** Judges with a clock that shows these moments one after the other, and ids that count. */
const judged = (
  requests: readonly AnyRequest[],
  {
    stored = NOTHING,
    notBefore = EARLIER,
    moments = [],
  }: {
    readonly stored?: ReadonlyMap<string, readonly DomainEvent[]>
    readonly notBefore?: Instant
    readonly moments?: readonly Instant[]
  } = {},
): readonly Judged[] => {
  let looked = 0
  let made = 0
  return judge(requests, stored, notBefore, {
    clock: () => moments[looked++] ?? NOW,
    ids: () => `ID-${++made}`,
    encodeTag,
  })
}
const draftsOf = (one: Judged | undefined) => (one && 'drafts' in one ? one.drafts : [])

describe('a command that is judged', () => {
  test('leaves drafts that say who, when, why, and under which tags', () => {
    const caused = { ...cast.resent(), causation: 'ANOTHER-EVENT' }
    const request = asking(() => accept(cast.issued(), caused), {
      actor: `user:${ADA}`,
      causation: 'WHAT-CAME-BEFORE',
    })
    const envelope = { at: NOW, actor: `user:${ADA}`, correlation: 'A-REQUEST' }
    const tags = [`<invite:${INVITE}>`, `<email:${BEN_ADDRESS}>`]
    expect(judged([request])).toStrictEqual([
      {
        request,
        decision: accept(cast.issued(), caused),
        drafts: [
          {
            decided: cast.issued(),
            tags,
            envelope: { ...envelope, id: 'ID-1', causation: 'WHAT-CAME-BEFORE' },
          },
          { decided: caused, tags, envelope: { ...envelope, id: 'ID-2', causation: 'ANOTHER-EVENT' } },
        ],
      },
    ])
  })

  test('that follows from nothing says so', () =>
    expect(draftsOf(judged([asking(() => accept(cast.issued()))])[0])[0]?.envelope.causation).toBeNull())

  test('may be refused and leave facts all the same', () => {
    const decision = refuse('code_wrong', { triesLeft: 1 }, cast.verificationFailed())
    const [one] = judged([asking(() => decision)])
    expect(one).toMatchObject({ decision })
    expect(draftsOf(one).map(({ decided }) => decided)).toStrictEqual([cast.verificationFailed()])
  })

  test('is one error when it throws, and when what it decides could not be read again; its neighbours are judged', () => {
    const bug = new Error('a bug')
    const nonsense = { ...cast.issued(), data: { nonsense: true } } as unknown as NewEvent
    const seen: (readonly string[])[] = []
    const results = judged([
      asking(() => {
        throw bug
      }),
      asking(() => accept(cast.issued(), nonsense)),
      asking((before) => {
        seen.push(before)
        return accept(cast.resent())
      }),
    ])
    expect(results.map((one) => 'error' in one)).toStrictEqual([true, true, false])
    expect(results[0]).toMatchObject({ error: bug })
    expect(seen).toStrictEqual([[]])
  })
})

describe('what a command sees', () => {
  const seenBy = (stored: ReadonlyMap<string, readonly DomainEvent[]>, ...before: readonly AnyRequest[]) => {
    let seen: readonly string[] = []
    judged(
      [
        ...before,
        asking((events) => {
          seen = events
          return accept()
        }),
      ],
      { stored },
    )
    return seen
  }
  const [issued, resent, mail] = recorded(cast.issued(), cast.resent(), cast.mailSent) as [
    DomainEvent,
    DomainEvent,
    DomainEvent,
  ]

  test('is nothing where nothing has happened', () => expect(seenBy(NOTHING)).toStrictEqual([]))
  test('stands in order of position, whatever order it was found in', () =>
    expect(seenBy(storedUnder([ABOUT, [resent, issued]]))).toStrictEqual(['InviteIssued', 'InviteResent']))
  test('is of the types that are remembered', () =>
    expect(seenBy(storedUnder([ABOUT, [issued, mail]]))).toStrictEqual(['InviteIssued']))
  test('is what stands under its tag', () =>
    expect(seenBy(storedUnder([`invite:${OTHER_INVITE}`, [issued]]))).toStrictEqual([]))

  test('comes with what those before it have decided, behind all that is stored', () => {
    const revoking = asking(() => accept(cast.revoked(), cast.resent()))
    expect(seenBy(NOTHING, revoking)).toStrictEqual(['InviteRevoked', 'InviteResent'])
    expect(
      seenBy(storedUnder([ABOUT, [{ ...issued, position: 2 ** 40 }]]), revoking, revoking),
    ).toStrictEqual(['InviteIssued', 'InviteRevoked', 'InviteResent', 'InviteRevoked', 'InviteResent'])
  })
  test('but not with what they decided about something else, or of other types', () => {
    const other = asking(() => accept(cast.issued({ inviteId: OTHER_INVITE }), cast.mailSent))
    expect(seenBy(NOTHING, other)).toStrictEqual([])
  })

  test('is an event once, however many of its tags are read', () => {
    let seen: readonly unknown[] = []
    const both = {
      ...asking(() => accept()),
      readings: { byInvite: reading(ABOUT, story), byAddress: reading(`email:${BEN_ADDRESS}`, story) },
      decide: (view: object) => {
        seen = Object.values(view)
        return accept()
      },
    } as unknown as AnyRequest
    judged([both], { stored: storedUnder([ABOUT, [issued]], [`email:${BEN_ADDRESS}`, [issued]]) })
    expect(readingsOf(both).map(({ tag }) => tag)).toStrictEqual([ABOUT, `email:${BEN_ADDRESS}`])
    expect(seen).toStrictEqual([['InviteIssued'], ['InviteIssued']])
  })
})

describe('time', () => {
  const nowsOf = (notBefore: Instant, ...steps: readonly (readonly [Instant, ...NewEvent[]])[]) => {
    const nows: Instant[] = []
    judged(
      steps.map(([, ...events]) =>
        asking((_, now) => {
          nows.push(now)
          return accept(...events)
        }),
      ),
      { notBefore, moments: steps.map(([moment]) => moment) },
    )
    return nows
  }
  test('is the clock’s, but never earlier than the last event', () => {
    expect(nowsOf(EARLIER, [NOW])).toStrictEqual([NOW])
    expect(nowsOf(NOW, [EARLIER])).toStrictEqual([NOW])
    expect(nowsOf(EARLIER, [LATER, cast.issued()], [NOW])).toStrictEqual([LATER, LATER])
  })
  test('is held back by nothing that left no event', () =>
    expect(nowsOf(EARLIER, [LATER], [NOW])).toStrictEqual([LATER, NOW]))
})

describe('forgetting', () => {
  const saying = (...events: readonly NewEvent[]) => asking(() => accept(...events))

  test('ends the judging: who comes behind has to be shown anew what is left', () => {
    const behind = saying(cast.resent())
    expect(judged([saying(cast.issued(), cast.purged), behind])).toHaveLength(1)
    expect(judged([saying(cast.erased(BEN)), behind])).toHaveLength(1)
    expect(judged([saying(cast.issued()), saying(cast.purged), behind])).toHaveLength(2)
  })
  test('is nothing that others do', () =>
    expect(judged([saying(...cast.member(ADA, ADA_ADDRESS)), saying(), saying(cast.resent())])).toHaveLength(
      3,
    ))
})

test('a draft becomes an event once its place is known', () => {
  const [draft] = draftsOf(judged([asking(() => accept(cast.loggedIn('invite')))])[0])
  expect(draft && eventAt(draft, 7)).toStrictEqual({
    position: 7,
    id: 'ID-1',
    type: 'UserLoggedIn',
    version: 2,
    at: NOW,
    actor: 'operator',
    causation: null,
    correlation: 'A-REQUEST',
    data: cast.loggedIn('invite').data,
  })
})
