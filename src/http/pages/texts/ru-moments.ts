import type { enMoments } from './en-moments.ts'

/** The words of the past: as of a moment, and two moments compared; in Russian. */
export const ruMoments: Readonly<Record<keyof typeof enMoments, string>> = {
  'moment.label': 'Показанный момент',
  'moment.asOf': 'Как было:',
  'moment.position': 'после события {position}',
  'moment.beginning': 'до первого события',
  'moment.readOnly': 'Изменить здесь ничего нельзя. Кто забыт с тех пор, забыт и в прошлом.',
  'moment.another': 'Посмотреть, как было',
  'moment.at': 'Момент (UTC)',
  'moment.at.hint': 'Позиция истории, например 4711, или время, например 2026-03-01T09:00.',
  'moment.go': 'Перейти',
  'moment.now': 'Вернуться в настоящее',
  'moment.earlier': 'На событие раньше',
  'moment.later': 'На событие позже',
  'moment.since': 'Что изменилось с тех пор',
  'moment.erased':
    'С тех пор этот человек забыт. Ключи уничтожены: имя и адрес больше не прочесть, и в прошлом тоже.',
  'moment.erasedSince': 'забыт с тех пор',
  'moment.preparing.title': 'Прошлое готовится',
  'moment.preparing.percent': 'Готово {percent} %.',
  'moment.preparing.lead': 'Страница сама обновляется, пока всё не будет готово.',
  'moment.preparing.again': 'Посмотреть снова',
  'invites.one': 'Приглашение: {who}',
}
