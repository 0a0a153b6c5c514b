import { cleanUp } from '../../bench/machine.ts'
import { compareAccounts } from './accounts.ts'
import { figuresOf, markdown, type Row } from './rows.ts'
import { comparePostgres, compareSqlite } from './stores.ts'

process.on('SIGINT', () => process.exit(130))
process.on('exit', cleanUp)

const quick = process.argv.includes('--quick')
const json = process.argv.includes('--json')
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const say = (text: string) => process.stderr.write(`${text}\n`)

const rounds = quick ? 3 : 5
const stores = { rounds, commands: quick ? 300 : 1000, events: quick ? 5000 : 20_000 }
const accounts = { rounds, requests: quick ? 2000 : 6000, hashes: 12 }

const parts: Readonly<Record<string, () => Promise<Row[]>>> = {
  sqlite: () => compareSqlite(stores, say),
  postgres: () => comparePostgres({ ...stores, events: stores.events / 2 }, say),
  accounts: () => compareAccounts(accounts, say),
}
const rows: Row[] = []
for (const [name, compare] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) rows.push(...(await compare()))
}
process.stdout.write(json ? `${JSON.stringify(rows.map(figuresOf))}\n` : `${markdown(rows)}\n`)
process.exit(0)
