/** One system call of a traced run, as far as files and acknowledgements are concerned. */
export type Call =
  | { readonly kind: 'open'; readonly file: string; readonly truncate: boolean }
  | { readonly kind: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly length: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'unlink'; readonly file: string }
  | { readonly kind: 'ack'; readonly position: number }

const bytesOf = (text: string): Buffer => Buffer.from(text.replaceAll(/\\x([0-9a-f]{2})/g, '$1'), 'hex')

/**
 * Reads the output of `strace -f -xx -e trace=openat,close,pwrite64,ftruncate,fsync,fdatasync,unlink,write`. Calls
 * that were interrupted by another thread's line are put together again.
 */
export const readTrace = (trace: string, isOurs: (file: string) => boolean): Call[] => {
  const unfinished = new Map<string, string>()
  const files = new Map<string, string>()
  const calls: Call[] = []
  for (const line of trace.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? []
    let text = rest
    if (text.endsWith('<unfinished ...>')) {
      unfinished.set(pid, text.slice(0, -'<unfinished ...>'.length).trimEnd())
      continue
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)
    if (resumed) {
      text = `${unfinished.get(pid) ?? ''}${resumed[1]?.trimStart() ?? ''}`
      unfinished.delete(pid)
    }
    const result = Number(/\)\s+=\s+(-?\d+)/.exec(text)?.[1] ?? -1)
    if (result < 0) continue
    const opened = /^openat\([^,]+, "([^"]*)", ([A-Z_|0-9]+)/.exec(text)
    if (opened) {
      const file = bytesOf(opened[1] ?? '').toString()
      files.delete(String(result))
      if (!isOurs(file)) continue
      files.set(String(result), file)
      calls.push({ kind: 'open', file, truncate: (opened[2] ?? '').includes('O_TRUNC') })
      continue
    }
    const onFile = /^(close|pwrite64|ftruncate|fsync|fdatasync)\((\d+)/.exec(text)
    const file = onFile && files.get(onFile[2] ?? '')
    if (onFile && file !== undefined && file !== null) {
      switch (onFile[1]) {
        case 'close':
          files.delete(onFile[2] ?? '')
          break
        case 'pwrite64': {
          const [, data = '', offset = '0'] = /^pwrite64\(\d+, "([^"]*)", \d+, (\d+)\)/.exec(text) ?? []
          calls.push({
            kind: 'write',
            file,
            offset: Number(offset),
            bytes: bytesOf(data).subarray(0, result),
          })
          break
        }
        case 'ftruncate':
          calls.push({
            kind: 'truncate',
            file,
            length: Number(/^ftruncate\(\d+, (\d+)\)/.exec(text)?.[1] ?? 0),
          })
          break
        default:
          calls.push({ kind: 'sync', file })
      }
      continue
    }
    const unlinked = /^unlink\("([^"]*)"\)/.exec(text)
    if (unlinked) {
      const gone = bytesOf(unlinked[1] ?? '').toString()
      if (isOurs(gone)) calls.push({ kind: 'unlink', file: gone })
      continue
    }
    const printed = /^write\(1, "([^"]*)"/.exec(text)
    const ack = printed && /^ACK (\d+) /.exec(bytesOf(printed[1] ?? '').toString())
    if (ack) calls.push({ kind: 'ack', position: Number(ack[1]) })
  }
  return calls
}

const TEAR = 512 // the sector that a disk writes whole

/** What a power cut leaves of a file: all that was synced; of what came later, some whole, some torn, some nothing. */
export const replayTo = (
  calls: readonly Call[],
  cut: number,
  random: () => number,
): { files: Map<string, Buffer>; acknowledged: number } => {
  const durable = new Map<string, Buffer>()
  const pending = new Map<string, ((file: Buffer) => Buffer)[]>()
  let acknowledged = 0
  const apply = (name: string, change: (file: Buffer) => Buffer) =>
    durable.set(name, change(durable.get(name) ?? Buffer.alloc(0)))
  const later = (name: string, change: (file: Buffer) => Buffer) =>
    pending.set(name, [...(pending.get(name) ?? []), change])
  for (const call of calls.slice(0, cut)) {
    switch (call.kind) {
      case 'open':
        if (!durable.has(call.file)) durable.set(call.file, Buffer.alloc(0))
        if (call.truncate) later(call.file, () => Buffer.alloc(0))
        break
      case 'write':
        later(call.file, writing(call.offset, call.bytes))
        break
      case 'truncate':
        later(call.file, (file) => resized(file, call.length))
        break
      case 'sync':
        for (const change of pending.get(call.file) ?? []) apply(call.file, change)
        pending.delete(call.file)
        break
      case 'unlink':
        durable.delete(call.file)
        pending.delete(call.file)
        break
      case 'ack':
        acknowledged = Math.max(acknowledged, call.position)
        break
    }
  }
  for (const [name, changes] of pending) {
    for (const change of changes) {
      const fate = random()
      if (fate < 0.4) apply(name, change)
      else if (fate < 0.6) apply(name, (file) => torn(file, change(file), random))
    }
  }
  return { files: durable, acknowledged }
}

const resized = (file: Buffer, length: number): Buffer => {
  const next = Buffer.alloc(length)
  file.copy(next, 0, 0, length)
  return next
}

const writing =
  (offset: number, bytes: Buffer) =>
  (file: Buffer): Buffer => {
    const next =
      file.length < offset + bytes.length ? resized(file, offset + bytes.length) : Buffer.from(file)
    bytes.copy(next, offset)
    return next
  }

/** Some of the sectors that changed are the new ones, some the old. */
const torn = (before: Buffer, after: Buffer, random: () => number): Buffer => {
  const mixed = Buffer.from(after)
  for (let at = 0; at < after.length; at += TEAR) {
    if (random() < 0.5) continue
    const old = Buffer.alloc(Math.min(TEAR, after.length - at))
    if (at < before.length) before.copy(old, 0, at, Math.min(at + TEAR, before.length))
    old.copy(mixed, at)
  }
  return mixed
}
