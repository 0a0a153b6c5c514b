import type { DomainEvent } from '../../domain/catalogue.ts'
import type { Subject } from '../../domain/event.ts'
import { all, type Dialect, type Work } from '../database/work.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { boxedSubjects, decode } from './codec.ts'

/** The events behind a position, all at once, as the transaction sees them. Meant for few. */
export function* eventsAfter(
  after: number,
  { isOneOf }: Dialect,
  keys: SubjectKeys,
): Work<readonly DomainEvent[]> {
  const rows = yield* all<{ bytes: string }>(
    'select bytes from events where position > $1 order by position',
    [after],
  )
  const subjects = boxedSubjects(rows.map(({ bytes }) => bytes))
  const found = new Map<Subject, Buffer>()
  if (subjects.size > 0) {
    const wrapped = yield* all<{ subject: Subject; wrapped: string }>(
      `select subject, wrapped from subject_keys where subject ${isOneOf('$1')}`,
      [JSON.stringify([...subjects])],
    )
    for (const one of wrapped) found.set(one.subject, keys.unwrap(one.subject, one.wrapped))
  }
  return rows.map(({ bytes }) => decode(bytes, (subject) => found.get(subject) ?? null))
}
