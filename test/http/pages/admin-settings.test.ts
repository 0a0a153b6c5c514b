import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import { ADMIN } from '../../support/admin.ts'
import { MINUTE } from '../../support/house.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'
import type { Page, Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

const INDEX = '/admin/settings'
const MODE = `${INDEX}/registration`
const INVITES = `${INDEX}/invites`
const BRANDING = `${INDEX}/branding`
const TEXT = `${INDEX}/mail-texts/invite/en`
const PNG = Buffer.from('\x89PNG\r\n\x1a\nand the rest of a picture', 'latin1')

let site: Site
let admin: Visitor
beforeAll(async () => {
  site = await openSite()
  admin = await site.signedInAdmin()
})
afterEach(() => expectProjectionsEqualRebuild(site.floor))
afterAll(() => site.dispose())

const save = async (path: string, fields: Record<string, string>, who = admin): Promise<Page> =>
  who.submit(await who.get(path), path, fields)

/** Fields and a file, as a browser sends them. */
const saveBranding = async (fields: Record<string, string>, logo?: Buffer): Promise<Page> => {
  const page = await admin.get(BRANDING)
  const csrf = /name="_csrf" value="([^"]+)"[^>]*>\s*<button type="submit" class="visually-hidden"/.exec(
    page.html,
  )?.[1]
  const form = new FormData()
  for (const [name, value] of Object.entries({ _csrf: csrf ?? '', ...fields })) form.set(name, value)
  if (logo) form.set('brand.logo', new Blob([new Uint8Array(logo)]), 'logo.png')
  const encoded = new Response(form)
  return admin.request('POST', BRANDING, {
    body: new Uint8Array(await encoded.arrayBuffer()),
    headers: { 'content-type': encoded.headers.get('content-type') ?? '', origin: site.address },
  })
}

const undoLast = async (path: string): Promise<Page> => {
  const page = await admin.get(path)
  const id = /name="undo" value="([0-9A-Z]{26})"/.exec(page.html)?.[1] ?? ''
  expect(id).not.toBe('')
  return admin.submit(page, path, { undo: id })
}

