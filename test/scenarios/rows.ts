/** How many rows each list has; they are numbered from 1. */
export const COUNTS: Readonly<Record<string, number>> = { S0: 53, S1: 50, S2: 54, S3: 51, S4: 54, W: 40 }

/** Rows that no test names yet, and why. */
export const WAITING: Readonly<Record<string, string>> = {
  'S4-44': 'later: roles are three and fixed',
  'S4-45': 'later: services sign in as OpenID Connect clients',
  'S4-48': 'later: signing in with somebody else’s account',
  'S4-52': 'later: time zones',
}

/** A fault of many parts is gone when each of these rows holds. */
export const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  'S3-49': Array.from({ length: 35 }, (_, n) => `S3-${n + 2}`),
  'W-5': ['S0-37', 'S0-50', 'S0-51', 'S0-52', 'S3-18', 'S3-26', 'S3-47', 'S3-48', 'S3-49', 'S3-50', 'S3-51'],
}
