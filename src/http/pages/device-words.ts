import type { Locale } from '../../domain/invites/events.ts'
import { readUserAgent } from '../../domain/user-agent.ts'
import { text } from './words.ts'

/** What a browser or a program is called in front of people. */
export const deviceWords = (locale: Locale, userAgent: string | null): string => {
  const { browser, system } = readUserAgent(userAgent)
  if (browser !== null && system !== null) return text(locale, 'device.named', { browser, system })
  return browser ?? system ?? text(locale, 'device.unknown')
}
