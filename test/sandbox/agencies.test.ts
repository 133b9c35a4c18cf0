import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { read, utils } from '@e965/xlsx'
import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import iconv from 'iconv-lite'
import { SaxesParser } from 'saxes'
import { type World, world } from '../../seeds/world.js'
import { agencies as everyAgency } from '../../src/agencies/index.js'
import { normalizeDocumentNumber } from '../../src/foundation/text/values.js'
import { parseDate } from '../../src/foundation/time/dates.js'
import { type AgencyStandIn, startAgencyStandIns } from '../../src/sandbox/agencies/index.js'

interface RegistryPage {
  status: string
  msg: string
  data: { total: number; page: number; size: number; pages: number; list: Record<string, unknown>[] }
}

describe('the stand-in agencies', () => {
  const here = world()
  let served: World = here
  let agencies: AgencyStandIn[] = []
  const agency = (id: string): AgencyStandIn => {
    const found = agencies.find((one) => one.id === id)
    if (!found) throw new Error(`no agency ${id}`)
    return found
  }
  const bytes = async (id: string, path: string): Promise<Buffer> => {
    const answer = await fetch(agency(id).url + path)
    expect(answer.status).to.equal(200)
    return Buffer.from(await answer.arrayBuffer())
  }
  const registry = async (query = ''): Promise<RegistryPage> =>
    JSON.parse((await bytes('market-regulator', `/registry${query}`)).toString()) as RegistryPage
  const gateway = async (body: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${agency('market-regulator').url}/gateway`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(answer.status).to.equal(200)
    return (await answer.json()) as Record<string, unknown>
  }
  const question = (content: unknown) => ({ appKey: 'demo', messageId: '1', userName: 'hub', status: '1', content })
  const penalties = async (): Promise<Record<string, string>[]> =>
    parse(iconv.decode(await bytes('credit-office', '/penalties.csv'), 'gb18030'), { columns: true })

  beforeEach(async () => {
    served = here
    agencies = await startAgencyStandIns(() => served)
  })
  afterEach(() => Promise.all(agencies.map((one) => one.close())))

  it('stand in for every agency, each at its own address on this machine', () => {
    expect(agencies.map((one) => one.id)).to.deep.equal(everyAgency.map(({ id }) => id))
    expect(new Set(agencies.map(({ url }) => url)).size).to.equal(everyAgency.length)
    for (const { url } of agencies) expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  it('send the registry in pages, with days as epoch milliseconds and an enterprise without a name last', async () => {
    const first = await registry('?page=1&size=100')
    const second = await registry('?page=2&size=100')
    const list = [...first.data.list, ...second.data.list]
    expect(first).to.include({ status: '1', msg: '成功' })
    expect(first.data).to.include({ total: 186, page: 1, size: 100, pages: 2 })
    const known = here.operators.filter((one) => one.kind === 'enterprise' || one.kind === 'cooperative')
    expect(list.map((row) => row.uniscid).slice(0, -1)).to.deep.equal(known.map((one) => one.uscc))
    expect(list.at(-1)).to.include({ entname: '' })
    expect(list.map((row) => parseDate(row.estdate)).slice(0, -1)).to.deep.equal(known.map((one) => one.establishedOn))
    expect(list[0]).to.include({
      entname: known[0]?.name,
      regcap: '50.000000',
      regcapcurCn: '人民币',
      regstateCn: '存续（在营、开业、在册）',
      sExtNodenum: '220000',
      districtCode: '220102',
    })
    expect(new Set(list.map((row) => row.opto).filter((day) => typeof day !== 'number'))).to.deep.equal(
      new Set(['', null]),
    )
    expect(list.map((row) => row.regstateCn)).to.include.members(['吊销,未注销', '注销'])
  })

  it('refuse a page that is not a number', async () => {
    const answer = await fetch(`${agency('market-regulator').url}/registry?page=zwei`)
    expect(answer.status).to.equal(400)
    expect(await answer.json()).to.include({ status: '0' })
  })

  it('send trademarks as well-formed XML in two pages', async () => {
    const texts = await Promise.all(
      [1, 2].map(async (page) => (await bytes('ip-office', `/trademarks?page=${page}`)).toString()),
    )
    const values: Record<string, string[]> = {}
    const totals: unknown[] = []
    for (const text of texts) {
      let inside = ''
      const parser = new SaxesParser()
      parser.on('opentag', ({ name, attributes }) => {
        inside = name
        if (name === 'trademarks') totals.push({ ...attributes })
      })
      parser.on('text', (found) => {
        if (found.trim() === '') return
        values[inside] = [...(values[inside] ?? []), found]
      })
      parser.on('error', (error) => {
        throw error
      })
      parser.write(text).close()
    }
    expect(totals).to.deep.equal([
      { total: '120', page: '1', pages: '2' },
      { total: '120', page: '2', pages: '2' },
    ])
    expect(values.regNo).to.deep.equal(here.trademarks.map((one) => one.number))
    expect(values.applicant).to.deep.equal(here.trademarks.map((one) => one.ownerName))
    expect(values.applicant).to.include('NORRVIK & TÅGMARK AB')
    expect(values.item).to.deep.equal(here.trademarks.flatMap((one) => one.goods))
    expect(new Set(values.status)).to.have.all.keys('注册', '申请中', '无效', '期满')
  })

  it('send the tests of goods as a workbook with two merged rows above the header', async () => {
    const book = read(await bytes('market-regulator', '/quality.xlsx'), { cellDates: true, UTC: true })
    const sheet = book.Sheets[book.SheetNames[0] ?? '']
    if (!sheet) throw new Error('no sheet')
    expect(sheet['!merges']?.map((range) => utils.encode_range(range))).to.deep.equal(['A1:Q1', 'A2:Q2'])
    const rows = utils.sheet_to_json<Record<string, unknown>>(sheet, { range: 2, defval: '' })
    expect(rows).to.have.length(91)
    const keys = here.inspections.map((one) => `${one.noticeNumber}/${one.serial}`)
    expect(rows.slice(0, -1).map((row) => `${row.通报文号}/${row.序号}`)).to.deep.equal(keys)
    expect(rows.slice(0, -1).map((row) => parseDate(row.通报日期))).to.deep.equal(
      here.inspections.map((one) => one.announcedOn),
    )
    expect(rows.some((row) => row.通报日期 instanceof Date)).to.equal(true)
    expect(rows.map((row) => row.标称生产单位)).to.include('/')
    expect(rows.at(-1)?.产品名称).to.equal('')
  })

  it('send penalties as GB18030 text with 双公示 columns, fines in 万元 and document numbers as people type them', async () => {
    const rows = await penalties()
    expect(Object.keys(rows[0] ?? {})).to.have.length(30)
    expect(rows).to.have.length(here.penalties.length + 1)
    const sent = rows.slice(0, -1)
    expect(sent.map((row) => normalizeDocumentNumber(row.CF_WSH ?? ''))).to.deep.equal(
      here.penalties.map((one) => one.documentNumber),
    )
    expect(sent.filter((row, i) => row.CF_WSH !== here.penalties[i]?.documentNumber)).to.not.have.length(0)
    expect(sent.map((row) => parseDate(row.CF_JDRQ))).to.deep.equal(here.penalties.map((one) => one.decidedOn))
    const worst = rows.find((row) => row.CF_NR_FK === '50.000000')
    expect(worst).to.include({
      CF_XDR_SHXYM: here.dishonestExample,
      CF_CFLB: '罚款;没收违法所得、没收非法财物',
      CF_NR_WFFF: '18.369000',
    })
    expect(rows.filter((row) => row.CF_XDR_LB === '自然人')).to.have.length(1)
    expect(rows.filter((row) => row.CF_FR_ZJHM !== '')).to.have.length(1)
    expect(rows.at(-1)?.CF_XDR_SHXYM).to.have.length(17)
  })

  it('answer the gateway with its envelope and dates in several spellings', async () => {
    const answer = await gateway(question({ service: 'dishonest', pageIndex: 1, pageSize: 4 }))
    const rest = await gateway(question({ service: 'dishonest', pageIndex: 2, pageSize: 4 }))
    expect(answer).to.include({ IsSuccess: true, Result: 1, TotalCount: 6, DataType: 'json', ErrorCode: '' })
    const rows = [...(answer.DataList as Record<string, unknown>[]), ...(rest.DataList as Record<string, unknown>[])]
    expect(rows.map((row) => row.ILLID)).to.deep.equal(here.listEntries.map((one) => one.id))
    expect(rows.map((row) => parseDate(row.ABNTIME))).to.deep.equal(here.listEntries.map((one) => one.listedOn))
    expect(rows.map((row) => parseDate(row.REMDATE))).to.deep.equal(
      here.listEntries.map((one) => one.removal?.on ?? null),
    )
    expect(new Set(rows.map((row) => row.REMDATE).filter((day) => !day))).to.deep.equal(new Set(['', null]))
    expect(new Set(rows.map((row) => typeof row.ABNTIME))).to.have.all.keys('number', 'string')
  })

  it('answer an unknown gateway request with an error in the envelope', async () => {
    for (const wrong of [null, [], question({ service: 'honest' }), question({ service: 'dishonest', pageIndex: 0 })]) {
      const answer = await gateway(wrong)
      expect(answer).to.include({ IsSuccess: false, Result: 0 })
      expect(answer.ErrorCode).to.not.equal('')
    }
  })

  it('send the world as it is at the time of the request', async () => {
    served = { ...here, faults: [], operators: here.operators.map((one) => ({ ...one, name: `${one.name}（新）` })) }
    const { data } = await registry()
    expect(data.total).to.equal(185)
    expect(data.list[0]?.entname).to.match(/（新）$/)
  })

  it('answer 304 to a request with the current ETag', async () => {
    for (const path of ['/registry', '/quality.xlsx']) {
      const url = agency('market-regulator').url + path
      const etag = (await fetch(url)).headers.get('etag') ?? ''
      expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).to.equal(304)
      expect((await fetch(url, { headers: { 'if-none-match': '"other"' } })).status).to.equal(200)
    }
  })

  it('answer 404 at an unknown path', async () => {
    expect((await fetch(`${agency('ip-office').url}/registry`)).status).to.equal(404)
  })

  it('fail the next requests on demand, with Retry-After', async () => {
    const office = agency('credit-office')
    office.behave({ failNext: 2 })
    const answers = [1, 2, 3].map(() => `${office.url}/penalties.csv`)
    const seen: [number, string | null][] = []
    for (const url of answers) {
      const answer = await fetch(url)
      seen.push([answer.status, answer.headers.get('retry-after')])
    }
    expect(seen).to.deep.equal([
      [503, '1'],
      [503, '1'],
      [200, null],
    ])
    expect(office.asked).to.equal(3)
  })

  it('send garbage on demand, until it is turned off', async () => {
    const office = agency('ip-office')
    office.behave({ garbage: true })
    const rubbish = await bytes('ip-office', '/trademarks')
    expect(rubbish.subarray(0, 5).toString('latin1')).to.not.equal('<?xml')
    office.behave({ garbage: false })
    expect((await bytes('ip-office', '/trademarks')).subarray(0, 5).toString()).to.equal('<?xml')
  })

  it('cut their answer off after a number of bytes on demand', async () => {
    for (const cutAfterBytes of [0, 1000]) {
      agency('market-regulator').behave({ cutAfterBytes })
      const error = await fetch(`${agency('market-regulator').url}/registry`)
        .then((answer) => answer.text())
        .then(() => null, String)
      expect(error, String(cutAfterBytes)).to.be.a('string')
    }
  })

  it('delay their answer on demand', async () => {
    agency('ip-office').behave({ delayMs: 60 })
    const start = performance.now()
    await bytes('ip-office', '/trademarks')
    expect(performance.now() - start).to.be.at.least(55)
  })

  it('change their behaviour over HTTP, refuse unknown settings, and do not count such requests', async () => {
    const office = agency('credit-office')
    const order = (body: string) => fetch(`${office.url}/_behave`, { method: 'POST', body })
    expect(await (await order('{"failNext":1}')).json()).to.deep.equal({
      delayMs: 0,
      failNext: 1,
      garbage: false,
      cutAfterBytes: null,
    })
    for (const wrong of ['{"failNext":-1}', '{"fail":1}', '{"toString":1}', '[]', 'x', '{"garbage":1}']) {
      expect((await order(wrong)).status, wrong).to.equal(400)
    }
    expect(office.asked).to.equal(0)
    expect((await fetch(`${office.url}/penalties.csv`)).status).to.equal(503)
  })

  it('close at once even with an open connection or a waiting request', async () => {
    const office = agency('ip-office')
    await bytes('ip-office', '/trademarks')
    office.behave({ delayMs: 60_000 })
    const waiting = fetch(`${office.url}/trademarks`).then(
      () => 'answered',
      () => 'broken off',
    )
    while (office.asked < 2) await new Promise((resolve) => setImmediate(resolve))
    await office.close()
    expect(await waiting).to.equal('broken off')
  })

  it('listen on the given ports, and none starts if a port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const error = await startAgencyStandIns(here, { ports: { 'credit-office': port } }).then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).to.have.property('code', 'PORT_IN_USE')
    await new Promise((resolve) => other.close(resolve))
    const started = await startAgencyStandIns(here, { ports: { 'credit-office': port } })
    expect(started.find(({ id }) => id === 'credit-office')?.url).to.equal(`http://127.0.0.1:${port}`)
    await Promise.all(started.map((one) => one.close()))
  })
})
