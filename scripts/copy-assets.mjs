// tsc emits only JavaScript; templates, styles and SQL have to lie beside it.
import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const isAsset = (path) => !/\.tsx?$/.test(path)

cpSync(`${root}src`, `${root}dist`, { recursive: true, filter: isAsset })
