const MINUTE_S = 60
const HOUR_S = 60 * MINUTE_S
const DAY_S = 24 * HOUR_S

/**
 * At most so many in so many seconds. Where there are several, each of them holds. In memory it costs no statement, and
 * each process counts for itself.
 */
export type Limit = { readonly points: number; readonly seconds: number; readonly isInMemory?: true }

/**
 * What is counted, before it is done. By whom stands in the name: an address, whichever way it is spelled; a client,
 * which is an IPv4 address or a network of 64 bits; a device that has signed in before.
 */
export const throttlePolicies = {
  /** Wrong passwords for an address. The right one from a device that is known is not held up by those of strangers. */
  'sign-in-address': [{ points: 5, seconds: 15 * MINUTE_S }],
  'sign-in-device': [{ points: 5, seconds: 15 * MINUTE_S }],
  'sign-in-client': [{ points: 50, seconds: 15 * MINUTE_S }],
  /** Mails that anybody may ask for, of every kind together: confirm, reset, sign in. */
  'mail-address': [
    { points: 5, seconds: HOUR_S },
    { points: 10, seconds: DAY_S },
  ],
  /** Mails to others that a user asks for. */
  'mail-user': [{ points: 10, seconds: HOUR_S }],
  'mail-client': [{ points: 60, seconds: HOUR_S }],
  'register-client': [
    { points: 20, seconds: MINUTE_S },
    { points: 200, seconds: HOUR_S },
  ],
  'code-client': [{ points: 60, seconds: 5 * MINUTE_S }],
  'lookup-client': [
    { points: 10, seconds: MINUTE_S },
    { points: 100, seconds: DAY_S },
  ],
  /** Addresses that a user looked a referral code up by and found none: a list of strangers is not tried out here. */
  'referral-lookup-user': [{ points: 100, seconds: HOUR_S, isInMemory: true }],
  'token-client': [{ points: 120, seconds: MINUTE_S }],
  'password-user': [{ points: 5, seconds: 15 * MINUTE_S }],
} as const satisfies Readonly<Record<string, readonly Limit[]>>

export type ThrottlePolicy = keyof typeof throttlePolicies
