import { createServer, request as rawRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { makeBodyReceiver, type ReceiveBounds, type ReceivedBody } from '../../../src/api/v1/receive-body.js'
import { isRefusal } from '../../../src/foundation/errors.js'

describe('bodies of uploads', () => {
  let server: Server | undefined
  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
  })

  /** A server that receives bodies. The path names the agency, and the answer repeats the body or says `gone`. */
  const listening = async (bounds: Partial<ReceiveBounds>, kept: ReceivedBody[] = []): Promise<number> => {
    const receive = makeBodyReceiver({ most: 10, mostOfAll: 15, ...bounds })
    const made = createServer((request, response) => {
      receive(request, request.url ?? '').then(
        (received) => {
          if (received) kept.push(received)
          response.end(received ? received.bytes : 'gone')
        },
        (error) => {
          response.statusCode = isRefusal(error) ? error.status : 500
          response.setHeader('Connection', 'close').end(isRefusal(error) ? error.code : String(error))
        },
      )
    })
    server = made
    await new Promise<void>((resolve) => made.listen(0, resolve))
    return (made.address() as AddressInfo).port
  }
  const post = (port: number, agency: string, part: string, { ends = true } = {}) => {
    const sending = rawRequest({ port, path: `/${agency}`, method: 'POST' })
    sending.on('error', () => {})
    const answered = new Promise<string>((resolve) => {
      sending.on('response', async (answer) => {
        let text = ''
        for await (const chunk of answer) text += chunk
        resolve(`${answer.statusCode} ${text}`)
      })
    })
    if (ends) sending.end(part)
    else sending.write(part)
    return { answered, sending }
  }

  it('are received completely', async () => {
    const port = await listening({})
    expect(await post(port, 'a', '0123456789').answered).to.equal('200 0123456789')
    expect(await post(port, 'a', '').answered).to.equal('200 ')
  })

  it('that stall are answered 408', async () => {
    const port = await listening({ stalledMs: 20 })
    expect(await post(port, 'a', '012', { ends: false }).answered).to.equal('408 UPLOAD_STALLED')
  })

  it('above the limit are refused', async () => {
    const port = await listening({})
    expect(await post(port, 'a', '01234567890').answered).to.equal('413 CONTENT_TOO_LARGE')
  })

  it('count for their agency and in total until they are released', async () => {
    const kept: ReceivedBody[] = []
    const port = await listening({}, kept)
    expect(await post(port, 'a', '01234567').answered).to.equal('200 01234567')
    expect(await post(port, 'a', '012').answered).to.equal('503 HUB_BUSY')
    expect(await post(port, 'b', '01234567').answered).to.equal('503 HUB_BUSY')
    expect(await post(port, 'b', '0123456').answered).to.equal('200 0123456')
    for (const { release } of kept) {
      release()
      release()
    }
    expect(await post(port, 'a', '0123456789').answered).to.equal('200 0123456789')
  })

  it('uploads of one agency are limited in number without delaying another', async () => {
    const port = await listening({ arrivingMost: 1, stalledMs: 2_000 })
    const first = post(port, 'a', '0', { ends: false })
    let second = ''
    while (second !== '503 HUB_BUSY') second = await post(port, 'a', '0').answered
    expect(await post(port, 'b', '1').answered).to.equal('200 1')
    first.sending.end('1')
    expect(await first.answered).to.equal('200 01')
  })

  it('that were aborted or refused no longer count', async () => {
    const port = await listening({ stalledMs: 20 })
    for (let n = 0; n < 5; n += 1) {
      expect(await post(port, 'a', '012345', { ends: false }).answered).to.equal('408 UPLOAD_STALLED')
      expect(await post(port, 'a', '01234567890').answered).to.equal('413 CONTENT_TOO_LARGE')
    }
    expect(await post(port, 'a', '0123456789').answered).to.equal('200 0123456789')
  })
})
