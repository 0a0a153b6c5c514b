import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type Router from '@koa/router'
import type { State } from '../context.ts'
import { readTokens } from './design-tokens.ts'
import type { Ctx, Kit } from './kit.ts'

const TOKENS = join(import.meta.dirname, '..', 'public', 'styles', '1-tokens.css')

const INVITE = {
  id: '01JADALOVELACE000000000000',
  issuer: 'Grace Hopper',
  issuedAt: '2026-03-01T10:00:00.000Z',
  expiresAt: '2026-03-08T10:00:00.000Z',
  reason: null,
  why: null,
  redeemedUserId: null,
  canChange: false,
}
const invites = [
  { ...INVITE, email: 'ada@example.org', state: 'open', delivery: 'sent' },
  { ...INVITE, email: 'charles@example.org', state: 'redeemed', delivery: 'sent' },
  { ...INVITE, email: 'mary@example.org', state: 'revoked', delivery: 'failed' },
]

/** The parts that every page is made of, shown by the very partials and the style sheet that the pages use. */
export const designPage = (router: Router<State>, { render, t }: Kit): void => {
  const tokens = readTokens(readFileSync(TOKENS, 'utf8'))

  router.get('/docs/design', (ctx: Ctx) =>
    render(ctx, 'docs-design', {
      title: t(ctx, 'design.title'),
      isWide: true,
      isSpecimen: true,
      ...tokens,
      invites,
      wrong: [{ field: 'wrong', label: t(ctx, 'design.field'), message: t(ctx, 'field.email') }],
      parts: [
        'colours',
        'type',
        'spacing',
        'buttons',
        'forms',
        'messages',
        'lists',
        'states',
        'asking',
        'focus',
        'rules',
      ],
      newestUrl: '#lists',
      olderUrl: '#lists',
    }),
  )
}
