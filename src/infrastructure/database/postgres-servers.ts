import pg from 'pg'

const URL_PARTS = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]*)(.*)$/

/** One address for each server that `postgres://user@one:5432,two:5432/database` names. */
export const serversOf = (url: string): readonly string[] => {
  const [, before, hosts, after] = URL_PARTS.exec(url) ?? []
  if (before === undefined || !hosts) return [url]
  return hosts.split(',').map((host) => `${before}${host}${after}`)
}

/** Of several servers, the one that connections are opened to; the next one once it fails. */
export class Servers {
  readonly #urls: readonly string[]
  #at = 0

  constructor(url: string) {
    this.#urls = serversOf(url)
  }

  get count(): number {
    return this.#urls.length
  }

  get current(): string {
    return this.#urls[this.#at] ?? ''
  }

  /** Many connections fail at once with a server: they go on to the next one only once. */
  failed(url: string): void {
    if (url === this.current) this.#at = (this.#at + 1) % this.count
  }
}

/** A server that only follows another one, or was told to change nothing. */
class TakesNoWrites extends Error {
  override readonly name = 'TakesNoWrites'
  readonly code = '25006'

  constructor() {
    super('the server takes no writes')
  }
}

type Reported = { readonly parameterName: string; readonly parameterValue: string }
type Connected = { readonly connection: NodeJS.EventEmitter }
type Told = (error: Error) => void

const READ_ONLY = new Set(['in_hot_standby', 'default_transaction_read_only'])

/** A client that connects to the current server and, unless it only reads, refuses one that takes no writes. */
export const clientOn = (servers: Servers, readOnly: boolean): typeof pg.Client =>
  class extends pg.Client {
    readonly #url: string
    #takesWrites = true

    constructor(config: pg.ClientConfig) {
      const url = servers.current
      super({ ...config, connectionString: url })
      this.#url = url
      this.on('error', () => {}) // whoever asks the lost connection hears of it; unheard, it would end the process
      const { connection } = this as unknown as Connected
      connection.on('parameterStatus', ({ parameterName, parameterValue }: Reported) => {
        if (READ_ONLY.has(parameterName) && parameterValue === 'on') this.#takesWrites = false
      })
    }

    override connect(): Promise<pg.Client>
    override connect(tell: Told): void
    override connect(tell?: Told): Promise<pg.Client> | undefined {
      const connected = this.#connect()
      if (!tell) return connected
      connected.then(
        () => (tell as () => void)(),
        (error: Error) => tell(error),
      )
      return undefined
    }

    async #connect(): Promise<pg.Client> {
      try {
        await super.connect()
        if (readOnly || this.#takesWrites) return this
        this.end().catch(() => {})
        throw new TakesNoWrites()
      } catch (error) {
        servers.failed(this.#url)
        throw error
      }
    }
  }

type Acquired = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (broken?: Error) => void,
) => void

/** A pool that asks each server once before it says that none can be reached. */
export class ServersPool extends pg.Pool {
  readonly #servers: Servers

  constructor(servers: Servers, readOnly: boolean, config: pg.PoolConfig) {
    super({ ...config, Client: clientOn(servers, readOnly) } as pg.PoolConfig)
    this.#servers = servers
  }

  override connect(): Promise<pg.PoolClient>
  override connect(acquired: Acquired): void
  override connect(acquired?: Acquired): Promise<pg.PoolClient> | undefined {
    const client = this.#connect()
    if (!acquired) return client
    client.then(
      (one) => acquired(undefined, one, (broken) => one.release(broken)),
      (error: Error) => acquired(error, undefined, () => {}),
    )
    return undefined
  }

  async #connect(): Promise<pg.PoolClient> {
    for (let tries = 1; ; tries++) {
      const server = this.#servers.current
      try {
        return await super.connect()
      } catch (error) {
        if (tries === this.#servers.count || server === this.#servers.current) throw error
      }
    }
  }
}
