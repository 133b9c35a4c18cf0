import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import iconv from 'iconv-lite'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { askRows, NDJSON, problem, type RowsAnswer } from '../rows.js'
import { makeWorld, operatorId, scored, type World } from '../world.js'

const [ONE, TWO, LISTED] = [uscc(1), uscc(2), uscc(3)]

describe('many standings in one request', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(ONE, '虚构青禾有限公司'),
      registration(TWO, '虚构白露有限公司', { status: 'DEREGISTERED' }),
      registration(LISTED, '虚构霜降有限公司'),
    ])
    await world.bring('penalties', [penalty(LISTED, '虚市监处罚〔2026〕1号')])
    await scored(world, await operatorId(world, ONE), 720, 'A', [])
    await publishListing(world, LISTED, '虚市监处罚〔2026〕1号')
  })
  after(() => world.close())

  const shape = ({ lines }: RowsAnswer) =>
    lines.map(({ row, ref, code, status, askedName, nameAnswer, error }) => ({
      row,
      ...(ref === undefined ? {} : { ref }),
      ...(error ? { error: error.code } : { code, status }),
      ...(nameAnswer ? { askedName, nameAnswer } : {}),
    }))
  const KNOWN = [
    { row: 1, code: TWO, status: 'CEASED' },
    { row: 2, code: ONE, status: 'KNOWN' },
    { row: 3, code: 'nothing', status: 'UNKNOWN' },
  ]

  it('answers one line a row in order, and a last line that says it is complete', async () => {
    const answer = await askRows(world, [TWO, ONE, 'nothing'])
    expect(answer.status).to.equal(200)
    expect(answer.headers.get('content-type')).to.equal('application/x-ndjson; charset=utf-8')
    expect(answer.headers.get('cache-control')).to.equal('no-store')
    expect(shape(answer)).to.deep.equal(KNOWN)
    expect(answer.end).to.deep.equal({ end: true, rows: 3, refused: 0, asOf: '1970-01-01T00:00:00.000Z', stale: true })
  })

  const formats: [string, string | Uint8Array, string, Record<string, string>?][] = [
    ['an object with codes', JSON.stringify({ codes: [TWO, ONE, 'nothing'] }), 'application/json'],
    ['objects with a code', JSON.stringify([{ code: TWO }, { code: ONE }, { code: 'nothing' }]), 'application/json'],
    ['JSON with blanks everywhere', ` [ "${TWO}" ,\n\t"${ONE}"\r\n, "nothing" ] \n`, 'application/json'],
    ['NDJSON', `"${TWO}"\n\n{"code":"${ONE}"}\r\n"nothing"`, NDJSON],
    ['CSV', `code\n${TWO}\n${ONE}\nnothing\n`, 'text/csv'],
    ['CSV behind a byte order mark', `\uFEFFCode\r\n${TWO}\r\n\r\n${ONE}\r\nnothing`, 'text/csv; charset=utf-8'],
    [
      'CSV with Chinese headings',
      `地址,统一社会信用代码\n"样本路1号,\n""2""楼",${TWO}\n,"${ONE}"\n,nothing`,
      'text/csv',
    ],
    ['CSV in GBK', iconv.encode(`代码;名称\n${TWO};\n${ONE};\nnothing;`, 'gbk'), 'text/csv; charset=GBK'],
    ['a plain list of codes', `${TWO}\n${ONE}\nnothing`, 'text/plain'],
    ['gzip', gzipSync(JSON.stringify([TWO, ONE, 'nothing'])), 'application/json', { 'content-encoding': 'gzip' }],
  ]
  for (const [what, body, type, headers] of formats) {
    it(`reads ${what}`, async () => {
      const answer = await askRows(world, body, { type, ...(headers && { headers }) })
      expect(shape(answer), answer.text).to.deep.equal(KNOWN)
      expect(answer.end).to.include({ end: true, rows: 3, refused: 0 })
    })
  }

  it('returns each row’s own reference, and finds a marketplace’s shop by its bare number', async () => {
    const subject = { uscc: null, orgCode: null, regNo: null, shop: 'shop:guguji:10086', name: '虚构小铺' }
    await world.bring('shops', [{ ...registration('', '虚构小铺'), kind: 'shop', key: 'shop:guguji:10086', subject }])
    const body = 'shop_id,ref\n10086,甲-1\n=1+1,乙\n'
    const token = world.token('marketplace', 'guguji')
    const known = { row: 1, ref: '甲-1', code: 'shop:guguji:10086', status: 'KNOWN' }
    expect(shape(await askRows(world, body, { type: 'text/csv', token }))[0]).to.deep.equal(known)
    const query = '?marketplace=guguji'
    expect(shape(await askRows(world, body, { type: 'text/csv', query }))[0]).to.deep.equal(known)
    expect(shape(await askRows(world, body, { type: 'text/csv' }))).to.deep.equal([
      { row: 1, ref: '甲-1', error: 'ROW_SHOP_WHOSE' },
      { row: 2, ref: '乙', error: 'ROW_SHOP_WHOSE' },
    ])
    expect(shape(await askRows(world, [{ shop: 10086, ref: 7 }], { token }))).to.deep.equal([{ ...known, ref: '7' }])
  })

  it('an invalid row is answered with its number and an error code, and the rest is answered', async () => {
    const rows = ['""', '{}', '{"code":1}', '9'.repeat(18), 'nonsense', '[]', 'null', `{"code":"${ONE}","name":3}`]
    const long = JSON.stringify({ code: ONE, note: 'x'.repeat(3_000) })
    const told = [
      ...Array(4).fill('ROW_NO_CODE'),
      'ROW_UNREADABLE',
      ...Array(2).fill('ROW_NO_CODE'),
      'ROW_UNREADABLE',
      'ROW_TOO_LONG',
    ]
    const expected = [...told.map((error, at) => ({ row: at + 1, error })), { row: 10, code: ONE, status: 'KNOWN' }]
    const list = await askRows(world, `[${[...rows, long, `"${ONE}"`].join(',')}]`)
    expect(shape(list), list.text).to.deep.equal(expected)
    expect(list.end).to.include({ end: true, rows: 10, refused: 9 })
    const lines = await askRows(world, [...rows, long, `"${ONE}"`].join('\n'), { type: NDJSON })
    expect(shape(lines)).to.deep.equal(expected)
  })

  it('an unclosed quote affects only its own line of a CSV', async () => {
    const body = `code,name\n${ONE},"虚构\n${TWO},虚构白露有限公司\n"${LISTED}","虚构霜降有限公司"\n`
    const answer = await askRows(world, body, { type: 'text/csv' })
    expect(shape(answer)).to.deep.equal([
      { row: 1, error: 'ROW_UNREADABLE' },
      { row: 2, code: TWO, status: 'CEASED', askedName: '虚构白露有限公司', nameAnswer: 'SAME' },
      { row: 3, code: LISTED, status: 'KNOWN', askedName: '虚构霜降有限公司', nameAnswer: 'SAME' },
    ])
  })

  it('section 7: explains a malformed unknown code as /check and GraphQL do', async () => {
    const mistyped = `${ONE.slice(0, 17)}${ONE.endsWith('1') ? '2' : '1'}`
    const codes = [ONE, mistyped, 'x', uscc(88), '']
    const { lines } = await askRows(world, codes)
    const faults = [null, 'CODE_CHECK_DIGIT', 'CODE_FORM', null, undefined]
    expect(lines.map(({ codeFault }) => codeFault)).to.deep.equal(faults)
    for (const [n, code] of codes.slice(0, 4).entries()) {
      const one = await (await fetch(`${world.url}/v1/standing/${code}`)).json()
      expect(one, code).to.deep.include({ codeFault: faults[n] })
      const { data } = await world.ask('query($code: String!) { standing(code: $code) { codeFault } }', {
        variables: { code },
      })
      expect(data.standing, code).to.deep.equal({ codeFault: faults[n] })
      const page = await fetch(`${world.url}/check`, {
        method: 'POST',
        body: new URLSearchParams({ codes: code, format: 'csv' }),
      })
      const text = await page.text()
      expect(/CODE_\w+/.exec(text)?.[0] ?? null, code).to.equal(faults[n])
    }
  })

  it('answers as CSV without formulas, with a last line that says it is complete', async () => {
    const body = [{ code: ONE, ref: '=1+1' }, { code: '@x', name: '-2' }, {}]
    const { headers, text } = await askRows(world, body, { headers: { accept: 'text/csv' } })
    expect(headers.get('content-type')).to.contain('text/csv')
    const rows = text.split('\r\n')
    expect(rows[0]).to.equal(
      'row,ref,code,uscc,name,status,grade,score,overruled,objected,listed,listings,asOf,stale,askedName,nameAnswer,codeFault,error',
    )
    expect(rows[1]).to.equal(
      `1,'=1+1,${ONE},${ONE},虚构青禾有限公司,KNOWN,,,false,false,false,,1970-01-01T00:00:00.000Z,true,,,,`,
    )
    expect(rows[2]).to.contain(`2,,'@x,,,UNKNOWN`).and.contain(`'-2,UNKNOWN,CODE_FORM,`)
    expect(rows[3]).to.equal(`3${','.repeat(17)}ROW_NO_CODE`)
    expect(rows[4]).to.equal(`end,3${','.repeat(16)}`)
  })

  const refusals: [string, unknown, Parameters<typeof askRows>[2], number, string][] = [
    ['another media type', 'a=b', { type: 'application/x-www-form-urlencoded' }, 415, 'MEDIA_TYPE'],
    ['another charset', '[]', { type: 'application/json; charset=big5' }, 415, 'MEDIA_TYPE'],
    ['another encoding', '[]', { headers: { 'content-encoding': 'br' } }, 415, 'MEDIA_TYPE'],
    ['an answer that is not offered', '[]', { headers: { accept: 'application/xml' } }, 406, 'NOT_ACCEPTABLE'],
    ['a body that is not a list', '{"code":"x"}', {}, 400, 'ROWS_UNREADABLE'],
    ['an unclosed list', '[', {}, 400, 'ROWS_UNREADABLE'],
    ['a table without a column of codes', 'a,b\nc,d', { type: 'text/csv' }, 400, 'ROWS_UNREADABLE'],
    ['two columns of codes', 'code,代码\nc,d', { type: 'text/csv' }, 400, 'ROWS_UNREADABLE'],
    ['a body that is not gzip', 'x', { headers: { 'content-encoding': 'gzip' } }, 400, 'ROWS_UNREADABLE'],
    ['bytes that are not UTF-8', iconv.encode('代码\nx', 'gbk'), { type: 'text/csv' }, 400, 'ROWS_UNREADABLE'],
    ['an invalid day', '[]', { query: '?asOf=2026-02-30' }, 400, 'DATE_INVALID'],
    ['an unknown parameter', '[]', { query: '?x=1' }, 400, 'INPUT_INVALID'],
    ['a bad token', '[]', { token: 'x.y.z' }, 401, 'UNAUTHENTICATED'],
    ['a body that is too large', new Uint8Array(33 * 1024 * 1024), {}, 413, 'CONTENT_TOO_LARGE'],
  ]
  for (const [what, body, asked, status, code] of refusals) {
    it(`refuses ${what} with problem details before the first line`, async () => {
      const answer = await askRows(world, body, asked)
      expect(answer.headers.get('content-type')).to.contain('application/problem+json')
      expect(problem(answer)).to.deep.equal({ status, code })
    })
  }

  it('tells broken JSON from JSON that is no list', async () => {
    for (const [body, said] of [
      ['{"codes":', 'the JSON is broken'],
      ['{"code":"x"}', 'a list is wanted'],
      ['', 'a list is wanted'],
    ] as const)
      expect(JSON.parse((await askRows(world, body)).text).detail, body).to.include(said)
  })

  it('refuses a body without a content type, and says so', async () => {
    const answer = await fetch(`${world.url}/v1/standings`, { method: 'POST', body: new Uint8Array([91, 93]) })
    expect(answer.status).to.equal(415)
    expect(((await answer.json()) as { detail: string }).detail).to.match(/没有 Content-Type.*without Content-Type/)
  })

  it('refuses other methods', async () => {
    const answer = await fetch(`${world.url}/v1/standings`)
    expect([answer.status, answer.headers.get('allow')]).to.deep.equal([405, 'POST'])
    const other = await fetch(`${world.url}/v1/standing/${ONE}`, { method: 'DELETE' })
    expect([other.status, other.headers.get('allow')]).to.deep.equal([405, 'GET'])
  })

  it('a failure midway is reported in the last line, after the rows already answered', async () => {
    const answer = await askRows(world, `["${ONE}","${TWO}"] x`)
    expect(answer.status).to.equal(200)
    expect(answer.lines).to.have.length(2)
    expect(answer.end).to.include({ end: false, rows: 2 })
    expect(answer.end.error.code).to.equal('ROWS_UNREADABLE')
    const cut = gzipSync(
      JSON.stringify(
        Array(5_000)
          .fill(ONE)
          .map((code, n) => ({ code, ref: `${n * 7919}` })),
      ),
    )
    const short = await askRows(world, cut.subarray(0, cut.length - 2_000), { headers: { 'content-encoding': 'gzip' } })
    expect(short.lines.length).to.be.above(100)
    expect(short.end).to.include({ end: false, rows: short.lines.length })
  })

  it('an empty list gets a last line that says it is complete', async () => {
    expect((await askRows(world, [])).end).to.include({ end: true, rows: 0 })
    expect((await askRows(world, '', { type: NDJSON })).end).to.include({ end: true, rows: 0 })
  })

  it('GET /v1/standing answers one code with the same object', async () => {
    const { lines } = await askRows(world, [LISTED])
    const { row: _, ...line } = lines[0]
    const answer = await fetch(`${world.url}/v1/standing/${LISTED}`)
    expect(answer.headers.get('cache-control')).to.equal('no-store')
    expect(await answer.json()).to.deep.equal(line)
    expect(line).to.deep.include({ code: LISTED, listed: true, grade: null, score: null })
    expect(line.listings[0]).to.include({ kind: 'serious', state: 'PUBLISHED', mirrored: false, contested: false })
    const before = await fetch(`${world.url}/v1/standing/${LISTED}?asOf=2026-02-05`)
    expect(await before.json()).to.include({ listed: false })
    const shop = await fetch(`${world.url}/v1/standing/${encodeURIComponent('shop:a:b/c')}`)
    expect(await shop.json()).to.include({ code: 'shop:a:b/c', status: 'UNKNOWN' })
    expect((await fetch(`${world.url}/v1/standing/%E0%A4%A`)).status).to.equal(400)
  })
})
