/** Somebody else holds the database for longer than a caller should wait; trying again later will do. */
export class StoreBusy extends Error {
  override readonly name = 'StoreBusy'
  readonly retryAfterSeconds = 1
}

/** The database can't be written or read now: disk full, gone, failing. Nothing was changed. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
  readonly retryAfterSeconds = 5
}

/** What an operator has to mend before the service can start; the message says how. Shown without a stack. */
export class SetupProblem extends Error {
  override readonly name = 'SetupProblem'
}
