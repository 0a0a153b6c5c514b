import { type MatchExtended, ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'
import { russianKeyboard, typedOnLatin, typedOnRussian } from './keyboards.ts'
import { russianWords } from './russian-words.ts'
import { transliterations } from './transliteration.ts'

/** zxcvbn's own third step is at 10^8 and five: eight characters without any pattern would just miss it. */
const STRONG = 1e8
const OWN = 'userInputs'
/** The time that zxcvbn takes grows faster than the password; this many characters at a time keep it short. */
const STRETCH = 64
const MAX_SUBSTITUTIONS = 20
const COMMONEST = 3000
const WORD = 4
const SEPARATORS = /[\s\p{Pd}_.,+@]+/gu
const ENOUGH = 8

const zxcvbn = new ZxcvbnFactory({
  dictionary: {
    ...dictionary,
    russian: [...russianWords],
    'russian-on-latin': russianWords.map(typedOnLatin),
    'russian-transliterated': russianWords.flatMap(transliterations),
    'latin-on-russian': dictionary['passwords-common'].slice(0, COMMONEST).map(typedOnRussian),
  },
  graphs: { ...adjacencyGraphs, russian: russianKeyboard },
  l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
})

const isWord = ({ pattern, token }: MatchExtended) => pattern === 'dictionary' && token.length >= WORD

/**
 * Whether a password would be too short without the words of its owner. zxcvbn takes three words with something
 * between them for strong, whatever words they are.
 */
const isOwn = (password: string, own: readonly string[]): boolean => {
  const text = password.toLowerCase()
  const longestFirst = own.toSorted((a, b) => b.length - a.length)
  const rest = longestFirst.reduce((left, word) => left.replaceAll(word, ' '), text)
  return rest !== text && Array.from(rest.replace(SEPARATORS, '')).length < ENOUGH
}

/** Why others would guess a password of fitting length in NFC, or null if they would not. */
export const guessable = (password: string, own: readonly string[]): 'common' | 'own' | 'weak' | null => {
  if (isOwn(password, own)) return 'own'
  const characters = Array.from(password)
  const found: MatchExtended[] = []
  for (let from = 0; from < characters.length; from += STRETCH) {
    const { guesses, sequence } = zxcvbn.check(characters.slice(from, from + STRETCH).join(''), [...own])
    // Whoever guesses the whole has guessed each part of it.
    if (guesses >= STRONG) return null
    found.push(...sequence)
  }
  if (found.some((match) => match['dictionaryName'] === OWN)) return 'own'
  return found.some(isWord) ? 'common' : 'weak'
}
