import type { Refusal } from '../domain/decision.ts'
import type { Locale } from '../domain/invites/events.ts'
import type { RefusalCode } from '../domain/refusals.ts'

/** What goes wrong before a command is even tried. */
export type HttpProblemCode =
  | 'not_found'
  | 'method_not_allowed'
  | 'unsupported_media_type'
  | 'body_too_large'
  | 'malformed_body'
  | 'invalid_input'
  | 'unauthenticated'
  | 'token_expired'
  | 'token_invalid'
  | 'forbidden'
  | 'csrf_failed'
  | 'idempotency_key_reused'
  | 'idempotency_in_progress'
  | 'misdirected_request'
  | 'overloaded'
  | 'unavailable'
  | 'internal'

export type ProblemCode = RefusalCode | HttpProblemCode

type Row = { readonly status: number } & Readonly<Record<Locale, string>>

/** The one table: every reason for a no, its HTTP status and its public wording. A missing row does not compile. */
export const problems = {
  not_allowed: { status: 403, en: 'You are not allowed to do this.', ru: 'Вам это не разрешено.' },
  invite_not_found: { status: 404, en: 'There is no such invite.', ru: 'Такого приглашения нет.' },
  invite_already_redeemed: {
    status: 410,
    en: 'This invite has already been redeemed.',
    ru: 'Это приглашение уже использовано.',
  },
  invite_revoked: { status: 410, en: 'This invite was revoked.', ru: 'Это приглашение отозвано.' },
  invite_expired: { status: 410, en: 'This invite has expired.', ru: 'Срок этого приглашения истёк.' },
  invite_replaced: {
    status: 410,
    en: 'Another invite to the same address was redeemed; this one is no longer needed.',
    ru: 'Использовано другое приглашение на тот же адрес; это больше не нужно.',
  },
  invite_still_open: {
    status: 409,
    en: 'This invite is still open. Revoke it first.',
    ru: 'Это приглашение ещё действует. Сначала отзовите его.',
  },
  invite_expiry_out_of_range: {
    status: 422,
    en: 'An invite ends in the future, within a year.',
    ru: 'Срок приглашения должен быть в будущем и не дольше года.',
  },
  email_already_registered: { status: 409, en: 'Email already created.', ru: 'Этот адрес уже занят.' },
  user_not_found: { status: 404, en: 'There is no such user.', ru: 'Такого пользователя нет.' },
  user_suspended: {
    status: 403,
    en: 'This user is suspended. Ask whoever runs this service.',
    ru: 'Этот пользователь заблокирован. Обратитесь к тому, кто ведёт службу.',
  },
  last_admin: {
    status: 409,
    en: 'This is the last admin. Make another one first.',
    ru: 'Это последний администратор. Сначала назначьте другого.',
  },
  credentials_wrong: {
    status: 401,
    en: 'Invalid username or password.',
    ru: 'Неверный логин или пароль.',
  },
  first_password_used: {
    status: 401,
    en: 'This first password has been used. Ask for a sign-in link.',
    ru: 'Этот первый пароль уже использован. Попросите ссылку для входа.',
  },
  first_password_expired: {
    status: 401,
    en: 'This first password has expired. Ask for a sign-in link.',
    ru: 'Срок этого первого пароля истёк. Попросите ссылку для входа.',
  },
  password_change_required: {
    status: 403,
    en: 'Choose a password of your own first.',
    ru: 'Сначала выберите свой пароль.',
  },
  link_not_found: { status: 404, en: 'There is no such link.', ru: 'Такой ссылки нет.' },
  link_already_used: { status: 410, en: 'This link has been used.', ru: 'Эта ссылка уже использована.' },
  link_expired: { status: 410, en: 'This link has expired.', ru: 'Срок этой ссылки истёк.' },

  not_found: { status: 404, en: 'There is nothing at this address.', ru: 'По этому адресу ничего нет.' },
  method_not_allowed: {
    status: 405,
    en: 'This address does not take this method.',
    ru: 'Этот адрес не принимает такой метод.',
  },
  unsupported_media_type: {
    status: 415,
    en: 'This content type is not understood here.',
    ru: 'Такой тип содержимого здесь не принимается.',
  },
  body_too_large: {
    status: 413,
    en: 'That is more than fits here.',
    ru: 'Это больше, чем здесь помещается.',
  },
  malformed_body: { status: 400, en: 'The body cannot be read.', ru: 'Тело запроса не читается.' },
  invalid_input: { status: 422, en: 'Something in the input is wrong.', ru: 'Во введённых данных ошибка.' },
  unauthenticated: { status: 401, en: 'Sign in first.', ru: 'Сначала войдите.' },
  token_expired: { status: 401, en: 'The access token has expired.', ru: 'Срок токена истёк.' },
  token_invalid: { status: 401, en: 'The token is not valid.', ru: 'Токен недействителен.' },
  forbidden: { status: 403, en: 'You are not allowed to do this.', ru: 'Вам это не разрешено.' },
  csrf_failed: {
    status: 403,
    en: 'The form is too old or came from somewhere else. Go back, reload the page and send it again.',
    ru: 'Форма устарела или пришла с чужой страницы. Вернитесь, обновите страницу и отправьте снова.',
  },
  idempotency_key_reused: {
    status: 422,
    en: 'This Idempotency-Key was used for another request.',
    ru: 'Этот Idempotency-Key уже использован для другого запроса.',
  },
  idempotency_in_progress: {
    status: 409,
    en: 'A request with this Idempotency-Key is still under way.',
    ru: 'Запрос с этим Idempotency-Key ещё выполняется.',
  },
  misdirected_request: {
    status: 421,
    en: 'This service does not answer for that host name.',
    ru: 'Служба не отвечает за это имя.',
  },
  overloaded: {
    status: 503,
    en: 'Too busy. Try again in a moment.',
    ru: 'Слишком занято. Попробуйте через минуту.',
  },
  unavailable: {
    status: 503,
    en: 'The service cannot reach its storage. Nothing was changed; try again soon.',
    ru: 'Служба не может обратиться к хранилищу. Ничего не изменено; попробуйте позже.',
  },
  internal: {
    status: 500,
    en: 'Something went wrong on our side. Nothing of it is your fault.',
    ru: 'Что-то сломалось у нас. Вы ни при чём.',
  },
} satisfies Record<ProblemCode, Row>

