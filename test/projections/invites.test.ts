import { describe, expect, test } from 'vitest'
import { invites } from '../../src/projections/invites.ts'
import { insert, remove, update } from '../../src/projections/projection.ts'
import * as cast from '../support/controls.ts'
import { changesOf, describeProjection } from '../support/projected.ts'

const { BEN, BEN_ADDRESS, INVITE, OTHER_INVITE, MAIL, EARLIER, IN_A_WEEK } = cast
const AT = EARLIER

const row = {
  id: INVITE,
  email: BEN_ADDRESS,
  role: 'member',
  locale: 'en',
  status: 'open',
  issued_at: AT,
  issued_by: 'operator',
  expires_at: IN_A_WEEK,
  mail_id: 'EVENT-1',
  delivery: 'queued',
  sent_at: null,
  redeemed_at: null,
  redeemed_user_id: null,
  revoked_at: null,
  revoked_by: null,
  replaced_at: null,
  reason: null,
}
const notSentAnyMore = (id: string) =>
  update('invites', { id, delivery: 'queued' }, { delivery: 'suppressed' })

describeProjection(invites, [
  ['an issued invite is a row, and its mail is on its way', cast.issued(), [insert('invites', row)]],
  [
    'an issued invite is for the role and in the language it was issued with',
    cast.issued({ role: 'auditor', locale: 'ru' }),
    [insert('invites', { ...row, role: 'auditor', locale: 'ru' })],
  ],
  [
    'a resend moves the end; a new mail is on its way, and the old one speaks for nothing any more',
    cast.resent(),
    [update('invites', { id: INVITE }, { expires_at: IN_A_WEEK, mail_id: 'EVENT-1', delivery: 'queued' })],
  ],
  [
    'S0-17 a redeemed invite names its user; a mail not yet sent is not sent any more',
    cast.redeemed(),
    [
      update('invites', { id: INVITE }, { status: 'redeemed', redeemed_at: AT, redeemed_user_id: BEN }),
      notSentAnyMore(INVITE),
    ],
  ],
  [
    'a revoked invite says when, by whom and why',
    cast.revoked({ reason: 'left the company' }),
    [
      update(
        'invites',
        { id: INVITE },
        { status: 'revoked', revoked_at: AT, revoked_by: 'operator', reason: 'left the company' },
      ),
      notSentAnyMore(INVITE),
    ],
  ],
  [
    'a replaced invite says when',
    cast.replaced(),
    [
      update('invites', { id: OTHER_INVITE }, { status: 'replaced', replaced_at: AT }),
      notSentAnyMore(OTHER_INVITE),
    ],
  ],
  ['a purged invite leaves the list', cast.purged, [remove('invites', { id: INVITE })]],
  [
    'its newest mail was sent',
    cast.mailSent,
    [update('invites', { id: INVITE, mail_id: MAIL }, { delivery: 'sent', sent_at: AT })],
  ],
  [
    'its newest mail was given up',
    cast.mailFailed,
    [update('invites', { id: INVITE, mail_id: MAIL }, { delivery: 'failed' })],
  ],
  [
    'its newest mail is tried again',
    cast.mailRetried,
    [update('invites', { id: INVITE, mail_id: MAIL }, { delivery: 'queued' })],
  ],
  [
    'the invites of an erased user keep their story without their person',
    cast.erased(BEN, { inviteIds: [INVITE, OTHER_INVITE] }),
    [
      update('invites', { id: INVITE }, { email: null, reason: null }),
      update('invites', { id: OTHER_INVITE }, { email: null, reason: null }),
    ],
  ],
])

describe('invites', () => {
  test('mails about users say nothing of invites', () => {
    for (const { type, data } of [cast.mailSent, cast.mailFailed, cast.mailRetried]) {
      expect(changesOf(invites, { type, data: { ...data, about: `user:${BEN}` } } as never)).toStrictEqual([])
    }
  })

  test('the rows of a forgotten person have no address and no reason', () => {
    expect(changesOf(invites, cast.forgotten(cast.issued()))).toStrictEqual([
      insert('invites', { ...row, email: null }),
    ])
    expect(changesOf(invites, cast.forgotten(cast.revoked({ reason: 'left' })))).toStrictEqual([
      update(
        'invites',
        { id: INVITE },
        { status: 'revoked', revoked_at: AT, revoked_by: 'operator', reason: null },
      ),
      notSentAnyMore(INVITE),
    ])
  })
})
