import { globSync, readFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linkIn, type Page } from '../../support/visitor.ts'
import { join, openSite, type Site } from './site.ts'

const GOOD = 'four plain grey stones'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

let people = 0
const newAddress = () => `winifred.${++people}@example.org`
const linkTo = async (email: string, path: string) => {
  const texts = (await site.mailsTo(email)).map(({ text }) => text)
  return new URL(linkIn(texts.join('\n'), path)).pathname
}

const registration = (email: string, password: string) => ({
  name: 'Winifred Oakenshaw',
  email,
  password,
  repeat: password,
})

const memberOf = async (email: string) => {
  const { path } = await site.invited({ email })
  const visitor = site.visitor()
  await join(visitor, path)
  return { visitor, email }
}

type Send = (password: string) => Promise<Page>

/** Each of the pages on which a password is chosen, up to the point where it is sent. */
const ways: Record<string, () => Promise<Send>> = {
  '/register': async () => {
    const visitor = site.visitor()
    const email = newAddress()
    return async (password) =>
      visitor.submit(await visitor.get('/register'), '/register', registration(email, password))
  },
  '/verify/…, elsewhere': async () => {
    const stranger = site.visitor()
    const email = newAddress()
    await stranger.submit(await stranger.get('/register'), '/register', registration(email, GOOD))
    const visitor = site.visitor()
    const path = await linkTo(email, '/verify/')
    return async (password) => visitor.submit(await visitor.get(path), path, { password, repeat: password })
  },
  '/password/change': async () => {
    const { visitor } = await memberOf('winifred.oakenshaw@example.org')
    return async (password) =>
      visitor.submit(await visitor.get('/password/change'), '/password/change', {
        password,
        repeat: password,
      })
  },
  '/password/reset/…': async () => {
    const { visitor, email } = await memberOf('oakenshaw.winifred@example.org')
    await visitor.submit(await visitor.get('/password/forgot'), '/password/forgot', { email })
    await site.settled()
    const path = await linkTo(email, '/password/reset/')
    return async (password) => visitor.submit(await visitor.get(path), path, { password, repeat: password })
  },
}

describe('S1-47 a new password', () => {
  test.each(Object.keys(ways))(
    'on %s is refused beside its field if it is guessed; a good one is taken',
    async (way) => {
      const send = await (ways[way] as () => Promise<Send>)()
      const before = await site.head()
      for (const [password, message] of [
        ['пароль123', 'This password is too common. Use a few words in a row'],
        ['zzzzzzzzzzzz', 'This password is easy to guess. Add a word or two'],
        ['Oakenshaw1977', 'This is made of your own name or address, or of ours.'],
      ] as const) {
        const page = await send(password)
        expect([password, page.status]).toStrictEqual([password, 422])
        expect(page.html).toMatch(/<input id="password"[^>]*aria-invalid="true"/)
        expect(page.html).toContain(message)
        expect(page.html).not.toContain(password)
      }
      expect(await site.head()).toBe(before)
      expect((await send(GOOD)).status).toBe(303)
    },
  )

  test('is refused in Russian to who reads Russian', async () => {
    const visitor = site.visitor()
    const form = await visitor.get('/register')
    const fields = { ...registration(newAddress(), 'йцукен123') }
    const csrf = /name="_csrf" value="([^"]*)"/.exec(form.html)?.[1] ?? ''
    const attempt = /name="attempt" value="([^"]*)"/.exec(form.html)?.[1] ?? ''
    const page = await visitor.post(
      '/register',
      { ...fields, _csrf: csrf, attempt },
      { 'accept-language': 'ru' },
    )
    expect(page.status).toBe(422)
    expect(page.html).toContain('Такой пароль слишком распространён.')
  })
})

describe('the field of a new password', () => {
  const views = joinPath(import.meta.dirname, '../../../src/http/views')
  const templates = globSync('*.hbs', { cwd: views }).map(
    (file) => [file, readFileSync(joinPath(views, file), 'utf8')] as const,
  )
  const passwordFields = templates.flatMap(([file, text]) =>
    [...text.matchAll(/\{\{> field [^}]*type='password'(?:[^}]|\}(?!\}))*\}\}/g)].map(([field]) => ({
      file,
      field,
    })),
  )

  test('T29 cuts nothing off, and tells password managers whether it is new', () => {
    expect(passwordFields.length).toBeGreaterThan(8)
    for (const { file, field } of passwordFields) {
      expect([file, field]).toStrictEqual([file, expect.stringContaining('max=null')])
      const isNew =
        !/name='(?:current|password)'/.test(field) || /'(?:register|password)\.(?:password|new)'/.test(field)
      const said = isNew ? "autocomplete='new-password'" : "autocomplete='current-password'"
      expect([file, field]).toStrictEqual([file, expect.stringContaining(said)])
    }
  })

  test('T29 lets people paste: no page and no script listens for it', () => {
    const root = joinPath(import.meta.dirname, '../../../src/http')
    for (const file of globSync(['views/*.hbs', 'public/*.js'], { cwd: root })) {
      expect([file, /paste/i.test(readFileSync(joinPath(root, file), 'utf8'))]).toStrictEqual([file, false])
    }
  })
})
