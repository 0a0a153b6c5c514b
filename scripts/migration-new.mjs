// npm run migration:new -- add_something → the next numbered pair of stubs, up and down, for each engine.
import { readdirSync, writeFileSync } from 'node:fs'

const name = process.argv[2]
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error('Usage: npm run migration:new -- NAME (lower-case letters, digits and underscores)')
  process.exit(2)
}
const HINTS = {
  up: 'What this migration adds.',
  down: 'How to take it back: the schema as it was before.',
}
const folder = new URL('../migrations/', import.meta.url)
const engines = readdirSync(folder)
const numbers = engines
  .flatMap((engine) => readdirSync(new URL(`${engine}/`, folder)))
  .map((file) => Number.parseInt(file, 10))
  .filter(Number.isInteger)
const number = String(Math.max(0, ...numbers) + 1).padStart(4, '0')
for (const engine of engines) {
  for (const [direction, hint] of Object.entries(HINTS)) {
    const file = `${engine}/${number}_${name}.${direction}.sql`
    writeFileSync(new URL(file, folder), `-- ${hint}\n`, { flag: 'wx' })
    console.log(`migrations/${file}`)
  }
}
