const piece = (mutate, ...tests) => ({ mutate, tests: tests.map((name) => `test/${name}.test.ts`) })

/** Some files of a folder of the domain; what they declare to be kept for ever is a piece of its own. */
const part = (folder, files, ...tests) =>
  piece(
    [`src/domain/${folder}/${files}.ts`],
    'domain/{named,remembered,wishes}',
    ...tests.map((name) => `domain/${name}`),
  )
const folder = (name, ...tests) => part(name, '!(events)', ...tests)

const SIGNING_UP = [
  'change-email',
  'complete-registration',
  'register-user',
  'remove-unverified-user',
  'send-verification',
  'verification',
  'verify-email',
]

const engine = (...files) => files.map((file) => `src/infrastructure/event-store/${file}.ts`)

/** What is changed, a sitting at a time, and the tests that state its rules: a mutant is killed by these or survives. */
export const pieces = {
  domain: piece(
    ['src/domain/*.ts'],
    'golden',
    'domain/{addresses,decisions,folds,referrals,named,user-agent,view}',
    'properties/domain-{addresses,folds}',
  ),
  'domain/events': piece(['src/domain/*/events.ts'], 'golden', 'domain/events'),
  'domain/clients': folder('clients', 'clients'),
  'domain/history': folder('history', '{history-viewed,seal-mails}'),
  'domain/invites': part(
    'invites',
    '!(events|import-line)',
    '{folds,import-invite,invites,redeem-invite,repeat-erasure}',
  ),
  'domain/invites/lists': piece(['src/domain/invites/import-line.ts'], 'domain/import-line'),
  'domain/mails': folder('mails', '{mail-readers,mails,retry-mail}'),
  'domain/processes': folder('processes', 'mails'),
  'domain/referrals': folder('referrals', '{referral-codes,referrals,subtrees}'),
  'domain/sessions': folder('sessions', '{login-failures,sessions,sign-in-links}'),
  'domain/settings': part('settings', '!(accent|colours|events)', '{settings,settings-values}'),
  'domain/settings/colours': piece(
    ['src/domain/settings/{accent,colours}.ts'],
    'domain/settings',
    'properties/domain-settings',
  ),
  'domain/users': part(
    'users',
    `!(events|${SIGNING_UP.join('|')})`,
    '{decisions,folds,history-viewed,inquiries,password-reset,profile,repeat-erasure,roles,settings-values,sign-in-links,users}',
  ),
  'domain/users/signing-up': part(
    'users',
    `{${SIGNING_UP.join(',')}}`,
    '{change-email,folds,referrals,registration,remove-unverified,send-verification,verify-email}',
  ),
  'domain/webhooks': folder('webhooks', 'webhooks'),

  'engine/judging': piece(engine('judging'), 'infrastructure/event-store/judging'),
  'engine/codec': piece(engine('codec'), 'infrastructure/event-store/codec', 'golden'),
  'engine/boundary': piece(
    engine('{boundary-cache,sqlite-boundary,forgetting-watch}'),
    'infrastructure/event-store/{boundary-cache,forgetting-watch,sqlite-boundary}',
  ),
  'engine/looking': piece(
    engine('{looking,explorer,history-pages,events-after}'),
    'infrastructure/event-store/{looking,looking-closely}',
  ),
  'engine/group': piece(engine('sqlite-group'), 'infrastructure/event-store/sqlite-{contract,group}'),
  'engine/sqlite': piece(
    engine('sqlite-{store,history}'),
    'infrastructure/event-store/{looking-closely,sqlite-store}',
  ),
  'engine/database': piece(
    ['src/infrastructure/database/{changes,expiring,positions,rows,sqlite-errors,work}.ts'],
    'infrastructure/database/{changes,expiring,positions,rows,sqlite-errors,work}',
  ),
}
