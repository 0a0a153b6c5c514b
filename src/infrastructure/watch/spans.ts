import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'

// Spans cost nothing until an operator loads a tracing SDK before us (node --import); see docs/operations/monitoring.md.
const tracer = trace.getTracer('latchkey')

/** Runs work under a span. Of an error only its name is told: messages are for the log, which is censored. */
export const inSpan = <T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
  { kind = SpanKind.INTERNAL, parent = context.active() } = {},
): Promise<T> =>
  tracer.startActiveSpan(name, { kind, attributes }, parent, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown')
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })

/** The caller's own trace goes on with us, if it sent one (`traceparent`) and a SDK understands it. */
export const parentOf = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  propagation.extract(ROOT_CONTEXT, headers)

/** Work that has just ended and belongs to no one request. */
export const spanAfterwards = (name: string, attributes: Attributes, seconds: number): void => {
  const endTime = Date.now()
  tracer
    .startSpan(name, { attributes, startTime: endTime - seconds * 1000, root: true }, ROOT_CONTEXT)
    .end(endTime)
}

/** The trace that a log line belongs to, if there is one. */
export const traceOfNow = (): { readonly traceId?: string } => {
  const traceId = trace.getActiveSpan()?.spanContext().traceId
  return traceId === undefined ? {} : { traceId }
}
