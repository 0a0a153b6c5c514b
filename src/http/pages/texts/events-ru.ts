import type { DataOf } from '../../../domain/catalogue.ts'
import type { EventWords } from './events-en.ts'

const address = (email: string | null) => email ?? 'забытый адрес'
const because = (reason: string | null) => (reason === null ? '' : ` Причина: ${reason}`)

const roles = { admin: 'администратор', auditor: 'аудитор', member: 'участник' } as const
const languages = { en: 'английский', ru: 'русский' } as const

const methods = {
  password: 'с паролем',
  'first-password': 'с первым паролем',
  invite: 'по приглашению',
  'sign-in-link': 'по ссылке для входа',
  registration: 'при регистрации',
  'verification-link': 'по ссылке, подтверждающей адрес',
} as const satisfies Record<DataOf<'UserLoggedIn'>['method'], string>

const vias = {
  invite: 'Регистрация по приглашению',
  operator: 'Пользователь создан из командной строки',
  self: 'Регистрация',
} as const satisfies Record<DataOf<'UserRegistered'>['via']['kind'], string>

const proofs = {
  invite: 'переходом по приглашению',
  operator: 'словом того, кто ведёт службу',
  code: 'кодом из письма',
  link: 'ссылкой из письма',
} as const satisfies Record<DataOf<'EmailVerified'>['by'], string>

const passwords = {
  owner: 'Пароль сменён.',
  operator: 'Пароль задан из командной строки.',
  registration: 'Пароль выбран при регистрации.',
  reset: 'Новый пароль задан по ссылке из письма.',
} as const satisfies Record<DataOf<'PasswordChanged'>['by'], string>

const endings = {
  'password-changed': 'сменён пароль',
  suspended: 'пользователь заблокирован',
  'signed-out-everywhere': 'выход отовсюду',
  'token-reused': 'токен обновления использован дважды',
  'role-changed': 'отнята роль',
  'email-changed': 'сменён адрес',
  'address-confirmed': 'адрес подтверждён',
} as const satisfies Record<DataOf<'SessionsEnded'>['reason'], string>

const disablings = {
  failing: 'несколько дней ничего не доходило',
  gone: 'получатель сообщил, что адреса больше нет',
} as const satisfies Record<DataOf<'WebhookDisabled'>['reason'], string>

const erasures = {
  asked: 'Пользователь удалён: человека в этой истории больше нет, факты остались.',
  unverified: 'Пользователь удалён: адрес так и не подтверждён.',
  superseded: 'Пользователь удалён: адрес первым подтвердил другой человек.',
} as const satisfies Record<DataOf<'UserErased'>['reason'], string>

const verifications = {
  registration: (email: string) => `Созданы код и ссылка, подтверждающие адрес: ${email}.`,
  'email-change': (email: string) => `Созданы код и ссылка для нового адреса: ${email}.`,
  taken: (email: string) => `Адрес занят: ${email}. Владелец узнает об этом из письма.`,
} as const satisfies Record<DataOf<'VerificationIssued'>['purpose'], (email: string) => string>
const referrals = {
  registration: 'Регистрация с реферальным кодом другого пользователя.',
  later: 'Реферальным кодом указано, кто привёл пользователя.',
} as const satisfies Record<DataOf<'UserReferred'>['way'], string>

const judgements = {
  deliverable: 'Внешний сервис сообщает, что почта на этот адрес доходит.',
  undeliverable: 'Внешний сервис сообщает, что почта на этот адрес не доходит.',
  risky: 'Внешний сервис сообщает, что почта на этот адрес может не дойти.',
  unknown: 'Внешний сервис не смог сказать, доходит ли почта на этот адрес.',
} as const satisfies Record<DataOf<'EmailJudged'>['verdict'], string>

const profile = (name: string | null, locale: 'en' | 'ru' | null): string => {
  const news = [
    ...(name === null ? [] : [`Новое имя: ${name}.`]),
    ...(locale === null ? [] : [`Новый язык: ${languages[locale]}.`]),
  ]
  return news.length === 0 ? 'Имя изменено.' : news.join(' ')
}

