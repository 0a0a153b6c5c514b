import { type HeapProfiler, type Profiler, Session } from 'node:inspector/promises'

/** A share of what was used: by whom themselves, and by them with all they called. */
export type Share = { readonly name: string; readonly self: number; readonly all: number }
/** `total` in milliseconds of the processor, or in bytes that were allocated. */
export type Summary = {
  readonly total: number
  readonly functions: readonly Share[]
  readonly modules: readonly Share[]
}

const SAMPLE_US = 500
const SAMPLE_BYTES = 16_384
const SHOWN = 16

type CallFrame = { readonly functionName: string; readonly url: string; readonly lineNumber: number }

const pathOf = (url: string): string =>
  decodeURIComponent(url).replace(/^(?:file:\/\/)?\/.*?\/(src|bench|node_modules)\//, '$1/')

/** A package, one of Node's own modules, or a floor of ours. */
const moduleOf = ({ functionName, url }: CallFrame): string => {
  if (url === '') return functionName.startsWith('(') ? functionName : '(no file: native code, templates)'
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/')
  const path = pathOf(url)
  const parts = path.split('/')
  if (parts[0] === 'node_modules') return parts.slice(1, parts[1]?.startsWith('@') ? 3 : 2).join('/')
  return parts
    .slice(0, 3)
    .join('/')
    .replace(/\/[^/]+\.ts$/, '')
}

const functionOf = (frame: CallFrame): string =>
  frame.url === ''
    ? frame.functionName || '(no file: native code, templates)'
    : `${frame.functionName || '(anonymous)'} ${pathOf(frame.url)}:${frame.lineNumber + 1}`

type Tree = { readonly frame: CallFrame; readonly self: number; readonly children: readonly Tree[] }

const summarize = (root: Tree): Summary => {
  // Nor does it count what watching itself costs.
  const idle = ({ functionName, url }: CallFrame) =>
    functionName === '(idle)' || functionName === '(root)' || url === 'node:inspector'
  const tally = (nameOf: (frame: CallFrame) => string): [Share[], number] => {
    const self = new Map<string, number>()
    const all = new Map<string, number>()
    let total = 0
    const walk = (tree: Tree, above: ReadonlySet<string>): number => {
      const name = nameOf(tree.frame)
      const own = idle(tree.frame) ? 0 : tree.self
      const within = new Set(above).add(name)
      let sum = own
      for (const child of tree.children) sum += walk(child, within)
      total += own
      self.set(name, (self.get(name) ?? 0) + own)
      // Whoever calls themselves is counted once, where they were entered first.
      if (!above.has(name)) all.set(name, (all.get(name) ?? 0) + sum)
      return sum
    }
    walk(root, new Set())
    const shares = [...self].map(([name, value]) => ({
      name,
      self: value / total,
      all: (all.get(name) ?? 0) / total,
    }))
    return [shares.toSorted((a, b) => b.self - a.self).slice(0, SHOWN), total]
  }
  const [functions, total] = tally(functionOf)
  return { total, functions, modules: tally(moduleOf)[0] }
}

const cpuTree = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Tree => {
  const own = new Map<number, number>()
  for (const [n, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[n] ?? 0) / 1000)
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const treeOf = (id: number): Tree[] => {
    const node = byId.get(id)
    if (!node) return []
    return [
      { frame: node.callFrame, self: own.get(id) ?? 0, children: (node.children ?? []).flatMap(treeOf) },
    ]
  }
  const [root] = treeOf(nodes[0]?.id ?? 0)
  if (!root) throw new Error('the profile is empty')
  return root
}

const heapTree = (node: HeapProfiler.SamplingHeapProfileNode): Tree => ({
  frame: node.callFrame,
  self: node.selfSize,
  children: node.children.map(heapTree),
})

/** Watches this process: what uses the processor, or what allocates, between start and stop. */
export const openProfiler = () => {
  const session = new Session()
  session.connect()
  return {
    async start(what: 'cpu' | 'heap'): Promise<void> {
      if (what === 'heap') {
        await session.post('HeapProfiler.startSampling', {
          samplingInterval: SAMPLE_BYTES,
          includeObjectsCollectedByMajorGC: true,
          includeObjectsCollectedByMinorGC: true,
        })
        return
      }
      await session.post('Profiler.enable')
      await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US })
      await session.post('Profiler.start')
    },
    async stop(what: 'cpu' | 'heap'): Promise<Summary> {
      if (what === 'heap') {
        const { profile } = await session.post('HeapProfiler.stopSampling')
        return summarize(heapTree(profile.head))
      }
      const { profile } = await session.post('Profiler.stop')
      return summarize(cpuTree(profile))
    },
  }
}
