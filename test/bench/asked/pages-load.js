/**
 * Loads public pages over HTTP/1.1 as a browser would: each connection requests the next page once it has the last one whole. Reads
 * one JSON object per line on standard input and prints one per line. Plain sockets keep its own processor time low.
 */
import net from 'node:net'
import { createInterface } from 'node:readline'

const HEAD_END = Buffer.from('\r\n\r\n')

/** One input line; `seconds` and `warm` are s. Resolves to times to the first byte in ms and the size of the largest body in bytes. */
const asked = async ({ port, paths, connections, seconds, warm }) => {
  const run = { times: [], most: 0, wrong: null, from: performance.now() + warm * 1000, until: 0, paths, turn: 0 }
  run.until = run.from + seconds * 1000
  await Promise.all(Array.from({ length: connections }, () => connection(port, run)))
  if (run.wrong !== null) throw new Error(run.wrong)
  run.times.sort((a, b) => a - b)
  const at = (share) => run.times[Math.min(run.times.length - 1, Math.floor(run.times.length * share))] ?? 0
  return { count: run.times.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: run.most }
}

const connection = (port, run) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    let [parts, have, need, began] = [[], 0, -1, 0]
    const next = () => {
      if (run.wrong !== null || performance.now() >= run.until) return socket.destroy()
      run.turn += 1
      const path = run.paths[run.turn % run.paths.length]
      ;[parts, have, need] = [[], 0, -1]
      began = performance.now()
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nAccept-Encoding: gzip, br\r\n\r\n`)
    }
    socket.on('connect', next)
    socket.on('data', (part) => {
      if (have === 0 && began >= run.from) run.times.push(performance.now() - began)
      parts.push(part)
      have += part.length
      if (need < 0) {
        const whole = parts.length > 1 ? Buffer.concat(parts) : part
        const end = whole.indexOf(HEAD_END)
        if (end < 0) return
        const head = whole.toString('latin1', 0, end)
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
        if (!head.startsWith('HTTP/1.1 200')) run.wrong = head.slice(0, 500)
        if (length > run.most) run.most = length
        need = end + HEAD_END.length + length
        parts = [whole]
      }
      if (have >= need) next()
    })
    socket.on('error', (error) => {
      run.wrong = String(error)
    })
    socket.on('close', resolve)
  })

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await asked(JSON.parse(line)))}\n`)
