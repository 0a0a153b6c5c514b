import { hash } from 'node:crypto'

/** What is kept of a secret that its holder shows: whoever reads it can show nothing. */
export const digest = (text: string): string => hash('sha256', text, 'base64url')