describe('an admin', () => {
  test('sees what is in force and from where', async () => {
    const { status, html } = await admin.get(INDEX)
    expect(status).toBe(200)
    for (const words of ['Who may register', 'everybody', 'Name of the service', 'default'])
      expect(html).toContain(words)
  })

  test('closes registration: it counts at once on pages, in the API, and undoing opens it again', async () => {
    const visitor = site.visitor()
    expect((await visitor.get('/register')).status).toBe(200)
    const saved = await save(MODE, { 'registration.mode': 'invite' })
    expect([saved.status, saved.location]).toStrictEqual([303, MODE])
    const after = await admin.follow(saved)
    expect(after.html).toContain('Saved. It counts from now on.')
    expect(after.html).toContain('nobody: by invite only')
    expect((await visitor.get('/register')).status).toBe(403)
    expect((await visitor.get('/')).html).not.toContain('href="/register"')
    const asked = await fetch(`${site.address}/api/v1/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'nobody@example.org', password: 'a password of their own' }),
    })
    expect(((await asked.json()) as { code: string }).code).toBe('registration_closed')

    const undone = await undoLast(MODE)
    expect((await admin.follow(undone)).html).toContain('Taken back: it is as it was before.')
    expect((await visitor.get('/register')).status).toBe(200)
  })

  test('saves nothing by saving what is there already', async () => {
    const head = await site.head()
    expect((await save(MODE, {})).status).toBe(303)
    expect(await site.head()).toBe(head)
  })

  test('sets how long invites are good for, in which role and language', async () => {
    await save(INVITES, { 'invite.lifetime': '36h', 'invite.role': 'auditor', 'invite.language': 'ru' })
    await admin.submit(await admin.get('/admin'), '/admin', { email: 'defaults@example.org' })
    const [invite] = await site.floor.reads.invites.list(
      { email: 'defaults@example.org' },
      { now: site.clock(), limit: 1 },
    )
    expect(invite?.role).toBe('auditor')
    expect(Date.parse(invite?.expiresAt ?? '') - Date.parse(site.clock())).toBe(36 * 60 * MINUTE)
    expect((await site.mailsTo('defaults@example.org')).map(({ subject }) => subject)).toStrictEqual([
      'Вас пригласили',
    ])
    const page = await admin.get(INVITES)
    expect(page.html).toContain('Back to the default: How long an invite is good for')
    await admin.submit(page, INVITES, { reset: 'invite.lifetime' })
    await admin.submit(await admin.get(INVITES), INVITES, { reset: 'invite.role' })
    await admin.submit(await admin.get(INVITES), INVITES, { reset: 'invite.language' })
    expect((await site.house.inForce.fresh()).inviteTtlMs).toBe(7 * 24 * 60 * MINUTE)
  })

  test.each([
    ['invite.lifetime', INVITES, '400d', 'This is not a value that this setting can have.'],
    ['invite.lifetime', INVITES, '', 'This is not a value that this setting can have.'],
    [
      'mail.invite.en.lead',
      TEXT,
      'Dear {name}',
      'This mail has nothing for {name}. It knows: {service}, {login}, {until}.',
    ],
    ['mail.invite.en.lead', TEXT, 'See evil.example', 'a mail program would make a link of'],
    ['mail.invite.en.subject', TEXT, '', 'This cannot be empty.'],
  ])('is told what is wrong with %s, and keeps what was typed', async (name, path, value, message) => {
    const head = await site.head()
    const page = await save(path, { [name]: value })
    expect([page.status, await site.head()]).toStrictEqual([422, head])
    expect(page.html.replaceAll('&#x27;', "'")).toContain(message)
    expect(page.html).toContain(`id="${name}-error"`)
    if (value !== '') expect(page.html).toContain(value)
  })

  test('gives the service a name, a colour and a logo: on pages, in mails, and with the right headers', async () => {
    const saved = await saveBranding({ 'brand.name': 'Ours & Co', 'brand.accent': '#7A1FA2' }, PNG)
    expect(saved.status).toBe(303)
    const { html } = await site.visitor().get('/')
    expect(html).toContain('· Ours &amp; Co</title>')
    expect(html).not.toContain('Latchkey')
    const css = /\/assets\/brand\.[0-9a-f]{12}\.css/.exec(html)?.[0] ?? ''
    const logo = /\/assets\/logo\.[0-9a-f]{12}\.png/.exec(html)?.[0] ?? ''
    const sheet = await fetch(site.address + css)
    expect(sheet.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(sheet.headers.get('cache-control')).toContain('immutable')
    expect(await sheet.text()).toContain(':root{--accent:#7a1fa2;')
    const picture = await fetch(site.address + logo)
    expect(Buffer.from(await picture.arrayBuffer())).toStrictEqual(PNG)
    expect(Object.fromEntries(picture.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
    })

    const { email } = await site.invited()
    const [mail] = await site.mailsTo(email)
    expect(mail?.senderName).toBe('Ours & Co')
    expect(mail?.text).toContain('You have been invited to join Ours & Co.')
    expect(mail?.html).toContain(`<img src="${site.floor.settings.publicUrl}${logo}"`)
    expect(mail?.html).toContain('background:#7a1fa2')
    expect(mail?.html).not.toContain('Latchkey')

    for (const name of ['brand.name', 'brand.accent', 'brand.logo']) await saveBranding({ reset: name })
    expect((await site.visitor().get('/')).html).toContain('· Latchkey</title>')
    expect((await fetch(site.address + logo)).status).toBe(404)
  })

  test.each([
    [
      'a drawing that can run scripts',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'This is no PNG',
    ],
    ['a picture that is too large', Buffer.concat([PNG, Buffer.alloc(24 * 1024)]), 'larger than 24 KB'],
  ])('cannot make %s the logo', async (_, file, message) => {
    const page = await saveBranding({}, file)
    expect([page.status, page.html.includes(message)]).toStrictEqual([422, true])
  })

  test('a colour that nobody could read is refused with the nearest that can be', async () => {
    const page = await saveBranding({ 'brand.accent': '#ffdd00' })
    expect(page.status).toBe(422)
    expect(page.html).toMatch(
      /its contrast is 1\.2, and 4\.5 is needed\. The nearest that can be: #[0-9a-f]{6}\./,
    )
  })

  test('says in other words what a mail says: from the next mail on, in this language only, its link untouched', async () => {
    const before = await site.invited()
    await save(TEXT, {
      'mail.invite.en.subject': 'Come to {service}',
      'mail.invite.en.lead': 'Dear {login},\r\n\r\nthe door is <b>open</b> until {until}.',
    })
    const after = await site.invited()
    const [old] = await site.mailsTo(before.email)
    const [mail] = await site.mailsTo(after.email)
    expect([old?.subject, mail?.subject]).toStrictEqual(['You are invited', 'Come to Latchkey'])
    expect(mail?.text).toContain(`Dear ${after.email},\n\nthe door is <b>open</b> until 8 March`)
    expect(mail?.html).toContain('the door is &lt;b&gt;open&lt;/b&gt; until')
    expect(mail?.text.split('\n')).toContain(site.floor.settings.publicUrl + after.path)
    const russian = await admin.get(`${INDEX}/mail-texts/invite/ru`)
    expect(russian.html).toContain('Вас пригласили')
    expect((await admin.get(`${INDEX}/mail-texts`)).html).toContain('own words')

    // What was sent is shown as it was sent, also once the words are others.
    site.clock.advance(1)
    await save(TEXT, { 'mail.invite.en.subject': 'Come again' })
    const rows = await site.floor.reads.mails.to(after.email, 1)
    expect((await site.house.renderMail(rows[0]?.id ?? ''))?.subject).toBe('Come to Latchkey')

    const page = await admin.get(TEXT)
    for (const part of ['subject', 'lead'])
      await admin.submit(page, TEXT, { reset: `mail.invite.en.${part}` })
    expect((await admin.get(TEXT)).html).toContain('You are invited')
  })

  test('typing what the mail came with is no change of one’s own', async () => {
    await save(TEXT, { 'mail.invite.en.subject': 'Other words' })
    await save(TEXT, { 'mail.invite.en.subject': 'You are invited' })
    expect((await site.house.inForce.fresh()).settings.get('mail.invite.en.subject')).toStrictEqual({
      value: null,
      source: 'built-in',
    })
  })

  test('previews words before they count, as text and as HTML, and nothing happens by it', async () => {
    const head = await site.head()
    const words = { 'mail.invite.en.lead': 'Hello {login}, <b>come</b> in.' }
    const asText = await save(TEXT, { ...words, preview: 'text' })
    expect(asText.status).toBe(200)
    expect(asText.html).toContain('Hello ada@example.org, &lt;b&gt;come&lt;/b&gt; in.')
    expect(asText.html).toContain('•••')
    const asHtml = await save(TEXT, { ...words, preview: 'html' })
    expect(asHtml.html).toContain('Hello ada@example.org, &lt;b&gt;come&lt;/b&gt; in.')
    expect(asHtml.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(asHtml.headers.get('content-security-policy')).toContain('sandbox')
    expect((await save(TEXT, { 'mail.invite.en.lead': '{nobody}', preview: 'html' })).status).toBe(422)
    expect((await admin.get(`${TEXT}/html`)).html).toContain('You are invited')
    expect(await site.head()).toBe(head)
  })

  test.each([`${INDEX}/mail-texts/nothing/en`, `${INDEX}/mail-texts/invite/de`, `${INDEX}/nothing`])(
    '%s is not there',
    async (path) => expect((await admin.get(path)).status).toBe(404),
  )

  test('shows the password again after ten minutes, or changes nothing', async () => {
    site.clock.advance(11 * MINUTE)
    const head = await site.head()
    const page = await save(MODE, { 'registration.mode': 'referral' })
    expect([page.status, await site.head()]).toStrictEqual([422, head])
    expect(page.html).toContain('name="current"')
    expect(page.html).toContain('<option value="referral" selected>')
    await save(MODE, { 'registration.mode': 'referral', current: ADMIN.password })
    expect((await site.house.inForce.fresh()).registration).toBe('referral')
    await undoLast(MODE)
  })

  test('a change that somebody else has made since is not taken back', async () => {
    await save(MODE, { 'registration.mode': 'referral' })
    const page = await admin.get(MODE)
    const id = /name="undo" value="([0-9A-Z]{26})"/.exec(page.html)?.[1] ?? ''
    await save(MODE, { 'registration.mode': 'invite' })
    expect((await admin.submit(page, MODE, { undo: id })).status).toBe(409)
    await save(MODE, { 'registration.mode': 'open' })
  })
})

describe('everybody else', () => {
  test('auditors see settings and change none', async () => {
    const member = await site.member()
    await site.house.execute(
      grantRole,
      { userId: member.id, role: 'auditor', enrol: null, newCredentialId: null },
      { actor: 'operator', correlation: site.house.newId() },
    )
    const { visitor } = member
    const page = await visitor.get(MODE)
    expect(page.status).toBe(200)
    expect(page.html).not.toContain('>Save<')
    expect((await visitor.submit(page, MODE, { 'registration.mode': 'invite' })).status).toBe(403)
    expect((await visitor.get(TEXT)).status).toBe(200)
    expect((await visitor.get(`${TEXT}/html`)).status).toBe(200)
  })

  test('a member is led away', async () => {
    const { visitor } = await site.member()
    for (const path of [INDEX, MODE, INVITES, BRANDING, `${INDEX}/mail-texts`, TEXT, `${TEXT}/html`]) {
      expect([(await visitor.get(path)).status, path]).toStrictEqual([303, path])
      expect([(await site.visitor().get(path)).status, path]).toStrictEqual([303, path])
    }
  })

  test('without the token of the form nothing happens', async () => {
    const head = await site.head()
    for (const path of [MODE, INVITES, TEXT])
      expect((await admin.post(path, { 'registration.mode': 'invite' })).status).toBe(403)
    expect(await site.head()).toBe(head)
  })
})

test('what the environment pins can be seen and not changed', async () => {
  const pinned = await openSite({ PINNED_SETTINGS: 'registration.mode', REGISTRATION: 'referral' })
  try {
    const somebody = await pinned.signedInAdmin()
    const page = await somebody.get(MODE)
    expect(page.html).toContain('pinned by the environment')
    expect(page.html).toMatch(/<select id="registration\.mode"[^>]*disabled/)
    const answer = await somebody.submit(page, MODE, { 'registration.mode': 'open' })
    expect(answer.status).toBe(409)
    expect(pinned.house.inForce.known().registration).toBe('referral')
  } finally {
    await pinned.dispose()
  }
})
