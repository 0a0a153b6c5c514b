import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import { type Fixed, fixed } from '../middleware/fixed.ts'

// The package's main module runs the browser bundle; only its files are wanted.
const folder = new URL('.', import.meta.resolve('swagger-ui-dist/package.json'))
const file = (name: string) => readFileSync(fileURLToPath(new URL(name, folder)))

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API · Latchkey</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/api/swagger-ui.css">
<link rel="stylesheet" href="/docs/api/page.css">
<script src="/docs/api/swagger-ui-bundle.js" defer></script>
<script src="/docs/api/start.js" defer></script>
</head>
<body>
<nav><a href="/docs">← Latchkey, all documents</a></nav>
<main id="ui"></main>
</body>
</html>
`

const START = `SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#ui', validatorUrl: null, deepLinking: true })
`

const PAGE_STYLE = `nav { font: 1rem/1.5 system-ui, sans-serif; max-width: 1460px; margin: 0 auto; padding: 0.75rem 1.25rem 0 }
nav a { color: #1f5fa8 }
`

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'
const STYLE = 'text/css; charset=utf-8'

/** Swagger UI at /docs/api: our page and start file, the rest from its package; nothing from elsewhere. */
export const apiDocs = (): Middleware<State> => {
  const document = (type: string, content: string | Buffer): Fixed => ({ type, content, maxAgeSeconds: 3600 })
  return fixed(
    '/docs/api',
    new Map([
      ['/docs/api', document(HTML, PAGE)],
      ['/docs/api/start.js', document(SCRIPT, START)],
      ['/docs/api/page.css', document(STYLE, PAGE_STYLE)],
      ['/docs/api/swagger-ui.css', document(STYLE, file('swagger-ui.css'))],
      ['/docs/api/swagger-ui-bundle.js', document(SCRIPT, file('swagger-ui-bundle.js'))],
    ]),
  )
}
