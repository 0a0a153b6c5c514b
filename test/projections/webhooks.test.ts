import { insert, remove, update } from '../../src/projections/projection.ts'
import { webhooks } from '../../src/projections/webhooks.ts'
import * as cast from '../support/controls.ts'
import { describeProjection } from '../support/projected.ts'

const { EARLIER, IN_A_WEEK, NEXT_WEBHOOK_SECRET, OTHER_WEBHOOK_URL, WEBHOOK, WEBHOOK_SECRET, WEBHOOK_URL } =
  cast
const id = WEBHOOK

describeProjection(webhooks, [
  [
    'a webhook that was registered is a row; it is told of what stands behind',
    cast.webhookRegistered(),
    [
      insert('webhooks', {
        id,
        url: WEBHOOK_URL,
        description: 'The directory',
        types: '["InviteRedeemed"]',
        state: 'active',
        secret_id: WEBHOOK_SECRET,
        previous_secret_id: null,
        previous_until: null,
        from_position: 1,
        from_event: 1,
        registered_at: EARLIER,
        registered_by: 'operator',
        disabled_at: null,
        disabled_reason: null,
      }),
    ],
  ],
  [
    'what is new about it stands in it',
    cast.webhookChanged({ url: OTHER_WEBHOOK_URL, description: '', types: [] }),
    [update('webhooks', { id }, { url: OTHER_WEBHOOK_URL, description: null, types: '[]' })],
  ],
  ['a change of nothing changes nothing', cast.webhookChanged(), []],
  [
    'one that was paused says so',
    cast.webhookPaused,
    [update('webhooks', { id }, { state: 'paused', disabled_at: null, disabled_reason: null })],
  ],
  [
    'one that goes on as well',
    cast.webhookResumed,
    [update('webhooks', { id }, { state: 'active', disabled_at: null, disabled_reason: null })],
  ],
  [
    'one that was disabled says since when and why',
    cast.webhookDisabled,
    [update('webhooks', { id }, { state: 'disabled', disabled_at: EARLIER, disabled_reason: 'failing' })],
  ],
  [
    'a new secret stands beside the one before',
    cast.webhookSecretRotated,
    [
      update(
        'webhooks',
        { id },
        {
          secret_id: NEXT_WEBHOOK_SECRET,
          previous_secret_id: WEBHOOK_SECRET,
          previous_until: IN_A_WEEK,
        },
      ),
    ],
  ],
  [
    'one that was rewound begins before that position',
    cast.webhookRewound,
    [update('webhooks', { id }, { from_position: 6, from_event: 1 })],
  ],
  ['one that was removed is gone', cast.webhookRemoved, [remove('webhooks', { id })]],
])
