import Emittery from 'emittery'

type Rings = {
  /** Events were committed. Carries nothing: whoever hears it reads the history from where they stand. */
  appended: undefined
}

/**
 * Rings after a commit. It is a doorbell, not a postman: rings may be missed (another process wrote, nobody was
 * listening), so everybody who listens also polls.
 */
export type Doorbell = Emittery<Rings>

export const createDoorbell = (): Doorbell => new Emittery<Rings>()
