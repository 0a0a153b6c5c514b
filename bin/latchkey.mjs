#!/usr/bin/env node
// Plain JavaScript on purpose: it must run on a Node that is too old for the rest, and find the right one.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = new URL('..', import.meta.url)
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const recent = major > 24 || (major === 24 && minor >= 12)
const source = fileURLToPath(new URL('src/main.ts', root))
const entry = existsSync(source) ? source : fileURLToPath(new URL('dist/main.js', root))

if (recent) {
  module.enableCompileCache?.() // the second start takes half as long
  process.argv[1] = entry
  await import(pathToFileURL(entry).href)
} else {
  const pinned = fileURLToPath(new URL('node_modules/.bin/node', root))
  if (!existsSync(pinned)) {
    console.error(
      `Latchkey needs Node 24.12 or newer; this is ${process.version}. Run "npm ci" first, or install a newer Node.`,
    )
    process.exit(1)
  }
  const child = spawn(pinned, [entry, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}
