/** Order, audit rows, limits and hostile input of bulk answers. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { Refusal } from '../../../src/foundation/errors.js'
import * as store from '../../../src/store/audit/audit-log.js'
import type { JobDb } from '../../../src/store/db/db.js'
import { unpackCodes } from '../../../src/work/audit/operator-codes.js'
import { until } from '../../support/until.js'
import { rowsOf } from '../../support/world.js'
import { registration, uscc } from '../record-drafts.js'
import { askRows, type Line, NDJSON, openRows, problem } from '../rows.js'
import { makeWorld, NOW, operatorId, type World } from '../world.js'

const MANY = 100_000
const KNOWN = Array.from({ length: 50 }, (_, n) => uscc(n + 1))

/** Inserts a published entry for the operator, without moves. */
const listed = async (
  db: JobDb,
  { operator, uscc, contested }: { operator: number; uscc: string; contested: boolean },
) => {
  const [listing] = await rowsOf(
    db,
    `insert into listings (list, operator_id, state, reason, facts, published_on, ends_on, created_at)
     values ('serious', ?, 'PUBLISHED', '', '{}', '2026-02-01', '2029-02-01', now()) returning id`,
    [operator],
  )
  const id = String(listing?.['id'])
  const words = { list: 'serious', reason: '虚构事由', basis: '', authority: '虚构机关', documentNumber: null }
  const days = { decidedOn: '2026-02-01', publishedOn: '2026-02-01', endsOn: '2029-02-01' }
  const body = { id, uscc, name: '虚构', region: '220102', ...words, ...days, contested }
  await db.raw(
    `insert into public_entries (listing_id, body, body_hash, published_on, shown_from, ends_on) values (?, ?, ?, '2026-02-01', '2026-02-01', '2029-02-01')`,
    [id, JSON.stringify(body), id] as never,
  )
}

