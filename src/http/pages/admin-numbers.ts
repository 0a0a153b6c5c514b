import type { InviteState } from '../../domain/invites/invite.ts'
import type { House } from '../house.ts'
import type { Ctx } from './ctx.ts'
import { chartDays, signUpChart } from './sign-up-chart.ts'
import { plural, span, text } from './words.ts'

const REDEEMED_LATELY = 1000
const SECOND_MS = 1000
const NEWEST = 5
const STUCK_MS = 10 * 60_000
const SHARES: readonly InviteState[] = ['redeemed', 'open', 'expired', 'revoked', 'replaced']

type Task = { readonly text: string; readonly url: string; readonly isGrave: boolean }

/** One bar as wide as everything, a part a state: places and sizes for an SVG. */
const sharesOf = (counts: Readonly<Record<InviteState, number>>, total: number) => {
  let x = 0
  return SHARES.filter((state) => counts[state] > 0).map((state) => {
    const width = (counts[state] / total) * 100
    const part = { state, count: counts[state], x: x.toFixed(3), width: width.toFixed(3) }
    x += width
    return part
  })
}

const importTasks = async (house: House, ctx: Ctx): Promise<Task[]> => {
  const { locale } = ctx.state
  return (await house.imports.latest(5))
    .filter(({ state }) => state === 'waiting' || state === 'running')
    .map(({ id, state, lines, processed, counts }) => ({
      url: `/admin/invites/imports/${id}`,
      isGrave: false,
      text:
        state === 'running'
          ? text(locale, 'admin.task.importRuns', { done: processed, lines })
          : text(locale, 'admin.task.importWaits', { count: counts.issuable }),
    }))
}

/** How things stand: what an admin has to see to first, then invites, mail, seals and who came. Every question is bounded. */
export const adminNumbers = async (house: House, ctx: Ctx) => {
  const { locale } = ctx.state
  const now = house.now()
  const counts = await house.reads.invites.counts(now)
  const bounced = await house.reads.invites.bounced()
  const median = await house.reads.invites.medianToRedemption(REDEEMED_LATELY)
  const mail = await house.reads.mails.health()
  const [seal] = await house.proofs.seals(1)
  const unsealed = (await house.history.head()) - (seal?.size ?? 0)
  const signUps = await house.reads.referrals.signUpsOn(chartDays(now))
  const newest = await house.reads.users.list({}, { limit: NEWEST })
  const total = SHARES.reduce((sum, state) => sum + counts[state], 0)
  const age = (instant: string | null) => (instant === null ? 0 : Date.parse(now) - Date.parse(instant))
  const isStuck = age(mail.oldestQueuedAt) >= STUCK_MS
  const isUnsealed = seal !== undefined && unsealed > 0 && age(seal.sealedAt) >= STUCK_MS
  const failed: Task = {
    text: plural(locale, 'failedMails', mail.failed),
    url: '/admin/mails?state=failed',
    isGrave: true,
  }
  const stuck: Task = {
    text: text(locale, 'admin.task.stuck', { span: span(locale, age(mail.oldestQueuedAt)) }),
    url: '/admin/mails?state=queued',
    isGrave: true,
  }
  const notSealed: Task = {
    text: text(locale, 'admin.task.unsealed', { span: span(locale, age(seal?.sealedAt ?? null)) }),
    url: '/history',
    isGrave: true,
  }
  return {
    tasks: [
      ...(mail.failed > 0 ? [failed] : []),
      ...(isStuck ? [stuck] : []),
      ...(isUnsealed ? [notSealed] : []),
      ...(await importTasks(house, ctx)),
    ],
    total,
    shares: total > 0 ? sharesOf(counts, total) : [],
    bounced,
    median: median === null ? null : span(locale, Math.max(median, SECOND_MS)),
    mail: {
      queued: mail.queued,
      failed: mail.failed,
      oldest: mail.oldestQueuedAt === null ? null : span(locale, age(mail.oldestQueuedAt)),
    },
    seal: { at: seal?.sealedAt ?? null, size: seal?.size ?? 0, unsealed },
    chart: signUpChart(signUps),
    newest: newest.map(({ id, name, email, via, registeredAt }) => ({
      id,
      name: name ?? email ?? id,
      via,
      registeredAt,
    })),
  }
}
