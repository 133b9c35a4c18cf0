/**
 * What the pages are measured against: node:http that answers the bytes of some of them from memory, and nothing else. Reads
 * one JSON object a line ({ port, paths }: of which hub), and says its own port when it has them.
 */
import { once } from 'node:events'
import http from 'node:http'
import { createInterface } from 'node:readline'

/** Pages held; a list of more paths is stood for by its first. */
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
