import { startPostgres } from './support/postgres.ts'

/** One PostgreSQL for the whole run: the one that is named, or one that is started here and ended afterwards. */
export default async function setup(): Promise<(() => void) | undefined> {
  if (process.env['TEST_DATABASE_URL']) return undefined
  const server = await startPostgres()
  process.env['TEST_DATABASE_URL'] = server.url
  return server.remove
}
