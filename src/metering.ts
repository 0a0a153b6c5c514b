import type { Logger } from 'pino'
import type { Foundation } from './foundation.ts'
import type { House } from './http/house.ts'
import { createMeterServer } from './http/meter-server.ts'
import { listen, openHttpServer, stopListening } from './infrastructure/listen.ts'
import { whatWaits } from './infrastructure/watch/waiting.ts'
import { projections } from './projections/index.ts'
import type { Watch } from './watch.ts'

/** The meters of a process, with what waits in its database. */
export const metersOf = (
  { database, store, clock }: Pick<Foundation, 'database' | 'store' | 'clock'>,
  watch: Pick<Watch, 'metrics'>,
): House['metrics'] =>
  watch.metrics(() => whatWaits({ reader: database.reader, head: () => store.head(), projections, clock }))

/** Serves the meters where the runners are by themselves; answers how to stop, or null where nobody is to read them. */
export const serveMeters = async (
  floor: Foundation,
  log: Logger,
  watch: Watch,
): Promise<(() => Promise<void>) | null> => {
  const { settings, ids } = floor
  const metrics = metersOf(floor, watch)
  if (metrics === null || settings.metricsPort === null) return null
  const answer = createMeterServer({
    metrics,
    newId: ids,
    log,
    watchRequest: watch.request,
    settings,
  }).callback()
  const server = openHttpServer((req, res) => void answer(req, res))
  const { port } = await listen(server, settings.host, settings.metricsPort, 'METRICS_PORT')
  log.info({ port }, 'the meters can be read')
  return () => stopListening(server)
}
