// npm run golden: writes a golden file for every event type and version that has none yet. Existing ones are never touched.
import { existsSync, writeFileSync } from 'node:fs'
import { catalogue } from '../src/domain/catalogue.ts'
import { consequencesOf, goldenExamples, shapeOf } from '../test/support/golden.ts'

for (const [type, { version }] of Object.entries(catalogue)) {
  const file = new URL(`../test/golden/${type}.v${version}.json`, import.meta.url)
  if (existsSync(file)) continue
  const data = goldenExamples[type]
  if (!data) throw new Error(`test/support/golden.ts has no example of ${type}`)
  const golden = { data, ...consequencesOf(type, data), ...shapeOf(type) }
  writeFileSync(file, `${JSON.stringify(golden, null, 2)}\n`)
  console.log(`wrote test/golden/${type}.v${version}.json`)
}
