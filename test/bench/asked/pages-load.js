/**
 * Loads public pages over HTTP/1.1. Reads one JSON object per line on standard input and prints one per line. Closed loop: each
 * connection requests the next page once it has the last one whole, as a browser would. Open loop, with `rate` (requests a second):
 * requests come at random instants fixed beforehand, and a time counts from that instant. Plain sockets keep its own processor time low.
 */
import net from 'node:net'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'

const HEAD_END = Buffer.from('\r\n\r\n')

/** One input line; `seconds` and `warm` are s. Resolves to times to the first byte in ms and the size of the largest body in bytes. */
const asked = async ({ port, paths, connections, seconds, warm, rate = 0 }) => {
  const now = performance.now()
  const run = {
    times: [],
    most: 0,
    wrong: null,
    from: now + warm * 1000,
    until: now + (warm + seconds) * 1000,
    paths,
    turn: 0,
  }
  const sockets = await Promise.all(Array.from({ length: connections }, () => connected(port)))
  if (rate > 0) await openLoop(sockets, run, rate)
  else await Promise.all(sockets.map((socket) => closedLoop(socket, run)))
  for (const socket of sockets) socket.destroy()
  if (run.wrong !== null) throw new Error(run.wrong)
  run.times.sort((a, b) => a - b)
  const at = (share) => run.times[Math.min(run.times.length - 1, Math.floor(run.times.length * share))] ?? 0
  return { count: run.times.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: run.most }
}

const connected = (port) =>
  new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(socket))
    socket.setNoDelay(true).once('error', reject)
  })

const closedLoop = async (socket, run) => {
  while (run.wrong === null && performance.now() < run.until) await ask(socket, run, performance.now())
}

/** A worker thread sleeps to the microsecond; timers of the event loop are a millisecond late. */
const PACER = `
const { parentPort, workerData: { from, until, rate } } = require('node:worker_threads')
const cell = new Int32Array(new SharedArrayBuffer(4))
const now = () => performance.timeOrigin + performance.now()
for (let due = from; due < until; due += -Math.log(1 - Math.random()) * (1000 / rate)) {
  if (due > now()) Atomics.wait(cell, 0, 0, due - now())
  parentPort.postMessage(due)
}`

const openLoop = async (sockets, run, rate) => {
  const { timeOrigin } = performance
  // In turns: a hub closes a connection on which nothing was asked for some seconds.
  const free = [...sockets]
  const waiting = []
  const under = new Set()
  const next = () => {
    while (free.length > 0 && waiting.length > 0) {
      const socket = free.shift()
      const asking = ask(socket, run, waiting.shift()).then(() => {
        under.delete(asking)
        free.push(socket)
        next()
      })
      under.add(asking)
    }
  }
  const workerData = { from: timeOrigin + performance.now(), until: timeOrigin + run.until, rate }
  const pacer = new Worker(PACER, { eval: true, workerData })
  pacer.on('message', (due) => {
    waiting.push(due - timeOrigin)
    next()
  })
  await new Promise((resolve) => pacer.on('exit', resolve))
  while (under.size > 0) await Promise.all(under)
}

/** `began`: the instant from which the time to the first byte counts. */
const ask = (socket, run, began) =>
  new Promise((resolve) => {
    let [parts, have, need] = [[], 0, -1]
    const end = () => {
      socket.off('data', take).off('error', fail).off('close', fail)
      resolve()
    }
    const fail = (error) => {
      run.wrong ??= String(error)
      end()
    }
    const take = (part) => {
      if (have === 0 && began >= run.from) run.times.push(performance.now() - began)
      parts.push(part)
      have += part.length
      if (need < 0) {
        const whole = parts.length > 1 ? Buffer.concat(parts) : part
        const at = whole.indexOf(HEAD_END)
        if (at < 0) return
        const head = whole.toString('latin1', 0, at)
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
        if (!head.startsWith('HTTP/1.1 200')) run.wrong = head.slice(0, 500)
        if (length > run.most) run.most = length
        need = at + HEAD_END.length + length
        parts = [whole]
      }
      if (have >= need) end()
    }
    if (socket.destroyed) return fail(new Error('the hub had closed the connection'))
    socket.on('data', take).once('error', fail).once('close', fail)
    run.turn += 1
    const path = run.paths[run.turn % run.paths.length]
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nAccept-Encoding: gzip, br\r\n\r\n`)
  })

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await asked(JSON.parse(line)))}\n`)
