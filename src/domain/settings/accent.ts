import { contrast, mixed } from './colours.ts'

/** What the accent stands on in the two themes; the style sheet of the pages has the same. */
export const GROUNDS = {
  light: { ground: '#f5f3ec', surface: '#fffefa' },
  dark: { ground: '#101513', surface: '#19201d' },
} as const
type Theme = keyof typeof GROUNDS

/** What text needs to be read by everybody (WCAG 2.2, 1.4.3). */
export const READABLE = 4.5

/** The accent in a theme: itself, under the pointer, text upon it, and a breath of it to lay under text. */
export type Shades = {
  readonly accent: string
  readonly hover: string
  readonly ink: string
  readonly soft: string
}

/** The product's own accent: as the style sheet of the pages has it. */
export const PINE: Readonly<Record<Theme, Shades>> = {
  light: { accent: '#17594a', hover: '#0f4438', ink: '#ffffff', soft: '#e2efe9' },
  dark: { accent: '#86d3b8', hover: '#a3e2cb', ink: '#0b1d17', soft: '#1e352d' },
}

const BLACK = '#000000'
const WHITE = '#ffffff'
const DARK_INK = '#0b1210'

const shades: Readonly<Record<Theme, (accent: string) => Shades>> = {
  light: (accent) => ({
    accent,
    hover: mixed(accent, BLACK, 0.25),
    ink: WHITE,
    soft: mixed(GROUNDS.light.surface, accent, 0.1),
  }),
  dark: (accent) => ({
    accent,
    hover: mixed(accent, WHITE, 0.3),
    ink: DARK_INK,
    soft: mixed(GROUNDS.dark.surface, accent, 0.14),
  }),
}

/** The least contrast that an accent has anywhere in a theme: with what it stands on, and with what stands on it. */
const leastContrast = (theme: Theme, { accent, hover, ink, soft }: Shades): number =>
  Math.min(
    ...[GROUNDS[theme].ground, GROUNDS[theme].surface, soft, ink].flatMap((other) => [
      contrast(accent, other),
      contrast(hover, other),
    ]),
  )

const STEPS = 100

/** The colour itself where it can be read in the theme, else the nearest to it on its way to black or white. */
const readable = (theme: Theme, accent: string): string => {
  const end = theme === 'light' ? BLACK : WHITE
  for (let step = 0; step < STEPS; step++) {
    const candidate = mixed(accent, end, step / STEPS)
    if (leastContrast(theme, shades[theme](candidate)) >= READABLE) return candidate
  }
  return end
}

/** An accent for both themes: as it was chosen in the light one, as much lighter as it has to be in the dark one. */
export const shadesOf = (accent: string): Readonly<Record<Theme, Shades>> => ({
  light: shades.light(accent),
  dark: shades.dark(readable('dark', accent)),
})

/** Null for an accent that can be read; else how far it is from that, and the nearest one that can. */
export const paleness = (
  accent: string,
): { readonly contrast: string; readonly needed: string; readonly nearest: string } | null => {
  const least = leastContrast('light', shades.light(accent))
  return least >= READABLE
    ? null
    : {
        // Rounded down: 4.49 must not read as enough.
        contrast: (Math.floor(least * 10) / 10).toFixed(1),
        needed: READABLE.toFixed(1),
        nearest: readable('light', accent),
      }
}
