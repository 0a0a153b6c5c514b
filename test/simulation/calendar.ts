const MAX_KNOWN = 100

/** Writes instants down, each once: nodes look at the clock far more often than it moves. */
export const openCalendar = (): ((ms: number) => string) => {
  const known = new Map<number, string>()
  return (ms) => {
    const instant = known.get(ms) ?? new Date(ms).toISOString()
    if (known.size > MAX_KNOWN) known.clear()
    known.set(ms, instant)
    return instant
  }
}
