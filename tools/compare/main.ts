// npm run bench:compare [-- sqlite | postgres | accounts] [--quick] [--json]: the same work done by Latchkey and by others,
// in turns. What it compares with is installed beside this file, and is no part of the service.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

if (!existsSync(join(import.meta.dirname, 'node_modules', '.package-lock.json'))) {
  process.stderr.write(
    'what is compared with is installed (sqlite3 is compiled where there is no binary for it)\n',
  )
  const { status } = spawnSync('npm', ['ci'], {
    cwd: import.meta.dirname,
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
}
await import('./run.ts')
