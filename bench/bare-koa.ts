// The yardstick: koa and its router answering a small JSON object, and nothing else.
import Router from '@koa/router'
import Koa from 'koa'

const answer = {
  id: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB',
  email: 'admin@example.org',
  name: null,
  locale: 'en',
  roles: ['member', 'admin'],
  emailVerified: true,
  registeredAt: '2026-03-01T09:00:00.000Z',
  lastLoginAt: '2026-03-01T09:00:00.000Z',
}
const app = new Koa()
const router = new Router()
router.get('/api/v1/me', (ctx) => {
  ctx.body = answer
})
app.use(router.routes())
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
})
process.on('disconnect', () => process.exit(0))
