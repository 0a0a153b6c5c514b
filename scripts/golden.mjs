// npm run golden: writes a golden file for every event type and version that has none yet. Existing ones are never touched.
import { existsSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { catalogue } from '../src/domain/catalogue.ts'
import { goldenExamples } from '../test/support/golden.ts'

for (const [type, { version, schema }] of Object.entries(catalogue)) {
  const file = new URL(`../test/golden/${type}.v${version}.json`, import.meta.url)
  if (existsSync(file)) continue
  const example = goldenExamples[type]
  if (!example) throw new Error(`test/support/golden.ts has no example of ${type}`)
  const golden = { data: example, tags: catalogue[type].tags(example), schema: z.toJSONSchema(schema) }
  writeFileSync(file, `${JSON.stringify(golden, null, 2)}\n`)
  console.log(`wrote test/golden/${type}.v${version}.json`)
}
