import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { expect } from 'chai'
import { sendWithTimeouts, type TimeoutBounds } from '../../src/web/frame/response-timeout.js'

const LONG_MS = 600_000
const PART = Buffer.alloc(65_536, 'x')

/** Yields `count` parts of 64 KiB, one every `everyMs` milliseconds. */
async function* parts(count: number, everyMs: number): AsyncGenerator<Buffer> {
  for (let n = 0; n < count; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, everyMs))
    yield PART
  }
}

describe('sendWithTimeouts', () => {
  const closers: (() => void)[] = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })

  /** A response in progress with the data of `from`, and the socket of its client. */
  const answering = async (
    bounds: TimeoutBounds,
    from: (response: ServerResponse) => AsyncGenerator<Buffer>,
  ): Promise<[ServerResponse, Socket]> => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    closers.push(() => {
      socket.destroy()
      server.close()
      server.closeAllConnections()
    })
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse]
    void sendWithTimeouts(response, bounds, from(response)).catch(() => undefined)
    return [response, socket]
  }

  it('disconnects a client that stops reading', async () => {
    const [response, socket] = await answering({ goodMs: LONG_MS, stalledMs: 300 }, () => parts(10_000, 0))
    socket.pause()
    await once(response, 'close')
    expect(response.writableFinished).to.equal(false)
  })

  it('disconnects a reading client when the data expires', async () => {
    const [response, socket] = await answering({ goodMs: 300, stalledMs: LONG_MS }, () => parts(10_000, 5))
    socket.resume()
    await once(response, 'close')
    expect(response.writableFinished).to.equal(false)
  })

  it("P-A5: never counts the hub's own time against the client", async () => {
    const bounds: unknown[] = []
    const [response, socket] = await answering({ goodMs: LONG_MS, stalledMs: LONG_MS }, async function* (response) {
      for await (const part of parts(3, 1)) {
        bounds.push(response.socket?.timeout || null)
        yield part
      }
    })
    socket.resume()
    await once(response, 'close')
    expect([response.writableFinished, bounds]).to.deep.equal([true, [null, null, null]])
  })

  it('finishes for a slow client that keeps reading', async () => {
    const [response, socket] = await answering({ goodMs: LONG_MS, stalledMs: 2_000 }, () => parts(30, 100))
    socket.resume()
    await once(response, 'close')
    expect(response.writableFinished).to.equal(true)
  })
})
