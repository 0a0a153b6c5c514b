/** Where an operation is, and what it takes; read off the API's description. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: readonly string[]
  readonly isForm?: boolean
  /** The same request again under the same key is done once. */
  readonly isKeyed?: boolean
  readonly isAnonymous?: boolean
}

export type Options = {
  readonly signal?: AbortSignal
  /** Made anew for each call, unless it is given: then a wish is done once, however often it is called for. */
  readonly idempotencyKey?: string
  /** In place of the session's access token: a registration's own token. */
  readonly token?: string
}

/** What goes into an operation's path and query. */
export type Given = Readonly<Record<string, string | number | boolean | undefined>>

const fill = (path: string, input: Given): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input[name])))

/** The address of an operation with what goes into its path and query. */
export const urlOf = (base: string, { path, query = [] }: Route, input: Given): string => {
  const parameters = new URLSearchParams()
  for (const name of query) {
    const value = input[name]
    if (value !== undefined) parameters.set(name, String(value))
  }
  const asked = parameters.toString()
  return `${base}${fill(path, input)}${asked === '' ? '' : `?${asked}`}`
}

/** The body of an operation as it is sent, and what it says it is. */
export const bodyOf = (
  { isForm }: Route,
  body: unknown,
): { readonly body?: string; readonly headers: Readonly<Record<string, string>> } => {
  if (body === undefined) return { headers: {} }
  return isForm
    ? {
        body: new URLSearchParams(body as Record<string, string>).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }
    : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}
