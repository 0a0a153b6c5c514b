import { z } from 'zod'
import { Problem } from '../problems.ts'
import { operation } from './operation.ts'
import { when } from './schemas.ts'

const MAX_LIMIT = 100
const USUAL_LIMIT = 50

const position = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const hash = z.string().meta({
  description: 'SHA-256, base64',
  examples: ['47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='],
})
const note = z.string().meta({ description: 'C2SP signed note' })

const sealSchema = z
  .strictObject({
    size: z.int().min(1).meta({ description: 'how many events it covers' }),
    root: hash.meta({ description: 'root of their Merkle tree (RFC 6962), base64' }),
    sealedAt: when,
    note: note.meta({ description: 'the seal itself: a C2SP checkpoint, signed with Ed25519' }),
  })
  .meta({ id: 'Seal' })

const receiptSchema = z
  .strictObject({
    format: z.literal('latchkey receipt 1'),
    position: z.int().min(1),
    event: z.string().meta({ description: 'as it is stored; what is personal in it is encrypted' }),
    hash: hash.meta({ description: 'SHA-256 of a zero byte and the event, base64' }),
    proof: z.array(hash).meta({ description: 'RFC 6962, 2.1.1, from the leaf up' }),
    seal: note,
    keys: z.array(z.strictObject({ key: z.string(), note })),
  })
  .meta({ id: 'Receipt', description: '`node verify.mjs --receipt FILE` verifies it without this service' })

const consistencySchema = z
  .strictObject({ from: sealSchema, to: sealSchema, proof: z.array(hash) })
  .meta({ id: 'Consistency' })

const numberIn = (text: string | undefined): number => {
  const found = position.safeParse(text)
  if (!found.success) throw new Problem('not_found')
  return found.data
}

const sealSize = position.meta({ description: '`size` of a seal' })

export const proofOperations = [
  operation({
    operationId: 'listSeals',
    method: 'get',
    path: '/history/seals',
    tag: 'history',
    summary: 'Seals of the history, newest first',
    description: 'Keep one: the history can be held against it at any time, by whoever has it.',
    who: 'auditor',
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(USUAL_LIMIT),
      cursor: position.optional().meta({ description: '`nextCursor` of the page before' }),
    }),
    answers: {
      200: {
        description: 'a page; `Link` leads to the next',
        schema: z.strictObject({ items: z.array(sealSchema), nextCursor: z.nullable(z.string()) }),
      },
    },
    refusals: [],
    async handle({ house, query: { limit, cursor } }) {
      const found = await house.proofs.seals(limit + 1, cursor)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      const nextCursor = found.length > limit && last ? String(last.size) : null
      const next = `/api/v1/history/seals?limit=${limit}&cursor=${nextCursor}`
      const headers = nextCursor === null ? {} : { link: `<${next}>; rel="next"` }
      return { status: 200, body: { items, nextCursor }, headers }
    },
  }),

  operation({
    operationId: 'getConsistencyProof',
    method: 'get',
    path: '/history/consistency',
    tag: 'history',
    summary: 'Proof that one seal continues another',
    description:
      'That the events under the older seal are the first of those under the newer (RFC 6962, 2.1.2).',
    who: 'auditor',
    query: z
      .strictObject({ from: sealSize, to: sealSize })
      .refine(({ from, to }) => from <= to, { error: 'seals_out_of_order', path: ['from'] }),
    answers: { 200: { description: 'both seals and the proof', schema: consistencySchema } },
    refusals: ['not_found'],
    async handle({ house, query: { from, to } }) {
      const proof = await house.proofs.consistency(from, to)
      if (!proof) throw new Problem('not_found')
      return { status: 200, body: proof }
    },
  }),

  operation({
    operationId: 'getProof',
    method: 'get',
    path: '/history/:position/proof',
    tag: 'history',
    summary: 'Proof that an event stands in the history',
    description: 'Under the seal that is named, or the first that covers the event.',
    who: 'auditor',
    query: z.strictObject({ seal: sealSize.optional() }),
    answers: { 200: { description: 'the event, its proof and the seal', schema: receiptSchema } },
    refusals: ['not_found', 'not_sealed_yet'],
    async handle({ house, params, query: { seal } }) {
      const at = numberIn(params['position'])
      const receipt = await house.proofs.receipt(at, seal)
      if (receipt) return { status: 200, body: receipt }
      if (seal !== undefined || !(await house.proofs.exists(at))) throw new Problem('not_found')
      throw new Problem('not_sealed_yet')
    },
  }),

  operation({
    operationId: 'getInviteReceipt',
    method: 'get',
    path: '/invites/:id/receipt',
    tag: 'invites',
    summary: 'Receipt for a redeemed invite',
    description:
      'For whoever redeemed it, auditors and admins: proof that can be kept, and verified without us.',
    who: 'user',
    evenRestricted: true,
    answers: { 200: { description: 'the receipt', schema: receiptSchema } },
    refusals: ['forbidden', 'not_found', 'not_sealed_yet'],
    async handle({ house, params, principal: { userId, roles } }) {
      const redemption = await house.proofs.redemption(params['id'] ?? '')
      const oversees = roles.includes('admin') || roles.includes('auditor')
      if (!oversees && redemption?.userId !== userId) throw new Problem('forbidden')
      if (!redemption) throw new Problem('not_found')
      const receipt = await house.proofs.receipt(redemption.position)
      if (!receipt) throw new Problem('not_sealed_yet')
      return { status: 200, body: receipt }
    },
  }),
]
