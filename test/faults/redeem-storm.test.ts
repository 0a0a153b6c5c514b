import { test } from 'vitest'
import { redeemStorm } from './redeem-storm.ts'
import { rounds } from './support.ts'

const PROCESSES = 4
const AT_ONCE = rounds(200, 1000)
const ROUNDS = rounds(3, 100)

test(
  `F05 one invite, ${AT_ONCE} redemptions at once from ${PROCESSES} processes on one file, ${ROUNDS} rounds: one user, clean refusals`,
  {
    timeout: rounds(240_000, 3_600_000),
  },
  () => redeemStorm({ processes: PROCESSES, atOnce: AT_ONCE, rounds: ROUNDS }),
)
