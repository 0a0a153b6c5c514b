import { openApiDocument } from '../../src/http/api/document.ts'
import { operationsOf } from '../../src/http/api/index.ts'
import { problemCodes } from '../../src/http/problems.ts'

/** As much of JSON schema as the API's description is made of. */
type Schema = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>
type Described = {
  readonly operationId: string
  readonly summary: string
  readonly security?: readonly object[]
  readonly parameters?: readonly {
    readonly in: string
    readonly name: string
    readonly required?: boolean
    readonly schema?: Schema
  }[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}
type Described31 = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

export const clientFile = new URL('../../client/src/operations.ts', import.meta.url)

const primitives: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
}

const literal = (value: unknown) => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value))
const either = (types: readonly string[]) => [...new Set(types)].join(' | ')
const key = (name: string) => (/^\w+$/.test(name) ? name : `'${name}'`)

const objectOf = ({ properties = {}, required = [], additionalProperties }: Schema): string => {
  const fields = Object.entries(properties).map(
    ([name, schema]) => `readonly ${key(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  )
  if (additionalProperties === true || (typeof additionalProperties === 'object' && fields.length > 0))
    fields.push('readonly [more: string]: unknown')
  else if (typeof additionalProperties === 'object')
    fields.push(`readonly [name: string]: ${typeOf(additionalProperties)}`)
  return fields.length > 0 ? `{ ${fields.join('; ')} }` : 'Readonly<Record<string, unknown>>'
}

const typeOf = (schema: Schema): string => {
  const { $ref, type, enum: values, anyOf, oneOf, items } = schema
  if ($ref) return $ref.split('/').at(-1) ?? ''
  if ('const' in schema) return literal(schema.const)
  if (values) return either(values.map(literal))
  const choices = anyOf ?? oneOf
  if (choices) return either(choices.map(typeOf))
  if (typeof type === 'object') return either(type.map((one) => typeOf({ ...schema, type: one })))
  if (type === 'array') return `readonly (${items ? typeOf(items) : 'unknown'})[]`
  if (type === 'object') return objectOf(schema)
  return type === undefined ? 'unknown' : (primitives[type] ?? 'unknown')
}

const schemaIn = (content: Content | undefined): Schema | undefined => Object.values(content ?? {})[0]?.schema

const answerOf = ({ responses }: Described): string => {
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  const types = good.map(([, { content }]) => {
    const schema = schemaIn(content)
    return schema ? typeOf(schema) : 'undefined'
  })
  return either(types)
}

const inputOf = ({ parameters = [], requestBody }: Described): { type: string; isNeeded: boolean } => {
  const fields = parameters
    .filter((one) => one.in !== 'header')
    .map(({ name, required = false, schema }) => ({
      needed: required,
      text: `readonly ${key(name)}${required ? '' : '?'}: ${schema ? typeOf(schema) : 'string'}`,
    }))
  const body = schemaIn(requestBody?.content)
  if (body) {
    const needed = requestBody?.required ?? false
    fields.push({ needed, text: `readonly body${needed ? '' : '?'}: ${typeOf(body)}` })
  }
  return {
    type: fields.length > 0 ? `{ ${fields.map(({ text }) => text).join('; ')} }` : 'Nothing',
    isNeeded: fields.some(({ needed }) => needed),
  }
}

const methodOf = (path: string, method: string, described: Described): string => {
  const { operationId, summary, security, parameters = [], requestBody } = described
  const { type, isNeeded } = inputOf(described)
  const named = (where: string) => parameters.filter((one) => one.in === where).map(({ name }) => name)
  const isForm = Object.keys(requestBody?.content ?? {})[0]?.includes('form') ?? false
  const route = [
    `method: '${method.toUpperCase()}'`,
    `path: '${path}'`,
    ...(named('query').length > 0 ? [`query: [${named('query').map(literal).join(', ')}]`] : []),
    ...(isForm ? ['isForm: true'] : []),
    ...(named('header').includes('Idempotency-Key') ? ['isKeyed: true'] : []),
    ...(security?.length === 0 ? ['isAnonymous: true'] : []),
  ]
  return [
    `  /** ${summary}. */`,
    `  ${operationId}(input: ${type}${isNeeded ? '' : ' = {}'}, options?: Options): Promise<${answerOf(described)}> {`,
    `    return this.send({ ${route.join(', ')} }, input, options)`,
    '  }',
  ].join('\n')
}

/** The client's operations as the API's description has them. */
export const clientSource = (): string => {
  const settings = { devMailbox: true } as Parameters<typeof operationsOf>[0]['settings']
  const operations = operationsOf({ settings })
  const { paths, components } = openApiDocument(
    operations,
    'https://latchkey.example',
  ) as unknown as Described31
  const schemas = Object.entries(components.schemas)
    .filter(([name]) => name !== 'Problem')
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, schema]) => `export type ${name} = ${typeOf(schema)}`)
  const methods = Object.entries(paths).flatMap(([path, described]) =>
    Object.entries(described).map(([method, one]) => methodOf(path, method, one)),
  )
  return `// Written by \`npm run client\` from the API's own description; a test compares them.
import type { Options, Route } from './route.ts'

/** Every reason for a no. A newer service may know more. */
export type RefusalCode =
${problemCodes.map((code) => `  | '${code}'`).join('\n')}

type Nothing = Readonly<Record<string, never>>

${schemas.join('\n\n')}

/** One method an operation; how they are sent is the client's. */
export abstract class Operations {
  protected abstract send<A>(route: Route, input: object, options?: Options): Promise<A>

${methods.join('\n\n')}
}
`
}
