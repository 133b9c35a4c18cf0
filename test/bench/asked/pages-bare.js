/**
 * The bare server that the public pages are compared with: node:http that sends pages from memory. Each input line
 * { port, paths } makes it fetch those pages from the hub at `port`. It then prints its own port.
 */
import { once } from 'node:events'
import http from 'node:http'
import { createInterface } from 'node:readline'

/** Most pages held in memory. Of a longer list only the first are fetched. */
const HELD_MOST = 100

const fetched = async (port, path) => {
  const request = http.get({ port, path, headers: { accept: 'text/html', 'accept-encoding': 'gzip, br' } })
  const [response] = await once(request, 'response')
  const parts = []
  for await (const part of response) parts.push(part)
  const { date: _, connection: __, 'keep-alive': ___, ...headers } = response.headers
  return { headers, body: Buffer.concat(parts) }
}

let held = []
let turn = 0
const server = http.createServer((_request, response) => {
  turn += 1
  const { headers, body } = held[turn % held.length]
  response.writeHead(200, headers).end(body)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
for await (const line of createInterface({ input: process.stdin })) {
  const { port, paths } = JSON.parse(line)
  const pages = []
  for (const path of paths.slice(0, HELD_MOST)) pages.push(await fetched(port, path))
  held = pages
  process.stdout.write(`${server.address().port}\n`)
}
process.exit(0)
