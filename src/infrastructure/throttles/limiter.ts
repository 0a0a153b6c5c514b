import { RateLimiterRes } from 'rate-limiter-flexible'
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js'

export type NamedLimit = { readonly name: string; readonly points: number; readonly seconds: number }
export type Counted = { readonly points: number; readonly expiresAt: number; readonly now: number }

/** rate-limiter-flexible by the house's clock; where the counters are kept is for each kind to say. */
export abstract class Limiter extends RateLimiterStoreAbstract {
  constructor(storeClient: object, { name, points, seconds }: NamedLimit) {
    super({ storeClient, keyPrefix: name, points, duration: seconds } as ConstructorParameters<
      typeof RateLimiterStoreAbstract
    >[0])
  }

  _getRateLimiterRes(_key: string, changed: number, { points, expiresAt, now }: Counted): RateLimiterRes {
    // A clock that was set back must not make anybody wait longer than the whole window.
    const wait = Math.min(Math.max(expiresAt - now, 0), this.duration * 1000)
    return new RateLimiterRes(Math.max(this.points - points, 0), wait, points, points === changed)
  }
}
