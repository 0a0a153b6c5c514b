import type { Subject } from '../../domain/event.ts'
import type { Projection } from '../../projections/projection.ts'
import { type Client, carried, inOneGo } from '../database/postgres.ts'
import { isLost } from '../database/postgres-errors.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { encodedTags, subjectOf } from './codec.ts'
import { type AnyRequest, type Judged, type JudgingParts, judge, readingsOf } from './judging.ts'
import { askBoundary, askKeys, eventsUnder, keysOn, openBoundary } from './postgres-boundary.ts'
import { beginWith, isFailed, lockOf, orFail, takeLocks, tryLocks } from './postgres-locks.ts'
import type { Head, Turn, Turns } from './postgres-turns.ts'
import {
  draftsOf,
  type GroupDone,
  lastMoment,
  settledAs,
  subjectsOf,
  type Writing,
  writingOf,
} from './postgres-writing.ts'

export type GroupParts = JudgingParts & {
  readonly keys: SubjectKeys
  readonly projections: readonly Projection[]
}

/** The commit was sent and the connection is gone: whether these events are there has to be looked up. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost'
  readonly done: GroupDone

  constructor(done: GroupDone, cause: unknown) {
    super('the connection was lost during a commit', { cause })
    this.done = done
  }
}

/** Another process has written where this one foresaw the end of the history: nothing has happened, and the same again will do. */
export class Misforeseen extends Error {
  override readonly name = 'Misforeseen'

  constructor(cause: unknown) {
    super('another process has written meanwhile', { cause })
  }
}

const HEAD = 'select position, at from history_head for update'
const MOVE_HEAD = 'update history_head set position = $1, at = $2'
/** Fails when the head is elsewhere, and with it whatever was sent behind. */
const MOVE_HEAD_FROM = orFail(
  `moved as (${MOVE_HEAD} where position = $3 and at = $4 returning 1), asked as (select count(*) = 1 as ok from moved)`,
  'another process has written',
)
const DROP_TAG = 'delete from event_tags where tag = $1 and type = $2 and position = $3'
const DROP_KEY = 'delete from subject_keys where subject = $1'

/** Waits for all; then the first that failed speaks for what follows from it. */
export const together = async <T extends readonly unknown[]>(
  ...promises: { [K in keyof T]: Promise<T[K]> }
): Promise<T> => {
  const results = await Promise.allSettled(promises)
  const failed = results.find(({ status }) => status === 'rejected')
  if (failed) throw (failed as PromiseRejectedResult).reason
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T
}

/** The same tags come again and again within a group, and each costs a hash. */
const remembered = <K, V>(made: (key: K) => V): ((key: K) => V) => {
  const known = new Map<K, V>()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) {
      value = made(key)
      known.set(key, value)
    }
    return value
  }
}

/**
 * Commands decided in one transaction: their tags are locked and their boundaries read while others do the same; only
 * the last step, giving places and writing, is one transaction's at a time (ADR 0013).
 */
export const commitGroup = async (
  client: Client,
  everywhere: GroupParts,
  turns: Turns,
  requests: readonly AnyRequest[],
  written: ReadonlySet<bigint> = new Set(),
): Promise<GroupDone> => {
  const parts = { ...everywhere, encodeTag: remembered(everywhere.encodeTag), lockOf: remembered(lockOf) }
  const { keys, encodeTag } = parts
  const readings = requests.flatMap(readingsOf).filter(({ fold }) => fold.types.length > 0)
  const read = new Set(readings.map(({ tag }) => parts.lockOf(encodeTag(tag))))
  const remember = keys.remembering()
  const [, rows, asked] = await together(
    ...(inOneGo(client, () => [
      beginWith(client, read, written),
      askBoundary(client, readings, encodeTag),
      askKeys(client, keys, readings),
    ]) as unknown as [Promise<unknown>, ReturnType<typeof askBoundary>, ReturnType<typeof askKeys>]),
  )
  const boundary = await openBoundary(client, rows, keys)
  const judgeFrom = (at: string) => judge(requests, boundary, at, parts)
  let judged = judgeFrom('')
  const foreseen = turns.foreseen()
  if (foreseen && isBefore(judged, foreseen)) judged = judgeFrom(foreseen.at)
  const drafts = draftsOf(judged)
  if (drafts.length === 0) {
    await client.query('commit')
    return { settled: judged.map(settledAs(new Map())), appended: [], forgotten: [] }
  }

  const turn = turns.take(drafts.length, lastMoment(drafts, ''))
  let after: Head | null = null
  try {
    const known = foreseen && asked.of(subjectsOf(drafts))
    const ready = known ? writingOf(parts, judged, foreseen, known) : null
    await turn.come()
    const group = { client, parts, written, remember }
    const isReady = foreseen && ready && ready.done.forgotten.length === 0 && turn.isAsForeseen(foreseen)
    const writing = isReady
      ? await writeAsForeseen(group, judged, ready, foreseen)
      : await write(group, turn, judged, judgeFrom)
    after = writing.after
    return writing.done
  } finally {
    turn.end(after)
  }
}

