/**
 * Loads a server over HTTP/1.1: each connection sends its next request as soon as the last is answered. Reads one JSON object per
 * line on standard input and prints one per line as the result. Plain sockets keep its own processor time low.
 */
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { createInterface } from 'node:readline'

const HEAD_END = Buffer.from('\r\n\r\n')

/** One input line: `asking` is { port, codes: path, what, hub, token, query, connections, seconds, warm, each }; latencies are in ms. */
const asked = async (asking) => {
  const codes = readFileSync(asking.codes, 'utf8').trim().split('\n')
  const requestOf = requester(asking, codes)
  const run = { latencies: [], wrong: null, from: performance.now() + asking.warm * 1000, until: 0 }
  run.until = run.from + asking.seconds * 1000
  await Promise.all(Array.from({ length: asking.connections }, () => connection(asking.port, requestOf, run)))
  if (run.wrong !== null) throw new Error(run.wrong)
  run.latencies.sort((a, b) => a - b)
  const at = (share) => run.latencies[Math.min(run.latencies.length - 1, Math.floor(run.latencies.length * share))] ?? 0
  return { count: run.latencies.length, p50: at(0.5), p99: at(0.99) }
}

const requester = ({ what, hub, token, query, each }, codes) => {
  const any = () => codes[Math.floor(Math.random() * codes.length)]
  const written = (method, path, body) => {
    const head = `${method} ${path} HTTP/1.1\r\nHost: bench\r\n${token ? `Authorization: Bearer ${token}\r\n` : ''}`
    if (body === undefined) return `${head}\r\n`
    return `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  }
  return () => {
    const many = what === 'standings' ? Array.from({ length: each }, any) : undefined
    const code = many?.[0] ?? any()
    const variables = many ? { codes: many } : { code }
    if (hub) return { code, text: written('POST', '/graphql', JSON.stringify({ query, variables })), start: '{"data"' }
    const text = many ? written('POST', '/standings', JSON.stringify(many)) : written('GET', `/${what}/${code}`)
    return { code, text, start: many ? '[{"' : '{"' }
  }
}

const connection = (port, requestOf, run) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    let [parts, have, need, began] = [[], 0, -1, 0]
    let request = null
    const next = () => {
      if (run.wrong !== null || performance.now() >= run.until) return socket.destroy()
      request = requestOf()
      ;[parts, have, need] = [[], 0, -1]
      began = performance.now()
      socket.write(request.text)
    }
    socket.on('connect', next)
    socket.on('data', (part) => {
      parts.push(part)
      have += part.length
      if (need < 0) {
        const whole = parts.length > 1 ? Buffer.concat(parts) : part
        const end = whole.indexOf(HEAD_END)
        if (end < 0) return
        const length = /content-length: (\d+)/i.exec(whole.toString('latin1', 0, end))?.[1]
        need = end + HEAD_END.length + Number(length)
        parts = [whole]
      }
      if (have < need) return
      const now = performance.now()
      if (now >= run.from) run.latencies.push(now - began)
      const answer = Buffer.concat(parts).toString('utf8')
      const body = answer.indexOf('\r\n\r\n') + HEAD_END.length
      const right = answer.startsWith('HTTP/1.1 200') && answer.startsWith(request.start, body)
      if (!right || !answer.includes(request.code, body)) run.wrong = answer.slice(0, 2000)
      next()
    })
    socket.on('error', (error) => {
      run.wrong = String(error)
    })
    socket.on('close', resolve)
  })

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await asked(JSON.parse(line)))}\n`)
