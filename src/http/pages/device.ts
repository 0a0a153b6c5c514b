import { randomBytes } from 'node:crypto'
import { canonicalAddress } from '../../domain/address.ts'
import type { House } from '../house.ts'
import type { Ctx } from './ctx.ts'

const COOKIE = 'device'
const YEAR_MS = 365 * 86_400_000
const MAX_PEOPLE = 5 // who share a browser

const signed = (house: House, name: string, login: string) =>
  house.sign('device', `${name} ${canonicalAddress(login) ?? login}`)

const namesIn = (ctx: Ctx): { readonly name: string; readonly signatures: readonly string[] } => {
  const [name = '', ...signatures] = (ctx.cookies.get(COOKIE) ?? '').split('.')
  return /^[\w-]{22}$/.test(name) ? { name, signatures } : { name: '', signatures: [] }
}

/**
 * Remembers in this browser that somebody has signed in here with this address, beside the few who did before; the
 * addresses themselves are not in the cookie. It opens nothing: it only keeps strangers, who try the address elsewhere, from locking its owner out here.
 */
export const rememberDevice = (house: House, ctx: Ctx, login: string): void => {
  const held = namesIn(ctx)
  const name = held.name === '' ? randomBytes(16).toString('base64url') : held.name
  const signature = signed(house, name, login)
  const others = held.signatures.filter((one) => one !== signature).slice(0, MAX_PEOPLE - 1)
  ctx.cookies.set(COOKIE, [name, signature, ...others].join('.'), {
    maxAge: YEAR_MS,
    httpOnly: true,
    sameSite: 'lax',
  })
}

/** The name of this browser, if the address has signed in here before. */
export const knownDevice = (house: House, ctx: Ctx, login: string): string | null => {
  const { name, signatures } = namesIn(ctx)
  const text = `${name} ${canonicalAddress(login) ?? login}`
  const isKnown = signatures
    .slice(0, MAX_PEOPLE)
    .some((signature) => house.verifySignature('device', text, signature))
  return isKnown ? name : null
}
