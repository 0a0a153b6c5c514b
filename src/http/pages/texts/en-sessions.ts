/** The words of sessions and sign-ins, in English. */
export const enSessions = {
  'device.named': '{browser} on {system}',
  'device.unknown': 'Unknown device',
  'sessions.lead':
    'Wherever you are signed in now. What you do not know, sign out, and change your password.',
  'sessions.current': 'this device',
  'carrier.page': 'in a browser',
  'carrier.api': 'by a program',
  'sessions.lastUsed': 'Last used',
  'sessions.ip': 'IP address',
  'sessions.end': 'Sign out',
  'sessions.endOf': 'Sign out {device}, signed in {date}',
  'sessions.endOthers': 'Sign out everywhere else',
  'sessions.alone': 'You are signed in nowhere else.',
  'logins.title': 'Sign-ins of the last 90 days',
  'logins.when': 'When',
  'logins.result': 'Result',
  'logins.succeeded': 'signed in',
  'logins.failed': 'wrong password',
  'logins.isNew': 'new device',
  'logins.none': 'None so far.',
  'logins.users': 'Sign-ins and failed tries',
} as const
