/** Reads server-sent events as a client does, with the last event id. */
interface Told {
  id: string | null
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: what an event holds is its test's to say
  data: any
}

export interface Listening {
  status: number
  headers: Headers
  events: Told[]
  comments: string[]
  lastId: string | null
  /** Resolves with the first matching event; rejects when the stream ends. */
  until(is: (told: Told) => boolean): Promise<Told>
  /** Resolves when the server has ended it. */
  ended: Promise<void>
  /** Breaks the connection like a dying process. */
  kill(): void
}

export const listen = async (url: string, token: string, headers: Record<string, string> = {}): Promise<Listening> => {
  const cut = new AbortController()
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...headers },
    signal: cut.signal,
  })
  const events: Told[] = []
  const comments: string[] = []
  let waiting: (() => void)[] = []
  let over = false
  const wake = () => {
    const all = waiting
    waiting = []
    for (const each of all) each()
  }
  const one: Listening = {
    status: answer.status,
    headers: answer.headers,
    events,
    comments,
    lastId: null,
    until: async (is) => {
      for (;;) {
        const found = events.find(is)
        if (found) return found
        if (over) throw new Error(`the stream ended with ${JSON.stringify(events)}`)
        await new Promise<void>((resolve) => {
          waiting.push(resolve)
        })
      }
    },
    ended: Promise.resolve(),
    kill: () => cut.abort(),
  }
  const read = async (): Promise<void> => {
    let rest = ''
    for await (const part of answer.body as AsyncIterable<Uint8Array>) {
      rest += Buffer.from(part).toString('utf8')
      const blocks = rest.split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) take(block)
      wake()
    }
  }
  const take = (block: string): void => {
    const lines = block
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])
    const of = (name: string) => lines.find(([field]) => field === name)?.[1]
    if (of('') !== undefined) comments.push(of('') ?? '')
    one.lastId = of('id') ?? one.lastId
    const data = of('data')
    if (data !== undefined)
      events.push({ id: of('id') ?? null, event: of('event') ?? 'message', data: JSON.parse(data) })
  }
  one.ended = read()
    .catch(() => undefined)
    .finally(() => {
      over = true
      wake()
    })
  return one
}
