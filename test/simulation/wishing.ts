import type { Command } from '../../src/domain/decision.ts'
import type { Actor } from '../../src/domain/event.ts'
import type { SessionStart } from '../../src/domain/sessions/start.ts'
import type { Execute } from '../../src/http/house.ts'
import type { DecideOutcome } from '../../src/infrastructure/event-store/store.ts'
import type { Seams } from './seams.ts'
import type { Person, Town } from './town.ts'

type Asked<C> = { readonly wish: C; readonly actor: Actor }
type Make<C> = (town: Town) => Asked<C> | null

/** What somebody wishes, ready to be carried out by a node, once or several times: the same wish each time. */
export type Wish = {
  readonly type: string
  /** Whether the same click can come again; each try to sign in is a try of its own. */
  readonly comesAgain: boolean
  readonly wish: unknown
  readonly actor: Actor
  readonly carryOut: (execute: Execute, correlation: string, seams: Seams) => Promise<DecideOutcome>
}

export type Wishing = { readonly weight: number; readonly make: (town: Town) => Wish | null }

export const wishing = <C, V>(weight: number, command: Command<C, V>, make: Make<NoInfer<C>>): Wishing => ({
  weight,
  make: (town) => {
    const asked = make(town)
    if (!asked) return null
    return {
      type: command.type,
      comesAgain: command.type !== 'Login',
      ...asked,
      carryOut: (execute, correlation, seams) =>
        execute(seams.command(command), asked.wish, { actor: asked.actor, correlation }),
    }
  },
})

/** An admin most of the time, as far as anybody knows; or the operator, the service, or somebody else. */
export const manager = (town: Town): Actor => {
  const admin = town.chance.pick(town.admins)
  if (admin !== undefined && town.chance.isOneIn(2)) return `user:${admin}`
  if (town.chance.isOneIn(10)) return `user:${town.somebody()?.id ?? town.ids()}`
  return town.chance.of('operator', 'system')
}

/** The person themselves, and now and then somebody else. */
export const oneself = (town: Town, { id }: Person): Actor =>
  town.chance.isOneIn(10) ? manager(town) : `user:${id}`

export const maybe = <T>(town: Town, some: () => T): T | null => (town.chance.isOneIn(2) ? some() : null)

/** Of a person: what they prove, which is most of the time what they hold. */
export const proven = (town: Town, { credentialId }: Person): string | null =>
  town.chance.isOneIn(6) ? town.ids() : credentialId

export const lastSession = ({ sessions }: Person): string | null => sessions.at(-1) ?? null

/** Names whom it is about, so that it is seen where something of theirs is left. */
export const startOf = (town: Town, userId: string): SessionStart => ({
  sessionId: town.ids(),
  carrier: town.chance.of('page', 'api'),
  expiresAt: new Date(town.now() + 12 * 3_600_000).toISOString(),
  userAgent: marker(userId),
  ip: '192.0.2.1',
})

/** A word that stands for a person, in every text that is theirs. */
export const marker = (userId: string): string => `=${userId}=`

/** Whose words stand in a text. */
export const markedIn = (text: string): ReadonlySet<string> => new Set(text.match(/=\d{26}=/g))

export const verification = (town: Town) => ({
  verificationId: town.ids(),
  codeExpiresAt: town.soon(),
  linkExpiresAt: town.soon(),
})

/** How somebody proves that a mailbox is theirs. */
export const proofOf = (town: Town, { id }: Person) => {
  const kind = town.chance.of('code', 'code', 'wrong-code', 'link', 'link', 'link-elsewhere')
  return kind === 'link-elsewhere'
    ? { kind, newCredentialId: town.ids(), session: startOf(town, id) }
    : { kind }
}
