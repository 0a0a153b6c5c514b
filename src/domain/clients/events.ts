import { z } from 'zod'
import { eventType, type Tag, ulidSchema } from '../event.ts'

// Names and shapes below are on disk for ever. A change is a new version with an upcast and a golden file.

export const clientTag = (clientId: string): Tag => `client:${clientId}`

/** A confidential client keeps a secret on a server of its own; a public one runs where everybody could read it. */
export const clientKindSchema = z.enum(['public', 'confidential'])
export type ClientKind = z.infer<typeof clientKindSchema>

const client = { clientId: ulidSchema }
const tags = ({ clientId }: { clientId: string }): Tag[] => [clientTag(clientId)]

export const clientEvents = {
  /** An application of somebody else may ask our users to sign in with us. Its secret, if any, is derived. */
  ClientRegistered: eventType({
    schema: z.strictObject({
      ...client,
      name: z.string(),
      kind: clientKindSchema,
      redirectUris: z.array(z.string()),
    }),
    tags,
  }),
  /** Null leaves a field as it is. */
  ClientChanged: eventType({
    schema: z.strictObject({
      ...client,
      name: z.nullable(z.string()),
      redirectUris: z.nullable(z.array(z.string())),
    }),
    tags,
  }),
  /** Nobody signs in for it any more, and all its tokens are void. */
  ClientRemoved: eventType({ schema: z.strictObject(client), tags }),
} as const
