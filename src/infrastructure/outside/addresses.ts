import { BlockList, isIP } from 'node:net'

/** Where clouds answer with their machines' secrets, and what is no machine at all: never asked, whoever wrote it down. */
const never = new BlockList()
never.addSubnet('0.0.0.0', 8)
never.addSubnet('169.254.0.0', 16)
never.addAddress('100.100.100.200')
never.addAddress('192.0.0.192')
never.addSubnet('224.0.0.0', 3)

const inside = new BlockList()
inside.addSubnet('10.0.0.0', 8)
inside.addSubnet('100.64.0.0', 10)
inside.addSubnet('127.0.0.0', 8)
inside.addSubnet('172.16.0.0', 12)
inside.addSubnet('192.0.0.0', 24)
inside.addSubnet('192.0.2.0', 24)
inside.addSubnet('192.88.99.0', 24)
inside.addSubnet('192.168.0.0', 16)
inside.addSubnet('198.18.0.0', 15)
inside.addSubnet('198.51.100.0', 24)
inside.addSubnet('203.0.113.0', 24)

const global6 = new BlockList()
global6.addSubnet('2000::', 3, 'ipv6')

/** Not global after all: reserved, for examples, or a tunnel that hides an IPv4 address. */
const hidden6 = new BlockList()
hidden6.addSubnet('2001::', 23, 'ipv6')
hidden6.addSubnet('2001:db8::', 32, 'ipv6')
hidden6.addSubnet('2002::', 16, 'ipv6')
hidden6.addSubnet('3fff::', 20, 'ipv6')

const own6 = new BlockList()
own6.addAddress('::1', 'ipv6')
own6.addSubnet('fc00::', 7, 'ipv6')

const metadata6 = new BlockList()
metadata6.addSubnet('fd00:ec2::', 32, 'ipv6')
metadata6.addAddress('fd20:ce::254', 'ipv6')

/** An address of the open internet. Only what is known to be one is: everything else is somebody's inside. */
export const isPublic = (ip: string): boolean => {
  if (isIP(ip) === 4) return !never.check(ip) && !inside.check(ip)
  return isIP(ip) === 6 && !ip.includes('%') && global6.check(ip, 'ipv6') && !hidden6.check(ip, 'ipv6')
}

/** An address of the operator's own machine or network, which may be asked if the operator has written it down. */
export const isOwn = (ip: string): boolean => {
  if (isIP(ip) === 4) return !never.check(ip) && inside.check(ip)
  return isIP(ip) === 6 && !ip.includes('%') && own6.check(ip, 'ipv6') && !metadata6.check(ip, 'ipv6')
}

/** A URL's host without the brackets of IPv6. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

/** The operator has named the very machine: by its address, or the one the service runs on. */
export const isNamedOutright = (host: string): boolean => host === 'localhost' || isIP(host) !== 0
