import { inquiries } from '../../src/projections/inquiries.ts'
import { insert, remove, update } from '../../src/projections/projection.ts'
import * as cast from '../support/controls.ts'
import { describeProjection } from '../support/projected.ts'

const { BEN, BEN_ADDRESS, INVITE, EARLIER } = cast
const unasked = insert('inquiries', {
  user_id: BEN,
  registered_at: EARLIER,
  verdict: null,
  enriched_at: null,
  name: null,
  company: null,
  title: null,
})

describeProjection(inquiries, [
  [
    'S1-36 whoever registers is to be asked about',
    cast.registered(BEN, BEN_ADDRESS, { kind: 'self' }),
    [unasked],
  ],
  [
    'S1-35 and whoever comes by an invite',
    cast.registered(BEN, BEN_ADDRESS, { kind: 'invite', inviteId: INVITE }),
    [unasked],
  ],
  ['but nobody whom the operator made', cast.registered(BEN, BEN_ADDRESS, { kind: 'operator' }), []],
  [
    'the verdict stands in the row',
    cast.emailJudged({ verdict: 'risky' }),
    [update('inquiries', { user_id: BEN }, { verdict: 'risky' })],
  ],
  [
    'until its address is given up',
    cast.addressReleased(),
    [update('inquiries', { user_id: BEN }, { verdict: null })],
  ],
  [
    'what is said of the person stands in it',
    cast.personEnriched(),
    [
      update(
        'inquiries',
        { user_id: BEN },
        { enriched_at: EARLIER, name: 'Benjamin', company: 'Analytical Engines', title: null },
      ),
    ],
  ],
  ['and goes with the user', cast.erased(BEN), [remove('inquiries', { user_id: BEN })]],
])
