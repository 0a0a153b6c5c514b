import type { Actor } from '../../domain/event.ts'
import type { Ctx, Kit } from './kit.ts'

export type Person = { readonly name: string; readonly url: string | null }

/** Who actors are to the reader: users by name, linked; whoever has been forgotten has no name any more. */
export const peopleOf = async (
  { house, t }: Kit,
  ctx: Ctx,
  actors: Iterable<Actor>,
): Promise<ReadonlyMap<Actor, Person>> => {
  const people = new Map<Actor, Person>()
  for (const actor of new Set(actors)) {
    if (actor === 'operator') people.set(actor, { name: t(ctx, 'invites.operator'), url: null })
    else if (actor === 'system') people.set(actor, { name: t(ctx, 'actor.system'), url: null })
    else if (actor === 'anonymous') people.set(actor, { name: t(ctx, 'actor.anonymous'), url: null })
    else {
      const user = await house.reads.users.get(actor.slice('user:'.length))
      people.set(
        actor,
        user
          ? { name: user.name ?? user.email ?? user.id, url: `/admin/users/${user.id}` }
          : { name: t(ctx, 'invites.forgotten'), url: null },
      )
    }
  }
  return people
}
