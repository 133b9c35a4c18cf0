/** A browser without scripts for page tests. It keeps cookies and follows no redirect. */
interface Seen {
  status: number
  headers: Headers
  text: string
}

export interface Party {
  get(path: string, headers?: Record<string, string>): Promise<Seen>
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Seen>
  /** Sends a form with files. */
  attach(path: string, fields: Record<string, string>, files: readonly (Buffer | File)[]): Promise<Seen>
  /** The CSRF token in the forms of this page. */
  csrf(path: string): Promise<string>
  /** The stored cookie as `name=value`, or an empty string. */
  cookie(): string
  lay(cookie: string): void
}

export const visitor = (url: string): Party => {
  let cookie = ''
  const ask = async (path: string, init: RequestInit): Promise<Seen> => {
    const headers = { accept: 'text/html', ...(cookie && { cookie }), ...(init.headers as Record<string, string>) }
    const answer = await fetch(`${url}${path}`, { ...init, headers, redirect: 'manual' })
    const given = answer.headers.get('set-cookie')
    if (given !== null) cookie = given.includes('Max-Age=0') ? '' : (given.split(';')[0] ?? '')
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  const get: Party['get'] = (path, headers = {}) => ask(path, { headers })
  return {
    get,
    post: (path, fields, headers = {}) => ask(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
    attach: (path, fields, files) => {
      const body = new FormData()
      for (const [name, value] of Object.entries(fields)) body.append(name, value)
      for (const file of files)
        body.append('file', file instanceof File ? file : new File([new Uint8Array(file)], 'file'))
      return ask(path, { method: 'POST', body })
    },
    csrf: async (path) => /name="csrf" value="([^"]+)"/.exec((await get(path)).text)?.[1] ?? '',
    cookie: () => cookie,
    lay: (given) => {
      cookie = given
    },
  }
}
