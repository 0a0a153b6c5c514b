const LETTERS: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ё: 'e',
  ж: 'zh',
  з: 'z',
  и: 'i',
  й: 'y',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'h',
  ц: 'c',
  ч: 'ch',
  ш: 'sh',
  щ: 'sch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
}

/** As in chats. */
const CHATTY: Readonly<Record<string, string>> = {
  ё: 'yo',
  ж: 'j',
  й: 'i',
  х: 'kh',
  ц: 'ts',
  щ: 'shch',
  ы: 'i',
  ю: 'u',
  я: 'ja',
}

/** As in passports. */
const OFFICIAL: Readonly<Record<string, string>> = {
  й: 'i',
  х: 'kh',
  ц: 'ts',
  щ: 'shch',
  ъ: 'ie',
  ю: 'iu',
  я: 'ia',
}

const spelled = (word: string, letters: Readonly<Record<string, string>>) =>
  Array.from(word, (letter) => letters[letter] ?? letter).join('')

/** The ways in which most people write a Russian word with Latin letters: lyubov, lubov, liubov. */
export const transliterations = (word: string): string[] => [
  ...new Set([{}, CHATTY, OFFICIAL].map((otherwise) => spelled(word, { ...LETTERS, ...otherwise }))),
]
