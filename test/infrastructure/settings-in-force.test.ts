import { describe, expect, test } from 'vitest'
import { settingsInForce } from '../../src/infrastructure/settings-in-force.ts'
import type { Reader } from '../../src/projections/projection.ts'
import { SURROUNDINGS } from '../support/look.ts'

/** A table of one setting, and how often it was looked at. */
const openTable = (isCounting: boolean) => {
  const table = { version: 1, head: 0, name: null as string | null }
  const asked = { head: 0, values: 0 }
  const reader = { version: isCounting ? () => table.version : undefined } as Reader
  const reads = {
    head: async () => {
      asked.head++
      return table.head
    },
    values: async () => {
      asked.values++
      return new Map([['brand.name', table.name]])
    },
  }
  const settings = settingsInForce({ reader, reads, surroundings: SURROUNDINGS })
  return {
    asked,
    reads,
    settings,
    name: async () => (await settings.fresh()).brand.name,
    commit: (name?: string) => {
      table.version++
      if (name === undefined) return
      table.head = table.version
      table.name = name
    },
  }
}

describe('settings in force', () => {
  test('are asked for once, and not again as long as nobody commits', async () => {
    const { asked, name } = openTable(true)
    for (let n = 0; n < 5; n++) expect(await name()).toBe('Latchkey')
    expect(asked).toStrictEqual({ head: 1, values: 0 })
  })

  test('after a commit one look at the index tells whether any is another', async () => {
    const { asked, name, commit } = openTable(true)
    await name()
    commit()
    expect(await name()).toBe('Latchkey')
    expect(asked).toStrictEqual({ head: 2, values: 0 })
    commit('Ours')
    expect(await name()).toBe('Ours')
    expect(await name()).toBe('Ours')
    expect(asked).toStrictEqual({ head: 3, values: 1 })
  })

  test('on an engine that counts no commits they are looked up each time', async () => {
    const { asked, name, commit } = openTable(false)
    await name()
    commit('Ours')
    expect(await name()).toBe('Ours')
    expect(await name()).toBe('Ours')
    expect(asked).toStrictEqual({ head: 3, values: 1 })
  })

  test('a commit while they are being looked up is not missed', async () => {
    const { reads, name, commit, settings } = openTable(true)
    const { head } = reads
    reads.head = async () => {
      const seen = await head()
      commit('Ours') // comes in between the look and its answer
      reads.head = head
      return seen
    }
    expect(await name()).toBe('Latchkey')
    expect(await name()).toBe('Ours')
    expect(settings.known().brand.name).toBe('Ours')
  })
})
