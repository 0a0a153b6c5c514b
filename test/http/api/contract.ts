import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { expect } from 'vitest'

type Responses = Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
export type OpenApi = {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
}
export type OpenApiOperation = {
  readonly operationId: string
  readonly summary?: string
  readonly description?: string
  readonly security?: readonly object[]
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Responses
}

const escaped = (step: string) => step.replaceAll('~', '~0').replaceAll('/', '~1')

/** What the service promises in its own description, held against what it answers. */
export class Contract {
  readonly document: OpenApi
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  readonly #templates: readonly { readonly template: string; readonly pattern: RegExp }[]

  constructor(document: OpenApi) {
    this.document = document
    this.#ajv.addSchema(document, 'document')
    this.#templates = Object.keys(document.paths)
      .sort((a, b) => a.split('{').length - b.split('{').length)
      .map((template) => ({ template, pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }))
  }

  validator(...steps: readonly string[]): ValidateFunction {
    return this.#ajv.compile({ $ref: `document#/${steps.map(escaped).map(encodeURIComponent).join('/')}` })
  }

  /** Fails the test if an answer is not among those described: its status, its type, its shape. */
  check(method: string, path: string, answer: { status: number; type: string | null; body: unknown }): void {
    const found = this.#templates.find(({ pattern }) => pattern.test(path))
    const operation = found && this.document.paths[found.template]?.[method.toLowerCase()]
    if (!found || !operation) return // what is not described can only be refused: its own tests say how
    const where = `${operation.operationId} answers ${answer.status}`
    const response = operation.responses[String(answer.status)]
    expect(response, `${where}: described`).toBeDefined()
    const [type] = Object.keys(response?.content ?? {})
    expect(answer.type?.split(';')[0] ?? null, `${where}: content type`).toBe(type ?? null)
    if (type === undefined) {
      expect(answer.body, where).toBeUndefined()
      return
    }
    const validate = this.validator(
      'paths',
      found.template,
      method.toLowerCase(),
      'responses',
      String(answer.status),
      'content',
      type,
      'schema',
    )
    expect(validate(answer.body) ? [] : validate.errors, `${where}: shape`).toStrictEqual([])
  }
}
