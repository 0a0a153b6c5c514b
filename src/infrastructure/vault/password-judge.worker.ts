import { setPriority } from 'node:os'
import { guessable } from './guessable.ts'
import type { JudgeTask } from './password-judge.ts'

// On Linux this lowers only the calling thread, as for the workers that hash.
const LOW_PRIORITY = 10
if (process.platform === 'linux') setPriority(0, LOW_PRIORITY)

/** Runs in a worker: says why a password would be guessed, or null. */
export default ({ password, ownWords }: JudgeTask): ReturnType<typeof guessable> =>
  guessable(password, ownWords)
