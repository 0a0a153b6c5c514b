import { spawn } from 'node:child_process'

/** Runs the files of the campaigns that the command line names, or all of them, one after another; ends with 1 if one fails. */
export const runCampaigns = async (root, campaigns, settings) => {
  const wanted = process.argv.slice(2)
  const unknown = wanted.filter((name) => !(name in campaigns))
  if (unknown.length > 0) {
    console.error(`No campaign named ${unknown.join(', ')}. There are: ${Object.keys(campaigns).join(', ')}`)
    process.exit(2)
  }
  const env = { ...process.env, ...settings }
  let failed = false
  for (const [name, file] of Object.entries(campaigns)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    console.log(`\n=== ${name}: ${file}`)
    const child = spawn(
      'node_modules/.bin/vitest',
      ['run', file, '--testTimeout=7200000', '--disable-console-intercept'],
      { cwd: root, env, stdio: 'inherit' },
    )
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal))
    const code = await new Promise((resolve) => child.on('exit', resolve))
    if (code === null) process.exit(130)
    failed ||= code !== 0
  }
  process.exit(failed ? 1 : 0)
}