describe('stream of standings', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      KNOWN.map((code, n) => registration(code, `虚构第${n}号网店有限公司`)),
    )
  })
  after(() => world.close())

  const rowsSince = async (number: number) =>
    (await store.listRowsAfter(world.database.db, number, 10_000)).filter(({ kind }) => kind === 'CHUNK')
  const head = async () => (await store.readHead(world.database.db))?.number ?? 0
  const codeOf = (n: number) => (n % 3 === 0 ? `x${n}` : (KNOWN[n % KNOWN.length] as string))

  it('keeps the order over 100,000 rows, and reports in the last line that one more is too many', async () => {
    const codes = Array.from({ length: MANY + 1 }, (_, n) => codeOf(n))
    const { lines, end } = await askRows(world, codes)
    expect(end).to.include({ end: false, rows: MANY })
    expect(end.error).to.deep.include({ code: 'TOO_MANY_ROWS', details: { limit: MANY } })
    expect(lines).to.have.length(MANY)
    const wrong = lines.findIndex(({ row, code }, n) => row !== n + 1 || code !== codes[n])
    expect(wrong).to.equal(-1)
  })

  it('writes an audit row for each chunk: caller, purpose, rows, operators shown, and the digest of its lines', async () => {
    const before = await head()
    const codes = Array.from({ length: 2_500 }, (_, n) => codeOf(n))
    const headers = { 'x-purpose': 'onboarding', 'x-request-id': 'bulk-1' }
    const { text } = await askRows(world, codes, { token: world.token('marketplace', 'guguji'), headers })
    const chunks = await rowsSince(before)
    const lines = text.split('\n').slice(0, 2_500)
    expect(chunks.reduce((sum, { count }) => sum + count, 0)).to.be.at.least(KNOWN.length)
    let next = 1
    const ranges = chunks
      .map(({ content }) => {
        const [, from, to] = /rows (\d+)-(\d+)$/.exec(content?.asked ?? '') ?? []
        return { from: Number(from), to: Number(to), content }
      })
      .sort((a, b) => a.from - b.from)
    for (const { from, to, content } of ranges) {
      expect(from).to.equal(next)
      expect(to - from).to.be.below(1_000)
      next = to + 1
      expect(content).to.include({ client: 'guguji', role: 'marketplace', purpose: 'onboarding', request: 'bulk-1' })
      const own = codes.slice(from - 1, to)
      const shown = [...new Set(own.filter((code) => KNOWN.includes(code)))].sort()
      expect(unpackCodes(content?.shown ?? null)).to.deep.equal(shown)
      const written = `${lines.slice(from - 1, to).join('\n')}\n`
      expect(content?.digest).to.equal(createHash('sha256').update(written).digest('base64'))
    }
    expect(next).to.equal(2_501)
  })

  it('one code writes a row for a signed-in caller, and none for the public', async () => {
    const before = await head()
    await fetch(`${world.url}/v1/standing/${KNOWN[0]}`)
    await askRows(world, KNOWN)
    expect(await head()).to.equal(before)
    const headers = { authorization: `Bearer ${world.token('officer', 'officer-1')}` }
    await fetch(`${world.url}/v1/standing/${KNOWN[0]}`, { headers })
    const [row] = await store.listRowsAfter(world.database.db, before, 10)
    expect(unpackCodes(row?.content?.shown ?? null)).to.deep.equal([KNOWN[0]])
    expect(row?.content).to.include({ client: 'officer-1', asked: `GET /v1/standing/${KNOWN[0]}` })
    // A row is also written when nothing is shown, as for an unknown code, and never contains an ID number.
    const after = await head()
    await fetch(`${world.url}/v1/standing/NOBODY?asOf=2026-01-05`, { headers })
    await fetch(`${world.url}/v1/standing/11010519491231002X`, { headers })
    const [nobody, person] = await store.listRowsAfter(world.database.db, after, 10)
    expect(nobody?.content?.asked).to.equal('GET /v1/standing/NOBODY?asOf=2026-01-05')
    expect(person?.content?.asked).to.match(/^GET \/v1\/standing\/(?!.*11010519491231002X)./)
  })

  it('sends nothing where the audit row cannot be written', async () => {
    const { auditLog: trail } = world.parts
    const { chunk } = trail
    trail.chunk = async () => {
      throw new Refusal('TRAIL_UNAVAILABLE')
    }
    try {
      const answer = await askRows(world, KNOWN, { token: world.token('marketplace', 'guguji') })
      expect(problem(answer)).to.deep.equal({ status: 503, code: 'TRAIL_UNAVAILABLE' })
      expect(answer.text).not.to.contain(KNOWN[0])
    } finally {
      trail.chunk = chunk
    }
  })

  it('answers names, former ones included', async () => {
    const id = await operatorId(world, KNOWN[0] as string)
    const { db } = world.database
    const run = await db('runs').first('id')
    const former = { name: '虚构旧名商行', name_key: '虚构旧名商行', known_from: new Date(), run_id: run.id }
    await db('operator_names').insert({ operator_id: id, ...former })
    const names = ['虚构第0号网店有限公司', '虛構舊名商行', '别的', ' ', '虚构第0号網店（有限）公司']
    const rows = [...names.map((name) => ({ code: KNOWN[0], name })), { code: 'x', name: '虚构' }]
    const { lines } = await askRows(world, rows)
    const answers = lines.map(({ nameAnswer }) => nameAnswer)
    expect(answers).to.deep.equal(['SAME', 'FORMER', 'DIFFERENT', undefined, 'DIFFERENT', 'UNKNOWN'])
  })

  it('answers received rows while the rest is still to come', async () => {
    const request = openRows(world, {}, NDJSON)
    request.write(`"${KNOWN[0]}"\n"${KNOWN[1]}"\n`)
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    const [first] = (await once(response, 'data')) as [Buffer]
    expect(first.toString().trim().split('\n')).to.have.length(2)
    request.end(`"${KNOWN[2]}"\n`)
    let rest = ''
    for await (const part of response) rest += part
    expect(rest).to.contain(`"row":3,"code":"${KNOWN[2]}"`).and.contain('{"end":true,"rows":3')
  })

  it('a row answered after midnight is of the new day', async () => {
    const code = KNOWN[40] as string
    await listed(world.database.db, { operator: await operatorId(world, code), uscc: code, contested: false })
    world.setNow(new Date('2029-02-01T15:59:50Z'))
    const request = openRows(world, {}, NDJSON)
    request.write(`"${code}"\n`)
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    const [first] = (await once(response, 'data')) as [Buffer]
    world.setNow(new Date('2029-02-01T16:00:10Z'))
    request.end(`"${code}"\n`)
    const rest = (await text(response)).split('\n')[0] as string
    world.setNow(NOW)
    for (const table of ['public_entries', 'listings'])
      await world.database.db.raw(`delete from ${table} where ends_on = '2029-02-01'`)
    expect([JSON.parse(first.toString()).listed, JSON.parse(rest).listed]).to.deep.equal([true, false])
  })

  it('a slow reader gets no more than the buffers hold, and everything later', async () => {
    const before = await head()
    const token = world.token('marketplace', 'slow')
    const request = openRows(world, { authorization: `Bearer ${token}` })
    request.end(JSON.stringify(Array.from({ length: MANY }, (_, n) => codeOf(n))))
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    let [seen, now] = [0, 0]
    // Waits until the hub has begun, and answers no more rows for 300 ms.
    while (now === 0 || now !== seen) {
      await pause(300)
      ;[seen, now] = [now, (await head()) - before]
    }
    expect(now).to.be.below(60)
    let [lines, last] = [0, '']
    for await (const part of response) {
      for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) lines += 1
      last = part.toString().trimEnd().split('\n').at(-1) ?? ''
    }
    expect(lines).to.equal(MANY + 1)
    expect(JSON.parse(last.slice(last.indexOf('{"end"')))).to.include({ end: true, rows: MANY })
  })

  it('P-A8: a question whose body never comes makes the chunks no smaller', async () => {
    const stalled = http.request(`${world.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 100, expect: '100-continue' },
    })
    stalled.on('error', () => undefined)
    stalled.flushHeaders()
    await once(stalled, 'continue')
    const codes = Array.from({ length: 1_000 }, (_, n) => codeOf(n))
    const token = world.token('marketplace', 'guguji')
    // A short request of another test slows bulk answers for a moment after it.
    await until('the first 50 rows are followed by one chunk', async () => {
      const before = await head()
      await askRows(world, codes, { token })
      return (await rowsSince(before)).length === 2
    })
    stalled.destroy()
  })

  it('P-B8: a listed code costs no lookup besides those of its chunk', async () => {
    const { db } = world.database
    const ids = await Promise.all(KNOWN.slice(0, 40).map((code) => operatorId(world, code)))
    for (const [n, operator] of ids.entries())
      await listed(db, { operator, uscc: KNOWN[n] as string, contested: n % 2 === 0 })
    const question = JSON.stringify(KNOWN.slice(0, 40))
    let answer: Awaited<ReturnType<typeof askRows>> | undefined
    const asked = await world.statements(async () => {
      answer = await askRows(world, question)
    })
    expect(asked.filter((sql) => /listings\.|objections\./.test(sql))).to.deep.equal([])
    const told = answer?.lines.map(({ listed: isListed, listings }) => [
      isListed,
      listings[0].state,
      listings[0].contested,
    ])
    expect(told).to.deep.equal(ids.map((_, n) => [true, 'PUBLISHED', n % 2 === 0]))
    // GET /v1/standing/:code answers the same entries, by one statement.
    const one = await world.statements(async () => {
      const { listings } = (await (await fetch(`${world.url}/v1/standing/${KNOWN[0]}`)).json()) as Line
      expect(listings).to.deep.equal(answer?.lines[0].listings)
    })
    expect(one.filter((sql) => sql.includes('standings.'))).to.have.length(1)
  })

  describe('hostile bodies', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    const gzip = { 'content-encoding': 'gzip' }
    const cases: [string, () => string | Uint8Array, Parameters<typeof askRows>[2], unknown][] = [
      ['200,000 nested brackets', () => `[${deep},"${KNOWN[0]}"]`, {}, ['ROW_TOO_LONG', 'KNOWN']],
      ['900 nested brackets', () => `[${'['.repeat(900)}${']'.repeat(900)},"x"]`, {}, ['ROW_NO_CODE', 'UNKNOWN']],
      ['one endless line', () => 'x'.repeat(20_000_000), { type: NDJSON }, ['ROW_TOO_LONG']],
      ['an endless string', () => `["${'x'.repeat(20_000_000)}","${KNOWN[0]}"]`, {}, ['ROW_TOO_LONG', 'KNOWN']],
      [
        'an endless cell',
        () => `code\n"${'x,'.repeat(50_000)}\n${KNOWN[0]}`,
        { type: 'text/csv' },
        ['ROW_TOO_LONG', 'KNOWN'],
      ],
      ['unbalanced brackets', () => `[{"code":"a"],"${KNOWN[0]}"]`, {}, ['ROW_UNREADABLE', 'KNOWN']],
      [
        'a NUL and a lone surrogate',
        () => '["a\\u0000b","\\ud800",{"code":"x","name":"\\u0000","ref":"\\udfff"}]',
        {},
        Array(3).fill('UNKNOWN'),
      ],
      [
        'members named __proto__ and constructor',
        () => `[{"__proto__":{"code":"x"}},{"constructor":1},{"code":"${KNOWN[0]}","__proto__":null}]`,
        {},
        ['ROW_NO_CODE', 'ROW_NO_CODE', 'KNOWN'],
      ],
      [
        'columns named __proto__ and constructor',
        () => `__proto__,constructor,code\n1,2,${KNOWN[0]}`,
        { type: 'text/csv' },
        ['KNOWN'],
      ],
    ]
    for (const [what, body, asked, told] of cases) {
      it(`${what} spoil no other row`, async () => {
        const { lines, end, text } = await askRows(world, body(), asked)
        expect(
          lines.map(({ status, error }) => status ?? error.code),
          text.slice(0, 500),
        ).to.deep.equal(told)
        expect(end).to.include({ end: true })
      })
    }

    it('a gzip bomb is refused as soon as it unpacks to too much', async () => {
      const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024, 0x20))
      const answer = await askRows(world, bomb, { type: NDJSON, headers: gzip })
      expect(problem(answer)).to.deep.equal({ status: 413, code: 'CONTENT_TOO_LARGE' })
    })

    it('no answer repeats an ID number from the request', async () => {
      const id = '110101199003074610'
      const { text } = await askRows(world, '[]', { query: `?asOf=${id}` })
      expect(text).not.to.contain(id)
      const type = await askRows(world, '[]', { type: `text/${id}` })
      expect(type.text).not.to.contain(id)
    })
  })
})

