import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Without windows it needs a third less of the processor; the engine is the same. */
const KNOWN = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']
export const CHROMIUM = process.env['CHROMIUM_PATH'] ?? KNOWN.find(existsSync) ?? '/usr/bin/chromium'

export const openBrowser = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
