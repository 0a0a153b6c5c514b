import type { UserView } from '../../projections/users.ts'
import { erasurePreview } from '../acts/erasure-preview.ts'
import type { Ctx, Kit } from './kit.ts'
import { textKey } from './words.ts'

/** What is forgotten with a user and what stays, in the reader's language. */
export const erasureLines = async ({ house, t }: Kit, ctx: Ctx, user: UserView) => {
  const { goes, stays } = await erasurePreview(house, user)
  const line = ({ key, ...values }: (typeof goes)[number]) => t(ctx, textKey(`erasure.${key}`), values)
  return { goes: goes.map(line), stays: stays.map(line) }
}
