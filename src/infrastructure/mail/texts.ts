import type { Locale } from '../../domain/invites/events.ts'
import type { MailTemplate } from '../../domain/mails/events.ts'
import type { MailPart } from '../../domain/settings/names.ts'
import type { DeviceWords } from '../../domain/user-agent.ts'

/**
 * The words of one mail, with `{placeholders}`. `action` is what the button says; its link stands alone on a line in
 * the text version. Admins may put others in their place.
 */
export type MailTexts = Readonly<Record<MailPart, string>>

export type MailWords = {
  readonly greeting: string
  readonly login: string
  readonly firstPassword: string
  readonly code: string
  readonly when: string
  readonly device: string
  readonly ip: string
  readonly deviceOf: (device: DeviceWords) => string
  readonly footer: (address: string, service: string) => string
  /** Stands above the bare link, for programs in which the button can't be pressed. */
  readonly orCopy: string
  readonly templates: Readonly<Record<MailTemplate, MailTexts>>
}

export const mailWords: Readonly<Record<Locale, MailWords>> = {
  en: {
    greeting: 'Hello!',
    orCopy: 'Or copy this address into your browser:',
    login: 'Login',
    firstPassword: 'First password',
    code: 'Code',
    when: 'When',
    device: 'Device',
    ip: 'IP address',
    deviceOf: ({ browser, system }) => [browser, system].filter(Boolean).join(' on ') || 'unknown',
    footer: (address, service) => `This mail was sent to ${address} by ${service},`,
    templates: {
      invite: {
        subject: 'You are invited',
        lead: 'You have been invited to join {service}. Open the link, press the one button there, and you are in.',
        action: 'See the invite',
        closing:
          'The link works once, until {until}. If you did not expect this invite, do nothing: without the button nothing happens.',
      },
      'first-password': {
        subject: 'Your login and first password',
        lead: 'Your invite was redeemed and your user is ready. The first password signs you in once, until {until}; then you choose your own.',
        action: 'Sign in',
        closing:
          'If it was not you who redeemed the invite, sign in with this password and choose your own: that ends every other session.',
      },
      'sign-in-link': {
        subject: 'Your sign-in link',
        lead: 'You asked for a link that signs you in. It also ends your other sessions.',
        action: 'Sign in',
        closing:
          'The link works once, until {until}. If you did not ask for it, do nothing: nobody can use it without this mail.',
      },
      'password-changed': {
        subject: 'Your password was changed',
        lead: 'Your password was changed at {at}. All other sessions were ended.',
        action: 'Go to {service}',
        closing: 'If it was not you, tell whoever runs {service} at once.',
      },
      verification: {
        subject: 'Confirm your address',
        lead: 'Somebody, hopefully you, gave this address to us. Type the code where you were asked for it, or open the link.',
        action: 'Confirm the address',
        closing:
          'Both work once, until {until}. Tell the code to nobody. If it was not you, do nothing: without this mail nothing can be confirmed.',
      },
      'address-taken': {
        subject: 'You have a user here already',
        lead: 'Somebody tried to register with this address, or to change theirs to it. It is yours already, so nothing was changed.',
        action: 'I forgot my password',
        closing: 'If it was you, sign in as usual. If it was not, there is nothing to do.',
      },
      'email-changed': {
        subject: 'Your address was changed',
        lead: 'Your user has confirmed another address at {at}. From now on we write to the new one, and this one signs nobody in.',
        action: 'Go to {service}',
        closing: 'If it was not you, tell whoever runs {service} at once.',
      },
      'password-reset': {
        subject: 'Set a new password',
        lead: 'You asked for a link to set a new password. Using it ends all your sessions.',
        action: 'Set a new password',
        closing:
          'The link works once, until {until}. If you did not ask for it, do nothing: your password stays as it is.',
      },
      'new-device': {
        subject: 'A sign-in from a new device',
        lead: 'Somebody signed in as you at {at}, on a device that we had not seen before.',
        action: 'See your sessions',
        closing: 'If it was you, all is well. If not, end that session and change your password now.',
      },
      'referral-code': {
        subject: 'Somebody thinks of you',
        lead: 'Somebody who is with {service} would like you to join, and gave us your address for this one mail. Register with their code, or open the link.',
        action: 'See how to join',
        closing:
          'The code works until {until}. If you do not want to join, do nothing: your address is used for nothing else.',
      },
    },
  },
  ru: {
    greeting: 'Здравствуйте!',
    orCopy: 'Или скопируйте этот адрес в браузер:',
    login: 'Логин',
    firstPassword: 'Первый пароль',
    code: 'Код',
    when: 'Когда',
    device: 'Устройство',
    ip: 'IP-адрес',
    deviceOf: ({ browser, system }) => [browser, system].filter(Boolean).join(' на ') || 'неизвестно',
    footer: (address, service) => `Это письмо отправлено на ${address}. Отправитель: ${service},`,
    templates: {
      invite: {
        subject: 'Вас пригласили',
        lead: 'Вас приглашают присоединиться: {service}. Откройте ссылку, нажмите там единственную кнопку — и готово.',
        action: 'Открыть приглашение',
        closing:
          'Ссылка действует один раз, до {until}. Если вы не ждали приглашения, ничего не делайте: без нажатия кнопки ничего не произойдёт.',
      },
      'first-password': {
        subject: 'Ваш логин и первый пароль',
        lead: 'Приглашение использовано, ваш пользователь создан. Первый пароль впустит вас один раз, до {until}; затем вы выберете свой.',
        action: 'Войти',
        closing:
          'Если приглашением воспользовались не вы, войдите с этим паролем и выберите свой: все остальные сеансы завершатся.',
      },
      'sign-in-link': {
        subject: 'Ссылка для входа',
        lead: 'Вы попросили ссылку для входа. Вход по ней завершит остальные ваши сеансы.',
        action: 'Войти',
        closing:
          'Ссылка действует один раз, до {until}. Если вы её не просили, ничего не делайте: без этого письма её никто не использует.',
      },
      'password-changed': {
        subject: 'Ваш пароль изменён',
        lead: 'Ваш пароль был изменён {at}. Все остальные сеансы завершены.',
        action: 'Открыть {service}',
        closing: 'Если это были не вы, сразу сообщите тому, кто ведёт {service}.',
      },
      verification: {
        subject: 'Подтвердите адрес',
        lead: 'Кто-то, надеемся, вы, указал у нас этот адрес. Введите код там, где его спросили, или откройте ссылку.',
        action: 'Подтвердить адрес',
        closing:
          'Код и ссылка действуют один раз, до {until}. Никому не сообщайте код. Если это были не вы, ничего не делайте: без этого письма адрес не подтвердить.',
      },
      'address-taken': {
        subject: 'У вас здесь уже есть пользователь',
        lead: 'Кто-то попытался зарегистрироваться с этим адресом или сменить на него свой. Адрес уже ваш, поэтому ничего не изменилось.',
        action: 'Я не помню пароль',
        closing: 'Если это были вы, войдите как обычно. Если нет, делать ничего не нужно.',
      },
      'email-changed': {
        subject: 'Ваш адрес изменён',
        lead: 'Ваш пользователь подтвердил другой адрес {at}. Теперь мы пишем на новый, а этот больше никого не впускает.',
        action: 'Открыть {service}',
        closing: 'Если это были не вы, сразу сообщите тому, кто ведёт {service}.',
      },
      'password-reset': {
        subject: 'Новый пароль',
        lead: 'Вы попросили ссылку, чтобы задать новый пароль. После этого завершатся все ваши сеансы.',
        action: 'Задать новый пароль',
        closing:
          'Ссылка действует один раз, до {until}. Если вы её не просили, ничего не делайте: пароль останется прежним.',
      },
      'new-device': {
        subject: 'Вход с нового устройства',
        lead: 'Кто-то вошёл под вашим именем {at} с устройства, которого мы раньше не видели.',
        action: 'Посмотреть сеансы',
        closing: 'Если это были вы, всё в порядке. Если нет, завершите тот сеанс и сразу смените пароль.',
      },
      'referral-code': {
        subject: 'О вас подумали',
        lead: 'Кто-то из пользователей {service} хочет, чтобы вы присоединились, и указал ваш адрес для этого единственного письма. Зарегистрируйтесь с его кодом или откройте ссылку.',
        action: 'Как присоединиться',
        closing:
          'Код действует до {until}. Если вы не хотите присоединяться, ничего не делайте: ваш адрес больше ни для чего не используется.',
      },
    },
  },
}
