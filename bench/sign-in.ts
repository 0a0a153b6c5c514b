import { ADMIN } from './admin.ts'

export const signIn = async (port: number): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  })
  return ((await answer.json()) as { accessToken: string }).accessToken
}

/** Signs in on the page as a browser does, and answers the cookies it ends up with. */
export const signInOnPage = async (port: number): Promise<string> => {
  const base = `http://127.0.0.1:${port}`
  const page = await fetch(base, { headers: { 'user-agent': 'bench' } })
  const pre = page.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const answer = await fetch(base, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'user-agent': 'bench',
      cookie: pre,
      origin: base,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ _csrf: csrf, login: ADMIN.email, password: ADMIN.password }),
  })
  if (answer.status !== 303) throw new Error(`signing in on the page answered ${answer.status}`)
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}
