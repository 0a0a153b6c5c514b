import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { SetupProblem } from '../errors.ts'

export const MIN_SECRET_BYTES = 32
const KEY_BYTES = 32
const ID_BYTES = 4

/** One generation of the root secret; its id tells which generation made a link or wrapped a key. */
export type RootSecret = { readonly id: string; readonly bytes: Buffer }

/** The current generation first; older ones stay readable until what they made has ended. */
export type RootSecrets = readonly [RootSecret, ...RootSecret[]]

const generation = (text: string, where: string): RootSecret => {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new SetupProblem(
      `${where} holds a secret of ${bytes.length} bytes; at least ${MIN_SECRET_BYTES} are needed.`,
    )
  }
  const id = createHash('sha256').update('latchkey root id').update(bytes).digest().subarray(0, ID_BYTES)
  return { id: id.toString('hex'), bytes }
}

/** One secret a line: the current one first, older generations below. */
export const parseRootSecrets = (text: string, where: string): RootSecrets => {
  const [current, ...older] = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => generation(line, where))
  if (!current)
    throw new SetupProblem(`${where} is empty. Put a secret of at least ${MIN_SECRET_BYTES} bytes into it.`)
  return [current, ...older]
}

/** Reads the secret file; makes one (mode 0600) if `create` allows it. Two processes starting at once make one. */
export const loadRootSecrets = (file: string, create: boolean): RootSecrets => {
  if (!existsSync(file)) {
    if (!create) {
      throw new SetupProblem(`There is no root secret at ${file}. Set SECRET or SECRET_FILE.`)
    }
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const draft = `${file}.${process.pid}`
    writeFileSync(draft, `${randomBytes(MIN_SECRET_BYTES).toString('base64url')}\n`, { mode: 0o600 })
    try {
      linkSync(draft, file) // fails if another process was first; then its secret is the one
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      rmSync(draft)
    }
  }
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new SetupProblem(`The root secret ${file} can be read by others. Run: chmod 600 ${file}`)
  }
  return parseRootSecrets(readFileSync(file, 'utf8'), file)
}

/** A key for one purpose (HKDF-SHA-256, RFC 5869): knowing it tells nothing about the root or other purposes. */
export const deriveKey = (root: RootSecret, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', root.bytes, Buffer.alloc(0), `latchkey ${purpose}`, KEY_BYTES))
