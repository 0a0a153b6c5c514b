import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { openTestApp, type TestApp } from './support/house.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

type Rule = {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly runbook: string }
}
const { groups } = parse(read('deploy/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }
const rules = groups.flatMap((group) => group.rules)
type Panel = { readonly title: string; readonly targets: readonly { readonly expr: string }[] }
const dashboard = JSON.parse(read('deploy/grafana/latchkey.json')) as { panels: Panel[] }

let app: TestApp
let served: string
beforeAll(async () => {
  app = await openTestApp({ METRICS: 'on' })
  served = await (await fetch(`${app.address}/metrics`)).text()
})
afterAll(() => app.dispose())

const metricsIn = (expr: string): readonly string[] =>
  (expr.match(/\b(?:latchkey|http|nodejs|process)_[a-z0-9_]+/g) ?? []).map((name) =>
    name.replace(/_(?:bucket|sum|count)$/, ''),
  )
const isServed = (name: string): boolean => served.includes(`# TYPE ${name} `)

describe('what looks at the meters', () => {
  test.each(dashboard.panels.map((panel) => [panel.title, panel] as const))(
    'the panel “%s” asks for what is served',
    (_, { targets }) => {
      for (const { expr } of targets) {
        expect(metricsIn(expr).length).toBeGreaterThan(0)
        expect(metricsIn(expr).filter((name) => !isServed(name))).toStrictEqual([])
      }
    },
  )

  test.each(rules.map((rule) => [rule.alert, rule] as const))(
    'the alert %s asks for what is served, and its runbook is there',
    (_, { expr, annotations }) => {
      expect(metricsIn(expr).filter((name) => !isServed(name))).toStrictEqual([])
      const [file = '', anchor] = annotations.runbook.split('#')
      const headings = [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
        text
          .toLowerCase()
          .replaceAll(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      )
      if (anchor !== undefined) expect(headings).toContain(anchor)
    },
  )
})

describe('the unit of systemd', () => {
  const unit = read('deploy/latchkey.service')
  const valueIn = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1]

  test('is nobody in particular, may write nothing but its own data, and gains no rights', () => {
    expect(valueIn('DynamicUser')).toBe('yes')
    expect(valueIn('ProtectSystem')).toBe('strict')
    expect(valueIn('NoNewPrivileges')).toBe('yes')
    expect(valueIn('CapabilityBoundingSet')).toBe('')
    expect(valueIn('UMask')).toBe('0077')
    expect(valueIn('StateDirectory')).toBe('latchkey')
  })

  test('lets it end by itself before it is killed, and starts it again', () => {
    expect(Number(valueIn('TimeoutStopSec'))).toBeGreaterThan(10)
    expect(valueIn('Restart')).toBe('always')
  })

  test('names settings that exist, and no secret', () => {
    const known = read('.env.example')
    const named = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, all = '']) =>
      all.split(' ').map((one) => one.slice(0, one.indexOf('='))),
    )
    for (const name of named) if (name !== 'NODE_ENV') expect(known).toMatch(new RegExp(`^${name}=`, 'm'))
    expect(named).not.toContain('SECRET')
  })
})

test('every link between our pages leads somewhere', () => {
  const pages = globSync(['*.md', 'docs/**/*.md', 'bench/*.md'], { cwd: root })
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, to = '']) => join(page, '..', to))
      .filter((to) => globSync(to, { cwd: root }).length === 0)
      .map((to) => `${page}: ${to}`),
  )
  expect(broken).toStrictEqual([])
})

test('what the architecture page points at is there', () => {
  const named = [...read('docs/architecture.md').matchAll(/`(src\/[\w./-]+)`/g)].map(([, file = '']) => file)
  expect(named.length).toBeGreaterThan(10)
  for (const file of named) expect(globSync(file, { cwd: root }), file).toHaveLength(1)
})
