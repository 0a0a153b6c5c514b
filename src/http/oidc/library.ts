/**
 * oidc-provider, loaded when it is first needed: it is the largest of our dependencies. As it loads it complains on
 * the console about a Node that is not yet under long-term support; our console is for mails and says nothing else.
 */
const loadQuietly = async (): Promise<typeof import('oidc-provider')> => {
  const { console } = globalThis
  const warn = Reflect.get(console, 'warn') as (...words: unknown[]) => void
  const warnOfOthers = (...words: unknown[]): void => {
    if (!String(words[0]).includes('oidc-provider ')) warn(...words)
  }
  Reflect.set(console, 'warn', warnOfOthers)
  try {
    return await import('oidc-provider')
  } finally {
    Reflect.set(console, 'warn', warn)
  }
}

let loading: Promise<typeof import('oidc-provider')> | undefined

/** The same module whoever asks: two who load it at once would mute each other for good. */
export const library = (): Promise<typeof import('oidc-provider')> => {
  loading ??= loadQuietly()
  return loading
}
