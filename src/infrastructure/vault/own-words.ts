import { typedOnLatin, typedOnRussian } from './keyboards.ts'
import { transliterations } from './transliteration.ts'

const SHORTEST = 3
/** What is longer is made of words that are not; looking for it takes zxcvbn time. */
const LONGEST = 40

/** The words of an address, a name or a host, also as they come out on the other keyboard or with the other letters. */
export const ownWords = (texts: readonly string[]): string[] => {
  const words = texts
    .map((text) => text.normalize('NFC').toLowerCase())
    .flatMap((text) => [text, ...text.split('@'), ...text.split(/[^\p{L}\p{N}]+/u)])
  const spellings = words.flatMap((word) => [
    word,
    typedOnLatin(word),
    typedOnRussian(word),
    ...transliterations(word),
  ])
  return [...new Set(spellings)].filter(
    (word) => Array.from(word).length >= SHORTEST && word.length <= LONGEST,
  )
}
