import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { contexts, definitionOf, type EventType, eventTypes, tagsOf } from '../../src/domain/catalogue.ts'
import { mailingTypes } from '../../src/domain/processes/mailing.ts'
import { type RefusalCode, refusalCodes } from '../../src/domain/refusals.ts'
import { adviceOf, problemCodes, statusOf, wordingOf } from '../../src/http/problems.ts'
import { projections } from '../../src/projections/index.ts'
import { goldenExamples } from './golden.ts'

const root = join(import.meta.dirname, '../..')
const domain = globSync('src/domain/**/*.ts', { cwd: root })
  .filter((file) => !file.endsWith('/events.ts'))
  .toSorted()
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))

const NOTE = '<!-- Written by `npm run docs` from the code; a test fails when it is out of date. -->'

type Shape = {
  readonly type?: string | readonly string[]
  readonly enum?: readonly (string | null)[]
  readonly const?: string | number | boolean
  readonly format?: string
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly items?: Shape
  readonly properties?: Readonly<Record<string, Shape>>
}

const INSTANT = 'date-time'
const shown = (shape: Shape): string => {
  if (shape.const !== undefined) return `'${shape.const}'`
  if (shape.enum) return shape.enum.map((one) => `'${one}'`).join(', ')
  const cases = shape.anyOf ?? shape.oneOf
  if (cases) return cases.map(shown).join(' or ')
  if (shape.items) return `list of ${shown(shape.items)}`
  if (shape.properties) {
    const fields = Object.entries(shape.properties).map(([name, field]) => `${name}: ${shown(field)}`)
    return `{ ${fields.join('; ')} }`
  }
  if (shape.format === INSTANT) return 'instant'
  return shape.format ?? [shape.type ?? 'anything'].flat().join(' or ')
}

/** Files of the domain in which a decision says this fact. */
const decidedIn = (type: EventType): readonly string[] =>
  domain
    .filter(({ text }) => new RegExp(`type: '${type}'`).test(text))
    .map(({ file }) => `[${file.replace('src/domain/', '')}](../${file})`)

const tagKinds = (type: EventType): readonly string[] => {
  const tags = tagsOf({ type, data: goldenExamples[type] } as Parameters<typeof tagsOf>[0])
  return [...new Set(tags.map((tag) => tag.slice(0, tag.indexOf(':'))))]
}

const eventSection = (type: EventType): string => {
  const { schema, version, personalFields, forgets } = definitionOf(type)
  const fields = Object.entries((z.toJSONSchema(schema, { io: 'output' }) as Shape).properties ?? {})
  const projectedBy = projections.filter(({ types }) => types.includes(type)).map(({ name }) => `\`${name}\``)
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
      ([name, field]) =>
        `| \`${name}\` | ${shown(field).replaceAll('|', '\\|')} | ${personalFields.includes(name) ? 'yes' : ''} |`,
    ),
    '',
    `- decided in: ${decidedIn(type).join(', ')}`,
    `- projected by: ${projectedBy.join(', ') || 'nothing'}`,
    ...(mailingTypes.includes(type) ? ['- may call for a mail'] : []),
    ...(forgets ? ['- destroys the keys of who is forgotten by it'] : []),
    '',
  ]
  return lines.join('\n')
}

export const eventCatalogue = (): string => {
  const chapters = Object.entries(contexts).map(
    ([name, events]) => `## ${name}\n\n${(Object.keys(events) as EventType[]).map(eventSection).join('\n')}`,
  )
  return `# Every event there is

${NOTE}

${eventTypes.length} types. An event is a fact that never changes. What is marked personal is stored encrypted under the key of its subject and
reads as null once that key is destroyed. Every event also has a position, an id, an instant, an actor, a causation and a correlation.

${chapters.join('\n')}`
    .trimEnd()
    .concat('\n')
}

const cell = (text: string | undefined): string => (text ?? '').replaceAll('|', '\\|')

export const refusalTable = (): string => {
  const isRefusal = (code: string) => refusalCodes.includes(code as RefusalCode)
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
