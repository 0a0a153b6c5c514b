import { CommandHandler, type Event, type EventStore } from '@event-driven-io/emmett'

/** What an InviteIssued of ours holds, and what its envelope does; nothing in it is encrypted. */
export type InviteIssued = Event<
  'InviteIssued',
  { inviteId: string; email: string; role: string; locale: string; expiresAt: string },
  { actor: string; correlation: string; at: string }
>

type Invite = { readonly status: 'unknown' | 'open' }

const handle = CommandHandler<Invite, InviteIssued>({
  initialState: () => ({ status: 'unknown' }),
  evolve: () => ({ status: 'open' }),
})

export const streamOf = (inviteId: string) => `invite-${inviteId}`

/** Reads the stream of the invite, decides, and appends one event if nobody else has meanwhile. */
export const issueInvite = async (
  store: EventStore,
  data: InviteIssued['data'],
  by: { actor: string; correlation: string },
): Promise<void> => {
  const { newEvents } = await handle(store, streamOf(data.inviteId), (invite) =>
    invite.status === 'unknown'
      ? { type: 'InviteIssued', data, metadata: { ...by, at: new Date().toISOString() } }
      : [],
  )
  if (newEvents.length !== 1) throw new Error('the invite was not issued')
}

/** The columns of the row that stands for an invite. */
export const COLUMNS =
  'id text primary key, email text, role text, locale text, expires_at text, issued_at text'

/** Events at a time, wherever many are read. */
export const BATCH = 1000

/** Appends so many events, a thousand to a stream and a commit, for what reads them. */
export const fill = async (
  store: EventStore,
  newId: () => string,
  data: () => InviteIssued['data'],
  events: number,
): Promise<void> => {
  for (let n = 0; n < events; n += BATCH) {
    const some = Array.from(
      { length: Math.min(BATCH, events - n) },
      (): InviteIssued => ({
        type: 'InviteIssued',
        data: data(),
        metadata: { actor: 'operator', correlation: newId(), at: new Date().toISOString() },
      }),
    )
    await store.appendToStream<InviteIssued>(streamOf(newId()), some)
  }
}
