// npm run bench:neutral [-- --pairs 400] [--only sign-in] [--json]: whether the time of an answer tells if an address is known. Pairs of
// questions, one about a known and one about an unknown address, in random order, one at a time (security: T12).
import { parseArgs } from 'node:util'
import { figureOf } from './figures.ts'
import { cleanUp, newFolder, startServer } from './machine.ts'

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '400' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
})
const PAIRS = Number(values.pairs)
const WARM_UP = 20
process.on('SIGINT', () => {
  cleanUp()
  process.exit(130)
})
process.on('exit', cleanUp)

const { port } = await startServer('neutral-service.ts', newFolder(), String(PAIRS + WARM_UP))
const base = `http://127.0.0.1:${port}`

type Question = (email: string) => Promise<Response>
const api =
  (path: string, bodyOf: (email: string) => object): Question =>
  (email) =>
    fetch(`${base}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(email)),
    })

/** A form of ours, asked for once and sent again and again, as somebody with patience would. */
const form = async (path: string, fieldsOf: (email: string) => Record<string, string>): Promise<Question> => {
  const page = await fetch(`${base}${path}`)
  const cookie = page.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const html = await page.text()
  const hidden = [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
    /name="([^"]*)"/.exec(tag)?.[1] ?? '',
    (/value="([^"]*)"/.exec(tag)?.[1] ?? '').replaceAll('&#x3D;', '='),
  ])
  return (email) =>
    fetch(`${base}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie, origin: base },
      body: new URLSearchParams({ ...Object.fromEntries(hidden), ...fieldsOf(email) }),
    })
}

const signedIn = async (): Promise<string> => {
  const answer = await api('/sessions', (email) => ({ email, password: 'correct-horse-battery' }))(
    'known0@example.org',
  )
  const { accessToken } = (await answer.json()) as { accessToken: string }
  return `Bearer ${accessToken}`
}
const authorization = await signedIn()

const surfaces: Readonly<Record<string, Question>> = {
  'sign-in (API)': api('/sessions', (email) => ({ email, password: 'wrong-password' })),
  'sign-in (page)': await form('/', (login) => ({ login, password: 'wrong-password' })),
  'sign-in (OAuth)': (username) =>
    fetch(`${base}/api/v1/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', username, password: 'wrong-password' }),
    }),
  'sign-up with a password': api('/users', (email) => ({ email, password: 'quite-another-horse' })),
  'sign-up without': api('/users', (email) => ({ email })),
  'reset (API)': api('/password-resets', (email) => ({ email })),
  'reset (page)': await form('/password/forgot', (email) => ({ email })),
  'resend (page)': await form('/verify/resend', (email) => ({ email })),
  'referral code by an address': (email) =>
    fetch(`${base}/api/v1/referral-codes?referrerEmail=${email}`, { headers: { authorization } }),
  'look-up, which is off': (email) => fetch(`${base}/api/v1/users?email=${email}`),
}

const timed = async (question: Question, email: string): Promise<{ ms: number; shape: string }> => {
  const began = performance.now()
  const answer = await question(email)
  const text = await answer.text()
  return { ms: performance.now() - began, shape: `${answer.status} ${text.length}` }
}

/** The chance that a known address takes longer than an unknown one; 0.5 tells nothing (Mann and Whitney's U). */
const auc = (known: readonly number[], unknown: readonly number[]): number => {
  let wins = 0
  for (const one of known) for (const other of unknown) wins += one > other ? 1 : one === other ? 0.5 : 0
  return wins / (known.length * unknown.length)
}

const rows: Record<string, { auc: number; knownMs: number; unknownMs: number; differenceMs: number }> = {}
for (const [name, question] of Object.entries(surfaces)) {
  if (!name.startsWith(values.only)) continue
  const [known, unknown]: [number[], number[]] = [[], []]
  const shapes = { known: new Set<string>(), unknown: new Set<string>() }
  for (let n = 0; n < PAIRS + WARM_UP; n++) {
    // Of the same length, so that nothing but being known differs.
    const pair = [
      ['known', `known${n}@example.org`],
      ['unknown', `other${n}@example.org`],
    ] as const
    for (const [kind, email] of Math.random() < 0.5 ? pair : pair.toReversed()) {
      const { ms, shape } = await timed(question, email)
      shapes[kind].add(shape)
      if (n >= WARM_UP) (kind === 'known' ? known : unknown).push(ms)
    }
  }
  const [a, b] = [figureOf(known, 'ms').median, figureOf(unknown, 'ms').median]
  rows[name] = {
    auc: Number(auc(known, unknown).toFixed(3)),
    knownMs: a,
    unknownMs: b,
    differenceMs: Number((a - b).toFixed(3)),
  }
  if ([...shapes.known].toSorted().join() !== [...shapes.unknown].toSorted().join()) {
    console.error(`${name}: answers differ in status or length`, shapes)
    process.exitCode = 1
  }
  if (!values.json) console.error(name, rows[name])
}
if (values.json) console.log(JSON.stringify(rows))
else console.table(rows)
process.exit()
