/** A closing server cuts no connection on which a request is on its way. */
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect } from 'chai'
import { drainServer } from '../../src/hub/listen.js'

const ASK = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n'

/** A server like the hub's: after the event `leaving`, every answer closes its connection. */
const listening = async (): Promise<Server> => {
  let leaving = false
  const server = createServer((_, response) => {
    if (leaving) response.setHeader('Connection', 'close')
    response.end('good')
  })
  server.once('leaving', () => {
    leaving = true
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return server
}

describe('a closing server', () => {
  it('answers a request on a kept-alive connection and closes it', async () => {
    const server = await listening()
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    let answers = ''
    const first = new Promise<void>((resolve) => {
      client.on('data', (bytes) => {
        answers += bytes
        if (answers.endsWith('good')) resolve()
      })
    })
    const ended = new Promise<string>((resolve) => {
      client.once('end', () => resolve('ended'))
      client.once('error', ({ message }) => resolve(message))
    })
    client.write(ASK)
    await first
    // The client has its first answer and sends the next request at the moment of `leaving`.
    server.once('leaving', () => void client.write(ASK))
    await drainServer(server, { lingerMs: 0 })
    expect(await ended).to.equal('ended')
    expect(answers.match(/good/g)).to.have.lengthOf(2)
    expect(answers).to.match(/Connection: close\r\n[\s\S]*good$/)
    client.destroy()
  })
})
