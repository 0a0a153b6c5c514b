import type { Instant } from '../domain/event.ts'

/** A seal: how many events it covers, the root of their tree, and the signed note that says so. */
type SealView = {
  readonly size: number
  readonly root: string
  readonly sealedAt: Instant
  readonly note: string
}

/** That an event stands in the history, for whoever wants to verify it without us. */
type Receipt = {
  readonly format: 'latchkey receipt 1'
  readonly position: number
  readonly event: string
  readonly hash: string
  readonly proof: readonly string[]
  readonly seal: string
  readonly keys: readonly { readonly key: string; readonly note: string }[]
}

export type ProofsDoor = {
  /** Newest first; those over less than `before` events, for the next page. */
  readonly seals: (limit: number, before?: number) => Promise<readonly SealView[]>
  readonly exists: (position: number) => Promise<boolean>
  /** Under the seal over `size` events, or the first that covers the event; null if there is none. */
  readonly receipt: (position: number, size?: number) => Promise<Receipt | null>
  readonly consistency: (
    from: number,
    to: number,
  ) => Promise<{ readonly from: SealView; readonly to: SealView; readonly proof: readonly string[] } | null>
  readonly redemption: (
    inviteId: string,
  ) => Promise<{ readonly position: number; readonly userId: string } | null>
}
