import type { Ctx } from './ctx.ts'

/** Links and forms of pages that have a past; `href` and `action` stand in our templates with quotes, always. */
const WITHIN = /(<form\b[^>]*?\saction|<a\b[^>]*?\shref)="(\/admin(?:[/?#][^"]*)?)"([^>]*>)/g

const withMoment = (written: string, at: string): string => {
  const url = written.replaceAll('&#x3D;', '=') // as the templates write it: harmless between quotes, and no anchor
  const [, path = '', query = '', anchor = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/.exec(url) ?? []
  if (/[?;]at=/.test(query)) return written
  return `${path}${query === '' ? '?' : `${query}&amp;`}at=${encodeURIComponent(at)}${anchor}`
}

/** A form that is sent with GET forgets the query of its action: the moment goes along as a field. */
const fieldOf = (tag: string, at: string): string =>
  tag.startsWith('<form') && tag.includes('method="get"')
    ? `<input type="hidden" name="at" value="${at}">`
    : ''

/** A page of the past whose links lead to the same moment, and whose forms change nothing in the present. */
export const stayAt = (html: string, at: string): string =>
  html.replace(WITHIN, (tag: string, head: string, url: string, rest: string) =>
    rest.includes('data-leaves') ? tag : `${head}="${withMoment(url, at)}"${rest}${fieldOf(tag, at)}`,
  )

/** The same page in the present, what else its address asks for, and the moment that was typed. */
export const presentOf = (ctx: Ctx) => {
  const query = new URLSearchParams(ctx.querystring)
  const typed = query.get('at')
  query.delete('at')
  query.delete('lang')
  const rest = query.toString()
  return {
    typed,
    path: ctx.path,
    url: rest === '' ? ctx.path : `${ctx.path}?${rest}`,
    fields: [...query].map(([name, value]) => ({ name, value })),
  }
}
