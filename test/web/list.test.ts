import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import { findReasonTopics } from '../../src/domain/listing/reason-topics.js'
import { addDays } from '../../src/foundation/time/dates.js'
import { makeWorld, NOW, TODAY, type World } from '../api/world.js'
import { letGo } from '../support/public-list.js'
import { idsIn, nextIn, read } from '../support/reading.js'
import { type Firm, firms, listFirms } from '../support/site-world.js'

describe('the list of the public site', () => {
  let world: World
  let all: (Firm & { id: string })[]
  let listed: typeof all
  before(async () => {
    world = await makeWorld()
    const given = firms(TODAY, 130)
    const ids = await listFirms(world.database.db, given)
    all = given.map((firm, n) => ({ ...firm, id: ids[n] ?? '' }))
    listed = all.filter(({ left }) => left === undefined)
  })
  after(() => world.close())

  const get = (path: string, headers = {}) => read(`${world.url}${path}`, headers)
  const everyPage = async (path: string): Promise<string[]> => {
    const ids: string[] = []
    for (let next: string | null = path; next !== null; ) {
      const { status, text } = await get(next)
      expect(status).to.equal(200)
      ids.push(...idsIn(text))
      next = nextIn(text)
    }
    return ids
  }
  const idsOf = (some: readonly { id: string }[]) => some.map(({ id }) => id).sort()

  const filters: [string, (firm: Firm) => boolean][] = [
    ['reason=counterfeit', ({ reason }) => findReasonTopics(reason).includes('counterfeit')],
    ['reason=sham', ({ reason }) => findReasonTopics(reason).includes('sham')],
    ['region=2202', ({ region }) => region.startsWith('2202')],
    ['region=220182', ({ region }) => region === '220182'],
    [
      `from=${addDays(TODAY, -200)}&to=${addDays(TODAY, -100)}`,
      ({ publishedOn }) => publishedOn >= addDays(TODAY, -200) && publishedOn <= addDays(TODAY, -100),
    ],
    ['contested=1', ({ contested }) => contested === true],
    [
      'reason=quality&region=2201',
      ({ reason, region }) => findReasonTopics(reason).includes('quality') && region.startsWith('2201'),
    ],
  ]
  for (const [query, belongs] of filters)
    it(`filtered by ${query} has exactly the matching entries and their number`, async () => {
      const wanted = idsOf(listed.filter(belongs))
      expect(wanted).not.to.have.length(0)
      expect((await everyPage(`/blacklist?${query}`)).sort()).to.deep.equal(wanted)
      expect((await get(`/blacklist?${query}`)).text).to.include(`找到 ${wanted.length} 条`)
    })

  it('filters by authority', async () => {
    const authority = listed[0]?.authority ?? ''
    const found = await everyPage(`/blacklist?authority=${encodeURIComponent(authority)}`)
    expect(found.sort()).to.deep.equal(idsOf(listed.filter((firm) => firm.authority === authority)))
  })

  it('pages through each order without duplicates or gaps', async () => {
    const byDay = [...listed].sort((a, b) => (a.publishedOn < b.publishedOn ? -1 : 1)).map(({ id }) => id)
    expect(await everyPage('/blacklist?sort=oldest')).to.deep.equal(byDay)
    expect(await everyPage('/blacklist?sort=ending')).to.deep.equal(byDay)
    expect(await everyPage('/blacklist')).to.deep.equal([...byDay].reverse())
  })

  it('finds a firm by its code in any spelling', async () => {
    const [one] = listed
    for (const code of [
      one?.uscc,
      ` ${one?.uscc.toLowerCase()} `,
      one?.uscc.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    ])
      expect(idsIn((await get(`/blacklist?name=${encodeURIComponent(code ?? '')}`)).text)).to.deep.equal([one?.id])
  })

  it('finds a firm by a misspelt, shortened or Traditional name, and never a removed one', async () => {
    const one = listed.find(({ name }) => name.startsWith('长春') && name.includes('电子商务')) ?? listed[0]
    const name = one?.name ?? ''
    const core = name.slice(2, 6)
    const spelt = [name, `${name.slice(0, 3)}误${name.slice(4)}`, core, name.replace('长', '長').replace('务', '務')]
    for (const each of spelt)
      expect(idsIn((await get(`/blacklist?name=${encodeURIComponent(each)}`)).text)[0], each).to.equal(one?.id)
    const gone = all.find(({ left }) => left !== undefined)
    const { text } = await get(`/blacklist?name=${encodeURIComponent(gone?.name ?? '')}`)
    expect(idsIn(text)).not.to.include(gone?.id)
    // The page repeats the name once, as the search text.
    expect(text.split(`<bdi>${gone?.name}</bdi>`)).to.have.length(2)
  })

  it('says when results are only similar', async () => {
    const SAID = '没有名称完全相符的记录'
    const name = listed[0]?.name ?? ''
    const like = `${name.slice(0, 3)}误${name.slice(4)}`
    expect((await get(`/blacklist?name=${encodeURIComponent(like)}`)).text).to.include(SAID)
    for (const right of [name, name.slice(2, 6), listed[0]?.uscc ?? '', '查无此店名'])
      expect((await get(`/blacklist?name=${encodeURIComponent(right)}`)).text, right).not.to.include(SAID)
  })

  it('combines name and filter', async () => {
    const found = await everyPage(`/blacklist?name=${encodeURIComponent('有限公司')}&region=2201&sort=oldest`)
    const wanted = listed.filter(({ region, name }) => region.startsWith('2201') && name.includes('有限公司'))
    expect(found.every((id) => wanted.some((firm) => firm.id === id))).to.equal(true)
    expect(found).not.to.have.length(0)
    const days = found.map((id) => listed.find((firm) => firm.id === id)?.publishedOn ?? '')
    expect(days).to.deep.equal([...days].sort())
  })

  it('says what to do where nothing is found', async () => {
    const { status, text } = await get(`/blacklist?name=${encodeURIComponent('查无此店')}&region=2224`)
    expect(status).to.equal(200)
    expect(text).to.include('没有符合条件的记录').and.include('不是没有违法记录的证明')
    expect(text).to.include('去掉筛选条件再查')
  })

  it('keeps chosen filters in the URL and drops empty ones', async () => {
    const { status, headers } = await get(
      '/blacklist?name=&reason=counterfeit&region=&authority=&sort=&from=&to=&lang=en',
    )
    expect(status).to.equal(303)
    expect(headers['location']).to.equal('/blacklist?reason=counterfeit&lang=en')
    const { text } = await get('/blacklist?reason=counterfeit&lang=en')
    expect(text).to.include('<option value="counterfeit" selected>')
    expect(text).to.include('<input type="hidden" name="lang" value="en">')
    expect(text).to.match(/<details open>/)
  })

  for (const query of [
    'reason=none',
    'region=x',
    'from=2026-02-30',
    'to=tomorrow',
    'sort=name',
    'after=1_2',
    'format=pdf',
  ])
    it(`answers 400 with an explanation to ${query}`, async () => {
      const { status, text } = await get(`/blacklist?${query}`)
      expect(status).to.equal(400)
      expect(text).to.include('输入无效').and.include('action="/blacklist"')
    })

  it('has all results as CSV in the same order', async () => {
    const { status, headers, text } = await get('/blacklist?reason=counterfeit&sort=oldest&format=csv')
    expect(status).to.equal(200)
    expect(headers['content-type']).to.match(/^text\/csv/)
    expect(headers['content-disposition']).to.equal(`attachment; filename="blacklist-${TODAY}.csv"`)
    expect(text.startsWith('\uFEFFid,list,uscc,name')).to.equal(true)
    const rows = parse(text, { columns: true, bom: true }) as Record<string, string>[]
    expect(rows.map(({ id }) => id)).to.deep.equal(await everyPage('/blacklist?reason=counterfeit&sort=oldest'))
    const byName = await get(`/blacklist?name=${encodeURIComponent(listed[0]?.name ?? '')}`, { accept: 'text/csv' })
    expect(parse(byName.text, { columns: true, bom: true })[0]).to.include({ id: listed[0]?.id, uscc: listed[0]?.uscc })
    expect(parse((await get('/blacklist?format=csv')).text, { columns: true, bom: true })).to.have.length(listed.length)
  })

  it('has all results as CSV also in the last second of a day', async () => {
    world.setNow(new Date(`${TODAY}T23:59:59.900+08:00`))
    const { text } = await get('/blacklist?format=csv').finally(() => world.setNow(NOW))
    expect(parse(text, { columns: true, bom: true })).to.have.length(listed.length)
  })

  it('reads no rows for a HEAD request for CSV', async () => {
    const heard = await world.statements(async () => {
      const { status, headers } = await fetch(`${world.url}/blacklist?format=csv`, { method: 'HEAD' })
      expect(status).to.equal(200)
      expect(headers.get('content-type')).to.match(/^text\/csv/)
    })
    expect(heard.filter((sql) => sql.includes('publicList'))).to.deep.equal([])
  })

  it('is one cached page for all spellings of its URL', async () => {
    const { text } = await get('/blacklist')
    for (const path of ['/blacklist/', '/BLACKLIST', '/Blacklist/']) expect((await get(path)).text, path).to.equal(text)
    expect((await get('//')).text).to.equal((await get('/')).text)
  })

  it('keeps lang=en in its links', async () => {
    const { text } = await get('/blacklist?lang=en')
    expect(text).to.include('<html lang="en">').and.include('entries in force on')
    expect(text).not.to.include('条有效记录')
    expect(text).to.include(`<bdi lang="zh-CN">${listed[0]?.name}</bdi>`)
    expect(nextIn(text)).to.include('lang=en')
    expect(text).to.match(/href="\/blacklist\/[0-9a-f-]{36}\?lang=en"/)
    expect(text).to.include('<a href="/blacklist" lang="zh-CN" hreflang="zh-CN">中文</a>')
  })

  it('is compressed by Accept-Encoding and answers 304', async () => {
    const packed = await get('/blacklist')
    expect(packed.headers['content-encoding']).to.equal('br')
    // The same address also serves CSV to a client that accepts it.
    for (const path of ['/blacklist', '/blacklist', `/blacklist?name=${encodeURIComponent(listed[0]?.name ?? '')}`])
      expect((await get(path)).headers['vary']).to.equal('Accept, Accept-Encoding')
    expect((await get('/')).headers['vary']).to.equal('Accept-Encoding')
    expect((await get('/blacklist', { 'accept-encoding': 'gzip' })).headers['content-encoding']).to.equal('gzip')
    const bare = await get('/blacklist', { 'accept-encoding': 'identity' })
    expect(bare.headers['content-encoding']).to.equal(undefined)
    expect(bare.text).to.equal(packed.text)
    const tag = String(packed.headers['etag'])
    for (const known of [tag, tag.replace('W/', ''), '*', `"x", ${tag}`])
      expect((await get('/blacklist', { 'if-none-match': known })).status, known).to.equal(304)
    expect((await get('/blacklist', { 'if-none-match': '"x"' })).status).to.equal(200)
    expect((await read(`${world.url}/blacklist`, {}, 'HEAD')).bytes).to.equal(0)
  })

  it('never names a removed entry in a later answer', async () => {
    const gone = listed.pop()
    const paths = [
      '/',
      '/blacklist?sort=oldest',
      `/blacklist?region=${gone?.region}`,
      `/blacklist?name=${encodeURIComponent(gone?.name ?? '')}`,
    ]
    const before = await Promise.all(paths.map((path) => get(path)))
    expect(before.slice(1).map(({ text }) => text.includes(gone?.id ?? ''))).to.deep.equal([true, true, true])
    await letGo(world.database.db, gone?.id ?? '')
    for (const path of paths) expect((await get(path)).text, path).not.to.include(gone?.id)
    expect((await get('/blacklist?format=csv')).text).not.to.include(gone?.id)
    expect((await get(`/blacklist/${gone?.id}`)).status).to.equal(410)
    expect((await get('/blacklist')).text).to.include(`共 ${listed.length} 条`)
  })

  it('names nobody after the end of the term', async () => {
    const first = listed.at(-1)
    const year = Number(first?.publishedOn.slice(0, 4)) + 3
    await get('/blacklist?sort=ending')
    world.setNow(new Date(`${addDays(`${year}${first?.publishedOn.slice(4)}`, 1)}T00:00:00+08:00`))
    const { text, headers } = await get('/blacklist?sort=ending')
    world.setNow(new Date(`${year}${first?.publishedOn.slice(4)}T23:59:50+08:00`))
    const justBefore = await get('/blacklist?sort=ending')
    world.setNow(NOW)
    expect(text).not.to.include(first?.id)
    expect(headers['cache-control']).to.equal('public, max-age=60, must-revalidate')
    expect(justBefore.text).to.include(first?.id)
    expect(justBefore.headers['cache-control']).to.equal('public, max-age=10, must-revalidate')
  })
})
