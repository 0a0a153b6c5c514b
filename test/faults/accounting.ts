import pino from 'pino'
import { expect } from 'vitest'
import { type Foundation, openFoundation } from '../../src/foundation.ts'
import { readBy } from '../../src/infrastructure/database/work.ts'
import { ownSealKeys } from '../../src/infrastructure/history/seal-keys.ts'
import { verifyHistory } from '../../src/infrastructure/history/verify.ts'
import { mailTransport, openOutbox } from '../../src/runners.ts'
import { openSealer } from '../../src/sealing.ts'
import { testSettings } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import type { startSmtp } from '../support/smtp.ts'
import type { Answer } from './pg-node.ts'
import { on } from './support.ts'

type Sink = Awaited<ReturnType<typeof startSmtp>>
const isId = (result: string) => /^[0-9A-Z]{26}$/.test(result)

/** What stands in the history, held against the laws and against what callers were told. */
export const expectHistory = async (
  floor: Foundation,
  acknowledged: readonly Answer[],
  /** Who is a user without having redeemed an invite: admins. */
  others = 0,
): Promise<string[]> => {
  const issued = new Set<string>()
  const revoked = new Set<string>()
  const redeemed = new Map<string, string>()
  const registered = new Set<string>()
  const codes = new Map<string, string>()
  const holders = new Set<string>()
  const ids: string[] = []
  for await (const event of floor.store.read()) {
    ids.push(event.id)
    expect(event.position, 'positions have a gap').toBe(ids.length)
    if (event.type === 'InviteIssued') issued.add(event.data.inviteId)
    if (event.type === 'InviteRevoked') revoked.add(event.data.inviteId)
    if (event.type === 'UserRegistered') {
      expect(registered.has(event.data.userId), 'a user registered twice').toBe(false)
      registered.add(event.data.userId)
    }
    if (event.type === 'InviteRedeemed') {
      expect(redeemed.has(event.data.inviteId), 'an invite redeemed twice').toBe(false)
      redeemed.set(event.data.inviteId, event.data.userId)
    }
    if (event.type === 'ReferralCodeCreated') {
      expect(holders.has(event.data.userId), 'a second active code').toBe(false)
      holders.add(event.data.userId)
      codes.set(event.data.codeId, event.data.userId)
    }
  }
  expect(new Set(ids).size).toBe(ids.length)
  expect(registered.size).toBe(redeemed.size + others)
  for (const userId of redeemed.values()) expect(registered.has(userId), 'half-registered').toBe(true)
  for (const inviteId of redeemed.keys()) expect(revoked.has(inviteId), 'revoked and redeemed').toBe(false)
  for (const { wish, result } of acknowledged) {
    if (wish.kind === 'issue' && result === 'accepted')
      expect(issued.has(wish.id), 'a lost invite').toBe(true)
    if (wish.kind === 'revoke' && result === 'accepted')
      expect(revoked.has(wish.id), 'a lost revocation').toBe(true)
    if (wish.kind === 'redeem' && isId(result)) {
      expect(redeemed.get(wish.id), 'a lost redemption').toBe(result)
    }
    if (wish.kind === 'code' && isId(result)) expect(codes.get(result), 'a lost code').toBe(wish.id)
  }
  return ids
}

/** Whatever was queued goes out; what was recorded as sent has been received. Answers how many there are. */
export const expectMails = async (
  folder: string,
  url: string | undefined,
  smtp: Pick<Sink, 'url' | 'received'>,
): Promise<string> => {
  const settings = testSettings(folder, 3000, { ...on(url), MAIL_URL: smtp.url })
  const floor = await openFoundation(settings, {
    clock: () => new Date(Date.now() + 600_000).toISOString(), // leases of killed nodes are over
  })
  const outbox = openOutbox(floor, pino({ level: 'silent' }), mailTransport(settings))
  try {
    while ((await outbox.sendDue()) > 0);
    const received = smtp.received.map(({ mail }) => /^<(.+)@/.exec(mail.messageId ?? '')?.[1] ?? '')
    const times = new Set(received)
    const mails = await floor.database.reader.all<{ id: string; status: string }>(
      'select id, status from mails',
    )
    for (const { id, status } of mails) {
      expect(['sent', 'suppressed', 'failed']).toContain(status)
      if (status === 'sent') expect(times.has(id), 'recorded as sent, and never received').toBe(true)
    }
    expect(mails.filter(({ status }) => status === 'failed')).toStrictEqual([])
    const known = new Set(mails.map(({ id }) => id))
    expect(
      received.filter((id) => !known.has(id)),
      'mails that nothing in the history calls for',
    ).toStrictEqual([])
    return `${mails.length} mails, ${received.length - times.size} repeated`
  } finally {
    await outbox.stop()
    await floor.close()
  }
}

/** The seals hold, and what is read is what a fresh build reads; answers how many seals there are. */
export const expectSealed = async (floor: Foundation): Promise<number> => {
  const { findings, seals } = await verifyHistory(await floor.engine.historySource(), {
    anchors: await readBy(floor.database.reader, ownSealKeys(floor.roots)),
  })
  expect(findings).toStrictEqual([])
  await expectProjectionsEqualRebuild(floor)
  return seals
}

/** Everything that must hold after a campaign; answers a line about it. */
export const expectAllAccountedFor = async (
  floor: Foundation,
  { folder, url, smtp }: { readonly folder: string; readonly url: string; readonly smtp: Sink },
  acknowledged: readonly Answer[],
  followed: { readonly seen: readonly string[]; readonly wrong: readonly string[] },
): Promise<string> => {
  const ids = await expectHistory(floor, acknowledged)
  expect(followed.wrong).toStrictEqual([])
  expect(followed.seen, 'what a follower saw is the history').toStrictEqual(ids)
  const mails = await expectMails(folder, url, smtp)
  await openSealer(floor, pino({ level: 'silent' })).seal()
  const seals = await expectSealed(floor)
  return `${acknowledged.length} acknowledged, ${ids.length} events, ${seals} seals, ${mails}`
}
