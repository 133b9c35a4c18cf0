import { createHash } from 'node:crypto'
import { request as rawRequest } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { UPLOAD_BYTES_MOST } from '../../../src/api/v1/upload.js'
import * as locks from '../../../src/store/db/locks.js'
import * as feedHealth from '../../../src/store/intake/feed-health.js'
import { globalOf } from '../global-ids.js'
import { uscc } from '../record-drafts.js'
import { makeWorld, type World } from '../world.js'

const HEADER = '企业名称,工商注册号,组织机构代码,统一信用代码,失信领域'
const line = (n: number, field = '售假', name = `虚构第${n}商行`) => `${name},,,${uscc(n)},${field}`
const csv = (...lines: string[]): string => [HEADER, ...lines].join('\n')
/** A row without 失信领域, which is rejected. */
const BAD = (n: number) => `虚构坏行${n}商行,,,${uscc(n)},`

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
type Told = any

describe('upload of a feed', () => {
  let world: World
  let agency: string
  before(async () => {
    world = await makeWorld()
    agency = world.token('agency', 'regulator-1', 'market-regulator')
  })
  after(() => world.close())

  const send = async (
    path: string,
    body: string | Buffer,
    { token = agency, ...headers }: Record<string, string> & { token?: string } = {},
  ) => {
    const answer = await fetch(`${world.url}/v1/feeds/${path}`, {
      method: 'POST',
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
      body,
    })
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Told }
  }
  const newest = async () => (await world.database.db('runs').orderBy('id', 'desc').first()) as Record<string, unknown>

  it('is answered like hub pull, with its run and the address of its rejects', async () => {
    const sent = csv(line(1), line(2), BAD(3))
    const { status, body } = await send('dishonest?dated=2026-02-01', sent)
    expect(status).to.equal(200)
    const { run, ms, ...rest } = body
    expect(rest).to.deep.equal({
      feed: 'dishonest',
      received: 3,
      new: 2,
      changed: 0,
      unchanged: 0,
      rejected: 1,
      unmatched: 0,
      full: false,
      rejects: `/v1/runs/${run}/rejects.csv`,
    })
    expect(ms).to.be.a('number')
    expect(await newest()).to.deep.include({
      id: run,
      job: 'pull',
      subject: 'dishonest',
      cause: 'upload',
      asked_by: 'regulator-1',
      outcome: 'DONE',
      whole: false,
      dated: '2026-02-01',
      content_hash: createHash('sha256').update(sent).digest('hex'),
    })
  })

  it('an upload of the same bytes again changes nothing', async () => {
    const first = await send('dishonest', csv(line(11), line(12)))
    const again = await send('dishonest', csv(line(11), line(12)))
    expect(first.body).to.include({ new: 2, unchanged: 0 })
    expect(again.body).to.include({ received: 2, new: 0, changed: 0, unchanged: 2 })
  })

  it('may be the full feed', async () => {
    const { body } = await send('dishonest?full=true&name=全量.csv', csv(line(1), line(2), line(11), line(12)))
    expect(body).to.include({ full: true })
    expect(await newest()).to.include({ whole: true, file: '全量.csv' })
  })

  it('is read by its content, or by the named reader', async () => {
    const json = JSON.stringify({ nothing: 'known' })
    expect((await send('dishonest', json)).body.error.code).to.be.oneOf(['CONTENT_UNKNOWN', 'CONTENT_UNREADABLE'])
    expect((await send('dishonest?reader=csv', csv(line(21)))).body).to.include({ new: 1 })
    expect((await send('dishonest?reader=tea', csv(line(21)))).body.error.code).to.equal('READER_UNKNOWN')
  })

  it('may be gzipped', async () => {
    const { body } = await send('dishonest', gzipSync(csv(line(31))), { 'content-encoding': 'gzip' })
    expect(body).to.include({ received: 1, new: 1 })
  })

  const names: [what: string, query: string, disposition: string | null, kept: string][] = [
    ['the query', '?name=二月.csv', null, '二月.csv'],
    ['the query before the header', '?name=a.csv', 'attachment; filename=b.csv', 'a.csv'],
    ['a quoted header', '', 'attachment; filename="b \\"c\\".csv"', 'b "c".csv'],
    ['a plain header', '', 'attachment; filename=b.csv', 'b.csv'],
    [
      'an encoded header',
      '',
      `attachment; filename="x"; filename*=UTF-8''${encodeURIComponent('三月.csv')}`,
      '三月.csv',
    ],
    ['a header in bytes', '', `attachment; filename="${Buffer.from('四月.csv').toString('latin1')}"`, '四月.csv'],
    ['the last part of a path', `?name=${encodeURIComponent('C:\\x\\../五月.csv')}`, null, '五月.csv'],
    ['the visible characters', `?name=${encodeURIComponent('a\u0000\u202eb.csv')}`, null, 'ab.csv'],
    ['the first two hundred characters', `?name=${'n'.repeat(300)}`, null, 'n'.repeat(200)],
  ]
  for (const [what, query, disposition, kept] of names) {
    it(`takes its file name from ${what}`, async () => {
      await send(`dishonest${query}`, csv(line(41)), disposition === null ? {} : { 'content-disposition': disposition })
      expect((await newest())['file']).to.equal(kept)
    })
  }

  it('that is refused as a whole gets the status of the refusal and the address of its rejects', async () => {
    const { status, body } = await send('dishonest', csv(...Array.from({ length: 20 }, (_, n) => BAD(100 + n))))
    expect([status, body.error.code]).to.deep.equal([422, 'FEED_OUT_OF_BOUNDS'])
    expect(body.error).to.have.keys('code', 'message', 'details')
    expect(body.rejects).to.equal(`/v1/runs/${body.run}/rejects.csv`)
    expect((await newest())['outcome']).to.equal('REFUSED')
    const told = await fetch(`${world.url}${body.rejects}`, { headers: { authorization: `Bearer ${agency}` } })
    expect((await told.text()).trimEnd().split('\r\n')).to.have.length(21)
  })

  it('without a token, or with a bad one, is refused', async () => {
    for (const token of ['', 'nonsense']) {
      const { status, headers, body } = await send('dishonest', csv(line(1)), { token })
      expect([status, body.error.code]).to.deep.equal([401, 'UNAUTHENTICATED'])
      expect(headers.get('www-authenticate')).to.match(/^Bearer/)
    }
  })

  for (const role of ['marketplace', 'credit_service', 'officer', 'reviewer', 'auditor', 'party'] as const) {
    it(`is refused for ${role}, whatever the feed`, async () => {
      for (const feed of ['dishonest', 'nowhere']) {
        const { status, body } = await send(feed, csv(line(1)), { token: world.token(role) })
        expect([status, body.error.code]).to.deep.equal([403, 'FORBIDDEN'])
      }
    })
  }

  it('to another agency’s feed is answered like one to an unknown feed', async () => {
    const told = async (feed: string) => {
      const { status, body } = await send(feed, csv(line(1)))
      return JSON.stringify([status, body]).replaceAll(feed, '…')
    }
    expect(await told('penalties')).to.equal(await told('nowhere'))
    expect(await told('penalties')).to.match(/^\[404,.*FEED_UNKNOWN/)
    const lost = world.token('agency', 'nobody', undefined)
    expect((await send('dishonest', csv(line(1)), { token: lost })).status).to.equal(404)
  })

  it('may come from an administrator for any agency', async () => {
    const { status, body } = await send('dishonest', csv(line(51)), { token: world.token('administrator') })
    expect([status, body.new]).to.deep.equal([200, 1])
  })

  const wrong: [what: string, path: string, headers: Record<string, string>, status: number, code: string][] = [
    ['a day that does not exist', 'dishonest?dated=2026-02-30', {}, 400, 'DATE_INVALID'],
    ['full that is neither true nor false', 'dishonest?full=1', {}, 400, 'INPUT_INVALID'],
    ['an unknown parameter', 'dishonest?whole=true', {}, 400, 'INPUT_INVALID'],
    ['a parameter given twice', 'dishonest?full=true&full=false', {}, 400, 'INPUT_INVALID'],
    ['a multipart form', 'dishonest', { 'content-type': 'multipart/form-data; boundary=x' }, 415, 'CONTENT_TYPE'],
    ['an unknown content encoding', 'dishonest', { 'content-encoding': 'br' }, 415, 'CONTENT_TYPE'],
    ['a wrong content encoding', 'dishonest', { 'content-encoding': 'gzip' }, 422, 'CONTENT_UNREADABLE'],
  ]
  for (const [what, path, headers, status, code] of wrong) {
    it(`with ${what} is refused before anything runs`, async () => {
      const before = await newest()
      const answer = await send(path, csv(line(1)), headers)
      expect([answer.status, answer.body.error.code]).to.deep.equal([status, code])
      expect(await newest()).to.deep.equal(before)
    })
  }

  it('an upload of an empty body is refused', async () => {
    expect((await send('dishonest', '')).body.error.code).to.equal('CONTENT_UNKNOWN')
  })

  it('above the limit is refused, while arriving and after unpacking', async () => {
    const large = await send('dishonest', Buffer.alloc(UPLOAD_BYTES_MOST + 1, 'x')).catch(() => null)
    // The server may close the connection before the client has sent everything.
    if (large !== null) expect([large.status, large.body.error.code]).to.deep.equal([413, 'CONTENT_TOO_LARGE'])
    const bomb = gzipSync(Buffer.alloc(UPLOAD_BYTES_MOST + 1))
    const { status, body } = await send('dishonest', bomb, { 'content-encoding': 'gzip' })
    expect([status, body.error.code]).to.deep.equal([413, 'CONTENT_TOO_LARGE'])
  })

  it('is answered by POST only', async () => {
    const answer = await fetch(`${world.url}/v1/feeds/dishonest`)
    expect([answer.status, answer.headers.get('allow')]).to.deep.equal([405, 'POST'])
  })

  /** Sends the headers and the first part of the body. The caller ends the request. */
  const begun = async (feed: string, token = world.token('administrator')) => {
    const sending = rawRequest(`${world.url}/v1/feeds/${feed}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-length': '1000' },
    })
    sending.on('error', () => {})
    await new Promise<void>((resolve) => {
      sending.write(HEADER, () => resolve())
    })
    return sending
  }

  it('takes no slot until its body has arrived, and leaves no run when aborted', async () => {
    const before = await newest()
    const sendings: Awaited<ReturnType<typeof begun>>[] = []
    for (const feed of ['dishonest', 'dishonest', 'penalties', 'trademarks', 'registry'])
      sendings.push(await begun(feed))
    const { status, body } = await send('dishonest', csv(line(1)))
    expect([status, body.received]).to.deep.equal([200, 1])
    const after = await newest()
    expect(after['id']).to.not.equal(before['id'])
    for (const sending of sendings) sending.destroy()
    expect((await send('dishonest', csv(line(1)))).status).to.equal(200)
  })

  it('is refused as busy during a pull of its feed', async () => {
    await locks.withLock(world.database.db, 'pull:dishonest', 0, async () => {
      const { status, body } = await send('dishonest', csv(line(1)))
      expect([status, body.error.code]).to.deep.equal([409, 'RUN_BUSY'])
      expect(body).to.not.have.property('run')
    })
  })

  describe('and its rejects', () => {
    let run: number
    const rejects = (id: string | number, token = agency) =>
      fetch(`${world.url}/v1/runs/${id}/rejects.csv`, { headers: token ? { authorization: `Bearer ${token}` } : {} })
    before(async () => {
      const hostile = ['=1+1', '+1', '-1', '@x', '\t=1', '＝1'].map((sign, n) => ({
        message: `${sign} 句`,
        row: n + 10,
      }))
      run = (await send('dishonest?name=坏.csv', csv(line(61), BAD(62), `"甲，""乙"""\n,,,${uscc(63)},`))).body.run
      for (const { message, row } of hostile) {
        await world.database.db('rejects').insert({
          run_id: run,
          feed: 'dishonest',
          page: 2,
          row_number: row,
          field: '=f',
          rule: 'date',
          message,
          problems: JSON.stringify([{ field: '=f', rule: 'date', message }]),
          item: JSON.stringify({ a: 1 }),
        })
      }
    })

    it('come as a table with row numbers that a spreadsheet opens', async () => {
      const answer = await rejects(run)
      expect(answer.status).to.equal(200)
      expect(answer.headers.get('content-type')).to.match(/^text\/csv; charset=utf-8/)
      expect(answer.headers.get('content-disposition')).to.equal(`attachment; filename="rejects-dishonest-${run}.csv"`)
      expect(answer.headers.get('cache-control')).to.equal('no-store')
      const bytes = Buffer.from(await answer.arrayBuffer())
      expect(bytes.subarray(0, 3)).to.deep.equal(Buffer.from([0xef, 0xbb, 0xbf]))
      const [head = '', first = ''] = bytes.subarray(3).toString('utf8').split('\r\n')
      expect(head).to.equal('页 page,行 row,字段 field,规则 rule,说明 message,内容 item,原表头 heading')
      expect(first).to.match(/^,3,/)
      expect(first).to.contain(`""统一信用代码"":""${uscc(62)}""`)
    })

    it('contain no cell that a spreadsheet would run', async () => {
      const text = await (await rejects(run)).text()
      for (const sign of ['=1+1', '+1', '-1', '@x', '\t=1', '＝1']) expect(text).to.contain(`'${sign} 句`)
      expect(text).to.contain(",'=f,")
      expect(text).to.not.match(/(^|,|")[=+\-@＝]/m)
    })

    it('are found by the number of the run and by its global id', async () => {
      expect((await rejects(globalOf('Run', run))).status).to.equal(200)
    })

    it('rejects of another agency, of a run that is no pull and of an unknown run get the same answer', async () => {
      const other = world.token('agency', 'credit-1', 'credit-office')
      const [scoring] = await world.database
        .db('runs')
        .insert({ job: 'score', cause: 'command', started_at: new Date(), ended_at: new Date(), outcome: 'DONE' })
        .returning('id')
      const told = async (id: string | number, token = agency) => {
        const answer = await rejects(id, token)
        return [answer.status, await answer.json()]
      }
      const none = await told(999_999)
      expect(none[0]).to.equal(404)
      expect(await told(run, other)).to.deep.equal(none)
      expect(await told(scoring.id)).to.deep.equal(none)
      for (const id of ['0', '-1', 'x', '99999999999', globalOf('Record', run)])
        expect(await told(id)).to.deep.equal(none)
    })

    it('are open to authorities only', async () => {
      expect((await rejects(run, '')).status).to.equal(401)
      for (const role of ['marketplace', 'credit_service', 'party'] as const)
        expect((await rejects(run, world.token(role))).status).to.equal(403)
      for (const role of ['officer', 'reviewer', 'administrator', 'auditor'] as const)
        expect((await rejects(run, world.token(role))).status).to.equal(200)
    })

    it('rejects of a run without any are a header only', async () => {
      const { body } = await send('dishonest', csv(line(71)))
      expect((await (await rejects(body.run)).text()).trimEnd().split('\r\n')).to.have.length(1)
    })

    it('are read in batches, however many there are', async () => {
      const bad = Array.from({ length: 950 }, (_, n) => BAD(1_000 + n))
      const good = Array.from({ length: 4_000 }, (_, n) => line(3_000 + n))
      const { body } = await send('dishonest', csv(...bad, ...good))
      expect(body.rejected).to.equal(950)
      const lines = (await (await rejects(body.run)).text()).trimEnd().split('\r\n')
      expect(lines).to.have.length(951)
      const places = lines.slice(1).map((each) => Number(each.split(',')[1]))
      expect(places).to.deep.equal(Array.from({ length: 950 }, (_, n) => n + 2))
      const heard = await world.statements(async () => (await rejects(body.run)).text())
      expect(heard.filter((sql) => sql.includes('rejectDesk.ofRun'))).to.have.length(5)
    })
  })

  it('sets the outcome of the last pull of its feed', async () => {
    const found = await feedHealth.healthOfFeeds(world.database.db, ['dishonest'], new Date(0))
    expect(found.get('dishonest')?.last?.outcome).to.equal('DONE')
  })
})
