const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof UNIT_MS

const DURATION = /^[1-9]\d{0,5}[smhd]$/

/** `90s`, `10m`, `12h`, `7d` → milliseconds; null for anything else. */
export const readDuration = (text: string): number | null =>
  DURATION.test(text) ? Number.parseInt(text, 10) * UNIT_MS[text.slice(-1) as Unit] : null

/** Milliseconds in the largest unit that leaves no rest. */
export const durationText = (ms: number): string => {
  const unit = (['d', 'h', 'm'] as const).find((one) => ms % UNIT_MS[one] === 0) ?? 's'
  return `${Math.round(ms / UNIT_MS[unit])}${unit}`
}
