// npm run bench:profile [-- invites me home] [--quick]: what the three hottest paths use the processor and memory for, by
// function and by module.
import { ADMIN } from './admin.ts'
import { get, load, type NextRequest, post, times } from './client.ts'
import { cleanUp, freePort, newFolder, startServer } from './machine.ts'
import type { Share, Summary } from './profiling.ts'
import { signIn, signInOnPage } from './sign-in.ts'

const CONNECTIONS = 64

process.on('exit', cleanUp)
process.on('SIGINT', () => process.exit(130))
const quick = process.argv.includes('--quick')
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const say = (text: string) => process.stderr.write(`${text}\n`)

const service = await startServer('service.ts', newFolder(), String(await freePort()))
const authorization = `Bearer ${await signIn(service.port)}`
const cookie = await signInOnPage(service.port)
let invited = 0
const invites = (count: number): NextRequest => {
  let left = count
  return () =>
    left-- > 0
      ? post('/api/v1/invites', JSON.stringify({ email: `guest-${invited++}@example.org` }), {
          authorization,
        })
      : null
}
const paths = {
  invites: { name: 'POST /api/v1/invites', status: 201, count: 12_000, requests: invites },
  me: {
    name: 'GET /api/v1/me',
    status: 200,
    count: 40_000,
    requests: (count: number) => times(count, get('/api/v1/me', { authorization })),
  },
  home: {
    name: 'GET / (signed in)',
    status: 200,
    count: 12_000,
    requests: (count: number) => times(count, get('/', { cookie, 'user-agent': 'bench' })),
  },
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`
const tableOf = (head: string, shares: readonly Share[]): string =>
  [
    `| ${head} | itself | with what it calls |`,
    '| --- | --- | --- |',
    ...shares.map(
      ({ name, self, all }) => `| ${name.replaceAll('|', '\\|')} | ${percent(self)} | ${percent(all)} |`,
    ),
  ].join('\n')

const show = (title: string, { functions, modules }: Summary) =>
  process.stdout.write(`${title}\n\n${tableOf('module', modules)}\n\n${tableOf('function', functions)}\n\n`)

for (const [key, { name, status, count, requests }] of Object.entries(paths)) {
  if (wanted.length > 0 && !wanted.includes(key)) continue
  say(`${name} of ${ADMIN.email}`)
  const some = quick ? count / 4 : count
  await load(service.port, CONNECTIONS, requests(some / 2), status)
  const used = async () => {
    const { user, system } = await service.ask<NodeJS.CpuUsage>('used')
    return user + system
  }
  const before = await used()
  const { perSecond } = await load(service.port, CONNECTIONS, requests(some), status)
  const each = `${Math.round(((await used()) - before) / some)} µs of the processor a request, ${Math.round(perSecond)} requests a second`
  for (const what of ['cpu', 'heap'] as const) {
    await service.ask(`start ${what}`)
    await load(service.port, CONNECTIONS, requests(some), status)
    const summary = await service.ask<Summary>(`stop ${what}`)
    if (what === 'cpu') show(`### ${name}: ${each}`, summary)
    else show(`### ${name}: ${(summary.total / some / 1024).toFixed(1)} kB allocated a request`, summary)
  }
}
process.exit(0)
