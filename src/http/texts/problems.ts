import type { Locale } from '../../domain/invites/events.ts'
import type { RefusalCode } from '../../domain/refusals.ts'

/** What goes wrong before a command is even tried. */
export type HttpProblemCode =
  | 'not_found'
  | 'not_sealed_yet'
  | 'method_not_allowed'
  | 'unsupported_media_type'
  | 'body_too_large'
  | 'malformed_body'
  | 'invalid_input'
  | 'unauthenticated'
  | 'token_expired'
  | 'token_invalid'
  | 'forbidden'
  | 'session_not_found'
  | 'delivery_not_found'
  | 'registration_closed'
  | 'referral_code_required'
  | 'subtree_too_large'
  | 'subtree_changed'
  | 'import_not_found'
  | 'import_ended'
  | 'import_unreadable'
  | 'import_empty'
  | 'import_too_long'
  | 'email_undeliverable'
  | 'csrf_failed'
  | 'authorization_refused'
  | 'authorization_over'
  | 'idempotency_key_reused'
  | 'idempotency_in_progress'
  | 'misdirected_request'
  | 'too_many_requests'
  | 'overloaded'
  | 'storage_unavailable'
  | 'read_only'
  | 'moment_malformed'
  | 'moment_in_future'
  | 'past_being_prepared'
  | 'internal'

export type ProblemCode = RefusalCode | HttpProblemCode

/** What happened and, where something helps, what to do now. */
type Wording = readonly [title: string, advice?: string]
type Row = { readonly status: number } & Readonly<Record<Locale, Wording>>

