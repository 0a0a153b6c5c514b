import { z } from 'zod'
import { foundTextSchema } from '../../domain/users/inquiries.ts'
import { type Outside, OutsideFailure } from './http.ts'
import type { PersonEnricher, Service } from './ports.ts'

const text = z.string().nullish()
const personSchema = z.object({
  name: z.object({ fullName: text }).nullish(),
  employment: z.object({ name: text, title: text }).nullish(),
})
const answerSchema = z.union([
  /** The combined answer: the person and the company of their address. */
  z.object({ person: personSchema.nullable(), company: z.object({ name: text }).nullish() }),
  personSchema.extend({ id: z.string() }).transform((person) => ({ person, company: null })),
])

/** A text that is not fit to be kept is none. */
const kept = (found: string | null | undefined): string | null =>
  foundTextSchema.safeParse(found).data ?? null

/** Speaks as Clearbit's enrichment does (API version 2), whether asked for the person alone or for the company too. */
export const clearbitEnricher = (service: Service, ask: Outside): PersonEnricher => ({
  async lookUp(email, signal) {
    const headers = service.key === null ? {} : { authorization: `Bearer ${service.key}` }
    const { status, body } = await ask(service, { email }, headers, signal)
    if (status === 404 || status === 422) return null
    // 202: it is still looking. Whoever asks again later gets the answer.
    if (status !== 200) throw new OutsideFailure(`status_${status}`)
    const answer = answerSchema.safeParse(body)
    if (!answer.success) throw new OutsideFailure('malformed')
    const { person, company } = answer.data
    const found = {
      name: kept(person?.name?.fullName),
      company: kept(person?.employment?.name) ?? kept(company?.name),
      title: kept(person?.employment?.title),
    }
    return Object.values(found).some((part) => part !== null) ? found : null
  },
})
