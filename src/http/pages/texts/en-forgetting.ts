/** The words of forgetting people, of what is kept about them, and of seals, in English. */
export const enForgetting = {
  'ownData.title': 'Your data',
  'ownData.lead':
    'One file (JSON) with everything that is kept about you: profile, roles, sessions and sign-ins, invites, referrals, codes, mails, and every event about you in the history.',
  'ownData.hint':
    'It is made when you ask for it, and no copy stays here. Keep it as carefully as a password.',
  'ownData.download': 'Download my data',
  'ownData.back': 'Back to the profile',
  'erasure.goes': 'What is forgotten',
  'erasure.stays': 'What stays, without the person',
  'erasure.user':
    'The user {email}: name, address, language, roles, and the key that their data is encrypted with',
  'erasure.password': 'The password (its hash)',
  'erasure.sessions': 'Sessions with their devices and network addresses: {count}',
  'erasure.logins': 'Sign-ins and tries in the last 90 days: {count}',
  'erasure.mails': 'Notes on mails to them, and codes and links in these: {count}',
  'erasure.invites': 'Addresses and reasons in invites to them: {count}',
  'erasure.code': 'The referral code, and the addresses it was mailed to',
  'erasure.inquiries': 'What outside services said of them',
  'erasure.events': 'Events about them in the history, by number: {count}; their seals and proofs stay valid',
  'erasure.broughtBy': 'That somebody brought them, as a line between two ids',
  'erasure.brought': 'That they brought others, as lines between ids: {count}',
  'seals.title': 'Seals of the history',
  'seals.lead':
    'Each seal is our signature under everything that had happened by then. Keep one elsewhere: print it, file it, mail it to yourself. Nothing under it can be changed or taken back any more without your noticing.',
  'seals.verify':
    'Whoever runs the service holds the history against yours; an export is verified without us:',
  'seals.covers': 'Seal over {size} events',
  'seals.at': 'Sealed',
  'seals.root': 'Root (SHA-256)',
  'seals.note': 'The signed note as text',
  'seals.download': 'Download seal-{size}.txt',
  'seals.none': 'Nothing is sealed yet.',
} as const
