import type { Server } from 'node:http'
import type { Logger } from 'pino'
import type { Settings } from './config.ts'
import { openHouse } from './doors.ts'
import { type Foundation, openFoundation, type World } from './foundation.ts'
import type { House } from './http/house.ts'
import { createServer } from './http/server.ts'
import { openTurns } from './http/turns.ts'
import { openAfterwards } from './infrastructure/afterwards.ts'
import {
  limitConnections,
  listen,
  openHttpServer,
  stopListening,
  untilAlone,
} from './infrastructure/listen.ts'
import type { MailTransport } from './infrastructure/mail/transport.ts'
import { openServices } from './infrastructure/outside/services.ts'
import { mailTransport, openTravelDoor, openUpkeep } from './runners.ts'
import { openWatch } from './watch.ts'
import { openWorkers, type Workers } from './workers.ts'
/** The running service: what tests boot and what `serve` starts. */
export type App = Omit<Workers, 'start' | 'stop'> & {
  readonly floor: Foundation
  readonly house: House
  readonly server: Server
  readonly address: string
  /** Once everything that was left for after an answer is done. */
  readonly settled: () => Promise<void>
  /** For a moment still answers whoever asks, lets go of them one by one, and tells `/readyz` that it is about to end. */
  readonly drain: () => Promise<void>
  /** Stops accepting, finishes what was begun, lets go of the database. */
  readonly close: () => Promise<void>
}

export type AppOptions = World & {
  readonly log: Logger
  readonly transport?: MailTransport
  /** Leaves the background runners to another process (`latchkey work`). */
  readonly noWorkers?: boolean
}

export const openApp = async (
  settings: Settings,
  { log, transport, noWorkers, ...world }: AppOptions,
): Promise<App> => {
  const watch = openWatch(settings.metrics)
  const floor = await openFoundation(settings, { ...world, committed: watch.committed })
  let draining = false
  const later = openAfterwards((what, error) => log.error({ err: error }, `${what} failed`))
  const services = openServices(floor, log)
  const travel = openTravelDoor(floor, log)
  const house = openHouse(floor, log, () => draining, later.add, services.judgeAddress, travel, watch)
  const sending = watch.transport(transport ?? mailTransport(settings))
  const workers = openWorkers(floor, log, sending, services.inquiries)
  const upkeep = openUpkeep(floor, log)
  const turns = settings.turnsAway ? openTurns() : null
  const answer = createServer(house, turns).callback()
  const server = openHttpServer((req, res) => {
    if (draining) res.setHeader('Connection', 'close') // the next request goes to whoever stays
    void answer(req, res)
  })
  if (turns) server.on('connection', turns.connected)
  limitConnections(server, log)
  const beginDraining = () => {
    draining = true
    void floor.doorbell.emit('appended') // whoever follows the history notices that it is time to go
  }
  try {
    const { port } = await listen(server, settings.host, settings.port)
    void upkeep.start()
    if (!noWorkers) workers.start()
    const address = `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`
    return {
      floor,
      house,
      ...workers,
      server,
      address,
      settled: later.settled,
      async drain() {
        beginDraining()
        await untilAlone(server)
      },
      async close() {
        beginDraining()
        await stopListening(server)
        await later.settled()
        await travel.close()
        await upkeep.stop()
        await services.stop()
        await workers.stop()
        await floor.close()
      },
    }
  } catch (error) {
    await travel.close()
    await floor.close()
    throw error
  }
}
