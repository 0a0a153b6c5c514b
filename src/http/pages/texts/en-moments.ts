/** The words of the past: as of a moment, and two moments compared; in English. */
export const enMoments = {
  'moment.label': 'The moment that is shown',
  'moment.asOf': 'As it was:',
  'moment.position': 'after event {position}',
  'moment.beginning': 'before the first event',
  'moment.readOnly':
    'Nothing can be changed here. Whoever was forgotten since is forgotten in the past, too.',
  'moment.another': 'See how it was',
  'moment.at': 'Moment (UTC)',
  'moment.at.hint': 'A position of the history, such as 4711, or an instant, such as 2026-03-01T09:00.',
  'moment.go': 'Go there',
  'moment.now': 'Back to now',
  'moment.earlier': 'One event earlier',
  'moment.later': 'One event later',
  'moment.since': 'What has changed since',
  'moment.erased':
    'This person has been forgotten since. The keys are destroyed: name and address cannot be read any more, in no past either.',
  'moment.erasedSince': 'forgotten since',
  'moment.preparing.title': 'The past is being prepared',
  'moment.preparing.percent': '{percent} % done.',
  'moment.preparing.lead': 'This page looks again by itself until everything is there.',
  'moment.preparing.again': 'Look again',
  'invites.one': 'Invite to {who}',
} as const
