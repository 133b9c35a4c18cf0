/** Fetches a page over HTTP and reads its content. */
import http from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'

export interface Read {
  status: number
  headers: http.IncomingHttpHeaders
  /** Bytes transferred. */
  bytes: number
  text: string
}

/** Requests like a browser unless `headers` differ. Redirects are not followed. */
export const read = (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Read> =>
  new Promise((resolve, reject) => {
    const asked = { accept: 'text/html', 'accept-encoding': 'gzip, br', ...headers }
    const request = http.request(url, { method, headers: asked }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        const body = Buffer.concat(parts)
        const { 'content-encoding': encoding } = answer.headers
        const plain =
          body.length === 0
            ? body
            : encoding === 'br'
              ? brotliDecompressSync(body)
              : encoding === 'gzip'
                ? gunzipSync(body)
                : body
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          bytes: body.length,
          text: plain.toString('utf8'),
        })
      })
    })
    request.on('error', reject)
    request.end()
  })

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
export const unescaped = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ENTITIES[name] ?? '')

/** Ids of the listed entries, in order. */
export const idsIn = (text: string): string[] =>
  [...text.matchAll(/<h3><a href="\/blacklist\/([0-9a-f-]{36})(?:\?lang=en)?"/g)].map((match) => match[1] ?? '')

export const nextIn = (text: string): string | null => {
  const found = /rel="next" href="([^"]+)"/.exec(text)?.[1]
  return found === undefined ? null : unescaped(found)
}

/** Targets of links and forms on the same host. */
export const linksIn = (text: string): string[] =>
  [...text.matchAll(/(?:href|action|src)="(\/[^"]*)"/g)].map((match) => unescaped(match[1] ?? ''))

/** Commands of a page, ready to paste. */
export const commandsIn = (text: string): string[] =>
  [...text.matchAll(/<pre[^>]*><code>([\s\S]*?)<\/code><\/pre>/g)].map((match) => unescaped(match[1] ?? ''))
