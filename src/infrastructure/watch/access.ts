import { z } from 'zod'

/** Who may read the meters: nobody, programs on this machine, or whoever shows the token. */
export type MetricsAccess = 'off' | 'on' | { readonly token: string }

export const metricsAccess = z
  .string()
  .regex(
    /^(?:off|on|[\x21-\x7e]{16,200})$/,
    'must be off, on (for this machine only), or a token of 16 to 200 plain characters',
  )
  .transform((value): MetricsAccess => (value === 'off' || value === 'on' ? value : { token: value }))
