import { connect } from 'node:net'
import { expect } from 'chai'
import fc from 'fast-check'
import { CHANGES_RETAINED_DAYS } from '../../../src/domain/standing/changes.js'
import type { JobTx } from '../../../src/store/db/db.js'
import { numberChanges, tidyChanges } from '../../../src/work/standing/changes/number.js'
import { replaceSellers } from '../../../src/work/standing/sellers.js'
import { type Listening, listen } from '../../support/events.js'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, TODAY, type World } from '../world.js'

const DAY_MS = 86_400_000
const SELLERS = 6
/** Length of the invented codes, in characters: a few changes then fill the buffers of a connection. */
const LONG = 4_000

describe('stream of changes', () => {
  let world: World
  const codes = Array.from({ length: SELLERS }, (_, i) => uscc(i + 1))
  const open: Listening[] = []
  let names = 0

  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      codes.map((code, i) => registration(code, `虚构${i}号有限公司`)),
    )
    await sends('mall')
  })
  after(() => world.close())
  afterEach(async () => {
    world.setNow(NOW)
    for (const one of open.splice(0)) {
      one.kill()
      await one.ended
    }
  })

  const sends = (client: string, own = codes) =>
    replaceSellers(world.database.db, {
      client,
      bytes: Buffer.from(own.join('\n')),
      dated: TODAY,
      marketplace: null,
      now: NOW,
    })
  const hear = async ({
    client = 'mall',
    after,
    token = world.token('marketplace', client),
  }: {
    client?: string
    after?: number
    token?: string
  } = {}): Promise<Listening> => {
    const one = await listen(
      `${world.url}/v1/changes`,
      token,
      after === undefined ? {} : { 'last-event-id': String(after) },
    )
    open.push(one)
    return one
  }
  const codeOf = (n: number): string => codes[n] ?? ''
  const rename = async (n: number): Promise<string> => {
    names += 1
    const name = `虚构第${names}名有限公司`
    await world.database.db.raw('update operators set name = ? where uscc = ?', [name, codeOf(n)])
    return name
  }
  const page = async (client: string, after: number, limit = 1_000) => {
    const answer = await fetch(`${world.url}/v1/changes?after=${after}&limit=${limit}`, {
      headers: { authorization: `Bearer ${world.token('marketplace', client)}`, accept: 'application/json' },
    })
    return (await answer.json()) as {
      changes: { sequence: number; code: string; standing: { name: string } }[]
      next: number
    }
  }

  it('starts with its position and a retry time, and sends each change under its number', async () => {
    const one = await hear()
    expect([one.status, one.headers.get('content-type')]).to.deep.equal([200, 'text/event-stream; charset=utf-8'])
    const start = await one.until(({ event }) => event === 'start')
    const name = await rename(0)
    const told = await one.until(({ event }) => event === 'change')
    expect(told.id).to.equal(String(start.data.after + 1))
    expect(told.data).to.deep.include({ sequence: start.data.after + 1, code: codes[0], what: ['NAME'] })
    expect(told.data.standing.name).to.equal(name)
  })

  it('neither repeats nor loses a change when repeatedly cut and resumed', async () => {
    const first = await hear()
    await first.until(({ event }) => event === 'start')
    const start = Number(first.lastId)
    const told: number[] = []
    let one = first
    for (let round = 0; round < 4; round += 1) {
      const slow = await world.database.db.transaction()
      await slow.raw('update operators set name = ? where uscc = ?', [`虚构慢${round}有限公司`, codeOf(5)])
      const name = await rename(round)
      await one.until(({ data }) => data.standing?.name === name)
      one.kill()
      await slow.commit()
      await rename((round + 1) % 5)
      await one.ended
      told.push(...one.events.filter(({ event }) => event === 'change').map(({ data }) => data.sequence))
      one = await hear({ after: Number(one.lastId) })
    }
    const last = await rename(0)
    await one.until(({ data }) => data.standing?.name === last)
    told.push(...one.events.filter(({ event }) => event === 'change').map(({ data }) => data.sequence))
    expect(told).to.deep.equal(told.map((_, i) => start + 1 + i))
    expect(told.at(-1)).to.equal((await page('mall', start)).next)
  })

  it('delivers each change once under any sequence of changes and cuts, and ends with the true standing', async () => {
    let run = 0
    const step = fc.oneof(
      fc.record({ kind: fc.constant('rename' as const), n: fc.nat(SELLERS - 1) }),
      fc.record({ kind: fc.constant('begin' as const), n: fc.nat(SELLERS - 1) }),
      fc.record({ kind: fc.constant('commit' as const) }),
      fc.record({ kind: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 3 }), dies: fc.boolean() }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        run += 1
        const client = `history-${run}`
        const { sequence } = await sends(client)
        const slow: { tx: JobTx; n: number }[] = []
        const had: { sequence: number; code: string; standing: { name: string } }[] = []
        let [after, marked] = [sequence, 0]
        const commit = async () => {
          await slow.shift()?.tx.commit()
        }
        for (const one of steps) {
          // Two transactions on one operator would wait for each other.
          const held = 'n' in one && slow.some(({ n }) => n === one.n)
          if (one.kind === 'rename' && !held) {
            await rename(one.n)
            marked += 1
          } else if (one.kind === 'begin' && !held && slow.length < 3) {
            const tx = await world.database.db.transaction()
            names += 1
            await tx.raw('update operators set name = ? where uscc = ?', [`虚构慢名${names}有限公司`, codeOf(one.n)])
            slow.push({ tx, n: one.n })
            marked += 1
          } else if (one.kind === 'commit') await commit()
          else if (one.kind === 'read') {
            const got = await page(client, after, one.limit)
            if (one.dies) continue
            had.push(...got.changes)
            after = got.next
          }
        }
        while (slow.length > 0) await commit()
        // A poll for an earlier test's stream may hold the numbering lock, and a page then leaves the marks to it.
        while ((await world.database.db('change_marks').first('id')) !== undefined)
          await numberChanges(world.database.db, NOW)
        had.push(...(await page(client, after)).changes)
        expect(had.map((each) => each.sequence)).to.deep.equal(had.map((_, i) => sequence + 1 + i))
        expect(had.length === 0).to.equal(marked === 0)
        const names_ = new Map(
          (await world.database.db('operators').whereIn('uscc', codes)).map(({ uscc: code, name }) => [code, name]),
        )
        for (const [code, name] of new Map(had.map((each) => [each.code, each.standing.name])))
          expect(name, `the last of ${code}`).to.equal(names_.get(code))
      }),
      { numRuns: 8 },
    )
  })

  it('each of several streams of a client gets every change; a sixth is refused', async () => {
    const five = await Promise.all(Array.from({ length: 5 }, () => hear({ client: 'mall' })))
    for (const one of five) await one.until(({ event }) => event === 'start')
    expect((await hear()).status).to.equal(429)
    const name = await rename(1)
    for (const one of five) await one.until(({ data }) => data.standing?.name === name)
  })

  it('ends with an event when its token ends or is revoked, and sends nothing more', async () => {
    const ending = await hear()
    await ending.until(({ event }) => event === 'start')
    await rename(2)
    await ending.until(({ event }) => event === 'change')
    world.setNow(new Date(NOW.getTime() + 901_000))
    const name = await rename(3)
    expect((await ending.until(({ event }) => event === 'end')).data).to.deep.equal({ reason: 'TOKEN_ENDED' })
    await ending.ended
    expect(ending.events.some(({ data }) => data.standing?.name === name)).to.equal(false)
    world.setNow(NOW)

    const token = world.token('marketplace', 'mall')
    const revoked = await hear({ token })
    await revoked.until(({ event }) => event === 'start')
    const { jti } = world.keys.verify(token, NOW.getTime())
    await world.database.db('revocations').insert({ jti, ends_at: new Date(NOW.getTime() + DAY_MS) })
    // A revocation by another process is known within a second.
    world.setNow(new Date(NOW.getTime() + 3_000))
    expect((await revoked.until(({ event }) => event === 'end')).data).to.deep.equal({ reason: 'TOKEN_ENDED' })
    await revoked.ended
  })

  it('sends a heartbeat in the pauses between changes', async () => {
    const one = await hear()
    await one.until(({ event }) => event === 'start')
    world.setNow(new Date(NOW.getTime() + 16_000))
    const name = await rename(4)
    await one.until(({ data }) => data.standing?.name === name)
    world.setNow(new Date(NOW.getTime() + 32_000))
    await one.until(() => one.comments.includes('heartbeat'))
  })

  it('writes the audit row before it sends a change', async () => {
    const one = await hear()
    await one.until(({ event }) => event === 'start')
    const name = await rename(0)
    await one.until(({ data }) => data.standing?.name === name)
    const row = await world.database.db('trail').where({ kind: 'CHUNK' }).orderBy('number', 'desc').first()
    expect(row).to.deep.include({ client: 'mall', role: 'marketplace', count: 1 })
  })

  it('a slow reader is sent no more than the buffers hold, and everything once it reads', async () => {
    const MANY = 4_000
    const { db } = world.database
    await sends('slow')
    await db.raw(
      `insert into changes (client, sequence, scheme, code, what, at) select 'slow', 1 + n, 'reg_no', repeat('9', ${LONG}), '{NAME}', :now::timestamptz from generate_series(1, ${MANY}) n`,
      { now: NOW },
    )
    await db.raw(`update change_clients set last = ${MANY + 1} where client = 'slow'`)
    const { hostname, port } = new URL(world.url)
    const socket = connect({ host: hostname, port: Number(port) }).pause()
    const token = world.token('marketplace', 'slow')
    let pages = 0
    let moved = () => {}
    world.parts.db.onStatement((sql) => {
      if (!sql.includes('changes.after')) return
      pages += 1
      moved()
    })
    socket.write(
      `GET /v1/changes HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${token}\r\nAccept: text/event-stream\r\nLast-Event-ID: 1\r\n\r\n`,
    )
    // Waits until the server reads no further page for 700 ms.
    for (let quiet = false; !quiet; )
      quiet = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(pages > 0), 700)
        moved = () => {
          clearTimeout(timer)
          resolve(false)
        }
      })
    moved = () => {}
    expect(pages).to.be.within(1, MANY / 200 - 1)
    let [text, told] = ['', 0]
    socket.setEncoding('utf8').resume()
    for await (const part of socket) {
      text += part
      const found = [...text.matchAll(/id: (\d+)\nevent: change/g)]
      told += found.length
      const end = found.at(-1)
      if (end) text = text.slice(end.index + end[0].length)
      if (told >= MANY) break
    }
    expect(told).to.equal(MANY)
    socket.destroy()
  })

  it('a client that asks for expired changes gets 410 and the position at which to start again', async () => {
    await sends('late')
    await tidyChanges(world.database.db, new Date(NOW.getTime() + (CHANGES_RETAINED_DAYS + 1) * DAY_MS))
    const gone = await fetch(`${world.url}/v1/changes`, {
      headers: {
        authorization: `Bearer ${world.token('marketplace', 'late')}`,
        accept: 'text/event-stream',
        'last-event-id': '0',
      },
    })
    expect(gone.status).to.equal(410)
    expect(await gone.json()).to.deep.include({ code: 'CHANGES_GONE', next: 1 })
  })
})

