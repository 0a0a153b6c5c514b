import { type IncomingMessage, request as requestPlainly } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { bareHost, isNamedOutright, isPublic } from '../outside/addresses.ts'
import { addressesOf, allAddresses, OutsideFailure, pinned, type Resolve } from '../outside/http.ts'

const ANSWER_WITHIN_MS = 10_000
const MAX_ANSWER_BYTES = 65_536

/** What came of an attempt: an HTTP status, or why there is none, in a word of our own. */
export type Attempted = {
  readonly status: number | null
  readonly reason: string | null
  readonly latencyMs: number
}

export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<Attempted>

/** What is answered is nobody's business here; it is let in so that the other side gets to the end of its sentence. */
const hearOut = async (response: IncomingMessage): Promise<void> => {
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) break
    }
  } catch {
    // The status has been said already.
  } finally {
    response.destroy()
  }
}

const isLoopback = (ip: string): boolean => ip === '::1' || ip.startsWith('127.')

type Limits = {
  /** The service is at home on its own machine, and may speak to it. */
  readonly isAtHome: boolean
  readonly resolve?: Resolve
  readonly withinMs?: number
}

/** Sends one message: one POST to what its name stands for now, on the open internet; no redirect is followed. */
export const openPost =
  ({ isAtHome, resolve = allAddresses, withinMs = ANSWER_WITHIN_MS }: Limits): Post =>
  async (address, headers, body) => {
    const begun = performance.now()
    const came = (status: number | null, reason: string | null): Attempted => ({
      status,
      reason,
      latencyMs: Math.round(performance.now() - begun),
    })
    const url = new URL(address)
    const late = AbortSignal.timeout(withinMs)
    const request = url.protocol === 'https:' ? requestSecurely : requestPlainly
    const host = bareHost(url.hostname)
    const mayBeAsked = (ip: string) => isPublic(ip) || (isAtHome && isNamedOutright(host) && isLoopback(ip))
    try {
      const found = await addressesOf(host, mayBeAsked, resolve, late)
      const response = await new Promise<IncomingMessage>((answered, failed) => {
        request(url, {
          method: 'POST',
          // A connection of its own: a kept one may lead where a name led before.
          agent: false,
          lookup: pinned(found),
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
          signal: late,
        })
          .once('response', answered)
          .on('error', failed)
          .end(body)
      })
      const status = response.statusCode ?? 0
      await hearOut(response)
      return came(status, status >= 200 && status < 300 ? null : 'status')
    } catch (error) {
      if (late.aborted) return came(null, 'timeout')
      return came(null, error instanceof OutsideFailure ? error.reason : 'unreachable')
    }
  }
