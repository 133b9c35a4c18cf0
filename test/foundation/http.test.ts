import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { requestHttp, UnreachableError } from '../../src/foundation/http.js'

const listening = (answer: RequestListener): Promise<{ server: Server; url: string }> =>
  new Promise((resolve) => {
    const server = createServer(answer)
    server.listen(0, '127.0.0.1', () =>
      resolve({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    )
  })

const ended = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

const kindOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'none'
  } catch (error) {
    return error instanceof UnreachableError ? error.kind : `not named: ${error}`
  }
}

describe('http', () => {
  let server: Server
  let url: string
  const limits = { timeoutMs: 2000, maxBytes: 1000 }

  before(async () => {
    ;({ server, url } = await listening((request, response) => {
      const path = request.url ?? ''
      if (path === '/echo') {
        response.setHeader('x-method', request.method ?? '')
        request.pipe(response.writeHead(201))
      } else if (path === '/moved') response.writeHead(302, { location: '/echo' }).end()
      else if (path === '/large') response.end('x'.repeat(5000))
      else if (path === '/endless') {
        const more = (): void => {
          if (!response.destroyed && response.write('x'.repeat(100))) setImmediate(more)
        }
        response.on('drain', more)
        more()
      } else if (path === '/cut') {
        response.writeHead(200, { 'content-length': '500' })
        response.write('half', () => response.destroy())
      } else if (path === '/slow-body') response.write('x')
      // The server never answers any other path.
    }))
  })
  after(() => ended(server))

  it('returns status, headers and body for any status', async () => {
    const { status, headers, body } = await requestHttp(`${url}/echo`, { ...limits, method: 'POST', body: '样例' })
    expect([status, headers.get('x-method'), body.toString()]).to.deep.equal([201, 'POST', '样例'])
  })

  const failures: [path: string, kind: string][] = [
    ['/moved', 'redirect'],
    ['/large', 'too_large'],
    ['/endless', 'too_large'],
    ['/cut', 'cut'],
  ]
  for (const [path, kind] of failures) {
    it(`names a failure at ${path}: ${kind}`, async () =>
      expect(await kindOf(requestHttp(`${url}${path}`, limits))).to.equal(kind))
  }

  it('names a missing answer and an incomplete one: timeout', async () => {
    for (const path of ['/never', '/slow-body']) {
      expect(await kindOf(requestHttp(`${url}${path}`, { ...limits, timeoutMs: 50 })), path).to.equal('timeout')
    }
  })

  it('names a closed port: refused', async () => {
    const closed = await listening(() => {})
    await ended(closed.server)
    expect(await kindOf(requestHttp(closed.url, limits))).to.equal('refused')
  })

  it('names an unknown host: dns', async () => {
    expect(await kindOf(requestHttp('http://no-such-host.invalid/', limits))).to.equal('dns')
  })

  it('names a server without TLS: tls', async () => {
    expect(await kindOf(requestHttp(`${url.replace('http:', 'https:')}/echo`, limits))).to.equal('tls')
  })

  it('refuses addresses other than HTTP', async () => {
    for (const address of ['file:///etc/hostname', 'data:text/plain,x', 'nonsense', '']) {
      expect(await kindOf(requestHttp(address, limits)), address).to.equal('other')
    }
  })

  it('ends with the reason of its abort signal', async () => {
    const stop = new AbortController()
    const asked = requestHttp(`${url}/never`, { ...limits, signal: stop.signal })
    stop.abort(new Error('enough'))
    expect(await asked.catch((error: Error) => error.message)).to.equal('enough')
  })
})
