// npm run migration:new -- add_something → the next numbered pair of stubs, up and down.
import { readdirSync, writeFileSync } from 'node:fs'

const name = process.argv[2]
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error('Usage: npm run migration:new -- NAME (lower-case letters, digits and underscores)')
  process.exit(2)
}
const folder = new URL('../migrations/sqlite/', import.meta.url)
const last = Math.max(
  0,
  ...readdirSync(folder)
    .map((file) => Number.parseInt(file, 10))
    .filter(Number.isInteger),
)
const number = String(last + 1).padStart(4, '0')
for (const direction of ['up', 'down']) {
  const file = `${number}_${name}.${direction}.sql`
  const hint =
    direction === 'up' ? 'What this migration adds.' : 'How to take it back: the schema as it was before.'
  writeFileSync(new URL(file, folder), `-- ${hint}\n`, { flag: 'wx' })
  console.log(`migrations/sqlite/${file}`)
}
