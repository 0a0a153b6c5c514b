import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeOf, plant } from '../../support/grove.ts'
import type { Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

const FORM = '/admin/invites/import'

let site: Site
let admin: Visitor
let people = 0
beforeAll(async () => {
  site = await openSite()
  admin = await site.signedInAdmin()
})
afterAll(() => site.dispose())

const fresh = (count: number) => Array.from({ length: count }, () => `listed${++people}@example.org`)

/** Sends the form as a browser does, with a file or a text. */
const send = async (list: { readonly text?: string; readonly file?: Uint8Array<ArrayBuffer> }) => {
  const page = await admin.get(FORM)
  const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.html)?.[1] ?? ''
  const fields = new FormData()
  fields.set('_csrf', value('_csrf'))
  fields.set('attempt', value('attempt'))
  fields.set('file', new Blob(list.file ? [list.file] : []), list.file ? 'list.csv' : '')
  fields.set('list', list.text ?? '')
  const request = new Request(site.address, { method: 'POST', body: fields })
  return admin.request('POST', FORM, {
    body: await request.text(),
    headers: {
      'content-type': request.headers.get('content-type') ?? '',
      origin: new URL(site.address).origin,
    },
  })
}
const textOf = ({ html }: { html: string }) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

describe('a list of addresses', () => {
  test('is looked at first: every bad line is named with its reason, and nothing is sent', async () => {
    const [ada = '', bob = ''] = fresh(2)
    await site.invited({ email: bob })
    const before = await site.head()
    const answer = await send({ text: `email;role\n${ada};\n${bob};\n${ada};\nnobody;\n${ada}x;boss` })
    const page = await admin.follow(answer)
    const text = textOf(page)
    expect(text).toContain('This is what would happen')
    expect(text).toContain(`${bob} 3 invited before This address has an open invite.`)
    expect(text).toContain(
      `${ada} 4 twice in the list The address is in the list more than once. It stands in line 2 already.`,
    )
    expect(text).toContain('nobody 5 not valid This is no e-mail address.')
    expect(text).toContain(`${ada}x 6 not valid The role is neither member nor auditor.`)
    expect(await site.head()).toBe(before)

    expect(textOf(page)).toContain('Send 1 invite ')
    const done = await admin.follow(await admin.submit(page, /\/begin$/))
    expect(textOf(done)).toContain('Done')
    expect((await site.mailsTo(ada)).length).toBe(1)
    const result = await admin.get(`${done.url}/result.csv`)
    expect([result.headers.get('content-type'), result.headers.get('content-disposition')]).toStrictEqual([
      'text/csv; charset=utf-8',
      expect.stringContaining('attachment'),
    ])
    expect(result.html.split('\r\n').slice(0, 3)).toStrictEqual([
      expect.stringMatching(/line,email,outcome,code,inviteId$/),
      expect.stringMatching(new RegExp(`^2,${ada},issued,,[0-9A-Z]{26}$`)),
      `3,${bob},already-open,invite_already_open,`,
    ])
  })

  test('comes as a file, too, in Windows-1251; T43 its result holds no formula', async () => {
    const [ada = ''] = fresh(1)
    const text = `Почта;Имя\n${ada};Ада\n=cmd()|;Ева\n`
    const file = Uint8Array.from(text, (letter) => {
      const code = letter.charCodeAt(0)
      return code < 128 ? code : code - 0x410 + 0xc0
    })
    const page = await admin.follow(await send({ file }))
    expect(textOf(page)).toContain('=cmd()| 3 not valid'.replace('=', '&#x3D;'))
    const result = await admin.get(`${page.url}/result.csv`)
    expect(result.html).toContain("\r\n3,'=cmd()|,invalid,address_malformed,\r\n")
  })

  test('that is long is under way without scripts, too: the page reloads itself, can be stopped and gone on with', async () => {
    const page = await admin.follow(await send({ text: fresh(450).join('\n') }))
    const running = await admin.follow(await admin.submit(page, /\/begin$/))
    expect(running.html).toContain('<noscript><meta http-equiv="refresh" content="2"></noscript>')
    expect(textOf(running)).toContain('200 of 450 lines')
    const stopped = await admin.follow(await admin.submit(running, /\/cancel$/))
    expect(textOf(stopped)).toContain('Go on with the other 250')
    await admin.submit(stopped, /\/begin$/)
    await site.imports.runDue()
    expect(textOf(await admin.get(running.url))).toContain('450 of 450 lines')
  })

  test('that is none is refused in the form, and what was pasted stays there', async () => {
    const answer = await send({ text: 'email\n"ada@example.org\n' })
    expect(answer.status).toBe(422)
    expect(textOf(answer)).toContain('The list cannot be read as a table.')
    expect(answer.html).toMatch(/>email\r?\n&quot;ada@example\.org\r?\n<\/textarea>/)
    expect((await send({})).status).toBe(422)
  })

  test('is for admins only, and needs the token of its form', async () => {
    const { visitor } = await site.member()
    const page = await admin.follow(await send({ text: fresh(1).join('\n') }))
    for (const path of [FORM, page.url, `${page.url}/result.csv`, `${page.url}/live`]) {
      expect((await visitor.get(path)).location, path).toBe('/')
    }
    const forged = await admin.post(`${page.url}/begin`, {})
    expect(forged.status).toBe(403)
    expect((await admin.get('/admin/invites/imports/01JNZ8K3V5Q2W9X7T4R6Y1M0AB')).status).toBe(404)
  })
})

describe('the admin home', () => {
  test('tells of lists that wait, and counts what became of invites', async () => {
    const home = textOf(await admin.get('/admin'))
    expect(home).toContain('A list with 1 person to invite waits for your word.')
    expect(home).toContain('Mail and seals')
  })

  test('names the way by which somebody came as its chart counts it', async () => {
    const fresh = await openSite()
    try {
      const root = await plant(fresh, { email: 'root@example.org', name: 'Root' })
      await plant(fresh, { email: 'leaf@example.org', name: 'Leaf', code: await codeOf(fresh, root) })
      const text = textOf(await (await fresh.signedInAdmin()).get('/admin'))
      expect(text).toMatch(/ Leaf referral code, /)
      expect(text).toMatch(/ Root own registration, /)
      expect(text).toContain('by themselves 1 by an invite 0 by a referral code 1')
    } finally {
      await fresh.dispose()
    }
  })

  test('is friendly where there is nothing yet', async () => {
    const empty = await openSite()
    try {
      const text = textOf(await (await empty.signedInAdmin()).get('/admin'))
      expect(text).toContain('Nobody has been invited yet. Send the first invite')
      expect(text).toContain('none yet')
    } finally {
      await empty.dispose()
    }
  })
})
