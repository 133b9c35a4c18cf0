import { once } from 'node:events'
import { createServer, ServerResponse } from 'node:http'
import { type AddressInfo, connect, Socket } from 'node:net'
import { expect } from 'chai'
import { makeBulkTurns } from '../../../src/api/request/bulk-turns.js'

const NEVER = new AbortController().signal

describe('turns of bulk chunks', () => {
  let now = 0
  const world = () => {
    const turns = makeBulkTurns(() => now)
    const ends: (() => void)[] = []
    const chunks: Promise<void>[] = []
    const start = (signal = NEVER) =>
      chunks.push(turns.run(signal, () => new Promise<void>((resolve) => ends.push(resolve))))
    /** Ends the chunk that has run longest. */
    const endOne = async () => {
      ends.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
    return { turns, ends, chunks, start, endOne }
  }

  it('let four chunks of 1,000 rows run at once when nobody else asks', () => {
    const { turns, ends, start } = world()
    for (let n = 0; n < 6; n += 1) start()
    expect(ends).to.have.length(4)
    expect(turns.rowsOfNextChunk()).to.equal(1_000)
  })

  it('let one smaller chunk run beside a short request, and for a while after it', async () => {
    const { turns, ends, start, endOne } = world()
    const response = new ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 } as never)
    response.assignSocket(new Socket())
    turns.noteShortRequest(response)
    for (let n = 0; n < 6; n += 1) start()
    expect(ends).to.have.length(1)
    expect(turns.rowsOfNextChunk()).to.equal(250)
    response.emit('close')
    await endOne()
    expect(ends).to.have.length(1)
    now += 200
    await endOne()
    expect(ends).to.have.length(4)
    expect(turns.rowsOfNextChunk()).to.equal(1_000)
  })

  it('forget short requests that were sent at once on a connection that was cut', async () => {
    const { turns } = world()
    const server = createServer((_, response) => turns.noteShortRequest(response)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3))
    const [, first] = (await once(server, 'request')) as [unknown, ServerResponse]
    expect(turns.rowsOfNextChunk()).to.equal(250)
    client.destroy()
    await once(first, 'close')
    now += 200
    expect(turns.rowsOfNextChunk()).to.equal(1_000)
    server.close()
  })

  it('drop the turn of a request that was given up', async () => {
    const { ends, chunks, start, endOne } = world()
    const given = new AbortController()
    for (let n = 0; n < 4; n += 1) start()
    start(given.signal)
    start()
    given.abort(new Error('given up'))
    const refused = chunks[4]?.then(
      () => 'answered',
      (error: Error) => error.message,
    )
    await endOne()
    expect(await refused).to.equal('given up')
    expect(ends).to.have.length(4)
  })
})
