import { describe, expect, test } from 'vitest'
import { projections } from '../../src/projections/index.ts'
import type { Projection } from '../../src/projections/projection.ts'
import { broken, promisedRows, rowsOf } from '../support/projection-digests.ts'

describe('a projection has the version it had as long as it makes the same rows of the same events', () => {
  test('none has changed under its number: raise its version, then npm run golden', () => {
    expect(broken(promisedRows(), rowsOf(projections))).toStrictEqual([])
  })

  test('what is promised is what is: npm run golden writes down what came new', () => {
    expect(promisedRows()).toStrictEqual(rowsOf(projections))
  })

  test('the version of none was lowered', () => {
    for (const { name, version } of projections) {
      expect(version).toBeGreaterThanOrEqual(promisedRows().projections[name]?.version ?? 1)
    }
  })

  const changed = (change: Partial<Projection>) =>
    projections.map((one) => (one.name === 'users' ? { ...one, ...change } : one))
  const project = () => []

  test('a change is seen, and allowed under another number', () => {
    expect(broken(promisedRows(), rowsOf(changed({ project })))).toStrictEqual(['users'])
    expect(broken(promisedRows(), rowsOf(changed({ project, version: 99 })))).toStrictEqual([])
  })

  test('a new type of event is no change, for no history holds it yet', () => {
    const { goldens, projections: rows } = promisedRows()
    const before = { goldens: goldens.filter((golden) => golden !== 'UserErased.v1'), projections: rows }
    expect(broken(before, rowsOf(projections))).toStrictEqual([])
  })
})
