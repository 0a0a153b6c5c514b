import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EventType, eventTypes, tagsOf } from '../../src/domain/catalogue.ts'
import { type EventEntry, eventChapters } from '../../src/http/event-catalogue.ts'
import { adviceOf, isRefusal, problemCodes, statusOf, wordingOf } from '../../src/http/problems.ts'
import { goldenExamples } from './golden.ts'

const root = join(import.meta.dirname, '../..')
const domain = globSync('src/domain/**/*.ts', { cwd: root })
  .filter((file) => !file.endsWith('/events.ts'))
  .toSorted()
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))

const NOTE = '<!-- Written by `npm run docs` from the code; a test fails when it is out of date. -->'

/** Files of the domain in which a decision says this fact. */
const decidedIn = (type: EventType): readonly string[] =>
  domain
    .filter(({ text }) => new RegExp(`type: '${type}'`).test(text))
    .map(({ file }) => `[${file.replace('src/domain/', '')}](../${file})`)

const tagKinds = (type: EventType): readonly string[] => {
  const tags = tagsOf({ type, data: goldenExamples[type] } as Parameters<typeof tagsOf>[0])
  return [...new Set(tags.map((tag) => tag.slice(0, tag.indexOf(':'))))]
}

const cell = (text: string | undefined): string => (text ?? '').replaceAll('|', '\\|')

const eventSection = ({ type, version, fields, projections, callsForMail, forgets }: EventEntry): string => {
  const lines = [
    `### ${type}`,
    '',
    `Version ${version} · tags: ${
      tagKinds(type)
        .map((kind) => `\`${kind}:…\``)
        .join(', ') || 'none'
    }`,
    '',
    '| field | what it holds | personal |',
    '| --- | --- | --- |',
    ...fields.map(
      ({ name, holds, isPersonal }) => `| \`${name}\` | ${cell(holds)} | ${isPersonal ? 'yes' : ''} |`,
    ),
    '',
    `- decided in: ${decidedIn(type).join(', ')}`,
    `- projected by: ${projections.map((name) => `\`${name}\``).join(', ') || 'nothing'}`,
    ...(callsForMail ? ['- may call for a mail'] : []),
    ...(forgets ? ['- destroys the keys of who is forgotten by it'] : []),
    '',
  ]
  return lines.join('\n')
}

export const eventCatalogue = (): string => {
  const chapters = eventChapters.map(
    ({ context, events }) => `## ${context}\n\n${events.map(eventSection).join('\n')}`,
  )
  return `# Every event there is

${NOTE}

${eventTypes.length} types. An event is a fact that never changes. What is marked personal is stored encrypted under the key of its subject and
reads as null once that key is destroyed. Every event also has a position, an id, an instant, an actor, a causation and a correlation.

${chapters.join('\n')}`
    .trimEnd()
    .concat('\n')
}

export const refusalTable = (): string => {
  const rows = (codes: readonly (typeof problemCodes)[number][]) => [
    '| code | status | English | Russian |',
    '| --- | --- | --- | --- |',
    ...codes.map((code) => {
      const said = (['en', 'ru'] as const).map((locale) =>
        cell([wordingOf(code, locale), adviceOf(code, locale)].filter(Boolean).join(' ')),
      )
      return `| \`${code}\` | ${statusOf(code)} | ${said.join(' | ')} |`
    }),
  ]
  const decided = problemCodes.filter(isRefusal)
  const before = problemCodes.filter((code) => !isRefusal(code))
  return [
    '# Every reason for a no',
    '',
    NOTE,
    '',
    'Answers are `application/problem+json` (RFC 9457). Clients key on `code`, which never changes; wording may.',
    '',
    '## Refusals: the domain has decided so',
    '',
    ...rows(decided),
    '',
    '## Problems: found before anything was decided',
    '',
    ...rows(before),
    '',
  ].join('\n')
}

/** What is generated, by its place. */
export const generatedDocs: Readonly<Record<string, () => string>> = {
  'docs/events.md': eventCatalogue,
  'docs/refusals.md': refusalTable,
}
