import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { UnreachableError } from '../../../src/foundation/http.js'
import { describeFailure } from '../../../src/work/standing/changes/webhook-message.js'
import { callSubscriber, checkSubscriber } from '../../../src/work/standing/subscriber-client.js'

/** Spellings of addresses outside the public internet. Each is refused before any call. */
const SPELLINGS = [
  'http://127.0.0.1',
  'http://127.1',
  'http://2130706433',
  'http://0x7f000001',
  'http://0177.0.0.1',
  'http://127.0.0.1.',
  'http://[::1]',
  'http://[::ffff:127.0.0.1]',
  'http://[::ffff:7f00:1]',
  'http://[::127.0.0.1]',
  'http://[64:ff9b::7f00:1]',
  'http://[2002:7f00:1::]',
  'http://0.0.0.0',
  'http://0',
  'http://[::]',
  'http://①②⑦.⓪.⓪.①',
  'http://10.0.0.1',
  'http://172.16.0.1',
  'http://192.168.1.1',
  'http://100.64.0.1',
  'http://169.254.169.254/latest/meta-data',
  'http://[fd00:ec2::254]',
  'http://224.0.0.1',
  'http://[ff02::1]',
  'http://192.0.2.1',
  'http://198.51.100.1',
  'http://203.0.113.1',
  'http://[2001:db8::1]',
  'http://255.255.255.255',
  'http://[fe80::1]',
]
/** Host names to be refused, with the addresses to which they resolve in this test. */
const NAMES: Record<string, string[]> = {
  localhost: ['127.0.0.1', '::1'],
  'metadata.google.internal': ['169.254.169.254'],
  intranet: ['10.1.2.3'],
  'two.example': ['8.8.8.8', '192.168.0.1'],
  'six.example': ['::ffff:10.0.0.1'],
  'zone.example': ['fe80::1%1'],
  'nowhere.example': [],
}

describe('HTTP client for subscriber addresses', () => {
  const servers: Server[] = []
  let asked: string[] = []

  const listening = async (host: string, answer: RequestListener, port = 0): Promise<number> => {
    const server = createServer((request, response) => {
      asked.push(`${host} ${request.headers.host} ${request.url}`)
      request.resume()
      request.on('end', () => answer(request, response))
    })
    servers.push(server)
    await new Promise<void>((resolve) => {
      server.listen(port, host, resolve)
    })
    return (server.address() as AddressInfo).port
  }
  beforeEach(() => {
    asked = []
  })
  after(async () => {
    for (const server of servers)
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
  })

  const HERE = ['127.0.0.0/8']
  const given = { headers: {}, body: '{}', timeoutMs: 2_000, allow: [] as string[] }
  const kindOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work
      return 'none'
    } catch (error) {
      return error instanceof UnreachableError ? error.kind : `not named: ${error}`
    }
  }

  for (const address of SPELLINGS)
    it(`refuses ${address}, by http and by https`, async () => {
      for (const url of [address, address.replace('http:', 'https:')]) {
        expect(await kindOf(callSubscriber(url, { ...given, resolve: async () => ['127.0.0.1'] })), url).to.equal(
          'forbidden',
        )
        expect(await kindOf(checkSubscriber(url, { ...given, resolve: async () => ['127.0.0.1'] })), url).to.equal(
          'forbidden',
        )
      }
    })

  for (const [name, addresses] of Object.entries(NAMES))
    it(`refuses ${name} by its resolved addresses`, async () => {
      expect(await kindOf(callSubscriber(`https://${name}/`, { ...given, resolve: async () => addresses }))).to.equal(
        'forbidden',
      )
    })

  it('does not let a marketplace tell a name of the hub’s network from one that leads nowhere', async () => {
    const failureOf = (resolve: () => Promise<string[]>) =>
      callSubscriber('https://name.example/', { ...given, resolve }).then(() => 'none', describeFailure)
    const unknown = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })
    expect(await failureOf(async () => ['10.0.0.1'])).to.equal(await failureOf(() => Promise.reject(unknown)))
  })

  it('resolves a name once and connects to the checked address, whatever the name resolves to later', async () => {
    const port = await listening('127.0.0.2', (_, response) => response.writeHead(204).end())
    await listening('127.0.0.1', (_, response) => response.writeHead(204).end(), port)
    const answers = [['127.0.0.2'], ['127.0.0.1']]
    let times = 0
    const resolve = async () => answers[times++] ?? []
    const url = `http://rebind.example:${port}/hook`
    expect(await callSubscriber(url, { ...given, allow: ['127.0.0.2/32'], resolve })).to.deep.include({ status: 204 })
    expect(times).to.equal(1)
    expect(asked).to.deep.equal([`127.0.0.2 rebind.example:${port} /hook`])
    // Resolved a second time, the name leads to a private address and is refused.
    expect(await kindOf(callSubscriber(url, { ...given, allow: ['127.0.0.2/32'], resolve }))).to.equal('forbidden')
    expect(asked).to.have.length(1)
  })

  it('refuses a name that resolves to a private address the second time', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1']]
    let times = 0
    const resolve = async () => answers[times++] ?? []
    expect(await kindOf(checkSubscriber('https://rebind.example/', { ...given, resolve }))).to.equal('none')
    expect(await kindOf(callSubscriber('https://rebind.example/', { ...given, resolve }))).to.equal('forbidden')
  })

  it('follows no redirect', async () => {
    const inner = await listening('127.0.0.1', (_, response) => response.end('secret'))
    for (const status of [301, 302, 303, 307, 308]) {
      const outer = await listening('127.0.0.1', (_, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${inner}/inner` }).end(),
      )
      expect(await kindOf(callSubscriber(`http://127.0.0.1:${outer}/`, { ...given, allow: HERE }))).to.equal('redirect')
    }
    expect(asked.filter((each) => each.includes('/inner'))).to.deep.equal([])
  })

  it('does not read an endless answer, and limits the time it waits for an answer', async () => {
    const endless = await listening('127.0.0.1', (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    expect(await callSubscriber(`http://127.0.0.1:${endless}/`, { ...given, allow: HERE })).to.deep.include({
      status: 200,
    })
    const silent = await listening('127.0.0.1', () => {})
    expect(
      await kindOf(callSubscriber(`http://127.0.0.1:${silent}/`, { ...given, allow: HERE, timeoutMs: 100 })),
    ).to.equal('timeout')
    const never = () => new Promise<string[]>(() => {})
    expect(
      await kindOf(callSubscriber('https://slow.example/', { ...given, timeoutMs: 100, resolve: never })),
    ).to.equal('timeout')
  })

  it('names the kind of a failed connection', async () => {
    const gone = async () => {
      throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })
    }
    expect(await kindOf(callSubscriber('https://gone.example/', { ...given, resolve: gone }))).to.equal('dns')
    const port = await listening('127.0.0.1', (_, response) => response.destroy())
    expect(await kindOf(callSubscriber(`http://127.0.0.1:${port}/`, { ...given, allow: HERE }))).to.equal('cut')
    // The server does not speak TLS.
    expect(await kindOf(callSubscriber(`https://127.0.0.1:${port}/`, { ...given, allow: HERE }))).to.be.oneOf([
      'tls',
      'cut',
    ])
    const later = await listening('127.0.0.1', (_, response) => response.writeHead(503, { 'retry-after': '120' }).end())
    expect(await callSubscriber(`http://127.0.0.1:${later}/`, { ...given, allow: HERE })).to.deep.include({
      status: 503,
      retryAfterSeconds: 120,
    })
  })
})
