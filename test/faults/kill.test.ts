import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { ulid } from 'ulid'
import { expect, test } from 'vitest'
import { openFoundation } from '../../src/foundation.ts'
import { captureTransport } from '../../src/infrastructure/mail/transport.ts'
import { openOutbox } from '../../src/runners.ts'
import { rawSqlite, temporaryFolder, testSettings } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { nextMessage, progress, rounds, seeded, seedOf, startWorker } from './support.ts'

const ROUNDS = rounds(2, Number(process.env['ROUNDS'] ?? 1000))
/** What is looked at after each kill grows with the history: so every so often a new one is begun. */
const KILLS_OF_A_FILE = 25
const INVITES = 40
const REDEEMERS = 4 // a click each, at once, for every invite

type Answer = { readonly kind: 'issue' | 'redeem'; readonly inviteId: string; readonly result: string }

type Life = { acknowledged: number; mails: number; repeated: number; slowestStart: number }

/** One file, killed so many times, each time in a storm; then everything is looked at once more and the mails go out. */
const liveThrough = async (kills: number, before: number, random: () => number): Promise<Life> => {
  const { folder, remove } = temporaryFolder()
  const acknowledged: Answer[] = []
  let slowestStart = 0
  try {
    for (let round = 1; round <= kills; round++) {
      const began = performance.now()
      const victim = startWorker('storm-server.ts', folder)
      await nextMessage(victim)
      slowestStart = Math.max(slowestStart, performance.now() - began)
      victim.on('message', (answer: Answer) => acknowledged.push(answer))
      const invites = Array.from({ length: INVITES }, (_, n) => ({
        inviteId: ulid(),
        email: `r${round}-${n}@example.org`,
      }))
      for (const one of invites) {
        victim.send({ kind: 'issue', ...one })
        for (let n = 0; n < REDEEMERS; n++) victim.send({ kind: 'redeem', ...one })
      }
      await sleep(random() * 120)
      victim.kill('SIGKILL')
      await once(victim, 'exit')

      const floor = await openFoundation(testSettings(folder, 3000))
      const redeemed = new Map<string, string>()
      const issued = new Set<string>()
      const registered = new Map<string, number>()
      for await (const event of floor.store.read()) {
        if (event.type === 'InviteIssued') issued.add(event.data.inviteId)
        if (event.type === 'UserRegistered') registered.set(event.data.userId, event.position)
        if (event.type !== 'InviteRedeemed') continue
        expect(redeemed.has(event.data.inviteId), 'an invite redeemed twice').toBe(false)
        redeemed.set(event.data.inviteId, event.data.userId)
      }
      // No half-registered user: whoever redeemed is a user, verified and known by the invite's address.
      expect(registered.size).toBe(redeemed.size)
      for (const userId of redeemed.values()) {
        const user = await floor.reads.users.get(userId)
        expect(user?.emailVerifiedAt).not.toBeNull()
        expect(registered.has(userId)).toBe(true)
      }
      for (const { kind, inviteId, result } of acknowledged) {
        expect(result).not.toMatch(/^error/)
        if (kind === 'issue') expect(issued.has(inviteId), 'an acknowledged invite was lost').toBe(true)
        else if (/^[0-9A-Z]{26}$/.test(result))
          expect(redeemed.get(inviteId), 'an acknowledged redemption was lost').toBe(result)
      }
      await expectProjectionsEqualRebuild(floor)
      await floor.close()
      progress('kill -9', before + round, ROUNDS)
    }

    // The last one tidies up: whatever was queued goes out, and nothing that was recorded as sent goes out again.
    const floor = await openFoundation(testSettings(folder, 3000), {
      clock: () => new Date(Date.now() + 600_000).toISOString(),
    })
    const sentBefore = existsSync(join(folder, 'sent.log'))
      ? readFileSync(join(folder, 'sent.log'), 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.split(' ')[0] ?? '')
      : []
    const transport = captureTransport()
    const outbox = openOutbox(floor, pino({ level: 'silent' }), transport)
    while ((await outbox.sendDue()) > 0);
    const times = new Map<string, number>()
    for (const id of [...sentBefore, ...transport.mails.map((mail) => mail.id)])
      times.set(id, (times.get(id) ?? 0) + 1)
    const rows = rawSqlite(floor).db.prepare('select id, status from mails').all() as {
      id: string
      status: string
    }[]
    for (const { id, status } of rows) {
      expect(['sent', 'suppressed']).toContain(status)
      if (status === 'sent')
        expect(times.get(id), `mail ${id} was recorded as sent`).toBeGreaterThanOrEqual(1)
      // Killed between the server's yes and our note of it, a mail goes out once more, under the same id.
      expect(times.get(id) ?? 0).toBeLessThanOrEqual(1 + kills)
    }
    const repeated = [...times.values()].filter((count) => count > 1).length
    await floor.close()
    return { acknowledged: acknowledged.length, mails: rows.length, repeated, slowestStart }
  } finally {
    remove()
  }
}

test(`F01 kill -9 in a storm of redemptions, ${ROUNDS} rounds: what was acknowledged is there, once, and every mail is sent or waits`, {
  timeout: rounds(240_000, 7_200_000),
}, async () => {
  const random = seeded(seedOf('kill -9'))
  const all: Life = { acknowledged: 0, mails: 0, repeated: 0, slowestStart: 0 }
  for (let done = 0; done < ROUNDS; done += KILLS_OF_A_FILE) {
    const one = await liveThrough(Math.min(KILLS_OF_A_FILE, ROUNDS - done), done, random)
    all.acknowledged += one.acknowledged
    all.mails += one.mails
    all.repeated += one.repeated
    all.slowestStart = Math.max(all.slowestStart, one.slowestStart)
  }
  console.log(
    `kill -9: ${all.acknowledged} acknowledged, ${all.mails} mails, ${all.repeated} of them repeated after a kill, slowest start ${Math.round(all.slowestStart)} ms`,
  )
})