export const ruEvents: EventWords = {
  InviteIssued: ({ email, role }) => `Выдано приглашение: ${address(email)}, роль — ${roles[role]}.`,
  InviteResent: ({ email }) => `Приглашение отправлено снова: ${address(email)}.`,
  InviteRevoked: ({ email, reason }) => `Приглашение отозвано: ${address(email)}.${because(reason)}`,
  InviteRedeemed: ({ email }) => `Использовано приглашение: ${address(email)}.`,
  InviteReplaced: ({ email }) => `Приглашение больше не нужно, использовано другое: ${address(email)}.`,
  InvitePurged: () => 'Завершённое приглашение убрано из списков.',
  UserRegistered: ({ email, via }) => `${vias[via.kind]}: ${address(email)}.`,
  EmailVerified: ({ email, by }) => `Адрес подтверждён ${proofs[by]}: ${address(email)}.`,
  AddressReleased: ({ email }) => `Прежний адрес оставлен: ${address(email)}.`,
  VerificationIssued: ({ email, purpose }) => verifications[purpose](address(email)),
  VerificationFailed: () => 'Введён неверный код.',
  PasswordResetRequested: () => 'Запрошена ссылка для нового пароля.',
  FirstPasswordIssued: () => 'Создан первый пароль; он уйдёт письмом.',
  FirstPasswordUsed: () => 'Первый пароль использован и больше не действует.',
  PasswordChanged: ({ by }) => passwords[by],
  ProfileChanged: ({ name, locale }) => profile(name, locale),
  EmailJudged: ({ verdict }) => judgements[verdict],
  PersonEnriched: ({ name, company, title }) => {
    const found = [name, title, company].filter((part) => part !== null)
    return found.length === 0
      ? 'О человеке спросили внешний сервис.'
      : `Внешний сервис сообщает о человеке: ${found.join(', ')}.`
  },
  RoleGranted: ({ role }) => `Выдана роль: ${roles[role]}.`,
  RoleRevoked: ({ role }) => `Отнята роль: ${roles[role]}.`,
  UserSuspended: ({ reason }) => `Пользователь заблокирован.${because(reason)}`,
  UserReinstated: () => 'Пользователь разблокирован.',
  UserErased: ({ reason }) => erasures[reason],
  UserLoggedIn: ({ method, isNewDevice }) =>
    `Вход ${methods[method]}${isNewDevice ? ', с незнакомого устройства' : ''}.`,
  NewDeviceNoticed: () => 'Вход с устройства, которого раньше не видели; об этом отправлено письмо.',
  LoginFailed: ({ carrier }) =>
    `Введён неверный пароль: ${carrier === 'api' ? 'через API' : 'на страницах'}.`,
  UserLoggedOut: () => 'Выход: завершён один сеанс.',
  SessionsEnded: ({ except, reason }) =>
    `${except === null ? 'Завершены все сеансы' : 'Завершены все остальные сеансы'}: ${endings[reason]}.`,
  SignInLinkIssued: ({ delivery }) =>
    delivery === 'mail'
      ? 'Создана ссылка для входа; она уйдёт письмом.'
      : 'Создана ссылка для входа; она показана в командной строке.',
  SignInLinkRedeemed: () => 'Ссылка для входа использована.',
  SettingChanged: ({ setting, value, undoes }) =>
    undoes !== null
      ? `Настройка ${setting} возвращена к прежнему значению.`
      : value === null
        ? `Настройка ${setting} снова берётся из окружения.`
        : `Настройка ${setting} изменена.`,
  ClientRegistered: ({ name }) => `Зарегистрировано приложение: ${name}.`,
  ClientChanged: () => 'Приложение изменено.',
  ClientRemoved: () => 'Приложение убрано.',
  WebhookRegistered: ({ url }) => `Зарегистрирован вебхук: ${url}.`,
  WebhookChanged: () => 'Вебхук изменён.',
  WebhookPaused: () => 'Вебхук приостановлен.',
  WebhookResumed: () => 'Вебхук снова работает.',
  WebhookSecretRotated: () => 'Вебхук получил новый секрет подписи.',
  WebhookRewound: ({ position }) => `Вебхук снова получит всё, начиная с позиции ${position}.`,
  WebhookDisabled: ({ reason }) => `Вебхук отключён: ${disablings[reason]}.`,
  WebhookRemoved: () => 'Вебхук удалён.',
  ReferralCodeCreated: () => 'Создан реферальный код.',
  ReferralCodeDeleted: () => 'Реферальный код удалён.',
  ReferralCodeMailed: ({ email }) => `Реферальный код отправлен письмом: ${address(email)}.`,
  UserReferred: ({ way }) => referrals[way],
  SubtreeSuspended: ({ count }) => `Пользователи заблокированы вместе с теми, кого привели: ${count}.`,
  SubtreeReinstated: ({ count }) => `Пользователи, заблокированные вместе, разблокированы: ${count}.`,
  HistoryViewed: () => 'История просмотрена.',
  MailSent: ({ template }) => `Отправлено письмо: ${template}.`,
  MailFailed: ({ template, reason }) => `Письмо не отправлено: ${template} (${reason}).`,
  MailRetried: ({ template }) => `Неотправленное письмо снова в очереди: ${template}.`,
}
