import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as requestPlainly } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { bareHost, isNamedOutright, isOwn, isPublic } from './addresses.ts'
import type { Service } from './ports.ts'

const ANSWER_WITHIN_MS = 3000
const MAX_BODY_BYTES = 65_536
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i

/** There is no answer. The reason is a word for the log: nothing of what was asked about is in it. */
export class OutsideFailure extends Error {
  override readonly name = 'OutsideFailure'
  readonly reason: string

  constructor(reason: string, options?: ErrorOptions) {
    super(`an outside service gave no answer: ${reason}`, options)
    this.reason = reason
  }
}

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>
export type Reply = { readonly status: number; readonly body: unknown }

export type Outside = (
  service: Service,
  query: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<Reply>

export type Addresses = readonly [LookupAddress, ...LookupAddress[]]

/** What a host stands for now, if all of it may be asked; looked at for each question. */
export const addressesOf = async (
  host: string,
  mayBeAsked: (ip: string) => boolean,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<Addresses> => {
  const family = isIP(host)
  const found =
    family === 0
      ? await new Promise<readonly LookupAddress[]>((answered, failed) => {
          // Looking a name up can't be called off, but nobody waits for it any longer.
          signal.addEventListener('abort', () => failed(new OutsideFailure('stopped')), { once: true })
          resolve(host).then(answered, failed)
        })
      : [{ address: host, family }]
  if (!found.every(({ address }) => mayBeAsked(address))) throw new OutsideFailure('address_forbidden')
  const [first, ...others] = found
  if (!first) throw new OutsideFailure('unreachable')
  return [first, ...others]
}

/** What was looked at is what is connected to, whatever the name stands for by then. */
export const pinned =
  (found: Addresses): LookupFunction =>
  (_, options, done) =>
    options.all ? done(null, [...found]) : done(null, found[0].address, found[0].family)

const bodyOf = async (response: IncomingMessage): Promise<unknown> => {
  if (!JSON_TYPE.test(response.headers['content-type'] ?? '')) throw new OutsideFailure('not_json')
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new OutsideFailure('too_large')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new OutsideFailure('not_json')
  }
}

const replyOf = async (response: IncomingMessage): Promise<Reply> => {
  const status = response.statusCode ?? 0
  try {
    if (status >= 300 && status < 400) throw new OutsideFailure('redirect')
    return { status, body: status === 200 ? await bodyOf(response) : undefined }
  } finally {
    response.destroy()
  }
}

export const allAddresses: Resolve = (host) => lookup(host, { all: true })

type Limits = { readonly resolve?: Resolve; readonly withinMs?: number }

/**
 * Asks a service for JSON: one GET, no redirect, nothing long and nothing large. A name that leads into the inside of
 * some network is not followed there; only an operator who writes down such an address itself is taken at their word.
 */
export const openOutside =
  ({ resolve = allAddresses, withinMs = ANSWER_WITHIN_MS }: Limits = {}): Outside =>
  async (service, query, headers, signal) => {
    const url = new URL(service.url)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const late = AbortSignal.timeout(withinMs)
    const over = AbortSignal.any([signal, late])
    const request = url.protocol === 'https:' ? requestSecurely : requestPlainly
    try {
      over.throwIfAborted()
      const host = bareHost(url.hostname)
      const mayBeAsked = (ip: string) => isPublic(ip) || (isNamedOutright(host) && isOwn(ip))
      const found = await addressesOf(host, mayBeAsked, resolve, over)
      const response = await new Promise<IncomingMessage>((answered, failed) => {
        request(url, {
          // A connection of its own: a kept one may lead where a name led before.
          agent: false,
          lookup: pinned(found),
          headers: { accept: 'application/json', 'user-agent': 'latchkey', ...headers },
          signal: over,
        })
          .once('response', answered)
          .on('error', failed)
          .end()
      })
      return await replyOf(response)
    } catch (error) {
      if (late.aborted) throw new OutsideFailure('timeout')
      if (signal.aborted) throw new OutsideFailure('stopped')
      // What Node says may hold the whole URL, and that holds the address asked about.
      throw error instanceof OutsideFailure ? error : new OutsideFailure('unreachable')
    }
  }
