import type { Reader } from '../../projections/projection.ts'
import type { EventStore } from '../event-store/store.ts'
import { readCheckpoint } from './checkpoint.ts'
import { consistencyProof } from './merkle.ts'
import { readNote } from './note.ts'
import { type Receipt, receiptOf } from './receipts.ts'
import { openSeals, type SealRow } from './seals.ts'
import { subtreesFrom } from './tiles.ts'

/** A seal as others get to see it: what it says, and the note that says so. */
type SealView = {
  readonly size: number
  readonly root: string
  readonly sealedAt: string
  readonly note: string
}

const viewOf = ({ size, note, sealedAt }: SealRow): SealView => {
  const root = readCheckpoint(readNote(note)?.text ?? '')?.root.toString('base64') ?? ''
  return { size, root, sealedAt, note }
}

/** What pages and the API are handed to prove the history with. */
export const historyProofs = (reader: Reader, store: Pick<EventStore, 'read'>) => {
  const rows = openSeals(reader)
  return {
    seals: async (limit: number, before?: number): Promise<readonly SealView[]> =>
      (await rows.list(limit, before)).map(viewOf),

    exists: async (position: number): Promise<boolean> =>
      (await reader.get('select 1 as found from events where position = $1', [position])) !== undefined,

    receipt: (position: number, size?: number): Promise<Receipt | null> => receiptOf(reader, position, size),

    /** That the events under one seal are the beginning of those under another; null if one of them is none. */
    async consistency(from: number, to: number) {
      const [older, newer] = [await rows.bySize(from), await rows.bySize(to)]
      if (!older || !newer) return null
      const proof = await consistencyProof(from, to, subtreesFrom(rows.readTile))
      return {
        from: viewOf(older),
        to: viewOf(newer),
        proof: proof.map((hash) => hash.toString('base64')),
      }
    },

    /** Where an invite was redeemed, and by whom. */
    async redemption(inviteId: string): Promise<{ position: number; userId: string } | null> {
      const filter = { tag: `invite:${inviteId}`, types: ['InviteRedeemed'] } as const
      for await (const event of store.read(filter)) {
        if (event.type === 'InviteRedeemed') return { position: event.position, userId: event.data.userId }
      }
      return null
    },
  }
}
