/** Attacks that keep an HTTP server busy, each over connections of its own. `flood.test.ts` and the access soak run them. */
import { connect, type Socket } from 'node:net'

export interface Attacked {
  /** HTTP statuses received on the connection, in order. */
  statuses: number[]
  /** All bytes received, as latin1. */
  text: string
}

/** Writes the pieces one by one, `everyMs` apart, and reads until the server closes, `answers` have come or `forMs` have passed. */
export const raw = (
  url: string,
  pieces: Iterable<string | Buffer>,
  { forMs = 30_000, everyMs = 0, answers = Infinity }: { forMs?: number; everyMs?: number; answers?: number } = {},
): Promise<Attacked> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket: Socket = connect(Number(port), hostname)
    let text = ''
    const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
    const late = setTimeout(() => socket.destroy(), forMs)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (statuses().length >= answers) socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(late)
      clearTimeout(next)
      resolve({ statuses: statuses(), text })
    })
    const each = pieces[Symbol.iterator]()
    let next: NodeJS.Timeout | undefined
    const write = (): void => {
      const { value, done } = each.next()
      if (done || socket.destroyed) return
      socket.write(value, () => {
        next = setTimeout(write, everyMs)
      })
    }
    socket.on('connect', write)
  })

const HEAD = 'Host: hub.test\r\nContent-Type: application/json\r\n'

const post = (body: string, headers: Record<string, string> = {}): string => {
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST /graphql HTTP/1.1\r\n${HEAD}${more.join('')}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
export const question = (query: string): string => JSON.stringify({ query })

/** Header lines without an end. */
export function* slowHeaders(): Iterable<string> {
  yield `POST /graphql HTTP/1.1\r\n${HEAD}`
  for (let i = 0; ; i += 1) yield `X-${i}: a\r\n`
}
/** A body with a Content-Length, one character at a time. */
export function* slowBody(): Iterable<string> {
  yield `POST /graphql HTTP/1.1\r\n${HEAD}Content-Length: 900000\r\n\r\n{`
  for (;;) yield ' '
}
/** A chunked body of 4 MiB, without a Content-Length and without an end. */
export function* endlessBody(): Iterable<string> {
  yield `POST /graphql HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n`
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  for (let i = 0; i < 64; i += 1) yield chunk
}
export const nothing: readonly string[] = []
export const tooManyHeaders = [`GET /healthz HTTP/1.1\r\nHost: hub.test\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`]
export const noHttp = [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03])]
/** `many` pipelined requests on one connection. */
export const pipelined = (many: number): string[] => [post(question('{ standing(code: "x") { status } }')).repeat(many)]
export const badToken = (n: number): string[] => [
  post(question('{ viewer { sub } }'), { Authorization: `Bearer ${n}.aaaa.bbbb`, Connection: 'close' }),
]
export const aliased = [
  post(question(`{ ${Array.from({ length: 2_000 }, (_, i) => `a${i}: viewer { sub }`).join(' ')} }`), {
    Connection: 'close',
  }),
]
export const deep = [post(question(`{ ${'a { '.repeat(3_000)}b${' }'.repeat(3_000)} }`), { Connection: 'close' })]
