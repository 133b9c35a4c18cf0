/** Measures one `POST /v1/standings` with many codes: the body is sent at once, and the answer is read as it arrives. */
import http from 'node:http'

export interface Streamed {
  /** Milliseconds from sending to the first byte of the answer's body. */
  first: number
  /** Milliseconds from sending to the last byte. */
  all: number
  rows: number
  bytes: number
}

/** Rejects unless every line has arrived and the last line says so. */
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
