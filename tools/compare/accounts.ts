import { hashPassword } from 'better-auth/crypto'
import { ADMIN } from '../../bench/admin.ts'
import { get, load, post, times } from '../../bench/client.ts'
import { percentile, rate } from '../../bench/figures.ts'
import { bareHashes } from '../../bench/hashing.ts'
import { freePort, newFolder, startServer } from '../../bench/machine.ts'
import { signIn } from '../../bench/sign-in.ts'
import type { Row } from './rows.ts'

const CONNECTIONS = 64
/** Keeps the cores busy that hash, and no more. */
const HASHING = 6

export type Size = { readonly rounds: number; readonly requests: number; readonly hashes: number }

const startTheirs = async (...form: readonly string[]) => {
  const server = await startServer('../tools/compare/better-auth.ts', newFolder(), ...form)
  const origin = `http://127.0.0.1:${server.port}`
  const answer = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify(ADMIN),
  })
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const body = (await (await fetch(`${origin}/api/auth/get-session`, { headers: { cookie } })).json()) as {
    user?: { email?: string }
  } | null
  if (body?.user?.email !== ADMIN.email) throw new Error('better-auth does not know its session')
  return { ...server, origin, cookie }
}

const row = (work: string, other: string, unit: string): Row => ({ work, other, unit, ours: [], theirs: [] })

export const compareAccounts = async (
  { rounds, requests, hashes }: Size,
  say: (text: string) => void,
): Promise<Row[]> => {
  say('HTTP: signing up, signing in and asking who one is, beside better-auth')
  process.env['NODE_ENV'] = 'production' // as both are run; the servers inherit it
  const service = await startServer('service.ts', newFolder(), String(await freePort()))
  const theirs = await startTheirs()
  const cached = await startTheirs('cached')
  const authorization = `Bearer ${await signIn(service.port)}`
  const bare = bareHashes()

  const me = get('/api/v1/me', { authorization })
  const session = (cookie: string) => get('/api/auth/get-session', { cookie })
  const ask = async (port: number, request: string) =>
    (await load(port, CONNECTIONS, times(requests, request), 200)).perSecond
  const ourSignIn = post('/api/v1/sessions', JSON.stringify(ADMIN))
  const { origin } = theirs
  const theirSignIn = post('/api/auth/sign-in/email', JSON.stringify(ADMIN), { origin })
  let people = 0
  const signUps = async (port: number, path: string, status: number, headers: Record<string, string>) => {
    let left = hashes
    const next = () => {
      if (left-- <= 0) return null
      const n = people++
      const person = { email: `new-${n}@example.org`, password: `quiet-otter-${n}-lamp`, name: `New ${n}` }
      return post(path, JSON.stringify(person), headers)
    }
    return (await load(port, HASHING, next, status)).perSecond
  }

  const rows = {
    session: row('who am I, 64 connections', 'better-auth get-session', 'requests/s'),
    cached: row('who am I, 64 connections', 'the same with its cookie cache', 'requests/s'),
    signIn: row(`sign in, ${HASHING} connections`, 'better-auth', 'requests/s'),
    signInOnce: row('sign in, 1 connection', 'better-auth', 'ms'),
    signUp: row(`sign up, ${HASHING} connections`, 'better-auth', 'requests/s'),
    hash: row('the hash alone, all cores', 'better-auth’s scrypt', 'hashes/s'),
  }
  const put = (name: keyof typeof rows, ours: number, their: number) => {
    rows[name].ours.push(ours)
    rows[name].theirs.push(their)
  }
  const loadOf = async (port: number, connections: number, count: number, request: string, status: number) =>
    load(port, connections, times(count, request), status)
  const median = (latencies: readonly number[]) => percentile(latencies, 0.5)

  await ask(service.port, me)
  await ask(theirs.port, session(theirs.cookie))
  for (let round = 0; round < rounds; round++) {
    const mine = await ask(service.port, me)
    put('session', mine, await ask(theirs.port, session(theirs.cookie)))
    put('cached', mine, await ask(cached.port, session(cached.cookie)))
    put(
      'signIn',
      (await loadOf(service.port, HASHING, hashes, ourSignIn, 201)).perSecond,
      (await loadOf(theirs.port, HASHING, hashes, theirSignIn, 200)).perSecond,
    )
    put(
      'signInOnce',
      median((await loadOf(service.port, 1, 5, ourSignIn, 201)).latencies),
      median((await loadOf(theirs.port, 1, 5, theirSignIn, 200)).latencies),
    )
    put(
      'signUp',
      await signUps(service.port, '/api/v1/users', 201, {}),
      await signUps(theirs.port, '/api/auth/sign-up/email', 200, { origin }),
    )
    put(
      'hash',
      await bare.run(hashes),
      await rate(hashes, async () => {
        await Promise.all(Array.from({ length: hashes }, () => hashPassword(ADMIN.password)))
      }),
    )
    say(`  round ${round + 1} of ${rounds}`)
  }
  const { users } = await theirs.ask<{ users: number }>()
  const expected = 1 + rounds * hashes
  if (users !== expected) throw new Error(`${users} users signed up at better-auth, not ${expected}`)
  await bare.stop()
  for (const server of [service, theirs, cached]) server.stop()
  return Object.values(rows)
}
