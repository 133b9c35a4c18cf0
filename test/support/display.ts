/** A platform display that a test writes: real HTTP in the national platform's form, with paging. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Row {
  key: string
  sequence: number | null
  uscc?: string | null
  name?: string
}

export interface Display {
  url: string
  rows: Row[]
  /** Called once, after the rows are read and before they are sent. */
  meanwhile: (() => Promise<unknown>) | null
  close(): Promise<void>
}

export const startDisplay = async (): Promise<Display> => {
  const server = createServer(async (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://display')
    const [after, limit] = [
      searchParams.get('after') ?? '',
      Number(searchParams.get('limit') ?? Number.MAX_SAFE_INTEGER),
    ]
    // Read first, like a display that lags behind.
    const rows = display.rows
      .filter(({ key }) => key > after)
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, limit)
      .map(({ key, sequence, uscc, name }) => ({
        ILLID: key,
        SN: sequence,
        UNISCID: uscc ?? null,
        ENTNAME: name ?? null,
      }))
    const { meanwhile } = display
    display.meanwhile = null
    await meanwhile?.()
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(rows))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const display: Display = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rows: [],
    meanwhile: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return display
}
