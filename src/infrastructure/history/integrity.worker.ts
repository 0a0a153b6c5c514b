import { parentPort, workerData } from 'node:worker_threads'
import { openReader } from '../database/sqlite.ts'
import { integrityProblems } from './integrity.ts'

const db = openReader(workerData as string)
parentPort?.postMessage(integrityProblems(db))
db.close()
