import type Router from '@koa/router'
import { logoValue } from '../../domain/settings/logo.ts'
import { type SettingGroup, settingGroups, settingNames } from '../../domain/settings/names.ts'
import type { State } from '../context.ts'
import { mailTextsChanged } from './admin-mail-texts.ts'
import { auditorOf, type Ctx, type Kit, seeOther } from './kit.ts'
import { settingChanges } from './setting-changes.ts'
import { settingField } from './setting-fields.ts'
import { type SettingPage, settingForm } from './setting-form.ts'
import type { TextKey } from './texts/en.ts'

const INDEX = '/admin/settings'
const CHANGES_SHOWN = 10
const UPLOAD_LIMIT = 256 * 1024

const groups: Readonly<Record<SettingGroup, { readonly title: TextKey; readonly lead: TextKey }>> = {
  registration: { title: 'settings.registration', lead: 'settings.registration.lead' },
  invites: { title: 'settings.invites', lead: 'settings.invites.lead' },
  branding: { title: 'settings.branding', lead: 'settings.branding.lead' },
}

/** A file's bytes as a setting keeps them. What is no picture stays what it is, and is refused as such. */
const asValue = (bytes: Uint8Array): string => {
  const letters = Buffer.from(bytes).toString('latin1')
  return logoValue(letters) ?? 'no picture'
}

/** What admins set on pages: an overview, and a page for each group. */
export const adminSettingPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, t, upload } = kit

  router.get(INDEX, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    const all = Object.entries(groups) as [SettingGroup, (typeof groups)[SettingGroup]][]
    render(ctx, 'admin-settings', {
      title: t(ctx, 'settings.title'),
      section: 'settings',
      groups: all.map(([group, { title, lead }]) => ({
        url: `${INDEX}/${group}`,
        title: t(ctx, title),
        lead: t(ctx, lead),
        fields: settingGroups[group].map((name) =>
          settingField(kit, ctx, name, { draft: null, usual: null }),
        ),
      })),
      mailTexts: mailTextsChanged(house),
      changes: await settingChanges(kit, ctx, settingNames, CHANGES_SHOWN),
    })
  })

  const page = (group: SettingGroup, more: Partial<SettingPage> = {}): void =>
    settingForm(router, kit, `${INDEX}/${group}`, {
      pathOf: () => `${INDEX}/${group}`,
      title: (ctx) => t(ctx, groups[group].title),
      lead: (ctx) => t(ctx, groups[group].lead),
      names: () => settingGroups[group],
      ...more,
    })

  page('registration')
  page('invites')
  page('branding', {
    hasFiles: true,
    async read(ctx) {
      const { fields, files } = await upload(ctx, UPLOAD_LIMIT)
      const logo = files['brand.logo']
      const { 'brand.accent': accent, ...others } = fields
      return {
        ...others,
        ...(accent === undefined ? {} : { 'brand.accent': accent.toLowerCase() }),
        ...(logo ? { 'brand.logo': asValue(logo) } : {}),
      }
    },
  })
}
