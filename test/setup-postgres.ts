import { createTemplate, startPostgres } from './support/postgres.ts'

/** One PostgreSQL for the whole run: the one that is named, or one that is started here and ended afterwards. */
export default async function setup(): Promise<(() => void) | undefined> {
  const named = process.env['TEST_DATABASE_URL']
  if (named) {
    await createTemplate(named)
    return undefined
  }
  const server = await startPostgres()
  await createTemplate(server.url)
  process.env['TEST_DATABASE_URL'] = server.url
  return server.remove
}
