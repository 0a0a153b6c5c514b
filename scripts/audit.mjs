// npm run audit [-- --write | --offline]: what comes with the product from others. Every production package of the lock
// file stands in docs/packages.txt with version and licence (`--write` writes it, to be read in the diff), its licence is
// on the list below, it comes from the registry, and its bytes are pinned. Then npm is asked for known weaknesses.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** Licences that ask for no more than that they and their authors are named. */
const ALLOWED = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  '0BSD',
])
const REGISTRY = 'https://registry.npmjs.org/'
const NAMED_AT_MOST = 20

const root = new URL('..', import.meta.url)
const list = new URL('docs/packages.txt', root)
const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'))

const shipped = Object.entries(packages)
  .filter(([path, { dev, link }]) => path !== '' && !dev && !link)
  .map(([path, entry]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    ...entry,
  }))
const lines = [
  ...new Set(shipped.map(({ name, version, license }) => `${name}@${version} ${license}`)),
].toSorted()

if (process.argv.includes('--write')) writeFileSync(list, `${lines.join('\n')}\n`)

const known = new Set(existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : [])
const complaints = [
  ...lines.filter((line) => !known.has(line)).map((line) => `not in docs/packages.txt: ${line}`),
  ...[...known].filter((line) => !lines.includes(line)).map((line) => `only in docs/packages.txt: ${line}`),
  ...shipped
    .filter(({ license }) => !ALLOWED.has(license))
    .map(({ name, license }) => `licence not on the list: ${name} (${license ?? 'none'})`),
  ...shipped
    .filter(
      ({ resolved = REGISTRY, integrity = '' }) =>
        !resolved.startsWith(REGISTRY) || !integrity.startsWith('sha512-'),
    )
    .map(({ name }) => `from elsewhere than the registry, or not pinned by SHA-512: ${name}`),
]
for (const complaint of complaints.slice(0, NAMED_AT_MOST)) console.error(complaint)
if (complaints.length > NAMED_AT_MOST) console.error(`and ${complaints.length - NAMED_AT_MOST} more`)
if (complaints.length > 0) process.exit(1)
console.log(`${lines.length} packages are shipped, all of them listed, licensed and pinned.`)
if (process.argv.includes('--offline')) process.exit(0)

const asked = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: root,
  encoding: 'utf8',
  timeout: 60_000,
})
const answer = (() => {
  try {
    return JSON.parse(asked.stdout)
  } catch {
    return {}
  }
})()
const found = answer.metadata?.vulnerabilities
if (!found) {
  const why =
    answer.message ?? answer.error?.summary ?? asked.error?.message ?? asked.stderr.trim().split('\n')[0]
  console.log(
    `Known weaknesses were NOT looked up: the registry gave no answer (${why || 'none'}). Try again where it can be reached.`,
  )
  process.exit(0)
}
for (const { name, severity, range } of Object.values(answer.vulnerabilities ?? {}))
  console.error(`${severity}: ${name} ${range}`)
console.log(`Known weaknesses: ${found.total}.`)
process.exit(found.total > 0 ? 1 : 0)
