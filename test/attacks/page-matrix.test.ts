import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PageRoute, pageRoutes } from '../http/pages/routes.ts'
import { openSite, type Site } from '../http/pages/site.ts'
import type { Page } from '../support/visitor.ts'
import { CALLERS, type Caller, type Scene, setScene } from './scene.ts'

type Answers = readonly [
  anonymous: number,
  user: number,
  other: number,
  inviter: number,
  admin: number,
  auditor: number,
  application: number,
]

/** The same for everybody. */
const all = (status: number): Answers => [status, status, status, status, status, status, status]
/** For whoever is signed in; others are led to the sign-in. An application is nobody here. */
const signedIn = (status: number): Answers => [303, status, status, status, status, status, 303]
/** For admins; everybody else is led away, and learns nothing. */
const admins = (status: number): Answers => [303, 303, 303, 303, status, 303, 303]
/** For admins, and to be looked at by auditors. */
const overseers = (status: number): Answers => [303, 303, 303, 303, status, status, 303]
/** For admins; auditors, who see that it is there, are refused. */
const adminsAlone = (status: number): Answers => [303, 303, 303, 303, status, 403, 303]

/** What a form without any field but its token is answered tells who may send it: 403 and 303 to elsewhere may not. */
const MATRIX: Readonly<Record<string, Answers>> = {
  'GET /': all(200),
  'GET /invites/:token': all(200),
  'GET /sign-in/:token': all(200),
  'GET /.well-known/change-password': all(303),
  'GET /password/change': signedIn(200),
  'GET /password/forgot': all(200),
  'GET /password/reset/:token': all(200),
  'GET /register': [200, 303, 303, 303, 303, 303, 200],
  'GET /r/:code': [200, 200, 200, 303, 200, 200, 200],
  'GET /verify': all(303),
  'GET /verify/resend': [200, 303, 303, 303, 303, 303, 200],
  'GET /verify/:token': all(200),
  'GET /profile': signedIn(200),
  'GET /profile/data': signedIn(200),
  'GET /profile/erase': signedIn(200),
  'GET /profile/receipt': [303, 200, 200, 200, 404, 200, 303],
  'GET /profile/sessions': signedIn(200),
  'GET /profile/referrals': signedIn(200),
  'GET /admin': admins(200),
  'GET /admin/live': admins(200),
  'GET /admin/invites': admins(200),
  'GET /admin/invites/:id': overseers(200),
  'GET /admin/invites/import': admins(200),
  'GET /admin/invites/imports/:id': admins(200),
  'GET /admin/invites/imports/:id/live': admins(200),
  'GET /admin/invites/imports/:id/result.csv': admins(200),
  'GET /admin/users': overseers(200),
  'GET /admin/users/:id': overseers(200),
  'GET /admin/users/:id/erase': adminsAlone(200),
  'GET /admin/users/:id/history': overseers(200),
  'GET /admin/referrals': overseers(200),
  'GET /admin/referrals/:id': overseers(200),
  'GET /admin/referrals/batches/:id': overseers(404),
  'GET /admin/mails': overseers(200),
  'GET /admin/mails/:id': overseers(200),
  'GET /admin/clients': overseers(200),
  'GET /admin/clients/:id': overseers(200),
  'GET /admin/settings': overseers(200),
  'GET /admin/settings/registration': overseers(200),
  'GET /admin/settings/invites': overseers(200),
  'GET /admin/settings/branding': overseers(200),
  'GET /admin/settings/mail-texts': overseers(200),
  'GET /admin/settings/mail-texts/:template/:language': overseers(200),
  'GET /admin/settings/mail-texts/:template/:language/html': overseers(200),
  'GET /admin/webhooks': overseers(200),
  'GET /admin/webhooks/:id': overseers(200),
  'GET /admin/webhooks/:id/deliveries/:deliveryId': overseers(404),
  'GET /history': overseers(200),
  'GET /history/live': overseers(200),
  'GET /history/compare': overseers(200),
  'GET /history/seals': overseers(200),
  'GET /history/seals/:size': overseers(200),
  'GET /history/:position': overseers(200),
  'GET /docs': all(200),
  'GET /docs/design': all(200),
  'GET /docs/events': all(200),
  'GET /docs/refusals': all(200),
  'GET /mailbox': all(200),
  'GET /mailbox/:address': all(200),
  'GET /mailbox/:address/:id': all(200),
  'GET /interaction/:uid': [410, 200, 410, 410, 410, 410, 410],

  'POST /interaction/:uid': [410, 303, 410, 410, 410, 410, 410],
  'POST /': all(422),
  'POST /invites/:token': all(403), // a form for another invite, or none
  'POST /invites/:token/sign-in-link': all(404),
  'POST /sign-in/:token': all(403),
  'POST /password/change': signedIn(422),
  'POST /password/forgot': all(422),
  'POST /password/reset/:token': all(422),
  'POST /register': all(422),
  'POST /verify': all(303),
  'POST /verify/resend': [422, 303, 303, 303, 303, 303, 422],
  'POST /verify/:token': all(422),
  'POST /profile': all(303),
  'POST /profile/data': signedIn(200),
  'POST /profile/email': signedIn(422),
  'POST /profile/erase': signedIn(422),
  'POST /profile/sessions/end': signedIn(404),
  'POST /profile/sessions/end-others': all(303),
  'POST /profile/referrals': signedIn(422),
  'POST /profile/referrals/mail-me': [303, 404, 404, 303, 404, 404, 303],
  'POST /profile/referrals/mail': signedIn(422),
  'POST /profile/referrals/delete': all(303),
  'POST /profile/referrals/referrer': signedIn(422),
  'POST /admin': admins(422),
  'POST /admin/invites': admins(422),
  'POST /admin/invites/import': admins(422),
  'POST /admin/invites/imports/:id/begin': admins(303),
  'POST /admin/invites/imports/:id/cancel': admins(303),
  'POST /admin/invites/:id/resend': admins(303),
  'POST /admin/invites/:id/revoke': admins(303),
  'POST /admin/referrals/:id/suspend': adminsAlone(409),
  'POST /admin/referrals/batches/:id/reinstate': adminsAlone(404),
  'POST /admin/mails/:id/retry': adminsAlone(409),
  'POST /admin/clients': adminsAlone(422),
  'POST /admin/clients/:id': adminsAlone(422),
  'POST /admin/clients/:id/remove': adminsAlone(303),
  'POST /admin/settings/registration': adminsAlone(303),
  'POST /admin/settings/invites': adminsAlone(303),
  'POST /admin/settings/branding': adminsAlone(303),
  'POST /admin/settings/mail-texts/:template/:language': adminsAlone(303),
  'POST /admin/webhooks': adminsAlone(422),
  'POST /admin/webhooks/:id': adminsAlone(422),
  'POST /admin/webhooks/:id/pause': adminsAlone(303),
  'POST /admin/webhooks/:id/resume': adminsAlone(303),
  'POST /admin/webhooks/:id/secret': adminsAlone(422),
  'POST /admin/webhooks/:id/test': adminsAlone(303),
  'POST /admin/webhooks/:id/replay': adminsAlone(422),
  'POST /admin/webhooks/:id/deliveries/:deliveryId/replay': adminsAlone(404),
  'POST /admin/webhooks/:id/remove': adminsAlone(303),
  'POST /admin/users/:id/profile': adminsAlone(303),
  'POST /admin/users/:id/grant': adminsAlone(422),
  'POST /admin/users/:id/revoke': adminsAlone(422),
  'POST /admin/users/:id/verification': adminsAlone(409),
  'POST /admin/users/:id/end-session': adminsAlone(303),
  'POST /admin/users/:id/end-sessions': adminsAlone(303),
  'POST /admin/users/:id/suspend': adminsAlone(303),
  'POST /admin/users/:id/reinstate': adminsAlone(303),
  'POST /admin/users/:id/erase': adminsAlone(303),
  'POST /logout': all(303),
}

