// npm run docs: writes the event catalogue and the table of refusals from the code. With --check writes nothing, and
// fails when one of them is out of date.
import { readFileSync, writeFileSync } from 'node:fs'
import { generatedDocs } from '../test/support/generated-docs.ts'

const isCheck = process.argv.includes('--check')
let stale = 0
for (const [path, content] of Object.entries(generatedDocs)) {
  const file = new URL(`../${path}`, import.meta.url)
  if (!isCheck) {
    writeFileSync(file, content())
    console.log(`wrote ${path}`)
  } else if (readFileSync(file, 'utf8') !== content()) {
    console.error(`${path} is out of date: npm run docs`)
    stale++
  }
}
process.exitCode = stale > 0 ? 1 : 0
