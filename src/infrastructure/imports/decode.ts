import { isUtf8 } from 'node:buffer'

const EMPTY = new Uint8Array(0)
const PIECE = 16_384

/** Small pieces, however large the buffers are that bytes come in: whoever works on one holds up the others briefly. */
async function* pieces(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const bytes of source) {
    for (let from = 0; from < bytes.length; from += PIECE) yield bytes.subarray(from, from + PIECE)
  }
}

/** Where the last whole character ends, if this is UTF-8. */
const wholeUntil = (bytes: Uint8Array): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/**
 * Text of a list as programs write it: UTF-8, with or without its mark; UTF-16 by its mark; and Windows-1251, which what
 * is no UTF-8 is taken for.
 */
export async function* decoded(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null
  const utf8 = new TextDecoder()
  let tail = EMPTY
  let isFirst = true
  for await (const piece of pieces(source)) {
    if (decoder) {
      yield decoder.decode(piece, { stream: true })
      continue
    }
    const bytes = tail.length > 0 ? Buffer.concat([tail, piece]) : piece
    if (isFirst && bytes[0] === 0xff && bytes[1] === 0xfe) decoder = new TextDecoder('utf-16le')
    else if (isFirst && bytes[0] === 0xfe && bytes[1] === 0xff) decoder = new TextDecoder('utf-16be')
    isFirst = false
    const whole = wholeUntil(bytes)
    if (!decoder && isUtf8(bytes.subarray(0, whole))) {
      tail = bytes.slice(whole)
      yield utf8.decode(bytes.subarray(0, whole), { stream: true })
      continue
    }
    decoder ??= new TextDecoder('windows-1251')
    tail = EMPTY
    yield decoder.decode(bytes, { stream: true })
  }
  if (tail.length > 0) yield new TextDecoder('windows-1251').decode(tail)
  yield (decoder ?? utf8).decode()
}
