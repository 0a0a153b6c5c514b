import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Ctx, Kit } from '../../../src/http/pages/kit.ts'
import { type Branch, type TreeView, treeOf } from '../../../src/http/pages/referral-tree.ts'
import { text } from '../../../src/http/pages/words.ts'
import type { Twig } from '../../../src/projections/referral-tree.ts'

const ROOT = 'U0'
const ctx = { state: { locale: 'en' } } as unknown as Ctx

/** The tree in which user n was brought by the user whose number `aboves` has at n - 1; nearest first, as it is read. */
const show = (aboves: readonly number[], limit = Number.POSITIVE_INFINITY, skip = 0): Promise<TreeView> => {
  const links = aboves.map((above, n) => ({ id: `U${n + 1}`, above: `U${above}` }))
  const twigs: Twig[] = []
  for (let level = [ROOT]; level.length > 0; ) {
    const here = new Set(level)
    const next = links.filter(({ above }) => here.has(above))
    twigs.push(...next)
    level = next.map(({ id }) => id)
  }
  const kit = {
    t: (_: Ctx, ...words: Parameters<typeof text> extends [unknown, ...infer Rest] ? Rest : never) =>
      text('en', ...words),
    house: {
      reads: {
        referralTree: {
          twigs: async (_: string[], most: number) => twigs.slice(0, Math.min(most, limit)),
          people: async (ids: string[]) =>
            new Map(
              ids.map((id) => [
                id,
                { id, name: id, email: null, emailVerifiedAt: 'then', suspendedAt: null },
              ]),
            ),
        },
      },
    },
  } as unknown as Kit
  return treeOf(kit, ctx, [ROOT], { path: (id, on) => `/${id}${on ? `?skip=${on}` : ''}`, skip })
}

const flat = (branches: readonly Branch[]): Branch[] =>
  branches.flatMap((one) => [one, ...flat(one.children)])
const hidden = ({ label }: Branch): number => Number(/^\+ (\d+) more$/.exec(label)?.[1] ?? 0)

/** Everybody was brought by somebody who was there before them. */
const forests = fc
  .array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 400 })
  .map((places) => places.map((place, n) => Math.floor(place * (n + 1))))

describe('the tree as it is drawn', () => {
  test('of five people has a line and a dot for each, and a twig to each but the root', async () => {
    const { branches, drawing, isCut } = await show([0, 0, 1, 1])
    expect(flat(branches).map(({ label }) => label)).toStrictEqual(['U0', 'U1', 'U3', 'U4', 'U2'])
    expect(drawing.dots.map(({ x, y }) => [x, y])).toStrictEqual([
      [10, 20],
      [30, 60],
      [50, 100],
      [50, 140],
      [30, 180],
    ])
    expect(drawing.lines.match(/M/g)).toHaveLength(4)
    expect([drawing.widthRem, drawing.heightRem, isCut]).toStrictEqual(['3.75rem', '12.5rem', false])
  })

  test('accounts for everybody, whoever brought whom: shown, or among those who are said to be more', async () => {
    await fc.assert(
      fc.asyncProperty(forests, async (aboves) => {
        const { branches, drawing } = await show(aboves)
        const lines = flat(branches)
        const shown = lines.filter(({ isMore }) => !isMore)
        const more = lines.filter(({ isMore }) => isMore).reduce((sum, one) => sum + hidden(one), 0)
        expect(shown.length + more).toBe(aboves.length + 1)
        expect(shown.length).toBeLessThanOrEqual(91)
        expect(drawing.dots).toHaveLength(lines.length)
        expect(drawing.height).toBe(lines.length * 40)
        expect(Math.max(...drawing.dots.map(({ x }) => x))).toBeLessThan(drawing.width)
      }),
    )
  })

  test('of 5,000 people in one line, and of 5,000 brought by one, is short, and leads on', async () => {
    const line = flat((await show(Array.from({ length: 4999 }, (_, n) => n))).branches)
    expect(line.map(({ label }) => label)).toStrictEqual(['U0', 'U1', 'U2', 'U3', 'U4', '+ 4995 more'])
    expect(line.at(-1)?.url).toBe('/U4#tree')
    const star = flat((await show(Array.from({ length: 4999 }, () => 0))).branches)
    expect([star.length, star.at(-1)?.label, star.at(-1)?.url]).toStrictEqual([
      42,
      '+ 4959 more',
      '/U0?skip=40#tree',
    ])
  })

  test('says when there are more than were counted', async () => {
    expect((await show(Array.from({ length: 6000 }, () => 0))).isCut).toBe(true)
  })

  test('goes on where the page before ended, and past the end shows the root alone', async () => {
    const labels = async (skip: number) =>
      flat((await show([0, 0, 0], undefined, skip)).branches).map(({ label }) => label)
    expect(await labels(2)).toStrictEqual(['U0', 'U3'])
    expect(await labels(99)).toStrictEqual(['U0'])
  })
})
