/** One question about many codes over HTTP, timed: sent at once, read as it comes. */
import http from 'node:http'

export interface Streamed {
  /** From the first byte sent to the first byte of the answer's body, milliseconds. */
  first: number
  /** To the last, milliseconds. */
  all: number
  rows: number
  bytes: number
}

/** Every line must be there, and the last one say so. */
export const streamed = (port: number, body: string, token: string | undefined): Promise<Streamed> =>
  new Promise((resolve, reject) => {
    const began = performance.now()
    const request = http.request(
      {
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/v1/standings',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...(token && { authorization: `Bearer ${token}` }),
        },
      },
      (response) => {
        let [first, rows, bytes] = [0, 0, 0]
        let last: Buffer = Buffer.alloc(0)
        response.on('data', (part: Buffer) => {
          if (first === 0) first = performance.now() - began
          bytes += part.length
          for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) rows += 1
          last = part.length < 500 ? Buffer.concat([last, part]) : part
        })
        response.on('end', () => {
          const end = last.toString('utf8').trimEnd().split('\n').at(-1) ?? ''
          if (response.statusCode !== 200 || !end.startsWith('{"end":true'))
            return reject(new Error(`${response.statusCode} ${end.slice(0, 500)}`))
          resolve({ first, all: performance.now() - began, rows: rows - 1, bytes })
        })
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(body)
  })
