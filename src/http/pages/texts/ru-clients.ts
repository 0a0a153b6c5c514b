import type { enClients } from './en-clients.ts'

/** Вход в чужие приложения и забота о них. */
export const ruClients: Readonly<Record<keyof typeof enClients, string>> = {
  'consent.title': 'Вход в приложение «{name}»',
  'consent.anew': 'Войдите ещё раз для «{name}»',
  'consent.lead': '«{name}» ({host}) хочет узнать, кто вы.',
  'consent.learns': 'Если вы разрешите, «{name}» узнает:',
  'consent.scope.openid': 'что это вы: номер, под которым вас здесь знают',
  'consent.scope.profile': 'ваше имя и язык',
  'consent.scope.email': 'ваш адрес электронной почты',
  'consent.allow': 'Разрешить',
  'consent.deny': 'Не разрешать',
  'consent.hint': 'Когда вы здесь выйдете, оно больше ничего не узнает.',
  'admin.clients': 'Приложения',
  'clients.lead': 'Приложения, в которые наши пользователи могут входить через нас (OpenID Connect).',
  'clients.none': 'Приложений ещё нет. Зарегистрируйте первое ниже.',
  'clients.noneYet': 'Приложений ещё нет.',
  'clients.name': 'Название',
  'clients.kind': 'Вид',
  'clients.kind.confidential': 'хранит секрет',
  'clients.kind.public': 'без секрета',
  'clients.kind.hint':
    'Секрет — для того, что работает на сервере. В браузере или на устройстве его мог бы прочитать любой.',
  'clients.redirectUris': 'Адреса возврата',
  'clients.redirectUris.hint':
    'По одному в строке, https; http только для этой машины. Сравниваются буква в букву.',
  'clients.redirectUris.one': 'Нужен хотя бы один адрес, и не больше десяти.',
  'clients.redirectUris.unfit':
    'Адрес номер {place} не подходит: полные адреса https, каждый один раз, без # и *.',
  'clients.registered': 'Зарегистрировано',
  'clients.registeredBy': 'Кем',
  'clients.id': 'Идентификатор клиента',
  'clients.issuer': 'Издатель',
  'clients.register': 'Зарегистрировать приложение',
  'clients.submit': 'Зарегистрировать',
  'clients.save': 'Сохранить',
  'clients.remove': 'Удалить',
  'clients.removeOf': 'Удалить «{name}»',
  'clients.removeAsk': 'В него больше никто не войдёт, и все его токены сразу перестанут действовать.',
  'clients.removeYes': 'Да, удалить',
  'clients.secret.title': '«{name}» зарегистрировано',
  'clients.secret': 'Секрет клиента',
  'clients.secret.hint':
    'Он показан один раз и нигде не хранится. Положите его туда, где приложение держит секреты.',
  'clients.back': 'Все приложения',
  'notice.clientChanged': 'Приложение сохранено.',
  'notice.clientRemoved': 'Приложение удалено.',
}
