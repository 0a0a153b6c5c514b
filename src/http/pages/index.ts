import Router from '@koa/router'
import type Koa from 'koa'
import type { Middleware } from 'koa'
import { isTemporary, type UserView } from '../../projections/users.ts'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import type { ErrorPage } from '../middleware/errors.ts'
import { openOidc } from '../oidc/index.ts'
import { adminPages } from './admin.ts'
import { adminClientPage } from './admin-client.ts'
import { adminClientPages } from './admin-clients.ts'
import { adminImportPages } from './admin-imports.ts'
import { adminInvitePage } from './admin-invite.ts'
import { adminInvitePages } from './admin-invites.ts'
import { adminMailTextPages } from './admin-mail-texts.ts'
import { adminMailPages } from './admin-mails.ts'
import { adminReferralPages } from './admin-referrals.ts'
import { adminSettingPages } from './admin-settings.ts'
import { adminSubtreePages } from './admin-subtree.ts'
import { adminUserChanges } from './admin-user-changes.ts'
import { adminUserHistory } from './admin-user-history.ts'
import { adminUserPages } from './admin-users.ts'
import { adminWebhookPage } from './admin-webhook.ts'
import { adminWebhookPages } from './admin-webhooks.ts'
import { openAssets } from './assets.ts'
import { brandAssets } from './brand.ts'
import { consentPages } from './consent.ts'
import { csrfGuards } from './csrf.ts'
import { designPage } from './design.ts'
import { docPages } from './docs.ts'
import { historyPages } from './history.ts'
import { homePages } from './home.ts'
import { invitePages } from './invites.ts'
import { type Ctx, openKit, seeOther } from './kit.ts'
import { language } from './language.ts'
import { mailboxPages } from './mailbox.ts'
import { ownDataPages } from './own-data.ts'
import { ownReferralPages } from './own-referrals.ts'
import { ownSessionPages } from './own-sessions.ts'
import { passwordPages } from './password.ts'
import { passwordResetPages } from './password-reset.ts'
import { problemPage } from './problem.ts'
import { profilePages } from './profile.ts'
import { receiptPage } from './receipt.ts'
import { referralLinkPages } from './referral-links.ts'
import { registerPages } from './register.ts'
import { pageSession, principal, secureCookies, sessionCookies } from './session.ts'
import { signInLinkPages } from './sign-in-links.ts'
import { travelPages } from './travel.ts'
import { verifyPages } from './verify.ts'
import { verifyLinkPages } from './verify-links.ts'
import { openViews } from './view.ts'

export type Pages = { readonly routes: readonly Middleware<State>[]; readonly errorPage: ErrorPage }

const UNRESTRICTED = new Set(['/', '/logout', '/password/change'])

/** Every page is made under the settings that are in force as it is asked for. */
const settingsFresh =
  (house: House): Middleware<State> =>
  async (_, next) => {
    await house.inForce.fresh()
    await next()
  }

/** Whoever came with a first password chooses their own before anything else. */
const passwordFirst: Middleware<State> = (ctx, next) => {
  if (ctx.state.principal?.session.restricted && !UNRESTRICTED.has(ctx.path)) {
    return seeOther(ctx as Ctx, '/password/change')
  }
  return next()
}

/** Where a temporary user stands: confirm the address, then choose a password. */
const stepOf = ({ emailVerifiedAt }: UserView): '/verify' | '/password/change' =>
  emailVerifiedAt === null ? '/verify' : '/password/change'

const isAlwaysOpen = (path: string): boolean =>
  path === '/logout' || path === '/profile/erase' || /^\/(?:verify|password\/reset)\//.test(path)

/** Whoever registered confirms the address, and chooses a password if there is none, before anything else. */
const registrationFirst: Middleware<State> = (ctx, next) => {
  const user = ctx.state.principal?.user
  if (!user || !isTemporary(user) || isAlwaysOpen(ctx.path) || ctx.path === stepOf(user)) return next()
  return seeOther(ctx as Ctx, stepOf(user))
}

/** Whose pages can be seen as they were. */
const withPast = [
  adminPages,
  adminInvitePages,
  adminInvitePage,
  adminUserPages,
  adminUserHistory,
  adminReferralPages,
  adminSubtreePages,
  adminMailPages,
  adminClientPages,
  adminClientPage,
]

/** Everything that people see. */
export const openPages = (house: House, app: Koa<State>): Pages => {
  const cookies = sessionCookies(house.settings.publicUrl)
  const assets = openAssets()
  const kit = openKit(house, csrfGuards(house, cookies), openViews(), assets.urls)
  const oidc = openOidc(house)
  const router = new Router<State>()
  router.use((ctx, next) => {
    ctx.state.route =
      (ctx as unknown as { routerPath?: string; _matchedRoute?: string })._matchedRoute ??
      ctx.state.route ??
      ''
    return next()
  })
  for (const family of [
    homePages,
    invitePages,
    signInLinkPages,
    passwordPages,
    passwordResetPages,
    registerPages,
    referralLinkPages,
    verifyPages,
    verifyLinkPages,
    ownDataPages,
    profilePages,
    receiptPage,
    ownSessionPages,
    ownReferralPages,
    adminImportPages,
    ...withPast,
    adminUserChanges,
    historyPages,
    docPages,
    designPage,
    mailboxPages,
    adminSettingPages,
    adminMailTextPages,
    adminWebhookPages,
    adminWebhookPage,
  ]) {
    family(router, kit)
  }
  consentPages(router, kit, oidc.desk)
  return {
    routes: [
      settingsFresh(house),
      assets.serve,
      brandAssets(house),
      secureCookies(cookies.secure),
      pageSession(house, cookies, app),
      principal(house),
      language,
      oidc.routes,
      registrationFirst,
      passwordFirst,
      travelPages(kit, withPast),
      router.routes() as unknown as Middleware<State>,
      router.allowedMethods() as unknown as Middleware<State>,
    ],
    errorPage: problemPage(kit),
  }
}
