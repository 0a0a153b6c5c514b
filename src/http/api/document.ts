import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi'
import { type ProblemCode, statusOf, wordingOf } from '../problems.ts'
import type { Operation } from './operation.ts'
import { problemSchema } from './schemas.ts'

const parameterNames = (path: string) => [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '')

/** Refusals that every operation of a kind can answer, besides its own. */
const commonRefusals = ({ who, body, query, method }: Operation): ProblemCode[] => [
  'internal',
  'unavailable',
  ...(who === 'anonymous' ? [] : (['unauthenticated', 'token_expired', 'token_invalid'] as const)),
  ...(who === 'admin' || who === 'auditor' ? (['forbidden', 'password_change_required'] as const) : []),
  ...(body || query ? (['invalid_input'] as const) : []),
  ...(method === 'get' ? [] : (['malformed_body', 'body_too_large', 'unsupported_media_type'] as const)),
  ...(method === 'post' ? (['idempotency_key_reused', 'idempotency_in_progress'] as const) : []),
]

const problemAnswers = (operation: Operation): ZodOpenApiResponsesObject => {
  const codes = [...new Set([...operation.refusals, ...commonRefusals(operation)])]
  const byStatus = Map.groupBy(codes, statusOf)
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      {
        description: group.map((code) => `\`${code}\`: ${wordingOf(code)}`).join('\n\n'),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  )
}

const operationObject = (operation: Operation): ZodOpenApiOperationObject => {
  const { operationId, summary, description, tag, who, body, query, answers, path, method } = operation
  const params = parameterNames(path)
  return {
    operationId,
    summary,
    description: `${description}\n\nFor: ${who === 'auditor' ? 'auditors and admins' : `${who}s`}.`.replace(
      'anonymouss',
      'everybody',
    ),
    tags: [tag],
    ...(who === 'anonymous' ? { security: [] } : {}),
    ...(body
      ? {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: { 'application/json': { schema: body } },
          },
        }
      : {}),
    requestParams: {
      ...(params.length
        ? { path: z.object(Object.fromEntries(params.map((name) => [name, z.string()]))) }
        : {}),
      ...(query instanceof z.ZodObject ? { query } : {}),
      ...(method === 'post'
        ? {
            header: z.object({
              'Idempotency-Key': z
                .string()
                .optional()
                .meta({ description: 'the same key again gets the same answer' }),
            }),
          }
        : {}),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { description: what, schema }]) => [
          status,
          schema ? { description: what, content: { 'application/json': { schema } } } : { description: what },
        ]),
      ),
      ...problemAnswers(operation),
    },
  }
}

/** The OpenAPI 3.1 document, made from the very schemas that guard the operations. */
export const openApiDocument = (operations: readonly Operation[], publicUrl: string) => {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method]: operationObject(operation) }
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Latchkey',
      version: '1.0.0',
      description:
        'Invite-first account service. Refusals are problem documents (RFC 9457) with a stable `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    paths,
  })
}
