import { expect, test } from 'vitest'
import { planted } from './plants.ts'
import { simulate } from './simulate.ts'

/** Long enough for each of these bugs to come about by chance; most do within the first hundred. */
const COMMANDS = 10_000
const SEED = Number(process.env['SEED'] ?? 7)

test.each(planted)('%s: it is seen', async (_, seams, law) => {
  const { violation, figures } = await simulate({ seed: SEED, commands: COMMANDS, seams })
  expect(violation?.law, `nothing was seen in ${figures.commands} commands`).toMatch(law)
})
