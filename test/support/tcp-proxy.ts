import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * What becomes of a chunk that a client sends: it goes on; the connection is cut before it arrives; it arrives and the
 * connection is cut before the answer; or from now on nothing goes either way and nobody is told.
 */
export type Fate = 'pass' | 'cut before' | 'cut after' | 'silence'

const ARRIVES_MS = 30

type Line = { readonly client: Socket; readonly server: Socket; opening: string; silent: boolean }

/** A wire between a client and a server that can be cut at any place. */
export const startProxy = async (
  target: number,
  fateOf: (sent: string, opening: string) => Fate = () => 'pass',
) => {
  const lines = new Set<Line>()
  const cut = (line: Line) => {
    line.client.destroy()
    line.server.end()
    lines.delete(line)
  }
  const server = createServer((client) => {
    const line: Line = { client, server: connect(target, '127.0.0.1'), opening: '', silent: false }
    lines.add(line)
    client.on('data', (chunk) => {
      if (line.silent) return
      const sent = chunk.toString('latin1')
      if (line.opening === '') line.opening = sent
      const fate = fateOf(sent, line.opening)
      if (fate === 'cut before') return cut(line)
      if (fate !== 'pass') line.silent = true
      if (fate !== 'silence') line.server.write(chunk)
      if (fate === 'cut after') setTimeout(() => cut(line), ARRIVES_MS)
    })
    line.server.on('data', (chunk) => {
      if (!line.silent) client.write(chunk)
    })
    for (const socket of [client, line.server]) {
      socket.on('error', () => {}) // cut wires are what is being tested
      socket.on('close', () => cut(line))
    }
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    /** Those whose first words contain a text go silent, both ways, without being told. */
    silence(opening: string) {
      for (const line of lines) if (line.opening.includes(opening)) line.silent = true
    },
    cutAll() {
      for (const line of lines) cut(line)
    },
    stop() {
      for (const line of lines) cut(line)
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
