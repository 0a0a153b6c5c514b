import type { Adapter, AdapterPayload, errors } from 'oidc-provider'
import type { House } from '../house.ts'
import { metadataOf } from './metadata.ts'

const ULID_LENGTH = 26
const DAY_S = 86_400

/** A consent bears the session it was given in on its forehead, and ends with it. */
export const consentId = (sessionId: string, random: string): string => `${sessionId}.${random}`

const without = (payload: Readonly<Record<string, unknown>>, ...fields: string[]) =>
  Object.fromEntries(Object.entries(payload).filter(([field]) => !fields.includes(field)))

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a sign-in under way need not remember: whom the application expects (an address, often), and the cookie. */
const discreet = (payload: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const trimmed: Record<string, unknown> = { ...payload }
  for (const [field, secrets] of [
    ['params', ['login_hint', 'id_token_hint']],
    ['session', ['cookie']],
  ] as const) {
    const part = trimmed[field]
    if (isRecord(part)) trimmed[field] = without(part, ...secrets)
  }
  const prompt = trimmed['prompt']
  if (isRecord(prompt) && isRecord(prompt['details'])) {
    trimmed['prompt'] = { ...prompt, details: without(prompt['details'], 'login_hint', 'id_token_hint') }
  }
  return trimmed
}

const notHere = async (): Promise<undefined> => undefined

/** Clients are read from their projection: they change by commands, and never from here. */
const clientAdapter = (house: House): Adapter => ({
  async find(id) {
    const client = await house.reads.clients.get(id)
    return client ? metadataOf(client) : undefined
  },
  upsert: notHere,
  findByUserCode: notHere,
  findByUid: notHere,
  consume: notHere,
  destroy: notHere,
  revokeByGrantId: notHere,
})

/** oidc-provider's view of our store, a model at a time. */
export const adapterFor =
  (house: House, { InvalidGrant }: Pick<typeof errors, 'InvalidGrant'>) =>
  (model: string): Adapter => {
    if (model === 'Client') return clientAdapter(house)
    const { payloads } = house.oidc
    const isConsent = model === 'Grant'
    return {
      async upsert(id: string, payload: AdapterPayload, expiresIn = DAY_S) {
        const kept = model === 'Interaction' ? discreet({ ...payload }) : { ...payload }
        await payloads.put(model, id, kept, {
          lifetimeMs: expiresIn * 1000,
          sessionId: isConsent ? id.slice(0, ULID_LENGTH) : null,
        })
      },
      find: (id) => payloads.find(model, id) as Promise<AdapterPayload | undefined>,
      findByUid: (uid) => payloads.findByUid(model, uid) as Promise<AdapterPayload | undefined>,
      findByUserCode: notHere,
      async consume(id) {
        if (await payloads.consume(model, id)) return
        // Somebody else was faster by a moment: it was used twice, and everything that came of it is void.
        const grantId = (await payloads.find(model, id))?.['grantId']
        if (typeof grantId === 'string') await payloads.remove('Grant', grantId)
        throw new InvalidGrant('already used')
      },
      destroy: (id) => payloads.remove(model, id),
      revokeByGrantId: (grantId) => payloads.removeOfGrant(model, grantId),
    }
  }
