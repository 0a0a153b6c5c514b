import type { Locale } from '../../domain/invites/events.ts'
import type { MailTemplate } from '../../domain/mails/events.ts'

/** The words of one mail; `{{name}}`-like parts are filled in by the functions' parameters, never by string search. */
export type MailTexts = {
  readonly subject: string
  readonly lead: (facts: MailFacts) => string
  /** What the button says; its link stands alone on a line in the text version. */
  readonly action: string
  readonly closing: (facts: MailFacts) => string
}

export type MailFacts = {
  readonly login: string
  /** When link or password end, in words of the reader's language. */
  readonly until: string
  readonly at: string
}

export type MailWords = {
  readonly greeting: string
  readonly login: string
  readonly firstPassword: string
  readonly footer: (address: string) => string
  readonly templates: Readonly<Record<MailTemplate, MailTexts>>
}

export const mailWords: Readonly<Record<Locale, MailWords>> = {
  en: {
    greeting: 'Hello!',
    login: 'Login',
    firstPassword: 'First password',
    footer: (address) => `This mail was sent to ${address} by the account service at this address:`,
    templates: {
      invite: {
        subject: 'You are invited',
        lead: () =>
          'Somebody who runs this service has invited you to join. Open the link, press the one button there, and you are in.',
        action: 'See the invite',
        closing: ({ until }) =>
          `The link works once, until ${until}. If you did not expect this invite, do nothing: without the button nothing happens.`,
      },
      'first-password': {
        subject: 'Your login and first password',
        lead: ({ until }) =>
          `Your invite was redeemed and your user is ready. The first password signs you in once, until ${until}; then you choose your own.`,
        action: 'Sign in',
        closing: () =>
          'If it was not you who redeemed the invite, sign in with this password and choose your own: that ends every other session.',
      },
      'sign-in-link': {
        subject: 'Your sign-in link',
        lead: () => 'You asked for a link that signs you in. It also ends your other sessions.',
        action: 'Sign in',
        closing: ({ until }) =>
          `The link works once, until ${until}. If you did not ask for it, do nothing: nobody can use it without this mail.`,
      },
      'password-changed': {
        subject: 'Your password was changed',
        lead: ({ at }) => `Your password was changed at ${at}. All other sessions were ended.`,
        action: 'Go to the service',
        closing: () => 'If it was not you, tell whoever runs this service at once.',
      },
    },
  },
  ru: {
    greeting: 'Здравствуйте!',
    login: 'Логин',
    firstPassword: 'Первый пароль',
    footer: (address) => `Это письмо отправлено на ${address} службой учётных записей по адресу:`,
    templates: {
      invite: {
        subject: 'Вас пригласили',
        lead: () =>
          'Сотрудник этой службы приглашает вас присоединиться. Откройте ссылку, нажмите там единственную кнопку — и готово.',
        action: 'Открыть приглашение',
        closing: ({ until }) =>
          `Ссылка действует один раз, до ${until}. Если вы не ждали приглашения, ничего не делайте: без нажатия кнопки ничего не произойдёт.`,
      },
      'first-password': {
        subject: 'Ваш логин и первый пароль',
        lead: ({ until }) =>
          `Приглашение использовано, ваш пользователь создан. Первый пароль впустит вас один раз, до ${until}; затем вы выберете свой.`,
        action: 'Войти',
        closing: () =>
          'Если приглашением воспользовались не вы, войдите с этим паролем и выберите свой: все остальные сеансы завершатся.',
      },
      'sign-in-link': {
        subject: 'Ссылка для входа',
        lead: () => 'Вы попросили ссылку для входа. Вход по ней завершит остальные ваши сеансы.',
        action: 'Войти',
        closing: ({ until }) =>
          `Ссылка действует один раз, до ${until}. Если вы её не просили, ничего не делайте: без этого письма её никто не использует.`,
      },
      'password-changed': {
        subject: 'Ваш пароль изменён',
        lead: ({ at }) => `Ваш пароль был изменён ${at}. Все остальные сеансы завершены.`,
        action: 'Перейти к службе',
        closing: () => 'Если это были не вы, сразу сообщите тому, кто ведёт эту службу.',
      },
    },
  },
}
