import { Readable } from 'node:stream'
import type Router from '@koa/router'
import { findImport, planList } from '../acts/imports.ts'
import { derivedUlid } from '../api/derived-ulid.ts'
import type { State } from '../context.ts'
import type { ImportView } from '../imports-door.ts'
import { adviceOf, Problem, wordingOf } from '../problems.ts'
import { newAttempt, readAttempt } from './attempt.ts'
import { adminOf, type Ctx, type FieldError, type Kit, paramOf, queryOf, seeOther, withQuery } from './kit.ts'
import { liveStreams } from './live.ts'
import { plural } from './words.ts'

const FORM = '/admin/invites/import'
const JOBS = '/admin/invites/imports'
const MAX_BYTES = 5 * 1024 * 1024
const MAX_SHOWN = 20_000
const LINES = 100
const LATEST = 10
const RELOAD_SECONDS = 2

/** What keeps a list from being read, said in the form; anything else is a page of its own. */
const LIST_PROBLEMS = new Set(['import_unreadable', 'import_empty', 'import_too_long'])

/** Lists of addresses: read and judged first, issued once an admin says so. */
export const adminImportPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, upload, t, assets } = kit
  const live = liveStreams(house)

  const showForm = async (
    ctx: Ctx,
    sessionId: string,
    { list, errors }: { readonly list: string; readonly errors: readonly FieldError[] },
    status = 200,
  ): Promise<void> =>
    render(
      ctx,
      'admin-import',
      {
        title: t(ctx, 'import.title'),
        section: 'invites',
        script: assets['live.js'],
        attempt: newAttempt(house, sessionId, FORM),
        list,
        errors,
        imports: await house.imports.latest(LATEST),
      },
      status,
    )

  router.get(FORM, async (ctx: Ctx) => {
    const admin = adminOf(ctx)
    if (!admin) return seeOther(ctx, '/')
    await showForm(ctx, admin.session.id, { list: '', errors: [] })
  })

  router.post(FORM, async (ctx: Ctx) => {
    const { fields, files } = await upload(ctx, MAX_BYTES)
    const admin = adminOf(ctx)
    if (!admin) return seeOther(ctx, '/')
    const typed = fields['list'] ?? ''
    const bytes = files['file'] ?? Buffer.from(typed)
    // The same list from the same form is the same import, however often the button is pressed.
    const attempt = readAttempt(house, admin.session.id, FORM, fields['attempt'])
    const content = house.sign('import', Buffer.from(bytes).toString('latin1'))
    const id = attempt === null ? house.newId() : derivedUlid(house, `import ${attempt} ${content}`)
    try {
      const planned = await planList(house, [bytes], { id, actor: `user:${admin.user.id}` })
      seeOther(ctx, `${JOBS}/${planned.id}`)
    } catch (error) {
      if (!(error instanceof Problem) || !LIST_PROBLEMS.has(error.code)) throw error
      const { locale } = ctx.state
      const line = error.members['line']
      const message = [
        wordingOf(error.code, locale),
        adviceOf(error.code, locale),
        ...(line === undefined ? [] : [t(ctx, 'import.fromLine', { line: Number(line) })]),
      ].join(' ')
      const list = typed.length > MAX_SHOWN ? '' : typed
      const field = files['file'] ? 'file' : 'list'
      await showForm(ctx, admin.session.id, { list, errors: [{ field, message }] }, 422)
    }
  })

  const facts = ({ counts, lines, processed, ...one }: ImportView) => ({
    ...one,
    lines,
    processed,
    counts: Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([outcome, count]) => ({ outcome, count })),
    share: lines === 0 ? 0 : Math.floor((processed / lines) * 100),
    isRunning: one.state === 'running',
    canBegin: counts.issuable > 0 && (one.state === 'waiting' || one.state === 'cancelled'),
    canCancel: one.state === 'running',
    nothingToDo: one.state === 'waiting' && counts.issuable === 0,
  })

  router.get(`${JOBS}/:id`, async (ctx: Ctx) => {
    const admin = adminOf(ctx)
    if (!admin) return seeOther(ctx, '/')
    const found = await findImport(house, paramOf(ctx, 'id'))
    const which = queryOf(ctx, 'lines') === 'all' ? 'all' : 'problems'
    const after = Number(/^\d{1,9}$/.exec(queryOf(ctx, 'after') ?? '')?.[0] ?? 0)
    const lines = await house.imports.lines(found.id, { which, after, limit: LINES + 1 })
    const here = `${JOBS}/${found.id}`
    const query = { lines: which === 'all' ? 'all' : undefined }
    const isRunning = found.state === 'running'
    const last = lines.length > LINES ? String(lines[LINES - 1]?.line) : undefined
    render(ctx, 'admin-import-lines', {
      title: t(ctx, 'import.title'),
      section: 'invites',
      script: assets['live.js'],
      reload: isRunning ? RELOAD_SECONDS : null,
      job: facts(found),
      go: plural(
        ctx.state.locale,
        found.state === 'cancelled' ? 'goOnInviting' : 'sendInvites',
        found.counts.issuable,
      ),
      liveUrl: isRunning ? `${here}/live` : null,
      resultUrl: `${here}/result.csv`,
      tabs: (['problems', 'all'] as const).map((name) => ({
        name,
        url: withQuery(here, { lines: name === 'all' ? 'all' : undefined }),
        isCurrent: name === which,
      })),
      lines: lines.slice(0, LINES),
      nextUrl: last === undefined ? null : withQuery(here, { ...query, after: last }),
      firstUrl: after > 0 ? withQuery(here, query) : null,
    })
  })

  router.get(`${JOBS}/:id/live`, (ctx: Ctx) => {
    const admin = adminOf(ctx)
    if (!admin) return seeOther(ctx, '/')
    const id = paramOf(ctx, 'id')
    live.pulse(ctx, admin, async () => {
      const found = await house.imports.get(id)
      return found?.state === 'running' ? String(found.processed) : null
    })
  })

  router.get(`${JOBS}/:id/result.csv`, async (ctx: Ctx) => {
    if (!adminOf(ctx)) return seeOther(ctx, '/')
    const { id } = await findImport(house, paramOf(ctx, 'id'))
    ctx.type = 'text/csv; charset=utf-8'
    ctx.attachment(`latchkey-import-${id}.csv`)
    ctx.set('Cache-Control', 'no-store')
    ctx.body = Readable.from(house.imports.result(id))
  })

  const change = (verb: string, act: (id: string) => Promise<boolean>) =>
    router.post(`${JOBS}/:id/${verb}`, async (ctx: Ctx) => {
      await form(ctx)
      if (!adminOf(ctx)) return seeOther(ctx, '/')
      const { id } = await findImport(house, paramOf(ctx, 'id'))
      if (!(await act(id)) && (await findImport(house, id)).state === 'waiting')
        throw new Problem('import_ended')
      seeOther(ctx, `${JOBS}/${id}`)
    })
  change('begin', async (id) => {
    const begun = await house.imports.begin(id)
    if (begun) await house.imports.advance(id)
    return begun
  })
  change('cancel', (id) => house.imports.cancel(id))
}
