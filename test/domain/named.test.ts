import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { commandTypes, folds } from '../support/domain.ts'

const root = join(import.meta.dirname, '../../src/domain')
const pascal = (name: string) => name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())

test('a command is called what its file is called', () => {
  const files = globSync('*/*.ts', { cwd: root }).map((file) => pascal(basename(file, '.ts')))
  expect(commandTypes.filter((type) => !files.includes(type))).toStrictEqual([])
  expect(new Set(commandTypes).size).toBe(commandTypes.length)
})

test('where nothing has happened, this is what is remembered', () =>
  expect(Object.fromEntries(folds.map(([name, { initial }]) => [name, initial]))).toStrictEqual({
    address: { ownerId: null, waiting: [], openInvites: {}, inviteIds: [] },
    batch: null,
    batchState: 'unknown',
    client: { status: 'unknown' },
    contact: { email: null, locale: 'en' },
    credential: { kind: 'none' },
    formerInvites: [],
    holders: { active: [], suspended: [] },
    invite: { status: 'unknown' },
    isEnriched: false,
    judgement: 'none',
    mail: { status: 'unsettled' },
    ownCode: { status: 'none' },
    passwordReset: { status: 'none' },
    profile: { name: null, locale: 'en' },
    readers: { isForgotten: false, isInviteOpen: false, newest: {} },
    referralCode: { status: 'unknown' },
    referrer: null,
    registration: { at: null, via: null },
    registrationSession: null,
    session: { status: 'unknown' },
    setting: { value: null, before: null, changeId: null, undoes: null },
    signInLink: { status: 'unknown' },
    standing: { status: 'unknown', isVerified: false, roles: [] },
    suspension: { batchId: null },
    userSessions: {},
    verification: { status: 'none' },
    webhook: { status: 'unknown' },
  }))
