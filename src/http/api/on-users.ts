import type { ApiPrincipal } from '../../projections/principal.ts'
import type { UserView } from '../../projections/users.ts'
import type { House, Outcome } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'

export const readUser = async (house: House, id: string | undefined): Promise<UserView> => {
  const user = id === undefined ? null : await house.reads.users.get(id)
  if (!user) throw new Problem('user_not_found')
  return user
}

/** In whose name a caller's command runs. */
export const byCaller = ({
  principal,
  correlation,
}: {
  readonly principal: ApiPrincipal
  readonly correlation: string
}) => ({ actor: `user:${principal.userId}`, correlation }) as const

/** Throws the problem if a command was refused. */
export const mustBe = (outcome: Outcome): void => {
  if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
}