let site: Site
let scene: Scene
/** The tokens of their forms, asked for anew once something has been done: a session may have ended by it. */
const tokens = new Map<Caller, string>()
const tokenOf = async (caller: Caller): Promise<string> => {
  const { html } = tokens.has(caller) ? { html: '' } : await scene.visitors[caller].get('/')
  const token = tokens.get(caller) ?? /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''
  tokens.set(caller, token)
  return token
}

beforeAll(async () => {
  site = await openSite({ DEV_MAILBOX: 'on' })
  scene = await setScene(site, await site.signedInAdmin())
})
afterAll(() => site.dispose())

const ask = async (
  caller: Caller,
  { method, path }: PageRoute,
): Promise<Pick<Page, 'status' | 'location'>> => {
  const visitor = scene.visitors[caller]
  const headers: Record<string, string> =
    caller === 'application' ? { authorization: `Bearer ${scene.applicationToken}` } : {}
  const target = scene.concrete(path)
  // What is told as it happens has no end: its beginning is the answer.
  if (path.endsWith('/live')) return visitor.begin(target, headers)
  if (method === 'GET') return visitor.request('GET', target, { headers })
  return visitor.post(target, { _csrf: await tokenOf(caller) }, headers)
}

const mayNot = (path: string, { status, location }: Pick<Page, 'status' | 'location'>): boolean =>
  status === 403 ||
  (status === 303 && (location === '/' || location?.startsWith('/?next=') === true) && path !== '/logout')

describe('T20: who may see which page, and send which form', () => {
  test('is said of every route that there is, and of nothing else', () => {
    const routes = pageRoutes(site.house).map(({ method, path }) => `${method} ${path}`)
    expect(Object.keys(MATRIX).toSorted()).toStrictEqual(routes.toSorted())
  })

  test('by everybody who asks; and who may not changes nothing', async () => {
    const answers: Record<string, number[]> = {}
    for (const name of Object.keys(MATRIX)) {
      const [method, path] = name.split(' ') as ['GET' | 'POST', string]
      answers[name] = []
      for (const caller of CALLERS) {
        const before = await site.head()
        const answer = await ask(caller, { method, path })
        answers[name].push(answer.status)
        if (mayNot(path, answer))
          expect([name, caller, await site.head()]).toStrictEqual([name, caller, before])
      }
      if (method === 'POST' && answers[name].includes(303)) tokens.clear()
    }
    expect(answers).toStrictEqual(MATRIX)
  })
})
