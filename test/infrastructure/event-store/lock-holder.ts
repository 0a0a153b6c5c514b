// Holds the write lock of a database for a while: another program at work on the same file.
import Database from 'better-sqlite3'

const [, , file = '', ms = '0'] = process.argv
const db = new Database(file)
db.exec('begin immediate')
process.send?.('held')
setTimeout(() => {
  db.exec('rollback')
  db.close()
}, Number(ms))
