import { setPriority } from 'node:os'
import { compareSync, hashSync } from 'bcryptjs'
import type { HashTask } from './passwords.ts'

// On Linux this lowers only the calling thread: whoever hashes yields to whoever answers requests.
const LOW_PRIORITY = 10
if (process.platform === 'linux') setPriority(0, LOW_PRIORITY)

/** Runs in a worker: hashes a secret, or compares it with a hash. */
export default (task: HashTask): string | boolean =>
  task.kind === 'hash' ? hashSync(task.secret, task.salt) : compareSync(task.secret, task.hash)
