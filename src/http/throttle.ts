import { isIPv6 } from 'node:net'
import type { House, Throttled } from './house.ts'
import { Problem } from './problems.ts'
import type { ThrottlePolicy } from './throttle-policies.ts'

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const GROUPS = 8
const NETWORK_GROUPS = 4 // the first 64 bits: whoever has one IPv6 address has that many more

/** Who a client is to the counters: an IPv4 address, or the network of an IPv6 one. */
export const clientOf = (ip: string | null): string => {
  if (ip === null || ip === '') return 'unknown'
  const mapped = MAPPED_IPV4.exec(ip)?.[1]
  if (mapped) return mapped
  if (!isIPv6(ip)) return ip
  const [head = '', tail] = (ip.split('%')[0] ?? ip).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : GROUPS - left.length - right.length
  return [...left, ...Array<string>(zeros).fill('0'), ...right]
    .slice(0, NETWORK_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

const refusalOf = (policy: ThrottlePolicy, counted: Throttled): Problem =>
  new Problem(
    'too_many_requests',
    { retryAfter: counted.resetSeconds },
    {
      'retry-after': String(counted.resetSeconds),
      // draft-ietf-httpapi-ratelimit-headers: the quota, and what is left of it
      'ratelimit-policy': `"${policy}";q=${counted.limit};w=${counted.windowSeconds}`,
      ratelimit: `"${policy}";r=${counted.remaining};t=${counted.resetSeconds}`,
    },
  )

/** Counts a try by somebody; throws `too_many_requests` when there was no room, and then nothing must be done. */
export const mustHaveRoom = async (house: House, policy: ThrottlePolicy, subject: string): Promise<void> => {
  if (!house.settings.throttled) return
  const counted = await house.throttles.take(policy, subject)
  if (!counted.allowed) throw refusalOf(policy, counted)
}

/** The same where a refusal would tell something: false, and the caller answers as always. */
export const hasRoom = async (house: House, policy: ThrottlePolicy, subject: string): Promise<boolean> =>
  !house.settings.throttled || (await house.throttles.take(policy, subject)).allowed
