/** A receiver in a process of its own that takes samr-list batches and accepts every row as fast as it can. Prints its port. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'

const server = http.createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const { rows } = JSON.parse(Buffer.concat(parts).toString('utf8')) as { rows: { ILLID: string }[] }
    const receipts = rows.map(({ ILLID }, i) => ({
      ILLID,
      code: '00',
      text: '成功',
      field: null,
      value: null,
      recordId: `R${i}`,
    }))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ receipts }))
  })
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
process.stdin.resume().once('end', () => process.exit(0))