describe('a client of the stream that reads nothing', () => {
  it('is disconnected and frees its place', async () => {
    const world = await makeWorld({ slowMs: 300 })
    const { db } = world.database
    await db.raw(
      `insert into changes (client, sequence, scheme, code, what, at) select 'slow', n, 'reg_no', repeat('9', ${LONG}), '{NAME}', :now::timestamptz from generate_series(1, 4000) n`,
      { now: NOW },
    )
    await db.raw(`insert into change_clients (client, last) values ('slow', 4000)`)
    const token = world.token('marketplace', 'slow')
    const { hostname, port } = new URL(world.url)
    const socket = connect({ host: hostname, port: Number(port) }).pause()
    const open: Listening[] = []
    try {
      socket.on('error', () => {})
      socket.write(
        `GET /v1/changes HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${token}\r\nLast-Event-ID: 0\r\n\r\n`,
      )
      for (let i = 0; i < 4; i += 1) {
        const one = await listen(`${world.url}/v1/changes`, token)
        open.push(one)
        await one.until(({ event }) => event === 'start')
      }
      let sixth = 429
      while (sixth === 429) {
        const one = await listen(`${world.url}/v1/changes`, token)
        open.push(one)
        sixth = one.status
      }
      expect(sixth).to.equal(200)
      // The client received less than all changes before it was disconnected.
      let bytes = 0
      for await (const part of socket.resume()) bytes += (part as Buffer).length
      expect(bytes).to.be.lessThan(4_000 * LONG)
    } finally {
      socket.destroy()
      for (const one of open) one.kill()
      await world.close()
    }
  })
})

describe('a stopping hub', () => {
  it('ends its streams with an event, and the client knows the position from which to continue', async () => {
    const world = await makeWorld()
    try {
      await world.bring('registry', [registration(uscc(1), '虚构一号有限公司')])
      const bytes = Buffer.from(uscc(1))
      await replaceSellers(world.database.db, { client: 'mall', bytes, dated: TODAY, marketplace: null, now: NOW })
      const one = await listen(`${world.url}/v1/changes`, world.token('marketplace', 'mall'))
      await one.until(({ event }) => event === 'start')
      world.drain()
      expect((await one.until(({ event }) => event === 'end')).data).to.deep.equal({ reason: 'DRAINING' })
      await one.ended
      expect(one.lastId).to.equal('1')
    } finally {
      await world.close()
    }
  })
})
