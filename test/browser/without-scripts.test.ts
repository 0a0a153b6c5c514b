import { expect, test } from 'vitest'
import { enrolAdmin } from '../support/admin.ts'
import { openTestApp } from '../support/house.ts'
import { closeProfiles, describeInBrowser, openBrowser, openProfile, signIn } from './browser.ts'
import { invite } from './town.ts'

describeInBrowser('without scripts', () => {
  test('everything works: inviting, joining, choosing a password, revoking, erasing, signing out', async () => {
    const quiet = await openTestApp()
    const plain = await openBrowser()
    try {
      const issuer = await enrolAdmin(quiet.floor)
      const admin = await openProfile(plain, quiet.address, { javaScriptEnabled: false })
      await signIn(admin.page)
      await admin.page.goto('/admin/invites')
      await admin.page.locator('[name=addresses]').fill('one@example.org\ntwo@example.org\nnonsense')
      await admin.page.getByRole('button', { name: 'Send invites' }).click()
      expect(await admin.page.locator('.results li').allTextContents()).toStrictEqual([
        'one@example.org sent',
        'two@example.org sent',
        'nonsense Invalid email address',
      ])
      expect(await admin.page.locator('[name=addresses]').inputValue()).toBe('nonsense')

      await admin.page.goto('/admin/invites?search=two@')
      await admin.page.locator('td summary').click()
      await admin.page.getByRole('button', { name: 'Yes, revoke' }).click()
      expect(await admin.page.getByRole('status').textContent()).toBe('The invite was revoked.')

      const { email, link } = await invite(quiet, issuer)
      const guest = await openProfile(plain, quiet.address, { javaScriptEnabled: false })
      await guest.page.goto(link)
      await guest.page.getByRole('button', { name: 'Join and sign in' }).click()
      expect(await guest.page.locator('main').textContent()).toContain(email)
      await guest.page.getByRole('button', { name: 'Log out' }).click()
      expect(await guest.page.getByRole('status').textContent()).toBe('You are signed out.')

      const user = await quiet.floor.reads.users.byEmail(email)
      await admin.page.goto(`/admin/users/${user?.id}`)
      await admin.page.getByRole('link', { name: 'Erase…' }).click()
      await admin.page.getByRole('button', { name: 'Erase for ever' }).click()
      expect(await admin.page.getByRole('status').textContent()).toBe('The user was erased.')
      expect(await quiet.floor.reads.users.byEmail(email)).toBeNull()
    } finally {
      await closeProfiles()
      await quiet.dispose()
    }
  })

  test('with INVITE_LINK=direct the open page presses its own button, or leaves it to be pressed', async () => {
    const direct = await openTestApp({ INVITE_LINK: 'direct' })
    const both = await openBrowser()
    try {
      const issuer = await enrolAdmin(direct.floor)
      const first = await invite(direct, issuer)
      const scripted = await openProfile(both, direct.address)
      await scripted.page.goto(first.link)
      await scripted.page.waitForURL('/')
      expect(await scripted.page.locator('main').textContent()).toContain(first.email)
      expect(scripted.complaints).toStrictEqual([])

      const second = await invite(direct, issuer)
      const plain = await openProfile(both, direct.address, { javaScriptEnabled: false })
      await plain.page.goto(second.link)
      await plain.page.getByRole('button', { name: 'Join and sign in' }).click()
      expect(await plain.page.locator('main').textContent()).toContain(second.email)
    } finally {
      await closeProfiles()
      await direct.dispose()
    }
  })
})
