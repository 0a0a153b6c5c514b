// An entry without a version makes the next `npm ci` fail on other platforms; npm writes such entries silently.
import { readFileSync } from 'node:fs'

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))
const broken = Object.entries(packages)
  .filter(([path, entry]) => path !== '' && !entry.version && !entry.link)
  .map(([path]) => path)

if (broken.length > 0) {
  console.error(`package-lock.json has entries without a version: ${broken.join(', ')}`)
  process.exit(1)
}
console.log(`package-lock.json: ${Object.keys(packages).length - 1} entries, all with a version`)
