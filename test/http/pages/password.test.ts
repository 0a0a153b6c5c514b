import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY } from '../../support/house.ts'
import { join, openSite, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

const chosen = 'a password of my own'

test.each([
  ['none', '', '', 'Password cannot be empty.'],
  ['seven characters', 'sevenis', 'sevenis', 'At least 8 characters are needed.'],
  ['129 characters', 'x'.repeat(129), 'x'.repeat(129), 'At most 128 characters fit.'],
  ['two that differ', 'long-enough', 'long-enouhg', 'Passwords do not match.'],
])('%s is refused beside its field, and nothing changes', async (_, password, repeat, message) => {
  const { visitor } = await site.member()
  const before = await site.head()
  const answer = await visitor.submit(await visitor.get('/password/change'), '/password/change', {
    password,
    repeat,
  })
  expect(answer.status).toBe(422)
  expect(answer.html).toContain(`${message}</p>`)
  if (password !== '') expect(answer.html).not.toContain(password)
  expect(await site.head()).toBe(before)
})

test('a first password is chosen without proof; after that the current one is asked for', async () => {
  const { visitor, email } = await site.member()
  const form = await visitor.get('/password/change')
  expect(form.html).not.toContain('name="current"')
  const done = await visitor.submit(form, '/password/change', { password: chosen, repeat: chosen })
  expect([done.status, done.location]).toStrictEqual([303, '/'])
  expect((await visitor.follow(done)).html).toContain('Your password was saved.')

  const next = 'yet another password'
  const wish = { password: next, repeat: next }
  const page = await visitor.get('/password/change')
  expect(page.html).toContain('name="current"')
  const missing = await visitor.submit(page, '/password/change', wish)
  expect([missing.status, missing.html.includes('This field is required.')]).toStrictEqual([422, true])
  const wrong = await visitor.submit(page, '/password/change', { ...wish, current: 'not this one' })
  expect([wrong.status, wrong.html.includes('This is not your current password.')]).toStrictEqual([422, true])
  expect((await visitor.submit(page, '/password/change', { ...wish, current: chosen })).status).toBe(303)
  expect((await site.visitor().signIn(email, chosen)).status).toBe(401)
  expect((await site.visitor().signIn(email, next)).html).toContain('Log out')
})

test('T29 one password is the same however its letters are composed, and 128 of any characters fit', async () => {
  const { visitor, email } = await site.member()
  const composed = `четыре серых камня ${'й'.repeat(45)}${'🔑'.repeat(64)}`
  const decomposed = composed.normalize('NFD')
  expect(decomposed).not.toBe(composed)
  const page = await visitor.get('/password/change')
  const answer = await visitor.submit(page, '/password/change', { password: decomposed, repeat: decomposed })
  expect(answer.status).toBe(303)
  expect((await site.visitor().signIn(email, composed)).html).toContain('Log out')
})

test('whoever came with the first password can choose their own or sign out, and nothing else', async () => {
  const { email, firstPassword } = await site.member()
  const visitor = site.visitor()
  const landed = await visitor.signIn(email, firstPassword)
  expect([landed.status, landed.location]).toStrictEqual([303, '/password/change'])
  for (const path of ['/', '/admin', '/mailbox', '/invites/x', '/sign-in/x']) {
    const answer = await visitor.get(path)
    expect([path, answer.status, answer.location]).toStrictEqual([path, 303, '/password/change'])
  }
  const page = await visitor.get('/password/change')
  expect(page.html).toContain('Log out')
  expect(page.html).not.toContain('href="/mailbox"')
  await visitor.submit(page, '/password/change', { password: chosen, repeat: chosen })
  expect((await visitor.get('/')).html).toContain(email)
  const again = await site.visitor().signIn(email, firstPassword)
  expect(again.status).toBe(401)
})

test('a first password is dead after 24 hours, and the page says what to do instead', async () => {
  const { email, firstPassword } = await site.member()
  site.clock.advance(DAY)
  const answer = await site.visitor().signIn(email, firstPassword)
  expect(answer.status).toBe(401)
  expect(answer.html).toContain('sign-in link')
})

test('a password manager finds the page where a password is changed', async () => {
  const answer = await site.visitor().get('/.well-known/change-password')
  expect([answer.status, answer.location]).toStrictEqual([303, '/password/change'])
})

test('INVITE_CREDENTIALS=choose leads straight to choosing a password, and mails none', async () => {
  const choosing = await openSite({ INVITE_CREDENTIALS: 'choose' })
  try {
    const { path, email } = await choosing.invited()
    const visitor = choosing.visitor()
    const answer = await join(visitor, path)
    expect([answer.status, answer.location]).toStrictEqual([303, '/password/change'])
    expect(await choosing.mailsTo(email)).toHaveLength(1)
    const page = await visitor.follow(answer)
    expect(page.html).not.toContain('name="current"')
    const password = 'four words make one'
    expect((await visitor.submit(page, '/password/change', { password, repeat: password })).location).toBe(
      '/',
    )
    expect((await choosing.visitor().signIn(email, password)).html).toContain('Log out')
  } finally {
    await choosing.dispose()
  }
})
