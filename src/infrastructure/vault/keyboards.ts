const LATIN = ['`1234567890-=', 'qwertyuiop[]\\', "asdfghjkl;'", 'zxcvbnm,./']
const RUSSIAN = ['ё1234567890-=', 'йцукенгшщзхъ\\', 'фывапролджэ', 'ячсмитьбю.']
const RUSSIAN_SHIFTED = ['Ё!"№;%:?*()_+', 'ЙЦУКЕНГШЩЗХЪ/', 'ФЫВАПРОЛДЖЭ', 'ЯЧСМИТЬБЮ,']

const keysOf = (rows: readonly string[]) => rows.flatMap((row) => Array.from(row))

const inPlaceOf = (from: readonly string[], to: readonly string[]) => {
  const keys = new Map(keysOf(from).map((key, place) => [key, keysOf(to)[place] ?? key]))
  return (word: string): string => Array.from(word, (letter) => keys.get(letter) ?? letter).join('')
}

/** A Russian word typed while the keyboard was Latin: пароль becomes gfhjkm. */
export const typedOnLatin = inPlaceOf(RUSSIAN, LATIN)

/** A Latin word typed while the keyboard was Russian: password becomes зфыыцщкв. */
export const typedOnRussian = inPlaceOf(LATIN, RUSSIAN)

/**
 * Which keys lie around each key, clockwise from the left, in the form that zxcvbn takes. Every row but the first is
 * moved one key to the right, so a key touches two above and two below.
 */
const graphOf = (plain: readonly string[], shifted: readonly string[]): Record<string, (string | null)[]> => {
  const at = new Map<string, string>()
  for (const [y, row] of plain.entries()) {
    for (const [x, key] of Array.from(row).entries()) {
      at.set(`${y === 0 ? x : x + 1},${y}`, key + (shifted[y]?.[x] ?? ''))
    }
  }
  const around = (place: string): (string | null)[] => {
    const [x = 0, y = 0] = place.split(',').map(Number)
    const places = [
      [x - 1, y],
      [x, y - 1],
      [x + 1, y - 1],
      [x + 1, y],
      [x, y + 1],
      [x - 1, y + 1],
    ]
    return places.map((neighbour) => at.get(neighbour.join(',')) ?? null)
  }
  return Object.fromEntries(
    Array.from(at, ([place, key]) => Array.from(key, (sign) => [sign, around(place)] as const)).flat(),
  )
}

export const russianKeyboard = graphOf(RUSSIAN, RUSSIAN_SHIFTED)
