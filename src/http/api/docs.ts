import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Middleware } from 'koa'
import type { State } from '../context.ts'

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
<script src="/docs/api/swagger-ui-bundle.js" defer></script>
<script src="/docs/api/start.js" defer></script>
</head>
<body><main id="ui"></main></body>
</html>
`

const START = `SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#ui', validatorUrl: null, deepLinking: true })
`

/** Swagger UI at /docs/api: our page and start file, everything else from its package; nothing from elsewhere. */
export const apiDocs = (): Middleware<State> => {
  const files = new Map<string, { type: string; content: string | Buffer }>([
    ['/docs/api', { type: 'text/html; charset=utf-8', content: PAGE }],
    ['/docs/api/start.js', { type: 'text/javascript; charset=utf-8', content: START }],
    ['/docs/api/swagger-ui.css', { type: 'text/css; charset=utf-8', content: file('swagger-ui.css') }],
    [
      '/docs/api/swagger-ui-bundle.js',
      { type: 'text/javascript; charset=utf-8', content: file('swagger-ui-bundle.js') },
    ],
  ])
  return async (ctx, next) => {
    const found = files.get(ctx.path)
    if (!found || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    ctx.state.route = '/docs/api'
    ctx.set('Cache-Control', 'public, max-age=3600')
    ctx.type = found.type
    ctx.body = found.content
  }
}
