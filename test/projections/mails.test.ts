import { describe, expect, test } from 'vitest'
import { mails } from '../../src/projections/mails.ts'
import { insert, remove, update } from '../../src/projections/projection.ts'
import * as cast from '../support/controls.ts'
import { changesOf, describeProjection } from '../support/projected.ts'

const { BEN, BEN_ADDRESS, INVITE, OTHER_INVITE, MAIL, EARLIER } = cast
const AT = EARLIER
const ABOUT_INVITE = `invite:${INVITE}` as const
const ABOUT_BEN = `user:${BEN}` as const

const row = {
  id: 'EVENT-1',
  event_position: 1,
  template: 'invite',
  about: ABOUT_INVITE,
  recipient: BEN_ADDRESS,
  locale: 'en',
  status: 'queued',
  queued_at: AT,
  sent_at: null,
  failed_at: null,
  reason: null,
}
const queued = (template: string, about: string = ABOUT_BEN) => [insert('mails', { ...row, template, about })]
const notSentAnyMore = (about: string) => [
  update('mails', { about, status: 'queued' }, { status: 'suppressed', reason: 'ended' }),
]

const outdated = update(
  'mails',
  { about: ABOUT_BEN, template: 'verification', status: 'queued' },
  { status: 'suppressed', reason: 'ended' },
)

describeProjection(mails, [
  ['S0-10 an issued invite is mailed', cast.issued(), queued('invite', ABOUT_INVITE)],
  ['so is a resent one', cast.resent(), queued('invite', ABOUT_INVITE)],
  ['S0-14 so is a first password', cast.firstPassword(), queued('first-password')],
  ['so is a sign-in link', cast.linkIssued(), queued('sign-in-link')],
  ['unless it is shown to the operator', cast.linkIssued({ delivery: 'shown' }), []],
  ['the owner hears of a changed password', cast.passwordChanged(), queued('password-changed')],
  ['unless the operator set it', cast.passwordChanged({ by: 'operator' }), []],
  [
    'S2-20, S3-10 a new code is mailed, and an older one not any more',
    cast.verificationIssued(),
    [outdated, ...queued('verification')],
  ],
  [
    'whoever holds the address already is told so instead',
    cast.verificationIssued({ purpose: 'taken' }),
    [outdated, ...queued('address-taken')],
  ],
  ['a confirmed address needs no code any more', cast.verified(BEN, BEN_ADDRESS), [outdated]],
  ['S4-39 the address that was given up is told', cast.addressReleased(), queued('email-changed')],
  ['who signs in on a new device is told', cast.newDeviceNoticed(), queued('new-device')],
  ['a reset is mailed', cast.resetRequested(), queued('password-reset')],
  ['an auditor gets a seal to keep', cast.sealMailed(), queued('seal-kept')],
  [
    'S3-31 a referral code is mailed to whom its owner names',
    cast.codeMailed(),
    [insert('mails', { ...row, template: 'referral-code', about: ABOUT_BEN, recipient: cast.CYD_ADDRESS })],
  ],
  [
    'and not any more once it is deleted',
    cast.codeDeleted(),
    [
      update(
        'mails',
        { about: ABOUT_BEN, template: 'referral-code', status: 'queued' },
        { status: 'suppressed', reason: 'ended' },
      ),
    ],
  ],
  ['what has been revoked is not sent any more', cast.revoked(), notSentAnyMore(ABOUT_INVITE)],
  ['nor what has been redeemed', cast.redeemed(), notSentAnyMore(ABOUT_INVITE)],
  ['nor what has been replaced', cast.replaced(), notSentAnyMore(`invite:${OTHER_INVITE}`)],
  ['a purged invite takes its mails along', cast.purged, [remove('mails', { about: ABOUT_INVITE })]],
  ['a mail was sent', cast.mailSent, [update('mails', { id: MAIL }, { status: 'sent', sent_at: AT })]],
  [
    'a mail was given up',
    cast.mailFailed,
    [update('mails', { id: MAIL }, { status: 'failed', failed_at: AT, reason: 'smtp_550' })],
  ],
  [
    'a mail that was given up is tried again',
    cast.mailRetried,
    [update('mails', { id: MAIL }, { status: 'queued', failed_at: null, reason: null })],
  ],
  [
    'an erased user takes their mails along, and those of the invites to their address',
    cast.erased(BEN, { inviteIds: [INVITE, OTHER_INVITE] }),
    [
      remove('mails', { about: ABOUT_BEN }),
      remove('mails', { about: ABOUT_INVITE }),
      remove('mails', { about: `invite:${OTHER_INVITE}` }),
    ],
  ],
])

describe('mails', () => {
  test('once the person is forgotten, a rebuilt row has nobody to go to', () => {
    for (const event of [cast.issued(), cast.resent()]) {
      expect(changesOf(mails, cast.forgotten(event))).toStrictEqual([
        insert('mails', { ...row, recipient: null }),
      ])
    }
  })
})
