import type { Kit } from './kit.ts'

/** What outside services say of a user: about the address, and about the person, in one line; empty for nothing. */
export const saidOutside = async ({ house }: Kit, userId: string) => {
  const said = await house.reads.inquiries.get(userId)
  const parts = [said?.name, said?.title, said?.company]
  return { verdict: said?.verdict ?? null, person: parts.filter((part) => part).join(', ') }
}
