// A process of its own on a shared database: registers people with one address and confirms them with their codes, all
// at once, and reports what each was told.
import pino from 'pino'
import { openHouse } from '../../src/doors.ts'
import { openFoundation } from '../../src/foundation.ts'
import { startSession } from '../../src/http/acts/device.ts'
import { register } from '../../src/http/acts/register.ts'
import { verifyByCode } from '../../src/http/acts/verification.ts'
import { workerSettings } from './support.ts'

const floor = await openFoundation(workerSettings())
const house = openHouse(floor, pino({ level: 'silent' }), () => false)

export type Order = {
  readonly email: string
  /** Passwords of those who register; null for who gives none. */
  readonly register: readonly (string | null)[]
  readonly confirm: readonly string[]
}
export type Told = { readonly userId: string; readonly wish: 'register' | 'confirm'; readonly code: string }

const attempt = async (
  wish: Told['wish'],
  userId: string,
  work: () => Promise<{ code: string } | null>,
): Promise<Told> => {
  try {
    return { userId, wish, code: (await work())?.code ?? 'done' }
  } catch (error) {
    return { userId, wish, code: `error: ${error instanceof Error ? error.message : 'unknown'}` }
  }
}

const registerOne = (email: string, password: string | null) => {
  const userId = house.newId()
  return attempt('register', userId, () =>
    register(
      house,
      { userId, email, password, name: null, locale: 'en' },
      startSession(house, { userAgent: null, ip: null }, 'api'),
      'C',
    ),
  )
}

const confirmOne = (userId: string) =>
  attempt('confirm', userId, async () => {
    const open = await house.reads.verifications.openOf(userId)
    const code = open ? floor.codes.make(open.id) : '000000'
    return verifyByCode(house, { userId, keepSessionId: null }, code, 'C')
  })

const answer = async ({ email, register: passwords, confirm }: Order) => {
  const wishes = [
    ...confirm.map((userId) => () => confirmOne(userId)),
    ...passwords.map((password) => () => registerOne(email, password)),
  ]
  process.send?.(await Promise.all(wishes.map((wish) => wish())))
}
process.on('message', (order: Order) => void answer(order))
process.on('disconnect', () => void floor.close().then(() => process.exit(0)))
process.send?.('ready')
