import { contrast } from '../../domain/settings/colours.ts'

type Values = ReadonlyMap<string, string>

export type Colour = { readonly name: string; readonly light: string; readonly dark: string }
/** How well text stands out from what it is written on, in both themes: 4.5 is enough for everybody. */
export type Pair = {
  readonly text: string
  readonly on: string
  readonly light: number
  readonly dark: number
}
export type Step = { readonly name: string; readonly value: string }

export type Tokens = {
  readonly colours: readonly Colour[]
  readonly pairs: readonly Pair[]
  readonly spaces: readonly Step[]
  readonly sizes: readonly Step[]
  readonly corners: readonly Step[]
}

/** What is written on what. */
const WRITTEN = [
  ['ink', 'ground'],
  ['ink', 'surface'],
  ['muted', 'ground'],
  ['muted', 'surface'],
  ['accent', 'surface'],
  ['accent-ink', 'accent'],
  ['ink', 'accent-soft'],
  ['good', 'good-soft'],
  ['bad', 'bad-soft'],
  ['warn', 'warn-soft'],
] as const

const valuesIn = (css: string): Values =>
  new Map(
    [...css.matchAll(/(?<![\w-])--([\w-]+):\s*([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
  )

const isColour = (value: string): boolean => /^#[0-9a-f]{6}$/.test(value)

const rounded = (ratio: number): number => Math.floor(ratio * 10) / 10

/** Reads the tokens off the style sheet that the pages use: there is no other list of them. */
export const readTokens = (css: string): Tokens => {
  const [usual = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)')
  const inLight = valuesIn(usual)
  const inDark: Values = new Map([...inLight, ...valuesIn(dark)])
  const of = (theme: Values, name: string): string => {
    const value = theme.get(name)
    if (value === undefined) throw new Error(`the style sheet has no --${name}`)
    return value
  }
  const starting = (prefix: string): Step[] =>
    [...inLight]
      .filter(([name]) => name === prefix || name.startsWith(`${prefix}-`))
      .map(([name, value]) => ({ name, value }))
  return {
    colours: [...inLight]
      .filter(([, value]) => isColour(value))
      .map(([name, light]) => ({ name, light, dark: of(inDark, name) })),
    pairs: WRITTEN.map(([text, on]) => {
      const ratio = (theme: Values) => rounded(contrast(of(theme, text), of(theme, on)))
      return { text, on, light: ratio(inLight), dark: ratio(inDark) }
    }),
    spaces: starting('space'),
    sizes: starting('text'),
    corners: starting('radius'),
  }
}