/** The one table: every reason for a no, its HTTP status and its public wording. A missing row does not compile. */
export const problems: Readonly<Record<ProblemCode, Row>> = {
  not_allowed: {
    status: 403,
    en: ['You are not allowed to do this.', 'It takes a role that you do not hold.'],
    ru: ['Вам это не разрешено.', 'Для этого нужна роль, которой у вас нет.'],
  },
  invite_not_found: {
    status: 404,
    en: ['There is no such invite.', 'Follow the link exactly as it stands in the mail.'],
    ru: ['Такого приглашения нет.', 'Откройте ссылку точно так, как она записана в письме.'],
  },
  invite_already_redeemed: {
    status: 410,
    en: ['This invite has already been redeemed.', 'Sign in, or ask for a sign-in link.'],
    ru: ['Это приглашение уже использовано.', 'Войдите или попросите ссылку для входа.'],
  },
  invite_revoked: {
    status: 410,
    en: ['This invite was revoked.', 'Ask whoever invited you for a new one.'],
    ru: ['Это приглашение отозвано.', 'Попросите новое у того, кто вас пригласил.'],
  },
  invite_expired: {
    status: 410,
    en: ['This invite has expired.', 'Ask whoever invited you to send it again.'],
    ru: ['Срок этого приглашения истёк.', 'Попросите того, кто вас пригласил, отправить его снова.'],
  },
  invite_replaced: {
    status: 410,
    en: ['Another invite to the same address was redeemed; this one is no longer needed.', 'Sign in.'],
    ru: ['Использовано другое приглашение на тот же адрес; это больше не нужно.', 'Войдите.'],
  },
  invite_still_open: {
    status: 409,
    en: ['This invite is still open. Revoke it first.'],
    ru: ['Это приглашение ещё действует. Сначала отзовите его.'],
  },
  invite_expiry_out_of_range: {
    status: 422,
    en: ['An invite ends in the future, within a year.'],
    ru: ['Срок приглашения должен быть в будущем и не дольше года.'],
  },
  email_already_registered: {
    status: 409,
    en: ['Email already created.', 'Its owner can sign in; no invite is needed.'],
    ru: ['Этот адрес уже занят.', 'Его владелец может войти, приглашение не нужно.'],
  },
  user_not_found: {
    status: 404,
    en: ['There is no such user.', 'Check the id; an erased user is gone for good.'],
    ru: ['Такого пользователя нет.', 'Проверьте идентификатор; удалённый пользователь не вернётся.'],
  },
  user_suspended: {
    status: 403,
    en: ['This user is suspended. Ask whoever runs this service.'],
    ru: ['Этот пользователь заблокирован. Обратитесь к тому, кто ведёт службу.'],
  },
  last_admin: {
    status: 409,
    en: ['This is the last admin. Make another one first.'],
    ru: ['Это последний администратор. Сначала назначьте другого.'],
  },
  credentials_wrong: {
    status: 401,
    en: ['Invalid username or password.'],
    ru: ['Неверный логин или пароль.'],
  },
  first_password_used: {
    status: 401,
    en: ['This first password has been used. Ask for a sign-in link.'],
    ru: ['Этот первый пароль уже использован. Попросите ссылку для входа.'],
  },
  first_password_expired: {
    status: 401,
    en: ['This first password has expired. Ask for a sign-in link.'],
    ru: ['Срок этого первого пароля истёк. Попросите ссылку для входа.'],
  },
  password_change_required: {
    status: 403,
    en: ['Choose a password of your own first.', 'Until then this session can do nothing else.'],
    ru: ['Сначала выберите свой пароль.', 'До этого в этом сеансе больше ничего нельзя.'],
  },
  link_not_found: {
    status: 404,
    en: ['There is no such link.', 'Follow the link exactly as it stands in the mail.'],
    ru: ['Такой ссылки нет.', 'Откройте ссылку точно так, как она записана в письме.'],
  },
  link_already_used: {
    status: 410,
    en: ['This link has been used.', 'Ask for a new one.'],
    ru: ['Эта ссылка уже использована.', 'Попросите новую.'],
  },
  link_replaced: {
    status: 410,
    en: ['A newer link was mailed; this one is void.', 'Open the link in the newest mail.'],
    ru: ['Отправлена более новая ссылка; эта больше не действует.', 'Откройте ссылку из последнего письма.'],
  },
  email_already_verified: {
    status: 409,
    en: ['This address is confirmed already.', 'There is nothing left to do.'],
    ru: ['Этот адрес уже подтверждён.', 'Больше ничего делать не нужно.'],
  },
  email_not_verified: {
    status: 403,
    en: ['The address is not confirmed yet.', 'Confirm it with the code or the link in our mail.'],
    ru: ['Адрес ещё не подтверждён.', 'Подтвердите его кодом или ссылкой из нашего письма.'],
  },
  registration_already_complete: {
    status: 409,
    en: ['The registration is complete already.', 'Sign in.'],
    ru: ['Регистрация уже завершена.', 'Войдите.'],
  },
  registration_not_due: {
    status: 409,
    en: ['There is still time to confirm this address.'],
    ru: ['Время подтвердить этот адрес ещё не вышло.'],
  },
  code_wrong: {
    status: 422,
    en: ['This code is wrong.', 'Type the six digits from the newest mail.'],
    ru: ['Неверный код.', 'Введите шесть цифр из последнего письма.'],
  },
  code_expired: {
    status: 410,
    en: ['This code is no longer good.', 'Ask for a new one.'],
    ru: ['Этот код больше не действует.', 'Попросите новый.'],
  },
  code_locked: {
    status: 429,
    en: ['Too many wrong codes were tried.', 'Ask for a new one.'],
    ru: ['Слишком много неверных кодов.', 'Попросите новый.'],
  },
  session_not_found: {
    status: 404,
    en: ['You have no such session.', 'Ask for the list of your sessions again.'],
    ru: ['У вас нет такого сеанса.', 'Запросите список своих сеансов ещё раз.'],
  },
  client_not_found: {
    status: 404,
    en: ['There is no such application.', 'Check the id; one that was removed does not come back.'],
    ru: ['Такого приложения нет.', 'Проверьте идентификатор; удалённое приложение не вернётся.'],
  },
  redirect_uri_invalid: {
    status: 422,
    en: [
      'A redirect URI cannot be used.',
      'Give whole https addresses (http only for this machine), without `#`, `*` or a user, each once.',
    ],
    ru: [
      'Адрес возврата не подходит.',
      'Укажите полные адреса https (http только для этой машины) без `#`, `*` и имени пользователя, каждый один раз.',
    ],
  },
  webhook_not_found: {
    status: 404,
    en: ['There is no such webhook.', 'Check the id; one that was removed does not come back.'],
    ru: ['Такого вебхука нет.', 'Проверьте идентификатор; удалённый вебхук не вернётся.'],
  },
  webhook_url_unfit: {
    status: 422,
    en: [
      'Messages cannot be sent to this address.',
      'Give a whole https address without a user, `?` or `#`; a name or address of the open internet.',
    ],
    ru: [
      'На этот адрес нельзя отправлять сообщения.',
      'Укажите полный адрес https без имени пользователя, `?` и `#`; имя или адрес в открытом интернете.',
    ],
  },
  delivery_not_found: {
    status: 404,
    en: ['There is no such delivery.', 'Check the id; the log keeps what was sent in the last 30 days.'],
    ru: ['Такой доставки нет.', 'Проверьте идентификатор; журнал хранит отправленное за последние 30 дней.'],
  },
  mail_not_found: {
    status: 404,
    en: ['There is no such mail.', 'Check the id; mails of who has been forgotten are gone, too.'],
    ru: ['Такого письма нет.', 'Проверьте идентификатор; письма тех, кого здесь забыли, тоже удалены.'],
  },
  mail_not_failed: {
    status: 409,
    en: ['This mail was not given up.', 'It is sent, not needed any more, or still being tried.'],
    ru: ['От этого письма не отказывались.', 'Оно отправлено, больше не нужно или ещё отправляется.'],
  },
  mail_outdated: {
    status: 409,
    en: ['What this mail leads to has ended.', 'Send a new invite, link or code instead.'],
    ru: ['То, к чему ведёт это письмо, уже закончилось.', 'Отправьте новое приглашение, ссылку или код.'],
  },
  referral_code_unknown: {
    status: 404,
    en: ['There is no such referral code.', 'Type it exactly as you were given it, or go on without one.'],
    ru: [
      'Такого реферального кода нет.',
      'Введите его точно так, как вам его дали, или продолжайте без него.',
    ],
  },
  referral_code_expired: {
    status: 410,
    en: ['This referral code has expired.', 'Ask whoever gave it to you for a new one.'],
    ru: ['Срок действия этого реферального кода истёк.', 'Попросите новый у того, кто вам его дал.'],
  },
  referral_code_already_active: {
    status: 409,
    en: ['You have a referral code already.', 'Delete it first, or wait until it expires.'],
    ru: ['У вас уже есть реферальный код.', 'Сначала удалите его или дождитесь, когда он истечёт.'],
  },
  referral_code_expiry_out_of_range: {
    status: 422,
    en: ['A referral code must end in the future, within a year.'],
    ru: ['Срок реферального кода должен закончиться в будущем, в пределах года.'],
  },
  referral_code_required: {
    status: 403,
    en: ['Registering here takes a referral code.', 'Ask somebody who is here already for theirs.'],
    ru: ['Для регистрации нужен реферальный код.', 'Попросите его у кого-нибудь, кто здесь уже есть.'],
  },
  subtree_too_large: {
    status: 409,
    en: ['They are more than can be suspended at once.', 'Begin with those further below.'],
    ru: ['Их больше, чем можно заблокировать за один раз.', 'Начните с тех, кто ниже.'],
  },
  subtree_changed: {
    status: 409,
    en: ['Meanwhile others came or went.', 'Look at who it would be now, and do it again.'],
    ru: ['Тем временем кто-то пришёл или ушёл.', 'Посмотрите, кто это теперь, и повторите.'],
  },
  referral_to_self: {
    status: 409,
    en: ['This is your own referral code.', 'Somebody else has to have brought you here.'],
    ru: ['Это ваш собственный реферальный код.', 'Привести вас сюда должен кто-то другой.'],
  },
  referral_circle: {
    status: 409,
    en: ['You brought this user here yourself, or somebody whom you brought did.'],
    ru: ['Этого пользователя привели сюда вы сами или кто-то из тех, кого вы привели.'],
  },
  referral_chain_changed: {
    status: 409,
    en: ['Somebody else did the like at the same moment.', 'Try it once more.'],
    ru: ['Кто-то другой в тот же момент сделал то же самое.', 'Попробуйте ещё раз.'],
  },
  referral_chain_too_long: {
    status: 409,
    en: ['Too many users brought one another here before this one.', 'Use the code of somebody else.'],
    ru: ['Слишком много пользователей привели друг друга до этого.', 'Используйте код кого-нибудь другого.'],
  },
  referrer_already_set: {
    status: 409,
    en: ['It is known already who brought you here.', 'That can be said once only.'],
    ru: ['Уже известно, кто вас сюда привёл.', 'Указать это можно только один раз.'],
  },
  setting_unknown: {
    status: 404,
    en: ['There is no such setting.'],
    ru: ['Такой настройки нет.'],
  },
  setting_invalid: {
    status: 422,
    en: ['This setting cannot have this value.', '`reason` says what is wrong with it.'],
    ru: ['У этой настройки не может быть такого значения.', 'В `reason` указано, что с ним не так.'],
  },
  setting_pinned: {
    status: 409,
    en: ['This setting is pinned by the environment.', 'Whoever runs the service changes it there.'],
    ru: ['Эта настройка закреплена в окружении.', 'Её меняет там тот, кто ведёт службу.'],
  },
  setting_change_not_found: {
    status: 404,
    en: ['There is no such change of a setting.'],
    ru: ['Такого изменения настройки нет.'],
  },
  setting_changed_since: {
    status: 409,
    en: ['The setting was changed again since.', 'Take back the last change first.'],
    ru: ['С тех пор настройку изменили ещё раз.', 'Сначала отмените последнее изменение.'],
  },
  invite_already_open: {
    status: 409,
    en: ['This address has an open invite already.', 'Resend that one, or revoke it first.'],
    ru: ['По этому адресу уже есть открытое приглашение.', 'Отправьте его снова или сначала отзовите.'],
  },
  import_not_found: {
    status: 404,
    en: ['There is no such import.', 'Imports are forgotten a day after they have ended.'],
    ru: ['Такого импорта нет.', 'Импорты забываются через день после завершения.'],
  },
  import_ended: {
    status: 409,
    en: ['This import has ended.', 'Look at its lines, or send the list again: nobody is invited twice.'],
    ru: [
      'Этот импорт завершён.',
      'Посмотрите его строки или отправьте список снова: дважды никто приглашён не будет.',
    ],
  },
  import_unreadable: {
    status: 422,
    en: ['The list cannot be read as a table.', 'Look for a quotation mark that is never closed.'],
    ru: ['Список не читается как таблица.', 'Поищите кавычку, которая нигде не закрыта.'],
  },
  import_empty: {
    status: 422,
    en: ['There is no line in the list.', 'Give one address a line.'],
    ru: ['В списке нет ни одной строки.', 'Укажите по одному адресу в строке.'],
  },
  import_too_long: {
    status: 422,
    en: ['A list has 100,000 lines at most.', 'Split it. Nothing was issued.'],
    ru: ['В списке может быть не больше 100 000 строк.', 'Разделите его. Ничего не отправлено.'],
  },
  batch_not_found: {
    status: 404,
    en: ['There is no such batch of suspended users.'],
    ru: ['Такой группы заблокированных пользователей нет.'],
  },
  not_sealed_yet: {
    status: 409,
    en: ['This has not been sealed yet.', 'Seals are made about once a minute. Try again then.'],
    ru: ['Это ещё не запечатано.', 'Печати ставятся примерно раз в минуту. Попробуйте позже.'],
  },
  link_expired: {
    status: 410,
    en: ['This link has expired.', 'Ask for a new one.'],
    ru: ['Срок этой ссылки истёк.', 'Попросите новую.'],
  },

  not_found: {
    status: 404,
    en: ['There is nothing at this address.'],
    ru: ['По этому адресу ничего нет.'],
  },
  method_not_allowed: {
    status: 405,
    en: ['This address does not take this method.', 'The header `Allow` names those that it takes.'],
    ru: ['Этот адрес не принимает такой метод.', 'Заголовок `Allow` называет те, что он принимает.'],
  },
  unsupported_media_type: {
    status: 415,
    en: ['This content type is not understood here.', 'The API takes uncompressed `application/json`.'],
    ru: ['Такой тип содержимого здесь не принимается.', 'API принимает `application/json` без сжатия.'],
  },
  body_too_large: {
    status: 413,
    en: ['That is more than fits here.'],
    ru: ['Это больше, чем здесь помещается.'],
  },
  malformed_body: {
    status: 400,
    en: ['The body cannot be read.', 'Send well-formed JSON in UTF-8.'],
    ru: ['Тело запроса не читается.', 'Пришлите правильный JSON в UTF-8.'],
  },
  invalid_input: {
    status: 422,
    en: ['Something in the input is wrong.', '`errors` says what and where.'],
    ru: ['Во введённых данных ошибка.', '`errors` говорит, что и где.'],
  },
  unauthenticated: {
    status: 401,
    en: ['Sign in first.', 'Send an access token: `Authorization: Bearer …`.'],
    ru: ['Сначала войдите.', 'Пришлите токен доступа: `Authorization: Bearer …`.'],
  },
  token_expired: {
    status: 401,
    en: ['The access token has expired.', 'Get a new one with the refresh token.'],
    ru: ['Срок токена истёк.', 'Получите новый по токену обновления.'],
  },
  token_invalid: {
    status: 401,
    en: ['The token is not valid.', 'Its session may have ended: sign in again.'],
    ru: ['Токен недействителен.', 'Возможно, его сеанс закончился: войдите снова.'],
  },
  moment_malformed: {
    status: 400,
    en: [
      'That is no moment.',
      'Give a position of the history, such as 4711, or an instant in UTC, such as 2026-03-01T09:00:00Z.',
    ],
    ru: [
      'Это не момент.',
      'Укажите позицию истории, например 4711, или время UTC, например 2026-03-01T09:00:00Z.',
    ],
  },
  moment_in_future: {
    status: 400,
    en: [
      'The history has not come that far.',
      'Give a moment that has been; without one the present is shown.',
    ],
    ru: ['История ещё не дошла до этого момента.', 'Укажите прошедший момент; без него показано настоящее.'],
  },
  past_being_prepared: {
    status: 503,
    en: ['The past is being prepared.', 'Ask again in a moment; `percent` says how far it is.'],
    ru: ['Прошлое готовится.', 'Повторите запрос чуть позже; `percent` показывает, сколько готово.'],
  },
  read_only: {
    status: 403,
    en: ['This is the past; nothing can be changed in it.', 'Use the service itself.'],
    ru: ['Это прошлое: изменить в нём ничего нельзя.', 'Откройте сам сервис.'],
  },
  forbidden: {
    status: 403,
    en: ['You are not allowed to do this.', 'It takes a role that you do not hold.'],
    ru: ['Вам это не разрешено.', 'Для этого нужна роль, которой у вас нет.'],
  },
  email_undeliverable: {
    status: 422,
    en: ['No mail would reach this address.', 'Check how it is written, or use another one.'],
    ru: ['Почта на этот адрес не дойдёт.', 'Проверьте, как он написан, или укажите другой.'],
  },
  registration_closed: {
    status: 403,
    en: ['Nobody registers here by themselves.', 'Ask somebody inside for an invite.'],
    ru: ['Здесь нельзя зарегистрироваться самостоятельно.', 'Попросите приглашение у того, кто уже внутри.'],
  },
  registration_incomplete: {
    status: 403,
    en: ['The registration is not complete yet.', 'Choose a password first.'],
    ru: ['Регистрация ещё не завершена.', 'Сначала выберите пароль.'],
  },
  authorization_refused: {
    status: 400,
    en: [
      'An application asked for something that is not possible here.',
      'Go back to it. If this keeps happening, tell whoever runs the application.',
    ],
    ru: [
      'Приложение попросило то, что здесь невозможно.',
      'Вернитесь в него. Если это повторяется, сообщите тем, кто ведёт приложение.',
    ],
  },
  authorization_over: {
    status: 410,
    en: ['This sign-in to an application is over.', 'Go back to the application and begin again.'],
    ru: ['Этот вход в приложение уже закончен.', 'Вернитесь в приложение и начните снова.'],
  },
  csrf_failed: {
    status: 403,
    en: ['The form is too old or came from somewhere else. Go back, reload the page and send it again.'],
    ru: ['Форма устарела или пришла с чужой страницы. Вернитесь, обновите страницу и отправьте снова.'],
  },
  idempotency_key_reused: {
    status: 422,
    en: ['This Idempotency-Key was used for another request.', 'Make a new key for each new request.'],
    ru: ['Этот Idempotency-Key уже использован для другого запроса.', 'Для нового запроса нужен новый ключ.'],
  },
  idempotency_in_progress: {
    status: 409,
    en: ['A request with this Idempotency-Key is still under way.', 'Try again in a moment.'],
    ru: ['Запрос с этим Idempotency-Key ещё выполняется.', 'Повторите чуть позже.'],
  },
  misdirected_request: {
    status: 421,
    en: ['This service does not answer for that host name.', 'Whoever runs it sets PUBLIC_URL.'],
    ru: ['Служба не отвечает за это имя.', 'Имя задаёт тот, кто ведёт службу: PUBLIC_URL.'],
  },
  too_many_requests: {
    status: 429,
    en: ['That was too often.', 'Wait a while, then try again.'],
    ru: ['Слишком часто.', 'Подождите немного и попробуйте снова.'],
  },
  overloaded: {
    status: 503,
    en: ['Too busy. Try again in a moment.'],
    ru: ['Слишком занято. Попробуйте через минуту.'],
  },
  storage_unavailable: {
    status: 503,
    en: ['The service cannot reach its storage. Nothing was changed; try again soon.'],
    ru: ['Служба не может обратиться к хранилищу. Ничего не изменено; попробуйте позже.'],
  },
  internal: {
    status: 500,
    en: ['Something went wrong on our side. Nothing of it is your fault.'],
    ru: ['Что-то сломалось у нас. Вы ни при чём.'],
  },
}