describe('a stopping hub', () => {
  it('answers the rows received in time, and says in the last line that it stops', async () => {
    const world = await makeWorld()
    try {
      const request = http.request(`${world.url}/v1/standings`, { method: 'POST', headers: { 'content-type': NDJSON } })
      request.write('"x1"\n')
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      const told = text(response)
      world.drain()
      const { end } = await askRows(world, ['x1', 'x2'])
      expect(end).to.include({ end: true, rows: 2 })
      const lines = (await told).trimEnd().split('\n')
      expect(lines).to.have.length(2)
      const last = JSON.parse(lines[1] ?? '')
      expect([last.end, last.rows, last.error.code]).to.deep.equal([false, 1, 'STOPPING'])
      request.destroy()
    } finally {
      await world.close()
    }
  })
})

describe('stream of standings under a quota', () => {
  it('charges one unit per hundred rows, and says in the last line when the quota is used up', async () => {
    const world = await makeWorld({ quota: 20 })
    try {
      const codes = Array.from({ length: 1_500 }, (_, n) => `x${n}`)
      const first = await askRows(world, codes)
      expect(first.end).to.include({ end: true, rows: 1_500 })
      expect(first.headers.get('ratelimit')).to.match(/^"minute";r=\d+;t=60$/)
      const next = await askRows(world, codes.slice(0, 1))
      expect(next.headers.get('ratelimit')).to.match(/^"minute";r=4;/)
      const second = await askRows(world, codes)
      expect(second.end).to.include({ end: false })
      expect(second.end.error.code).to.equal('QUOTA_EXCEEDED')
      expect(second.lines).to.have.length(second.end.rows)
      expect(problem(await askRows(world, codes))).to.deep.equal({ status: 429, code: 'QUOTA_EXCEEDED' })
    } finally {
      await world.close()
    }
  })
})
