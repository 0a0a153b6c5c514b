import { expect } from 'vitest'
import { issueInviteTo } from '../../../src/http/acts/issue.ts'
import { ADMIN, enrolAdmin } from '../../support/admin.ts'
import { DAY, openTestApp, type TestApp } from '../../support/house.ts'
import { type Page, Visitor } from '../../support/visitor.ts'

let people = 0

/** A running service with one admin, and the ways in which its pages are visited. */
export type Site = TestApp & {
  readonly adminId: string
  readonly visitor: (userAgent?: string) => Visitor
  readonly signedInAdmin: () => Promise<Visitor>
  /** An address nobody has used, invited; with the path of its link. */
  readonly invited: (wish?: { email?: string; ttlMs?: number }) => Promise<{ email: string; path: string }>
  /** Somebody who has followed their invite, and what their mail said. */
  readonly member: () => Promise<{ visitor: Visitor; email: string; id: string; firstPassword: string }>
  /** How far the history has come: unchanged means that nothing has happened. */
  readonly head: () => Promise<number>
}

export const openSite = async (environment: Record<string, string> = {}): Promise<Site> => {
  const app = await openTestApp(environment)
  const adminId = await enrolAdmin(app.floor)
  const visitor = (userAgent?: string) => new Visitor(app.address, userAgent)

  const invited: Site['invited'] = async ({
    email = `person${++people}@example.org`,
    ttlMs = 7 * DAY,
  } = {}) => {
    const wish = { email, role: 'member', locale: 'en', ttlMs } as const
    const issued = await issueInviteTo(app.house, wish, `user:${adminId}`, app.house.newId())
    if (issued.outcome !== 'accepted') throw new Error(`${email} was not invited`)
    const path = `/invites/${app.house.links.inviteToken(issued.inviteId)}`
    const mails = await app.mailsTo(email)
    expect(mails.map(({ text }) => text).join('\n')).toContain(`${app.floor.settings.publicUrl}${path}\n`)
    return { email, path }
  }

  return {
    ...app,
    adminId,
    visitor,
    invited,
    async signedInAdmin() {
      const admin = visitor('Admin/1.0')
      await admin.signIn(ADMIN.email, ADMIN.password)
      return admin
    },
    async member() {
      const { email, path } = await invited()
      const somebody = visitor()
      await join(somebody, path)
      const user = await app.floor.reads.users.byEmail(email)
      const texts = (await app.mailsTo(email)).map(({ text }) => text).join('\n')
      const firstPassword = /First password: ([A-Z2-7]+)/.exec(texts)?.[1] ?? ''
      return { visitor: somebody, email, id: user?.id ?? '', firstPassword }
    },
    head: async () => Number(await app.floor.store.head()),
  }
}

/** Opens the page of an invite and presses its button. */
export const join = async (visitor: Visitor, path: string): Promise<Page> =>
  visitor.submit(await visitor.get(path), path)
