import { randomBytes } from 'node:crypto'
import { canonicalAddress } from '../../domain/address.ts'
import type { House } from '../house.ts'
import type { Ctx } from './ctx.ts'

const COOKIE = 'device'
const YEAR_MS = 365 * 86_400_000

const signed = (house: House, name: string, login: string) =>
  house.sign('device', `${name} ${canonicalAddress(login) ?? login}`)

/**
 * Remembers in this browser that somebody has signed in here with this address; the address itself is not in the
 * cookie. It opens nothing: it only keeps strangers, who try the address elsewhere, from locking its owner out here.
 */
export const rememberDevice = (house: House, ctx: Ctx, login: string): void => {
  const name = randomBytes(16).toString('base64url')
  ctx.cookies.set(COOKIE, `${name}.${signed(house, name, login)}`, {
    maxAge: YEAR_MS,
    httpOnly: true,
    sameSite: 'lax',
  })
}

/** The name of this browser, if the address has signed in here before. */
export const knownDevice = (house: House, ctx: Ctx, login: string): string | null => {
  const [name = '', signature = ''] = (ctx.cookies.get(COOKIE) ?? '').split('.')
  const text = `${name} ${canonicalAddress(login) ?? login}`
  return /^[\w-]{22}$/.test(name) && house.verifySignature('device', text, signature) ? name : null
}
