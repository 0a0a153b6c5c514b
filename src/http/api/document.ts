import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi'
import { roleSchema } from '../../domain/users/events.ts'
import { Problem, problemCodes, problemDocument, statusOf, wordingOf } from '../problems.ts'
import { atQuery } from './as-of.ts'
import { keepsAnswers, type Operation, refusalsOf, type Who } from './operation.ts'
import { id, problemSchema } from './schemas.ts'

const parameters: Readonly<Record<string, z.ZodType>> = { id, deliveryId: id, role: roleSchema }

const pathParameters = (path: string): z.ZodObject | undefined => {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '')
  if (names.length === 0) return undefined
  return z.object(Object.fromEntries(names.map((name) => [name, parameters[name] ?? z.string()])))
}

const idempotencyKey = z.object({
  'Idempotency-Key': z
    .string()
    .max(200)
    .optional()
    .meta({
      description: 'The same request again under the same key is done once and gets the same answer.',
      examples: ['7f9c24e8-3b12-4fef-91e0-5a6d2c8b9a10'],
    }),
})

const audience: Readonly<Record<Who, string>> = {
  anonymous: 'everybody',
  registrant: 'that user, or whoever shows the registration token',
  anyone: 'everybody; admins may see more',
  user: 'signed-in users',
  admin: 'admins',
  auditor: 'auditors and admins',
}

/** A token that one has, or one that Swagger UI's "Authorize" fetches with address and password. */
const SIGNED_IN = [{ bearer: [] }, { password: [] }]

const security = (who: Who): Pick<ZodOpenApiOperationObject, 'security'> => {
  if (who === 'anonymous') return { security: [] }
  return who === 'anyone' ? { security: [{}, ...SIGNED_IN] } : {}
}

const problemExamples = (publicUrl: string) =>
  Object.fromEntries(
    problemCodes.map((code) => [
      code,
      { value: problemDocument(new Problem(code), publicUrl, '01JNZ8K3V5Q2W9X7T4R6Y1M0AB') },
    ]),
  )

const problemAnswers = (operation: Operation): ZodOpenApiResponsesObject => {
  const byStatus = Map.groupBy(refusalsOf(operation), statusOf)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${wordingOf(code)}`).join('\n\n'),
        content: {
          'application/problem+json': {
            schema: problemSchema,
            examples: Object.fromEntries(
              codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
            ),
          },
        },
      },
    ]),
  )
}

const answersOf = ({ answers }: Operation): ZodOpenApiResponsesObject =>
  Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema }]) => [
      status,
      schema ? { description, content: { 'application/json': { schema } } } : { description },
    ]),
  )

/** Swagger UI fills in every field it knows, also two that exclude each other; an example of the whole goes first. */
const exampleOf = (body: z.ZodType): { example?: unknown } => {
  const [example] = body.meta()?.examples ?? []
  return example === undefined ? {} : { example }
}

/** What may be asked, with the moment it is asked about where there is one. */
const queryOf = ({ query, asOf }: Operation): z.ZodObject | undefined => {
  const own = query instanceof z.ZodObject ? query : undefined
  return asOf ? z.strictObject({ ...own?.shape, ...atQuery }) : own
}

const operationObject = (operation: Operation): ZodOpenApiOperationObject => {
  const { operationId, summary, description, tag, who, body, path, seesToRepeats, foreign } = operation
  const query = queryOf(operation)
  const inPath = pathParameters(path)
  return {
    operationId,
    summary,
    description: `${description}\n\nFor: ${audience[who]}.`,
    tags: [tag],
    ...security(who),
    ...(body
      ? {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: {
              [foreign ? 'application/x-www-form-urlencoded' : 'application/json']: {
                schema: body,
                ...exampleOf(body),
              },
              ...(operation.csv ? { 'text/csv': { schema: { type: 'string' as const } } } : {}),
            },
          },
        }
      : {}),
    requestParams: {
      ...(inPath ? { path: inPath } : {}),
      ...(query ? { query } : {}),
      ...(keepsAnswers(operation) || seesToRepeats ? { header: idempotencyKey } : {}),
    },
    responses: { ...answersOf(operation), ...problemAnswers(operation) },
  }
}

const tags: readonly { readonly name: Operation['tag']; readonly description: string }[] = [
  { name: 'me', description: 'the user of the access token' },
  { name: 'registration', description: 'register, confirm the address, reset a password' },
  { name: 'invites', description: 'issue, resend, revoke, redeem' },
  { name: 'sessions', description: 'sign in, stay signed in, sign out' },
  { name: 'users', description: 'for admins and auditors' },
  { name: 'clients', description: 'applications in which users may sign in with us' },
  { name: 'webhooks', description: 'programs that are told of what happens' },
  { name: 'referrals', description: 'codes by which users bring others, and who brought whom' },
  { name: 'mails', description: 'what the service has mailed, for admins and auditors' },
  {
    name: 'settings',
    description: 'what admins have set: who may register, what invites are like, the brand, what mails say',
  },
  { name: 'history', description: 'seals and proofs of the history, for auditors and admins' },
  { name: 'development', description: 'only while DEV_MAILBOX is on' },
]

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
    tags: tags.filter(({ name }) => operations.some(({ tag }) => tag === name)),
    security: SIGNED_IN,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        password: {
          type: 'oauth2',
          description: 'Signs in with address and password; leave the client’s fields empty.',
          flows: {
            password: {
              tokenUrl: `${publicUrl}/api/v1/oauth/token`,
              refreshUrl: `${publicUrl}/api/v1/oauth/token`,
              scopes: {},
            },
          },
        },
      },
      examples: problemExamples(publicUrl),
    },
    paths,
  })
}
