import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { House } from '../../../src/http/house.ts'
import { createServer } from '../../../src/http/server.ts'
import type { Turns } from '../../../src/http/turns.ts'

/** A second front door to a house of which some doors have been changed. */
export const openOver = async (
  house: House,
  changed: Partial<House>,
  turns?: Turns,
): Promise<{ address: string; close: () => Promise<void> }> => {
  const answer = createServer({ ...house, ...changed }, turns).callback()
  const server = createHttpServer((req, res) => void answer(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