export const statusOf = (code: ProblemCode): number => problems[code].status
export const wordingOf = (code: ProblemCode, locale: Locale = 'en'): string => problems[code][locale]

/** Thrown to answer a request with a problem; the only throw that is not an error of ours. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly status: number
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ProblemCode,
    members: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(code)
    this.code = code
    this.status = statusOf(code)
    this.members = members
    this.headers = headers
  }
}

export const problemOf = ({ code, details }: Refusal): Problem => new Problem(code, details)

/** RFC 9457. `type` is a stable URI for the code; `title` its wording; nothing internal. */
export const problemDocument = (problem: Problem, publicUrl: string, requestId: string) => ({
  type: `${publicUrl}/problems/${problem.code}`,
  title: wordingOf(problem.code),
  status: problem.status,
  code: problem.code,
  ...problem.members,
  requestId,
})

type Loose = {
  readonly name?: unknown
  readonly status?: unknown
  readonly type?: unknown
  readonly retryAfterSeconds?: unknown
}

/** What the outside gets to hear of anything thrown. */
export const asProblem = (error: unknown): Problem => {
  if (error instanceof Problem) return error
  const { name, status, retryAfterSeconds } = (
    typeof error === 'object' && error !== null ? error : {}
  ) as Loose
  const retry = typeof retryAfterSeconds === 'number' ? { 'retry-after': String(retryAfterSeconds) } : {}
  if (name === 'Overloaded' || name === 'StoreBusy') return new Problem('overloaded', {}, retry)
  if (name === 'StoreUnavailable') return new Problem('unavailable', {}, retry)
  if (status === 413) return new Problem('body_too_large')
  if (status === 415) return new Problem('unsupported_media_type')
  if (typeof status === 'number' && status >= 400 && status < 500) return new Problem('malformed_body')
  return new Problem('internal')
}
