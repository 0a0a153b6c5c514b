import { type Ask, type Asked, jsonOf } from './ask.ts'
import type { Draw } from './draw.ts'
import { browserOf, type Caller, callerOf, type People, signInOnPage, somewhere } from './people.ts'

/** What becomes of a request: as it should be, turned away with the advice to come again, or neither. */
export type Said = 'served' | 'refused' | 'wrong'

export type Doing = { readonly said: Said; readonly detail: string }

export type Kind = {
  readonly name: string
  /** How many of a thousand requests are of this kind. */
  readonly weight: number
  /** Somebody who is signed in already, or somebody new. */
  readonly who: 'signed in' | 'new'
  /** Costs a hash of a password: seconds where others take milliseconds. */
  readonly hashes?: true
  readonly act: (scene: Scene) => Promise<Doing>
}

export type Scene = {
  readonly ask: Ask
  readonly draw: Draw
  readonly people: People
  readonly imports: string[]
  readonly asset: string
  /** How long the history is by now. */
  events: number
}

const MAX_TOKENS = 5000
const LINES = 50

const SERVED: Doing = { said: 'served', detail: '' }

const judged = (answer: Asked, ...expected: readonly number[]): Doing => {
  const { status, headers, body } = answer
  if (expected.includes(status)) return SERVED
  const isBusy = (status === 503 || status === 429) && headers['retry-after'] !== undefined
  return isBusy
    ? { said: 'refused', detail: String(status) }
    : { said: 'wrong', detail: `${status} ${body.slice(0, 200)}` }
}

const within = async (caller: Caller, work: () => Promise<Doing>): Promise<Doing> => {
  caller.inHand++
  try {
    return await work()
  } finally {
    caller.inHand--
  }
}

const pick = (draw: Draw, callers: readonly Caller[]): Caller => callers[draw.below(callers.length)] as Caller

/** Somebody who is doing nothing else just now, taken out until they are put back. */
const takeIdle = (draw: Draw, callers: Caller[]): Caller | null => {
  const place = draw.below(callers.length)
  if (callers[place]?.inHand !== 0) return null
  return callers.splice(place, 1)[0] ?? null
}

const api =
  (path: string, who: 'anybody' | 'admin' = 'anybody') =>
  ({ ask, draw, people }: Scene): Promise<Doing> => {
    const caller = who === 'admin' ? people.admin().program : pick(draw, people.programs)
    return within(caller, async () =>
      judged(await ask('GET', `/api/v1${path}`, { headers: caller.headers }), 200),
    )
  }

const page =
  (path: string | ((scene: Scene) => string), who: 'anybody' | 'admin' = 'anybody') =>
  (scene: Scene): Promise<Doing> => {
    const { ask, draw, people } = scene
    const caller = who === 'admin' ? people.admin().browser : pick(draw, people.browsers)
    const where = typeof path === 'string' ? path : path(scene)
    return within(caller, async () => judged(await ask('GET', where, { headers: caller.headers }), 200))
  }

const refresh = async (scene: Scene): Promise<Doing> => {
  const { ask, draw, people } = scene
  const isAdmin = draw.below(20) === 0
  const caller = isAdmin ? people.admin().program : takeIdle(draw, people.programs)
  if (!caller || (isAdmin && caller.refreshing)) return api('/me')(scene)
  caller.refreshing = true
  try {
    const answer = await ask('POST', '/api/v1/sessions/refresh', {
      headers: { 'x-forwarded-for': caller.headers['x-forwarded-for'] ?? '' },
      json: { refreshToken: caller.refreshToken },
    })
    if (answer.status === 200) {
      const renewed = callerOf(answer, caller.headers)
      caller.headers['authorization'] = renewed.headers['authorization'] ?? ''
      caller.refreshToken = renewed.refreshToken
    }
    return judged(answer, 200)
  } finally {
    caller.refreshing = false
    if (!isAdmin) people.join(people.programs, caller)
  }
}

const signInByApi = async ({ ask, draw, people }: Scene): Promise<Doing> => {
  const headers = somewhere(draw)
  const person = people.persons[draw.below(people.persons.length)]
  const answer = await ask('POST', '/api/v1/sessions', { headers, json: { ...person } })
  if (answer.status === 201) people.join(people.programs, callerOf(answer, headers))
  return judged(answer, 201)
}

const signInByPage = async ({ ask, draw, people }: Scene): Promise<Doing> => {
  const headers = somewhere(draw)
  const person = people.persons[draw.below(people.persons.length)]
  if (!person) throw new Error('nobody has arrived')
  const answer = await signInOnPage(ask, person, headers)
  if (answer.status === 303) people.join(people.browsers, browserOf(answer, headers))
  return judged(answer, 303)
}

const signOut = async (scene: Scene): Promise<Doing> => {
  const { ask, draw, people } = scene
  const caller = people.programs.length > 40 ? takeIdle(draw, people.programs) : null
  if (!caller) return api('/me')(scene)
  const answer = await ask('DELETE', '/api/v1/sessions/current', { headers: caller.headers })
  if (answer.status !== 204) people.join(people.programs, caller)
  return judged(answer, 204)
}

const issue = async ({ ask, draw, people }: Scene): Promise<Doing> => {
  const { program } = people.admin()
  const email = `guest-${draw.below(2 ** 31)}@guests.example.org`
  return judged(await ask('POST', '/api/v1/invites', { headers: program.headers, json: { email } }), 201)
}

