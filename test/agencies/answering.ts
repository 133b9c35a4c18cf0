/** A stand-in agency over HTTP whose answers each test sets. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FeedDelivery } from '../../src/agencies/delivery.js'
import type { SourceItem } from '../../src/domain/records/records.js'
import { isRefusal } from '../../src/foundation/errors.js'

export type Answer = (request: IncomingMessage, response: ServerResponse, asked: number) => void

export const agency = { answer: ((_, response) => response.end()) as Answer, asked: 0, url: '', bodies: [] as string[] }

export const listens = (): void => {
  let server: Server

  before((done) => {
    server = createServer((request, response) => {
      agency.asked += 1
      const asked = agency.asked
      let body = ''
      request.on('data', (part) => {
        body += part
      })
      request.on('end', () => {
        agency.bodies.push(body)
        agency.answer(request, response, asked)
      })
    })
    server.listen(0, '127.0.0.1', () => {
      agency.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      done()
    })
  })
  beforeEach(() => {
    agency.asked = 0
    agency.bodies = []
  })
  after((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })
}

export const all = async ({ items }: FeedDelivery): Promise<SourceItem[]> => {
  const found: SourceItem[] = []
  for await (const item of items) found.push(item)
  return found
}
export const reasonOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(() => null).catch((thrown: unknown) => thrown)
  return isRefusal(error) ? `${error.code} ${error.details.reason}` : String(error)
}

export const record = (n: number) => ({
  entname: `样例${n}号公司`,
  uniscid: '91220102MA0Y3X1HXM',
  regno: `${n}`,
  enttypeCn: '有限责任公司',
  regstateCn: '存续',
})
export const registryPage = (total: number, page: number, list: unknown[]) =>
  JSON.stringify({ status: '1', msg: '成功', data: { total, page, size: 2, pages: Math.ceil(total / 2), list } })
export const pageOf = (request: IncomingMessage): number =>
  Number(new URL(request.url ?? '', 'http://x').searchParams.get('page'))
export const twoPages: Answer = (request, response) =>
  response.end(pageOf(request) === 1 ? registryPage(3, 1, [record(1), record(2)]) : registryPage(3, 2, [record(3)]))
