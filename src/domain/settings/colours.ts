type Rgb = readonly [number, number, number]

const read = (colour: string): Rgb => {
  const bits = Number.parseInt(colour.slice(1), 16)
  return [bits >> 16, (bits >> 8) & 255, bits & 255]
}
const write = (rgb: Rgb): string =>
  `#${rgb.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`

/** So much of the second colour in the first, from 0 to 1. */
export const mixed = (colour: string, other: string, share: number): string => {
  const [from, to] = [read(colour), read(other)]
  return write(from.map((channel, n) => channel + ((to[n] ?? 0) - channel) * share) as unknown as Rgb)
}

const luminance = (colour: string): number => {
  const [red, green, blue] = read(colour).map((channel) => {
    const part = channel / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as unknown as Rgb
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** How far two colours stand apart, from 1 to 21 (WCAG 2.2). */
export const contrast = (colour: string, other: string): number => {
  const [bright = 0, dark = 0] = [luminance(colour), luminance(other)].toSorted((a, b) => b - a)
  return (bright + 0.05) / (dark + 0.05)
}