/** Another machine's clock is ahead of what was decided: time never runs backwards. */
const isBefore = (judged: readonly Judged[], { at }: Head): boolean =>
  draftsOf(judged).some(({ envelope }) => envelope.at < at)

type Group = {
  readonly client: Client
  readonly parts: GroupParts & { readonly lockOf: (tag: string) => bigint }
  readonly written: ReadonlySet<bigint>
  readonly remember: (subject: Subject, key: Buffer) => void
}

/** What is written under and not held alone yet. */
const locksOf = ({ parts, written }: Group, judged: readonly Judged[]): readonly bigint[] =>
  draftsOf(judged)
    .flatMap(({ tags }) => tags.map(parts.lockOf))
    .filter((lock) => !written.has(lock))

/** Everything in one go: the head is held for as long as the server needs, and no answer is waited for in between. */
const writeAsForeseen = async (
  group: Group,
  judged: readonly Judged[],
  writing: Writing,
  foreseen: Head,
): Promise<Writing> => {
  const { client, remember } = group
  const { after, statements, fresh, done } = writing
  const sent = inOneGo<unknown>(client, () => [
    takeLocks(client, locksOf(group, judged)),
    carried(client, MOVE_HEAD_FROM, [after.position, after.at, foreseen.position, foreseen.at]).catch(
      (error: unknown) => {
        throw isFailed(error) ? new Misforeseen(error) : error
      },
    ),
    ...statements.map(({ sql, params }) => carried(client, sql, params)),
    commit(client, 'appended'),
  ])
  await committed(sent, done)
  for (const [subject, key] of fresh) remember(subject, key)
  return writing
}

const commit = (client: Client, what: 'appended' | 'forgot'): Promise<unknown> =>
  client.query(`notify latchkey, '${what}'; commit`)

const committed = async (sent: readonly Promise<unknown>[], done: GroupDone): Promise<void> => {
  const results = await together(...sent).catch((cause: unknown) => {
    throw isLost(cause) ? new AnswerLost(done, cause) : cause
  })
  const answers = results.at(-1) as unknown as readonly { command: string }[]
  const command = answers.at(-1)?.command
  if (command !== 'COMMIT') throw new Error(`the server answered the commit with ${command}`)
}

/** Looks at the head first, and holds it while the rest is made ready. */
const write = async (
  group: Group,
  turn: Turn,
  first: readonly Judged[],
  judgeFrom: (at: string) => readonly Judged[],
): Promise<Writing> => {
  const { client, parts, remember } = group
  const { keys, encodeTag } = parts
  let judged = first
  const [, head, asked] = await together(
    ...(inOneGo<unknown>(client, () => [
      tryLocks(client, locksOf(group, judged)),
      client.query({ name: 'head', text: HEAD }),
      keysOn(client, keys, subjectsOf(draftsOf(judged))),
    ]) as [Promise<void>, Promise<{ rows: Head[] }>, ReturnType<typeof keysOn>]),
  )
  const [before] = head.rows
  if (!before) throw new Error('the history has no head')
  turn.found(before)
  let known = asked
  if (isBefore(judged, before)) {
    judged = judgeFrom(before.at)
    await tryLocks(client, locksOf(group, judged))
    known = await keysOn(client, keys, subjectsOf(draftsOf(judged)))
  }
  const writing = writingOf(parts, judged, before, known)
  const { after, done, fresh } = writing
  const statements = [...writing.statements, { sql: MOVE_HEAD, params: [after.position, after.at] }]
  const send = () => statements.map(({ sql, params }) => carried(client, sql, params))
  if (done.forgotten.length > 0) {
    await together(...inOneGo(client, send))
    for (const subject of done.forgotten) await forget(client, subject, keys, encodeTag)
    await committed([commit(client, 'forgot')], done)
  } else {
    await committed(
      inOneGo<unknown>(client, () => [...send(), commit(client, 'appended')]),
      done,
    )
  }
  for (const [subject, key] of fresh) remember(subject, key)
  for (const subject of done.forgotten) keys.forget(subject)
  return writing
}

/** The person's key goes, and with it the digests of addresses in their own events; somebody else's address stays theirs. */
const forget = async (
  client: Client,
  subject: Subject,
  keys: SubjectKeys,
  encodeTag: GroupParts['encodeTag'],
): Promise<void> => {
  const drops: Promise<unknown>[] = []
  for (const event of await eventsUnder(client, encodeTag(subject), keys)) {
    if (subjectOf(event) !== subject) continue
    for (const tag of encodedTags(event, encodeTag)) {
      if (!tag.startsWith('email:')) continue
      drops.push(
        client.query({ name: 'drop tag', text: DROP_TAG, values: [tag, event.type, event.position] }),
      )
    }
  }
  drops.push(client.query({ name: 'drop key', text: DROP_KEY, values: [subject] }))
  await together(...drops)
}
