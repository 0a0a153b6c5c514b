import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refusalCodes } from '../../../src/domain/refusals.ts'
import { operationsOf } from '../../../src/http/api/index.ts'
import { keepsAnswers } from '../../../src/http/api/operation.ts'
import { problemCodes, statusOf } from '../../../src/http/problems.ts'
import { Api, type Tokens } from './client.ts'
import { Contract, type OpenApi, type OpenApiOperation } from './contract.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens
let operations: { method: string; path: string; operation: OpenApiOperation }[]

beforeAll(async () => {
  api = await Api.open({ DEV_MAILBOX: 'on' })
  admin = await api.signIn()
  operations = Object.entries(api.contract.document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
})
afterAll(() => api.app.dispose())

describe('the description', () => {
  test('is OpenAPI 3.1 and names every operation that there is, once', () => {
    expect(api.contract.document.openapi).toMatch(/^3\.1\./)
    const described = operations.map(
      ({ method, path, operation }) => `${operation.operationId} ${method} ${path}`,
    )
    const real = operationsOf({ settings: { devMailbox: true } as never }).map(
      ({ operationId, method, path }) =>
        `${operationId} ${method.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}')}`,
    )
    expect(described.toSorted()).toStrictEqual(real.toSorted())
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
  })

  test('has the operations that the interface promises', () => {
    const ids = new Set(operations.map(({ operation }) => operation.operationId))
    const promised = [
      ['registerUser', 'sendVerificationCode', 'verifyEmail', 'completeRegistration'],
      ['login', 'refreshSession', 'logout'],
      ['getMe', 'changeProfile', 'changePassword'],
      ['listUsers', 'getUser', 'changeUser', 'deleteUser'],
      ['grantRole', 'revokeRole', 'suspendUser', 'reinstateUser'],
      ['issueInvite', 'listInvites', 'getInvite', 'resendInvite', 'revokeInvite'],
      ['redeemInvite', 'previewInvite', 'listMailbox'],
      ['createReferralCode', 'getReferralCode', 'deleteReferralCode'],
      ['findReferralCode', 'redeemReferralCode', 'listReferrals'],
    ].flat()
    expect(promised.filter((id) => !ids.has(id))).toStrictEqual([])
  })

  test('says of each what it does, what it answers, and how it refuses, with an example of each refusal', () => {
    for (const { operation } of operations) {
      const { operationId, summary = '', description = '', responses } = operation
      expect(summary.length, operationId).toBeGreaterThan(5)
      expect(description.length, operationId).toBeGreaterThan(10)
      const statuses = Object.keys(responses).map(Number)
      expect(
        statuses.some((status) => status < 300),
        operationId,
      ).toBe(true)
      for (const status of statuses.filter((one) => one >= 400)) {
        if (operationId === 'issueToken' && status === 400) continue // in the words of RFC 6749
        const content = responses[status]?.content?.['application/problem+json'] as { examples?: object }
        const codes = Object.keys(content.examples ?? {})
        expect(codes.length, `${operationId} ${status}`).toBeGreaterThan(0)
        for (const code of codes) expect(statusOf(code as never), code).toBe(status)
      }
    }
  })

  const idsOf = (list: readonly { readonly operationId: string }[]) =>
    list.map(({ operationId }) => operationId).toSorted()
  const real = () => operationsOf({ settings: { devMailbox: true } as never })

  test('promises a bearer token for all but what anonymous callers may do', () => {
    const open = operations.filter(({ operation }) => operation.security?.length === 0)
    const anonymous = real().filter(({ who }) => who === 'anonymous')
    expect(idsOf(open.map(({ operation }) => operation))).toStrictEqual(idsOf(anonymous))
  })

  test('takes Idempotency-Key where it means something: wherever something is made', () => {
    const keyed = operations.filter(({ operation }) =>
      operation.parameters?.some(({ name }) => name === 'Idempotency-Key'),
    )
    const keeping = real().filter((one) => keepsAnswers(one) || one.seesToRepeats === true)
    expect(idsOf(keyed.map(({ operation }) => operation))).toStrictEqual(idsOf(keeping))
  })

  test('refuses unknown fields in every body, as the service does', () => {
    for (const { path, method, operation } of operations) {
      if (!operation.requestBody?.content['application/json']) continue // RFC 6749 has others ignored
      const steps = [
        'paths',
        path,
        method.toLowerCase(),
        'requestBody',
        'content',
        'application/json',
        'schema',
      ]
      const validate = api.contract.validator(...steps)
      expect([operation.operationId, validate({ surprise: 1 })]).toStrictEqual([operation.operationId, false])
    }
  })
})

describe('the check of answers against it', () => {
  test('finds what is not described: a status, a type, a field too many, a field too few', async () => {
    const me = await api.call('GET', '/me', { token: admin.accessToken })
    const contract = new Contract(api.contract.document as OpenApi)
    const check = (answer: Partial<{ status: number; type: string; body: unknown }>) => () =>
      contract.check('GET', '/me', { status: 200, type: 'application/json', body: me.body, ...answer })
    expect(check({})).not.toThrow()
    expect(check({ status: 418 })).toThrow('getMe answers 418')
    expect(check({ type: 'text/html' })).toThrow('content type')
    expect(check({ body: { ...me.body, passwordHash: '$2b$' } })).toThrow('shape')
    expect(check({ body: { ...me.body, roles: undefined } })).toThrow('shape')
  })
})

describe('the table of problems', () => {
  test('has a row for every refusal of the domain', () => {
    for (const code of refusalCodes) expect(problemCodes).toContain(code)
  })

  test('each type leads to what it means', async () => {
    const answer = await fetch(`${api.app.address}/problems/invite_expired`)
    expect([answer.status, await answer.json()]).toStrictEqual([
      200,
      {
        code: 'invite_expired',
        status: 410,
        title: 'This invite has expired.',
        detail: 'Ask whoever invited you to send it again.',
      },
    ])
    expect((await fetch(`${api.app.address}/problems/unheard_of`)).status).toBe(404)
  })
})
