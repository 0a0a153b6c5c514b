import type { enSessions } from './en-sessions.ts'

/** The words of sessions and sign-ins, in Russian. */
export const ruSessions: Readonly<Record<keyof typeof enSessions, string>> = {
  'device.named': '{browser} на {system}',
  'device.unknown': 'Неизвестное устройство',
  'sessions.lead': 'Где вы сейчас вошли. Что вам незнакомо, завершите и смените пароль.',
  'sessions.current': 'это устройство',
  'carrier.page': 'в браузере',
  'carrier.api': 'через программу',
  'sessions.lastUsed': 'Последнее действие',
  'sessions.ip': 'IP-адрес',
  'sessions.end': 'Выйти',
  'sessions.endOf': 'Выйти: {device}, вход {date}',
  'sessions.endOthers': 'Выйти везде, кроме этого устройства',
  'sessions.alone': 'Больше вы нигде не вошли.',
  'logins.title': 'Входы за последние 90 дней',
  'logins.when': 'Когда',
  'logins.result': 'Итог',
  'logins.succeeded': 'вход выполнен',
  'logins.failed': 'неверный пароль',
  'logins.isNew': 'новое устройство',
  'logins.none': 'Пока нет.',
  'logins.users': 'Входы и неудачные попытки',
}
