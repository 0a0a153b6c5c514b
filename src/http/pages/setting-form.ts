import type Router from '@koa/router'
import type { SettingName } from '../../domain/settings/names.ts'
import { changeSettingsTo, undoChange } from '../acts/settings.ts'
import type { Principal, State } from '../context.ts'
import type { Outcome } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import {
  adminOf,
  auditorOf,
  byAdmin,
  type Ctx,
  type FieldError,
  type Fields,
  type Kit,
  seeOther,
} from './kit.ts'
import { leaveNotice } from './notices.ts'
import { settingChanges } from './setting-changes.ts'
import { settingField } from './setting-fields.ts'
import { valueError } from './setting-words.ts'
import { mustProve, proveAgain } from './step-up.ts'

const CHANGES_SHOWN = 20

/** A page on which settings are seen and changed. */
export type SettingPage = {
  /** Its address on this request. */
  readonly pathOf: (ctx: Ctx) => string
  readonly title: (ctx: Ctx) => string
  readonly lead: (ctx: Ctx) => string
  readonly names: (ctx: Ctx) => readonly SettingName[]
  /** What a setting is where nobody has set it; null for nothing that could be typed. */
  readonly usual?: (ctx: Ctx, name: SettingName) => string | null
  /** How what was sent is read. */
  readonly read?: (ctx: Ctx) => Promise<Fields>
  readonly hasFiles?: boolean
  /** What else the view shows. */
  readonly more?: (ctx: Ctx, draft: Fields) => Readonly<Record<string, unknown>>
  /** Answers a form that changes nothing; false where it is none of those. */
  readonly instead?: (ctx: Ctx, fields: Fields, again: Again) => Promise<boolean>
}
export type Again = (draft: Fields, errors: readonly FieldError[], status: number) => Promise<void>

/** What was typed, as it is kept: line ends as Unix has them, nothing around it. */
const tidy = (text: string): string => text.replaceAll('\r\n', '\n').trim()

export const settingForm = (router: Router<State>, kit: Kit, route: string, page: SettingPage): void => {
  const { house, render, form } = kit
  const usual = page.usual ?? (() => null)

  const valueNow = (ctx: Ctx, name: SettingName): string | null =>
    house.inForce.known().settings.get(name)?.value ?? usual(ctx, name)

  const show = async (
    ctx: Ctx,
    draft: Fields = {},
    errors: readonly FieldError[] = [],
    status = 200,
  ): Promise<void> => {
    const admin = adminOf(ctx)
    const names = page.names(ctx)
    render(
      ctx,
      'admin-setting-form',
      {
        title: page.title(ctx),
        lead: page.lead(ctx),
        section: 'settings',
        action: page.pathOf(ctx),
        hasFiles: page.hasFiles ?? false,
        fields: names.map((name) =>
          settingField(kit, ctx, name, {
            draft: draft[name] ?? valueNow(ctx, name),
            usual: usual(ctx, name),
          }),
        ),
        changes: await settingChanges(kit, ctx, names, CHANGES_SHOWN),
        canChange: admin !== null,
        mustProve: admin !== null && mustProve(house, ctx, admin),
        errors,
        preview: null,
        links: [],
        ...page.more?.(
          ctx,
          Object.fromEntries(names.map((name) => [name, draft[name] ?? valueNow(ctx, name) ?? ''])),
        ),
      },
      status,
    )
  }

  /** Only what is another value than now is a wish; what reads as nobody had set it gives way to that. */
  const wishesIn = (ctx: Ctx, fields: Fields): ReadonlyMap<string, string | null> => {
    const wishes = new Map<string, string | null>()
    for (const name of page.names(ctx)) {
      const typed = fields[name]
      if (typed === undefined || tidy(typed) === valueNow(ctx, name)) continue
      wishes.set(name, tidy(typed) === usual(ctx, name) ? null : tidy(typed))
    }
    return wishes
  }

  const act = (ctx: Ctx, admin: Principal, fields: Fields): Promise<Outcome> => {
    const by = byAdmin(ctx, admin)
    const { undo, reset } = fields
    if (undo !== undefined) return undoChange(house, undo, by)
    const wishes = reset === undefined ? wishesIn(ctx, fields) : new Map([[reset, null]])
    return changeSettingsTo(house, wishes, by)
  }

  router.get(route, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    await show(ctx)
  })

  router.post(route, async (ctx: Ctx) => {
    const fields = await (page.read?.(ctx) ?? form(ctx))
    const admin = adminOf(ctx)
    if (!admin && auditorOf(ctx)) throw new Problem('forbidden')
    if (!admin) return seeOther(ctx, '/')
    const again: Again = (draft, errors, status) => show(ctx, draft, errors, status)
    if (await page.instead?.(ctx, fields, again)) return
    const unproven = await proveAgain(kit, ctx, admin, fields)
    if (unproven.length > 0) return show(ctx, fields, unproven, 422)
    const outcome = await act(ctx, admin, fields)
    if (outcome.outcome === 'refused') {
      const wrong = valueError(kit, ctx, outcome.refusal)
      if (!wrong) throw problemOf(outcome.refusal)
      return show(ctx, fields, [wrong], 422)
    }
    leaveNotice(ctx, fields['undo'] === undefined ? 'settingsChanged' : 'settingUndone')
    seeOther(ctx, page.pathOf(ctx))
  })
}
