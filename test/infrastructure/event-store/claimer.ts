// A process of its own that issues invites on a shared database, each only if nobody has issued it yet.
import { accept, reading } from '../../../src/domain/decision.ts'
import { invite } from '../../../src/domain/invites/invite.ts'
import { openFoundation } from '../../../src/foundation.ts'
import * as cast from '../../support/controls.ts'
import { testSettings } from '../../support/settings.ts'
