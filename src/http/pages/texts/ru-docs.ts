import type { enDocs } from './en-docs.ts'

/** The words of what the product says about itself, in Russian. */
export const ruDocs: Readonly<Record<keyof typeof enDocs, string>> = {
  'docs.title': 'Документация',
  'docs.lead':
    'О чём программы могут просить эту службу, что бывает в её истории и почему она может отказать.',
  'docs.contents': 'На этой странице',
  'docs.api': 'Программный интерфейс (API)',
  'docs.api.about': 'Все операции: что они принимают и что отвечают; можно сразу попробовать.',
  'docs.api.file': 'То же самое файлом (OpenAPI 3.1)',
  'docs.events': 'События',
  'docs.events.about':
    'Все факты, которые бывают в истории: что они говорят, что в них личное и какие таблицы из них получаются.',
  'docs.events.lead':
    'Видов: {count}. Событие — факт, который не меняется. Личное хранится зашифрованным и больше не читается, когда человек забыт.',
  'docs.events.tables': 'Таблицы для чтения',
  'docs.events.noTables': 'нет',
  'docs.events.mails': 'Может потребовать письма.',
  'docs.events.forgets': 'Уничтожает ключи того, кого оно забывает.',
  'docs.refusals': 'Отказы',
  'docs.refusals.about': 'Все причины отказа: код, статус и что говорится людям.',
  'docs.refusals.lead':
    'API отвечает документом об ошибке (RFC 9457). Программы смотрят на код: он не меняется никогда, слова — могут.',
  'docs.refusals.decided': 'Так решают правила',
  'docs.refusals.before': 'Замечено до всякого решения',
}