/** By a token that has come by mail: the way of an invite from its issue to a session. */
const redeem = async (scene: Scene): Promise<Doing> => {
  const { ask, draw, people } = scene
  if (people.tokens.length > MAX_TOKENS) people.tokens.splice(0, people.tokens.length - MAX_TOKENS)
  const token = people.tokens.splice(draw.below(people.tokens.length), 1)[0]
  if (token === undefined) return issue(scene)
  const headers = somewhere(draw)
  const answer = await ask('POST', '/api/v1/invite-redemptions', { headers, json: { token } })
  if (answer.status === 201) people.join(people.programs, callerOf(answer, headers))
  else if (answer.status === 503) people.tokens.push(token)
  return judged(answer, 201)
}

const lookAtInvite = async ({ ask, draw, people }: Scene): Promise<Doing> => {
  const token = people.tokens[draw.below(people.tokens.length)]
  const path = token === undefined ? '/register' : `/invites/${token}`
  return judged(await ask('GET', path, { headers: { ...somewhere(draw), accept: 'text/html' } }), 200, 410)
}

const importList = async ({ ask, draw, people, imports }: Scene): Promise<Doing> => {
  const stamp = draw.below(2 ** 31)
  const list = Array.from({ length: LINES }, (_, n) => `listed-${stamp}-${n}@lists.example.org;member`)
  const answer = await ask('POST', '/api/v1/invites/imports', {
    headers: people.admin().program.headers,
    csv: `email;role\n${list.join('\n')}\n`,
  })
  if (answer.status === 202) imports.push(String(jsonOf(answer)['id']))
  return judged(answer, 202)
}

const exportImport = page(({ draw, imports }) => {
  const id = imports[draw.below(imports.length)]
  return id === undefined ? '/admin/invites' : `/admin/invites/imports/${id}/result.csv`
}, 'admin')

const changeName = async ({ ask, draw, people }: Scene): Promise<Doing> => {
  const caller = pick(draw, people.programs)
  return within(caller, async () =>
    judged(
      await ask('PATCH', '/api/v1/me', {
        headers: caller.headers,
        json: { name: `Somebody ${draw.below(1000)}` },
      }),
      200,
    ),
  )
}

/** Everything that is kept about oneself; those with a password show it. */
const exportOwn = async ({ ask, draw, people }: Scene): Promise<Doing> => {
  const person = people.persons[draw.below(people.persons.length)]
  const headers = somewhere(draw)
  const begun = await ask('POST', '/api/v1/sessions', { headers, json: { ...person } })
  if (begun.status !== 201) return judged(begun, 201)
  const caller = callerOf(begun, headers)
  const answer = await ask('POST', '/api/v1/me/export', {
    headers: caller.headers,
    json: { currentPassword: person?.password },
  })
  people.join(people.programs, caller)
  return judged(answer, 200)
}

const stranger =
  (path: (scene: Scene) => string) =>
  async (scene: Scene): Promise<Doing> => {
    const headers = { ...somewhere(scene.draw), accept: 'text/html' }
    return judged(await scene.ask('GET', path(scene), { headers }), 200)
  }

const home: Kind = { name: 'page home', weight: 130, who: 'signed in', act: page('/') }

export const kinds: readonly Kind[] = [
  { name: 'api me', weight: 270, who: 'signed in', act: api('/me') },
  home,
  { name: 'page profile', weight: 70, who: 'signed in', act: page('/profile') },
  { name: 'page sessions', weight: 20, who: 'signed in', act: page('/profile/sessions') },
  { name: 'page admin users', weight: 30, who: 'signed in', act: page('/admin/users', 'admin') },
  { name: 'page admin invites', weight: 30, who: 'signed in', act: page('/admin/invites', 'admin') },
  { name: 'page history', weight: 30, who: 'signed in', act: page('/history', 'admin') },
  {
    name: 'page event',
    weight: 20,
    who: 'signed in',
    act: page(({ draw, events }) => `/history/${1 + draw.below(events)}`, 'admin'),
  },
  { name: 'api users', weight: 40, who: 'signed in', act: api('/users?limit=20', 'admin') },
  { name: 'api invites', weight: 40, who: 'signed in', act: api('/invites?limit=20', 'admin') },
  { name: 'api history', weight: 40, who: 'signed in', act: api('/history?limit=20', 'admin') },
  { name: 'api change', weight: 20, who: 'signed in', act: changeName },
  { name: 'refresh', weight: 60, who: 'signed in', act: refresh },
  { name: 'sign out', weight: 4, who: 'signed in', act: signOut },
  { name: 'issue', weight: 30, who: 'signed in', act: issue },
  { name: 'import 50', weight: 0.3, who: 'signed in', act: importList },
  { name: 'export import', weight: 2, who: 'signed in', act: exportImport },
  { name: 'export own', weight: 0.3, who: 'signed in', hashes: true, act: exportOwn },
  { name: 'redeem', weight: 20, who: 'new', act: redeem },
  { name: 'page invite', weight: 30, who: 'new', act: lookAtInvite },
  { name: 'page sign-in', weight: 60, who: 'new', act: stranger(() => '/') },
  { name: 'asset', weight: 45, who: 'new', act: stranger(({ asset }) => asset) },
  { name: 'sign in api', weight: 3, who: 'new', hashes: true, act: signInByApi },
  { name: 'sign in page', weight: 2, who: 'new', hashes: true, act: signInByPage },
]

/** Where the style sheet lies says the page itself. */
export const assetOf = async (ask: Ask): Promise<string> => {
  const { body } = await ask('GET', '/', { headers: { accept: 'text/html' } })
  return /href="(\/assets\/[^"]+\.css)"/.exec(body)?.[1] ?? '/robots.txt'
}

export const drawKind = (draw: Draw, among: readonly Kind[]): Kind => {
  let left = draw.share() * among.reduce((sum, { weight }) => sum + weight, 0)
  for (const kind of among) {
    left -= kind.weight
    if (left < 0) return kind
  }
  return among[0] as Kind
}
