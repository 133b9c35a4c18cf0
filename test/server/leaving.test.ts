/**
 * Statements carry the id of their request and are cancelled when its client leaves. Over real HTTP; the test locks tables, so
 * that an answer waits as long as the test needs.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { makeRequestDatabase } from '../../src/api/request/request-database.js'
import { openAnswerPool } from '../../src/store/db/answer-pool.js'
import { connect, type JobDb, type ReadHandle } from '../../src/store/db/db.js'
import { isCancelled, QUERY_CANCELED } from '../../src/store/db/sqlstate.js'
import { registration, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, type World } from '../api/world.js'
import { rowsOf } from '../support/world.js'

const CODE = uscc(1)
const NOWHERE = { agency: null, region: null }
const TRACE = '0af7651916cd43dd8448eb211c80319c'

const abandoned = () => Object.assign(new Error('the client has left'), { code: QUERY_CANCELED })
const thrownBy = (waits: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(waits).catch((error: unknown) => error)

describe('statements of a request', () => {
  let world: World
  let watcher: JobDb
  before(async () => {
    world = await makeWorld()
    watcher = connect(world.database.url)
    await world.bring('registry', [registration(CODE, '虚构候签有限公司')])
    await world.publish()
  })
  after(async () => {
    await watcher.destroy()
    await world.close()
  })

  /** Statements of this request that PostgreSQL is executing now. */
  const running = async (id: string): Promise<{ query: string; waits: boolean }[]> => {
    const rows = await rowsOf(
      watcher,
      `select query, wait_event_type = 'Lock' as waits from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like ?`,
      [`%request=${id} %`],
    )
    return rows as never
  }
  const until = async <T>(look: () => Promise<T>, good: (value: T) => boolean): Promise<T> => {
    for (const end = performance.now() + 15_000; performance.now() < end; ) {
      const value = await look()
      if (good(value)) return value
    }
    throw new Error('it never came to that')
  }
  /** Holds a table against all readers while `act` goes on. */
  const holding = async (table: string, act: () => Promise<void>): Promise<void> => {
    await watcher.transaction(async (tx) => {
      await tx.raw(`lock table ${table} in access exclusive mode`)
      await act()
    })
  }

  const readings: [string, string, (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>][] = [
    [
      'a GraphQL query',
      'runs',
      (headers, signal) =>
        fetch(`${world.url}/graphql`, {
          method: 'POST',
          signal,
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ query: '{ runs(first: 1) { nodes { id } } }' }),
        }),
    ],
    ['a score as JSON', 'scores', (headers, signal) => fetch(`${world.url}/v1/scores/7`, { headers, signal })],
    [
      'a page of changes',
      'change_clients',
      (headers, signal) =>
        fetch(`${world.url}/v1/changes?limit=1`, { headers: { ...headers, accept: 'application/json' }, signal }),
    ],
    ['a standing', 'access_codes', (headers, signal) => fetch(`${world.url}/v1/standing/${CODE}`, { headers, signal })],
    // A name search belongs to one request. Everything else on the page is shared and carries no id.
    [
      'a page',
      'public_entries',
      (headers, signal) => fetch(`${world.url}/blacklist?name=${CODE}`, { headers, signal }),
    ],
    ['a file', 'snapshots', (headers, signal) => fetch(`${world.url}/data/blacklist.csv`, { headers, signal })],
  ]
  const tokens: Record<string, () => string> = {
    'a GraphQL query': () => world.token('officer'),
    'a score as JSON': () => world.token('officer'),
    'a page of changes': () => world.token('marketplace'),
    // The server first looks up the party's access code, which does not exist.
    'a standing': () => world.keys.sign({ sub: CODE, role: 'party', ...NOWHERE, grant: 1 }, NOW.getTime()).token,
  }
  const statuses: Record<string, number> = { 'a score as JSON': 404, 'a standing': 401 }
  for (const [what, table, send] of readings)
    it(`statements of ${what} carry its id, and are cancelled when its client leaves`, async () => {
      const id = `leaving-${what.replaceAll(' ', '-')}`
      const headers = {
        'x-request-id': id,
        ...(tokens[what] && { authorization: `Bearer ${tokens[what]()}` }),
      }
      await holding(table, async () => {
        const leaving = new AbortController()
        const answer = send(headers, leaving.signal).catch((error: Error) => error.name)
        const [statement] = await until(
          () => running(id),
          (found) => found.some(({ waits }) => waits),
        )
        expect(statement?.query).to.match(new RegExp(`^/\\* request=${id} \\*/ `))
        leaving.abort()
        expect(await answer).to.equal('AbortError')
        await until(
          () => running(id),
          (found) => found.length === 0,
        )
      })
      // The next requests reuse the connection, and it works.
      const answers = await Promise.all(Array.from({ length: 12 }, () => send(headers, AbortSignal.timeout(20_000))))
      for (const answer of answers) expect(answer.status).to.equal(statuses[what] ?? 200)
    })

  it('are cancelled when the answer has not begun in time, but not while a slow client reads a begun answer', async () => {
    const found = async (isBegun: boolean): Promise<string> => {
      const server = createServer(async (_, response) => {
        const own = makeRequestDatabase(world.parts.db, {
          requestId: 'slow',
          response,
          acts: () => false,
          mostMs: 1,
        })
        if (isBegun) response.write('begun ')
        const said = await own
          .raw('select pg_sleep(0.3)')
          .then(() => own.raw('select 1'))
          .then(
            () => 'answered',
            (error) => (isCancelled(error) ? 'cancelled' : String(error)),
          )
        response.end(said)
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      try {
        return await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).text()
      } finally {
        server.close()
      }
    }
    expect(await found(false)).to.equal('cancelled')
    expect(await found(true)).to.equal('begun answered')
  })

  it('statements of a mutation continue to the end when its client leaves', async () => {
    const token = world.token('administrator', 'a-1')
    const leaving = new AbortController()
    const id = 'leaving-act'
    await holding('schedules', async () => {
      const query = 'mutation { pauseJob(job: SCORE, reason: "演练") { __typename } }'
      const answer = fetch(`${world.url}/graphql`, {
        method: 'POST',
        signal: leaving.signal,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-request-id': id },
        body: JSON.stringify({ query }),
      }).catch((error: Error) => error.name)
      await until(
        () => running(id),
        (found) => found.some(({ waits }) => waits),
      )
      leaving.abort()
      expect(await answer).to.equal('AbortError')
      expect(await running(id)).to.have.lengthOf(1)
    })
    const outcome = await until(
      () =>
        rowsOf(watcher, `select body::json ->> 7 as outcome from trail where request = ? and kind = 'OUTCOME'`, [id]),
      (rows) => rows.length > 0,
    )
    expect(outcome).to.deep.equal([{ outcome: 'DONE' }])
    expect(await rowsOf(watcher, `select paused_by from schedules where job = 'score'`)).to.deep.equal([
      { paused_by: 'a-1' },
    ])
  })

  it('shared by several requests are not cancelled when one client leaves', async () => {
    const ask = (signal: AbortSignal) =>
      fetch(`${world.url}/graphql`, {
        method: 'POST',
        signal,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `{ standing(code: "${CODE}") { name } }` }),
      })
    const leaving = new AbortController()
    const left: Promise<unknown>[] = []
    const stayed: Promise<Response>[] = []
    await holding('operators', async () => {
      for (let i = 0; i < 5; i += 1) {
        left.push(ask(leaving.signal).catch(() => 'left'))
        stayed.push(ask(AbortSignal.timeout(20_000)))
      }
      await until(
        () =>
          rowsOf(
            watcher,
            `select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'hub answers, shared'`,
          ),
        (rows) => rows.length > 0,
      )
      leaving.abort()
      expect(await Promise.all(left)).to.deep.equal(Array(5).fill('left'))
    })
    for (const answer of await Promise.all(stayed))
      expect(await answer.json()).to.deep.equal({ data: { standing: { name: '虚构候签有限公司' } } })
  })

  it('T-1: for the cached part of a page continue when its first client leaves', async () => {
    const ask = (id: string, signal: AbortSignal) =>
      fetch(`${world.url}/blacklist?name=${CODE}`, { signal, headers: { 'x-request-id': id } })
    const waiting = (text: string) => async () =>
      rowsOf(watcher, `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like ?`, [text])
    const leaving = new AbortController()
    let stayed: Promise<Response>[] = []
    // A change of the list empties the page cache.
    await world.database.db.raw('insert into public_changes (xid) values (pg_current_xact_id())')
    await holding('public_entries', async () => {
      const left = ask('page-first', leaving.signal).catch((error: Error) => error.name)
      await until(waiting('%publicList.authorities%'), (rows) => rows.length > 0)
      stayed = Array.from({ length: 5 }, (_, n) => ask(`page-next-${n}`, AbortSignal.timeout(20_000)))
      await until(waiting('%request=page-next-%publicList.ofOperators%'), (rows) => rows.length === 5)
      leaving.abort()
      expect(await left).to.equal('AbortError')
      await until(
        () => running('page-first'),
        (found) => found.length === 0,
      )
    })
    expect((await Promise.all(stayed)).map(({ status }) => status)).to.deep.equal(Array(5).fill(200))
  })

  it('are cancelled alone: their connection is reused only when no cancellation can reach it', async () => {
    const db = openAnswerPool(world.database.url, { what: 'answers', max: 1 })
    for (let i = 0; i < 20; i += 1) {
      const over = new AbortController()
      const own = db.forRequest({ name: `r-${i}`, over: over.signal })
      const slow = thrownBy(own.raw('select pg_sleep(30)'))
      const next = db.raw('select 1 + 1 as two')
      await until(
        () => running(`r-${i}`),
        (found) => found.length > 0,
      )
      over.abort(abandoned())
      expect(isCancelled(await slow)).to.equal(true)
      expect((await next).rows).to.deep.equal([{ two: 2 }])
      expect(isCancelled(await thrownBy(own.raw('select 1')))).to.equal(true)
    }
    await db.close()
  })

  it('within a transaction, nested or not, carry the id, and a cancelled transaction changes nothing', async () => {
    const db = openAnswerPool(world.database.url, { what: 'answers', max: 1 })
    const over = new AbortController()
    const own = db.forRequest({ name: 'tx-1', over: over.signal })
    const seen: string[] = []
    const now = async (tx: ReadHandle) =>
      seen.push((await tx.raw('select query from pg_stat_activity where pid = pg_backend_pid()')).rows[0].query)
    await own.transaction(async (tx) => {
      await now(tx)
      await tx.transaction(async (inner) => void (await now(inner)))
    })
    expect(seen.map((query) => query.slice(0, 22))).to.deep.equal(Array(2).fill('/* request=tx-1 */ sel'))
    const broken = own
      .transaction(async (tx) => {
        await tx.raw(`update operators set name = 'x'`)
        await tx.raw('select pg_sleep(30)')
      })
      .catch((error: unknown) => error)
    await until(
      () => running('tx-1'),
      (found) => found.some(({ query }) => query.includes('pg_sleep')),
    )
    over.abort(abandoned())
    expect(isCancelled(await broken)).to.equal(true)
    expect(
      await rowsOf(db, `select pg_current_xact_id_if_assigned() as open from operators where name = 'x'`),
    ).to.deep.equal([])
    expect(await rowsOf(db, 'select 1 as one')).to.deep.equal([{ one: 1 }])
    await db.close()
  })

  it('leave no transaction behind, whenever the client leaves', async () => {
    const db = openAnswerPool(world.database.url, { what: 'answers', max: 1 })
    for (const readOnly of [true, false])
      for (const moment of ['before', 'between', 'after']) {
        const over = new AbortController()
        const own = db.forRequest({ name: 'tx-2', over: over.signal })
        if (moment === 'before') over.abort(abandoned())
        await own
          .transaction(
            async (tx) => {
              await tx.raw('select 1')
              if (moment === 'between') over.abort(abandoned())
              await tx.raw('select 2')
              if (moment === 'after') over.abort(abandoned())
            },
            { readOnly },
          )
          .catch((error: unknown) => expect(isCancelled(error), moment).to.equal(true))
        const [{ alone } = {}] = await rowsOf(db, 'select now() = statement_timestamp() as alone')
        expect(alone, `${moment} ${readOnly}`).to.equal(true)
        expect((await rowsOf(db, 'show transaction_read_only'))[0]).to.deep.equal({ transaction_read_only: 'off' })
      }
    await db.close()
  })

  it('take no id that could end the SQL comment', () => {
    for (const name of ['x */ drop table operators; /*', '', 'a b', "'", 'x'.repeat(65), '*/'])
      expect(() => world.parts.db.forRequest({ name })).to.throw()
  })

  const ids: [string, Record<string, string>, RegExp][] = [
    ['X-Request-Id', { 'x-request-id': 'Order.7_a-b' }, /^Order\.7_a-b$/],
    ['traceparent', { traceparent: `00-${TRACE}-b7ad6b7169203331-01` }, new RegExp(`^${TRACE}$`)],
    [
      'X-Request-Id and traceparent',
      { 'x-request-id': 'mine', traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
      /^mine$/,
    ],
    ['a traceparent of zeros', { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` }, /^[0-9a-f]{8}-/],
    ['a truncated traceparent', { traceparent: `00-${TRACE}` }, /^[0-9a-f]{8}-/],
    ['SQL in X-Request-Id', { 'x-request-id': 'x */ select 1; /*' }, /^[0-9a-f]{8}-/],
    ['a telephone in X-Request-Id', { 'x-request-id': 'user-13812345678' }, /^[0-9a-f]{8}-/],
    ['an overlong X-Request-Id', { 'x-request-id': 'x'.repeat(65) }, /^[0-9a-f]{8}-/],
  ]
  for (const [what, headers, expected] of ids)
    it(`carry the id of the answer, which is valid: for a request with ${what}`, async () => {
      const answer = await fetch(`${world.url}/healthz`, { headers })
      expect(answer.headers.get('x-request-id')).to.match(expected)
    })

  it('are all finished once the requests have ended', async () => {
    expect(NOW).to.be.instanceOf(Date)
    expect(
      await rowsOf(watcher, `select query from pg_stat_activity where state = 'active' and query like '/* request=%'`),
    ).to.deep.equal([])
  })
})
