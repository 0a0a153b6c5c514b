/** The words of what the product says about itself, in English. */
export const enDocs = {
  'docs.title': 'Documentation',
  'docs.lead': 'What programs can ask of this service, what its history can say, and why it may say no.',
  'docs.contents': 'On this page',
  'docs.api': 'API',
  'docs.api.about': 'Every operation, what it takes and what it answers; to be tried on the spot.',
  'docs.api.file': 'The same as a file (OpenAPI 3.1)',
  'docs.events': 'Events',
  'docs.events.about':
    'Every fact that the history can hold: what it says, what of that is personal, and which tables come of it.',
  'docs.events.lead':
    'Types: {count}. An event is a fact that never changes. What is personal is stored encrypted, and reads as nothing once its person is forgotten.',
  'docs.events.tables': 'Read tables',
  'docs.events.noTables': 'none',
  'docs.events.mails': 'May call for a mail.',
  'docs.events.forgets': 'Destroys the keys of whoever is forgotten by it.',
  'docs.refusals': 'Refusals',
  'docs.refusals.about': 'Every reason for a no: its code, its status, and what people are told.',
  'docs.refusals.lead':
    'The API answers with a problem document (RFC 9457). Programs go by its code, which never changes; the wording may.',
  'docs.refusals.decided': 'The rules say no',
  'docs.refusals.before': 'Found before anything was decided',
} as const
