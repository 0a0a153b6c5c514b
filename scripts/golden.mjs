// npm run golden: writes a golden file for every event type and version that has none yet. Existing ones are never touched.
// Then writes down which rows each projection makes of them; refuses if one has changed and its version has not.
import { existsSync, writeFileSync } from 'node:fs'
import { catalogue } from '../src/domain/catalogue.ts'
import { projections } from '../src/projections/index.ts'
import { consequencesOf, goldenExamples, shapeOf } from '../test/support/golden.ts'
import { broken, promisedRows, rowsOf } from '../test/support/projection-digests.ts'

for (const [type, { version }] of Object.entries(catalogue)) {
  const file = new URL(`../test/golden/${type}.v${version}.json`, import.meta.url)
  if (existsSync(file)) continue
  const data = goldenExamples[type]
  if (!data) throw new Error(`test/support/golden.ts has no example of ${type}`)
  const golden = { data, ...consequencesOf(type, data), ...shapeOf(type) }
  writeFileSync(file, `${JSON.stringify(golden, null, 2)}\n`)
  console.log(`wrote test/golden/${type}.v${version}.json`)
}

const file = new URL('../test/golden/projections.json', import.meta.url)
const now = rowsOf(projections)
const changed = existsSync(file) ? broken(promisedRows(), now) : []
if (changed.length > 0) {
  console.error(`${changed.join(', ')}: other rows than before; raise the version of the projection`)
  process.exit(1)
}
writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`)
