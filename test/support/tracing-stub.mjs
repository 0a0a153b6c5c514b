// What an operator would load before the service: a tracing SDK, here one of fifty lines that writes each span down.
import { AsyncLocalStorage } from 'node:async_hooks'
import { appendFileSync } from 'node:fs'
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'

const file = process.env.SPANS_FILE
const hex = (bytes) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex')

const startSpan = (name, options = {}, parentContext = context.active()) => {
  const parent = options.root ? undefined : trace.getSpanContext(parentContext)
  const spanContext = { traceId: parent?.traceId ?? hex(16), spanId: hex(8), traceFlags: 1 }
  const told = {
    name,
    kind: options.kind,
    parent: parent?.spanId,
    ...spanContext,
    attributes: { ...options.attributes },
  }
  const span = {
    spanContext: () => spanContext,
    setAttribute: (key, value) => {
      told.attributes[key] = value
      return span
    },
    setAttributes: (more) => {
      Object.assign(told.attributes, more)
      return span
    },
    setStatus: (status) => {
      told.status = status.code
      return span
    },
    updateName: (better) => {
      told.name = better
      return span
    },
    end: () => appendFileSync(file, `${JSON.stringify(told)}\n`),
  }
  return span
}
const startActiveSpan = (name, options, parent, work) => {
  const span = startSpan(name, options, parent)
  return context.with(trace.setSpan(parent, span), work, undefined, span)
}
trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan }) })

const storage = new AsyncLocalStorage()
context.setGlobalContextManager({
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active, work, self, ...args) => storage.run(active, () => work.call(self, ...args)),
  bind: (_, target) => target,
  enable() {},
  disable() {},
})
propagation.setGlobalPropagator({
  inject() {},
  fields: () => ['traceparent'],
  extract(onto, carrier, getter) {
    const [, traceId, spanId] =
      /^00-([\da-f]{32})-([\da-f]{16})-/.exec(getter.get(carrier, 'traceparent') ?? '') ?? []
    return traceId ? trace.setSpanContext(onto, { traceId, spanId, traceFlags: 1, isRemote: true }) : onto
  },
})
