import { test } from 'vitest'
import { referralStorm } from './referral-storm.ts'
import { rounds } from './support.ts'

const PROCESSES = 2
const ROUNDS = rounds(8, 500)

test(
  `S1-13, C-21, T19: codes wished for at once, and circles closed at once from ${PROCESSES} processes, ${ROUNDS} rounds: one code each, no circle`,
  {
    timeout: rounds(240_000, 3_600_000),
  },
  () => referralStorm({ processes: PROCESSES, rounds: ROUNDS }),
)
