import { describe, expect, test } from 'vitest'
import {
  checkpointText,
  openSeal,
  readCheckpoint,
  sealCheckpoint,
} from '../../../src/infrastructure/history/checkpoint.ts'
import { EMPTY_ROOT } from '../../../src/infrastructure/history/merkle.ts'
import {
  openNote,
  readNote,
  readVerifier,
  signerFromSeed,
  signNote,
} from '../../../src/infrastructure/history/note.ts'

// The example that golang.org/x/mod/sumdb/note and C2SP share.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const PETERS_SEED = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1)
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
const SIGNED = `${TEXT}
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

const must = <T>(value: T | null): T => {
  if (value === null) throw new Error('expected something')
  return value
}
const peter = must(readVerifier(PETER))
const ours = signerFromSeed('id.example.org', Buffer.alloc(32, 7))

describe('signed notes', () => {
  test('a known signature of a known key is made and accepted as everywhere', () => {
    expect(openNote(SIGNED, [peter])).toBe(TEXT)
    const signer = signerFromSeed('PeterNeumann', PETERS_SEED)
    expect(signer.text).toBe(PETER)
    expect(signNote(TEXT, [signer])).toBe(SIGNED)
  })

  test('any other byte, anywhere, is refused', () => {
    for (let n = 0; n < SIGNED.length; n++) {
      const code = SIGNED.charCodeAt(n)
      const altered = `${SIGNED.slice(0, n)}${String.fromCharCode(code ^ 1)}${SIGNED.slice(n + 1)}`
      expect(openNote(altered, [peter]), `at ${n}`).toBeNull()
    }
  })

  test('signatures of strangers count for nothing, and do no harm beside a right one', () => {
    const both = signNote(TEXT, [ours, signerFromSeed('PeterNeumann', PETERS_SEED)])
    expect(openNote(both, [ours])).toBe(TEXT)
    expect(openNote(both, [peter])).toBe(TEXT)
    expect(openNote(signNote(TEXT, [ours]), [peter])).toBeNull()
    expect(openNote(both.replace(/.{3}\n$/, 'AA=\n'), [ours, peter])).toBeNull()
  })

  test.each([
    ['no signature', TEXT],
    ['nothing', ''],
    ['no text', '— PeterNeumann x08go/ZJ\n'],
    ['no last line break', SIGNED.slice(0, -1)],
    ['a control character', SIGNED.replace('you', 'y\tu')],
    ['too many signatures', `${TEXT}\n${'— a AAAAAAA=\n'.repeat(101)}`],
    ['no name', SIGNED.replace('PeterNeumann ', '')],
    ['another spelling of the same bytes', SIGNED.replace('nAM=', 'nAN=')],
  ])('%s is no note', (_, text) => {
    expect(readNote(text)).toBeNull()
  })

  test('a key says its own name and number', () => {
    expect(readVerifier(ours.text)?.id).toBe(ours.id)
    expect(readVerifier(PETER.replace('c74f20a3', 'c74f20a4'))).toBeNull()
    expect(readVerifier(PETER.replace('Peter', 'Meter'))).toBeNull()
    expect(readVerifier('PeterNeumann')).toBeNull()
    expect(() => signerFromSeed('two words', Buffer.alloc(32))).toThrow()
  })
})

describe('checkpoints', () => {
  const checkpoint = { origin: 'id.example.org', size: 12, root: EMPTY_ROOT, at: '2026-03-01T09:00:00.000Z' }

  test('are three lines and a time, and are read back', () => {
    const text = checkpointText(checkpoint)
    expect(text).toBe(
      'id.example.org\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\ntime 2026-03-01T09:00:00.000Z\n',
    )
    expect(readCheckpoint(text)).toEqual(checkpoint)
    expect(openSeal(sealCheckpoint(checkpoint, ours), [ours])).toEqual(checkpoint)
  })

  test('of another house are refused, though the signature be ours', () => {
    expect(openSeal(sealCheckpoint({ ...checkpoint, origin: 'other.example.org' }, ours), [ours])).toBeNull()
  })

  test.each(['', 'x\n012\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\ntime x\n', 'x\n12\nAA==\ntime x\n'])(
    'are not %j',
    (text) => {
      expect(readCheckpoint(text)).toBeNull()
    },
  )
})
