import { insert } from '../../src/projections/projection.ts'
import { settings } from '../../src/projections/settings.ts'
import * as cast from '../support/controls.ts'
import { describeProjection } from '../support/projected.ts'

describeProjection(settings, [
  [
    'a change of a setting is a row',
    cast.settingChanged({ undoes: cast.CHANGE }),
    [
      insert('setting_changes', {
        position: 1,
        event_id: 'EVENT-1',
        setting: 'registration.mode',
        value: 'invite',
        undoes: cast.CHANGE,
        at: cast.EARLIER,
        actor: 'operator',
      }),
    ],
  ],
])
