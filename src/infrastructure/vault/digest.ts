import { createHash } from 'node:crypto'

/** What is kept of a secret that its holder shows: whoever reads it can show nothing. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
