import canonicalize from 'canonicalize'
import type { SourceRow } from './source.ts'

// Canonical JSON has its keys in order: position, type and version stand at the end of every event.
const TAIL = /,"position":([1-9]\d{0,15}),"type":"([A-Za-z]{1,60})","version":[1-9]\d{0,3}\}$/
const TAIL_BYTES = 130

/** Where an event says it stands; null if it does not say so, or is another type than its row says. */
export const ownPosition = ({ bytes, type }: SourceRow): number | null => {
  const tail = TAIL.exec(bytes.toString('latin1', Math.max(0, bytes.length - TAIL_BYTES)))
  return tail && (type === null || tail[2] === type) ? Number(tail[1]) : null
}

/** What no seal covers yet can only be held against its form. */
export const envelopeProblem = ({ bytes, position }: SourceRow): boolean => {
  const text = bytes.toString('utf8')
  try {
    const event = JSON.parse(text) as { position?: unknown }
    return event.position !== position || canonicalize(event) !== text
  } catch {
    return true
  }
}
