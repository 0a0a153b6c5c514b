import { isIP } from 'node:net'
import { bareHost, isNamedOutright, isOwn, isPublic } from './addresses.ts'

/**
 * What is wrong with the address of a service as an operator writes it; null when nothing is. An address goes there,
 * and a key: in clear only to a machine that the operator has named outright, on their own network.
 */
export const serviceUrlProblem = (text: string): string | null => {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol))
    return 'must be a web address such as https://api.example.org/v2/find'
  if (url.username || url.password || url.search || url.hash)
    return 'must have no user, query or fragment in it'
  // 2130706433 and 0x7f.1 are machines as well, and nobody sees which.
  if (!text.toLowerCase().startsWith(`${url.protocol}//${url.host}`))
    return 'must have its host written plainly'
  const host = bareHost(url.hostname)
  if (isIP(host) !== 0 && !isPublic(host) && !isOwn(host))
    return 'must not be a link-local or reserved address'
  if (url.protocol === 'http:' && !(isNamedOutright(host) && !isPublic(host))) {
    return 'must be https, unless it is localhost or an IP address of your own network'
  }
  return null
}
