import { type HierarchyNode, hierarchy, stratify } from 'd3-hierarchy'
import { MAX_SUBTREE } from '../../domain/referrals/suspend-subtree.ts'
import type { Twig, TwigPerson } from '../../projections/referral-tree.ts'
import { stateOf } from '../../projections/users.ts'
import { type Ctx, type Kit, queryOf } from './kit.ts'
import { plural } from './words.ts'

/** How much of a tree one page shows; the rest is a link away. */
const SHOWN = { rows: 90, depth: 4, ofRoot: 40, ofOthers: 8, roots: 25 }
/** Stands above all the roots where a tree begins with many. */
const EVERYBODY = 'everybody'
/** In sixteenths of a rem, as the style sheet has them. */
const ROW = 40
const STEP = 20
const LEFT = 10
const SIXTEENTHS = 16

/** A line of the tree: somebody, or how many more there are. */
export type Branch = {
  readonly label: string
  readonly url: string | null
  readonly state: string
  /** How many are below them, and where that is looked at from them on. */
  readonly below: string | null
  readonly belowUrl: string | null
  readonly isMore: boolean
  readonly children: readonly Branch[]
}

/** What is drawn beside the lines. */
type Drawing = {
  readonly width: number
  readonly height: number
  readonly widthRem: string
  readonly heightRem: string
  readonly lines: string
  readonly dots: readonly { x: number; y: number; r: number; state: string }[]
}

export type TreeView = {
  readonly branches: readonly Branch[]
  readonly drawing: Drawing
  /** There were more than are read for one page: numbers are too small then. */
  readonly isCut: boolean
}

type Node = HierarchyNode<Twig>
type Shown = ReadonlyMap<Node, readonly Node[]>

/** As much as fits, level by level, so that nobody's many hide everybody else. */
const pick = (root: Node, skip: number): Shown => {
  const shown = new Map<Node, readonly Node[]>()
  let room = SHOWN.rows
  const queue = [root]
  for (const node of queue) {
    const children = (node.children ?? []).slice(node === root ? skip : 0)
    const most = node === root ? SHOWN.ofRoot : SHOWN.ofOthers
    const few = node.depth >= SHOWN.depth ? [] : children.slice(0, Math.min(most, room))
    shown.set(node, few)
    room -= few.length
    queue.push(...few)
  }
  return shown
}

/** An indented tree: a line a row, a step a level. `top` itself is drawn unless it stands for everybody. */
const draw = (top: Branch, isDrawn: boolean): Drawing => {
  const tree = hierarchy<Branch>(top, ({ children }) => children)
  const rows = new Map<HierarchyNode<Branch>, number>()
  tree.eachBefore((node) => rows.set(node, rows.size))
  const less = isDrawn ? 0 : 1
  const x = ({ depth }: HierarchyNode<Branch>) => (depth - less) * STEP + LEFT
  const y = (node: HierarchyNode<Branch>) => ((rows.get(node) ?? 0) - less) * ROW + ROW / 2
  const nodes = [...rows.keys()].slice(less)
  const width = (tree.height - less) * STEP + 2 * LEFT
  const height = nodes.length * ROW
  return {
    width,
    height,
    widthRem: `${width / SIXTEENTHS}rem`,
    heightRem: `${height / SIXTEENTHS}rem`,
    lines: tree
      .links()
      .filter(({ source }) => isDrawn || source !== tree)
      .map(({ source, target }) => `M${x(source)} ${y(source)}V${y(target) - 6}q0 6 6 6H${x(target)}`)
      .join(''),
    dots: nodes.map((node) => ({
      x: x(node),
      y: y(node),
      r: node.data.isMore ? 2.5 : node.data.below === null ? 4 : 5.5,
      state: node.data.state,
    })),
  }
}

/** The tree below some users, as far as a page can show it. A single one is its root; several stand side by side. */
export const treeOf = async (
  { house, t }: Kit,
  ctx: Ctx,
  rootIds: readonly string[],
  { path, skip }: { readonly path: (rootId: string, skip?: string) => string; readonly skip: number },
): Promise<TreeView> => {
  const isOne = rootIds.length === 1
  const found = await house.reads.referralTree.twigs(rootIds, MAX_SUBTREE)
  const roots = rootIds.map((id) => ({ id, above: isOne ? null : EVERYBODY }))
  const all = [...(isOne ? [] : [{ id: EVERYBODY, above: null }]), ...roots, ...found]
  const tree = stratify<Twig>()
    .id(({ id }) => id)
    .parentId(({ above }) => above)(all)
    .sum(() => 1)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0) || a.data.id.localeCompare(b.data.id))
  const shown = pick(tree, skip)
  const people = await house.reads.referralTree.people([...shown.keys()].map(({ data }) => data.id))

  const stateOfPerson = (person: TwigPerson | undefined) => (person ? stateOf(person) : 'gone')
  const sizeOf = (nodes: readonly Node[]) => nodes.reduce((sum, { value = 0 }) => sum + value, 0)

  const moreOf = (node: Node, few: readonly Node[]): Branch[] => {
    const from = node === tree ? skip : 0
    const left = (node.children ?? []).slice(from + few.length)
    if (left.length === 0) return []
    const on = node === tree ? String(skip + few.length) : undefined
    return [
      {
        label: plural(ctx.state.locale, 'moreBelow', sizeOf(left)),
        url: `${path(node.data.id, on)}#tree`,
        state: 'more',
        below: null,
        belowUrl: null,
        isMore: true,
        children: [],
      },
    ]
  }

  const branchOf = (node: Node): Branch => {
    const { id } = node.data
    const person = people.get(id)
    const few = shown.get(node) ?? []
    const below = (node.value ?? 1) - 1
    return {
      label: person?.name ?? person?.email ?? t(ctx, 'referrals.forgotten'),
      url: person ? `/admin/users/${id}` : null,
      state: stateOfPerson(person),
      below: below === 0 ? null : plural(ctx.state.locale, 'below', below),
      belowUrl: below === 0 || node === tree ? null : `${path(id)}#tree`,
      isMore: false,
      children: [...few.map(branchOf), ...moreOf(node, few)],
    }
  }

  const top = branchOf(tree)
  return {
    branches: isOne ? [top] : top.children,
    drawing: draw(top, isOne),
    isCut: found.length === MAX_SUBTREE,
  }
}

/** The users that trees begin with, those who brought most first. */
export const rootsOf = ({ house }: Kit): Promise<string[]> => house.reads.referralTree.roots(SHOWN.roots)

/** How many of the root's own have been shown on the pages before. */
export const skipOf = (ctx: Ctx): number => {
  const skip = Number(queryOf(ctx, 'skip') ?? 0)
  return Number.isSafeInteger(skip) && skip > 0 ? skip : 0
}
