// npm run client: writes the operations of the client from the API's own description. A test compares them.
import { writeFileSync } from 'node:fs'
import { clientFile, clientSource } from '../test/support/client-source.ts'

writeFileSync(clientFile, clientSource())
console.log(`wrote ${clientFile.pathname}`)
