import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../../support/house.ts'
import { pageRoutes } from './routes.ts'

// docs/undo.md says what can be taken back, and what asks first. It is held against the pages here.

const root = join(import.meta.dirname, '../../..')
const chapters = readFileSync(join(root, 'docs/undo.md'), 'utf8').split(/^## /m)
const rowsOf = (chapter: string) =>
  (chapters.find((one) => one.startsWith(`${chapter}\n`)) ?? '')
    .split('\n')
    .filter((line) => /^\| [^-]/.test(line))
    .slice(1)
    .map((line) => line.split('|').map((cell) => cell.trim()))
const formsIn = (text = ''): string[] =>
  [...text.matchAll(/`((?:GET|POST) [^`]+)`/g)].map(([, form = '']) => form)

const VIEWS = join(root, 'src/http/views')
const views = readdirSync(VIEWS).map((name) => readFileSync(join(VIEWS, name), 'utf8'))

/** The actions of forms that are folded away until somebody has said that they want to. */
const asking = views.flatMap((view) => [
  ...[...view.matchAll(/\{\{#> confirm action=(?:\(join ([^)]+)\)|'([^']+)')/g)].map(([, parts, whole]) =>
    (whole ?? parts ?? '')
      .replaceAll(/'([^']*)'|\S+/g, (_, fixed?: string) => fixed ?? ':id')
      .replaceAll(' ', ''),
  ),
  ...[
    ...view.matchAll(
      /<details class="asks[^>]*>(?:(?!<\/details>)[\s\S])*?<form method="post" action="([^"]+)"/g,
    ),
  ].map(([, action = '']) => action.replaceAll(/\{\{[^}]+\}\}/g, ':id')),
])

let app: TestApp
let routes: string[]
beforeAll(async () => {
  app = await openTestApp()
  routes = pageRoutes(app.house).map(({ method, path }) => `${method} ${path}`)
})
afterAll(() => app.dispose())

describe('what can be taken back', () => {
  test('docs/undo.md tells of every form that changes something, once, and of no other', () => {
    const told = [...rowsOf('Taken back'), ...rowsOf('Asked first'), ...rowsOf('Neither')].flatMap(
      ([, , forms]) => formsIn(forms),
    )
    expect(told.toSorted()).toStrictEqual(routes.filter((route) => route.startsWith('POST ')).toSorted())
  })

  test('has a form that takes it back', () => {
    const rows = rowsOf('Taken back')
    expect(rows.length).toBeGreaterThan(15)
    for (const [, what, , by] of rows) {
      const [form = ''] = formsIn(by)
      expect(routes, what).toContain(form)
    }
  })

  test('what cannot be asks first, in its place or on a page of its own', () => {
    for (const [, what, form = '', where = ''] of rowsOf('Asked first')) {
      const [page] = formsIn(where)
      if (page !== undefined) expect(routes, what).toContain(page)
      else expect(asking, what).toContain(formsIn(form)[0]?.replace('POST ', ''))
    }
  })
})
