import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import type { RecordBody, RecordDraft } from '../../src/domain/records/records.js'
import { readDecidedRecords } from '../../src/store/publication/public-records.js'
import { globalOf } from '../api/global-ids.js'
import { publishListing } from '../api/listed-world.js'
import { penalty, registration, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, scored, TODAY, type World } from '../api/world.js'
import { nextIn, read } from '../support/reading.js'

const UPHELD = 'UPHELD'
const LAST_DAY = new Date('2027-01-05T02:00:00Z')
const DAY_AFTER = new Date('2027-01-06T02:00:00Z')

describe('penalties and permits on the public site', () => {
  let world: World
  const one = uscc(1)
  const numbered = (n: number) => `虚市监处罚〔2026〕${n}号`
  const light = (n: number, body: RecordBody = {}, decidedOn = '2026-01-05'): RecordDraft => {
    const draft = penalty(one, numbered(n), decidedOn)
    const types = { types: ['罚款'], content: '罚款50000元', fine_yuan: '50000', note: null, publish_until: null }
    const own = { ...types, source_unit: '虚构市信用办', basis: null, party_name: null, representative: null }
    return { ...draft, body: { ...draft.body, ...own, ...body } }
  }
  const permit = (n: number, body: RecordBody = {}): RecordDraft => ({
    ...light(n),
    kind: 'permit',
    body: {
      document_name: `虚构食品经营许可证${n}`,
      document_number: `虚许〔2026〕${n}号`,
      permit_number: `JY${n}`,
      content: '热食类',
      status: 'VALID',
      decided_on: '2026-01-05',
      valid_from: '2026-01-05',
      valid_to: '2026-06-30',
      authority: '虚构市行政审批局',
      source_unit: '虚构市信用办',
      party_kind: 'ORGANISATION',
      note: null,
      ...body,
    },
  })
  const bring = (drafts: readonly RecordDraft[], feed = 'penalties', at = NOW) =>
    world.bring(feed, drafts, at, world.rules)
  const page = async (query = '') => {
    const { status, text } = await read(`${world.url}/penalties${query}`)
    expect(status, text).to.equal(200)
    return text
  }
  const shown = async (query = '') =>
    [...(await page(query)).matchAll(/〔2026〕(\d+)号<\/bdi>/g)].map(([, n]) => Number(n))

  beforeEach(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(one, '虚构明处商贸有限公司'),
      registration(uscc(2), '虚构邻近商贸有限公司'),
    ])
  })
  afterEach(() => world.close())

  it('shows what the law lets be public, with its source, its day and the way to object', async () => {
    await bring([
      light(1),
      light(2, { types: ['警告'], content: '警告', fine_yuan: null }),
      light(3, { note: '适用简易程序' }),
      light(4, { note: '涉密' }),
      light(5, { party_kind: 'NATURAL_PERSON' }),
      light(6, { status: 'REVOKED' }),
      light(7, { publish_until: '2026-03-01' }),
      light(8, { publish_until: '2026-03-02' }),
      light(9, {}, '2025-03-01'),
      { ...penalty(one, numbered(10), '2023-03-03') },
      { ...penalty(one, numbered(11), '2023-03-01') },
    ])
    expect((await shown()).sort((a, b) => a - b)).to.deep.equal([1, 8, 10])
    const text = await page()
    expect(text).to.include('虚构明处商贸有限公司').and.include(one).and.include('虚构市信用办')
    expect(text).to.include(`收到 <time datetime="${TODAY}">`).and.include('公示至 <time datetime="2027-01-05">')
    expect(text).to.include('href="/my"').and.include('href="/help/objection"')
  })

  it('the last day of publication still shows a penalty, the day after does not', async () => {
    await bring([light(1)])
    world.setNow(LAST_DAY)
    expect(await shown()).to.deep.equal([1])
    world.setNow(DAY_AFTER)
    expect(await shown()).to.deep.equal([])
    expect(await page()).not.to.include('虚构明处商贸有限公司')
  })

  it('a lower fine of a market regulator is shown for three months, and only where nothing else was imposed', async () => {
    const lower = { fine_yuan: '49999.99' }
    await bring([
      light(1, lower, '2025-12-02'),
      light(2, lower, '2025-12-01'),
      light(3, { ...lower, types: ['罚款', '没收违法所得'] }, '2025-12-01'),
      light(4, { ...lower, confiscated_yuan: '1' }, '2025-12-01'),
      light(5, { ...lower, authority: '虚构市税务局' }, '2025-12-01'),
      light(6, {}, '2025-12-01'),
      light(7, { ...lower, types: ['警告', '罚款'] }, '2025-12-01'),
    ])
    expect((await shown()).sort((a, b) => a - b)).to.deep.equal([1, 3, 4, 5, 6])
  })

  it('a revocation and a repair take a penalty off at once', async () => {
    await bring([light(1), light(2)])
    expect(await shown()).to.have.members([1, 2])
    await bring([light(1, { status: 'REVOKED', revoked_on: TODAY })])
    expect(await shown()).to.deep.equal([2])
    const repair = {
      target: 'PENALTY',
      target_document_number: numbered(2),
      target_authority: null,
      outcome: 'REPAIRED',
    }
    const body = { ...repair, decided_on: TODAY, reason: null, authority: '虚构市信用办', note: null, listed_on: null }
    await bring([{ ...light(2), kind: 'repair', key: 'R1', body: { ...body, repaired_on: TODAY } }], 'repairs')
    expect(await shown()).to.deep.equal([])
  })

  it('an objection is marked while it is examined; upheld, the record is not shown until it is corrected', async () => {
    await bring([light(1), light(2)])
    const id = await recordId(world, light(1).key)
    await scored(world, await operatorId(world, one), 500, 'C', [id])
    const mutate = async (name: string, input: object, token: string) => {
      const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
      const variables = { i: input }
      const { data, errors } = await world.ask(`mutation($i: ${type}!) { ${name}(input: $i) { id } }`, {
        token,
        variables,
      })
      expect(errors).to.equal(undefined)
      return data[name].id as string
    }
    const statement = { operator: one, record: globalOf('Record', id), statement: '非我单位所为' }
    const objection = await mutate('openObjection', statement, world.token('officer', 'officer-1'))
    const [first = '', second = ''] = (await page()).split('<article>').slice(1)
    expect(
      [first, second].map((text) => [text.includes('〔2026〕1号'), text.includes('有异议，正在核查')]),
    ).to.have.deep.members([
      [true, true],
      [false, false],
    ])
    const decision = { id: objection, verdict: UPHELD, note: '已核实' }
    await mutate('decideObjection', decision, world.token('reviewer', 'reviewer-1'))
    expect(await shown()).to.deep.equal([2])
    await bring([light(1, { violation: '更正后的行为' })], 'penalties', new Date('2026-03-02T05:00:00Z'))
    expect(await shown()).to.have.members([1, 2])
    expect(await page())
      .to.include('更正后的行为')
      .and.not.include('正在核查')
  })

  it('hiding a listing hides the penalty that it rests on', async () => {
    await bring([penalty(one, numbered(1)), light(2)])
    const listing = await publishListing(world, one, numbered(1))
    expect(await shown()).to.have.members([1, 2])
    const hide = async (hiding: string, documentNumber?: string) => {
      const input = { id: listing, on: TODAY, reason: '虚构事由', hiding, documentNumber }
      const { errors } = await world.ask(
        'mutation($input: MoveInput!) { hideListing(input: $input) { listing { id } } }',
        {
          token: world.token('officer', 'officer-1'),
          variables: { input },
        },
      )
      expect(errors).to.equal(undefined)
    }
    await hide('ERROR')
    expect(await shown()).to.deep.equal([2])
  })

  it('is found by name, code and the beginning of a document number, and by nothing else', async () => {
    const other = { ...light(3), key: 'other', subject: { ...light(3).subject, uscc: uscc(2) } }
    await bring([{ ...light(1), fact: `${numbered(1)}/虚构市市场监督管理局` }, light(2), other])
    const by = (name: string) => shown(`?name=${encodeURIComponent(name)}`)
    expect(await by('虚构明处商贸有限公司')).to.have.members([1, 2])
    expect(await by(one)).to.have.members([1, 2])
    expect(await by(uscc(2))).to.deep.equal([3])
    expect(await by('虚市监处罚〔2026〕1')).to.deep.equal([1])
    expect(await by('虚市监处罚[2026]')).to.deep.equal([1])
    expect(await by('查无此店铺')).to.deep.equal([])
    expect(await by('%')).to.deep.equal([])
    expect((await read(`${world.url}/penalties?kind=nothing`)).status).to.equal(400)
    expect((await read(`${world.url}/penalties?after=2026-02-30_1`)).status).to.equal(400)
  })

  it('personal data in texts and in the name is masked, and no representative is named', async () => {
    await world.bring('registry', [registration(uscc(3), '虚构张三13804310000商行')])
    const violation = '张三（电话13804310000）在长春市虚构小区3栋2单元501室售假'
    await bring([
      { ...light(1, { violation, representative: '李四' }), subject: { ...light(1).subject, uscc: uscc(3) } },
    ])
    const text = (await page()) + (await page('?format=csv'))
    expect(text).to.include('虚构张三').and.include('［号码略］')
    expect(text).not.to.match(/13804310000|501室|李四/)
  })

  it('permits are shown while they are valid', async () => {
    await bring([permit(1), permit(2, { status: 'INVALID' }), permit(3, { valid_to: '2026-03-01' })], 'permits')
    expect(await shown('?kind=permit')).to.deep.equal([1])
    expect(await page('?kind=permit'))
      .to.include('虚构食品经营许可证1')
      .and.include('有效期至')
    expect(await shown()).to.deep.equal([])
  })

  it('pages go on by key, and the CSV holds what all pages hold', async () => {
    await bring(Array.from({ length: 120 }, (_, n) => light(n + 1, {}, n % 2 === 0 ? '2026-01-05' : '2026-01-06')))
    const all: number[] = []
    for (let next: string | null = '/penalties'; next !== null; ) {
      const { text } = await read(`${world.url}${next}`)
      all.push(...[...text.matchAll(/〔2026〕(\d+)号<\/bdi>/g)].map(([, n]) => Number(n)))
      next = nextIn(text)
    }
    expect(all).to.have.length(120)
    expect(new Set(all).size).to.equal(120)
    const rows = parse(await page('?format=csv'), { bom: true, columns: true }) as Record<string, string>[]
    expect(rows.map((row) => row['document_number'])).to.deep.equal(all.map(numbered))
    expect(rows[0]).to.include({ name: '虚构明处商贸有限公司', code: one, published_until: '2027-01-06' })
  })

  it('a page and a search read a few rows, however many penalties there are', async () => {
    await bring([{ ...light(1), fact: `${numbered(1)}/虚构市市场监督管理局` }])
    const { db } = world.database
    await db.raw(`insert into versions (feed, kind, record_key, operator_id, digest, body, known_from, run_id, row_number, partial, fact)
      select v.feed, v.kind, 'copy ' || n, (select id from operators where uscc = '${uscc(2)}'), v.digest,
        v.body || jsonb_build_object('decided_on', (date '2025-06-01' + n % 200)::text), v.known_from, v.run_id, n, v.partial, 'x' || n
      from versions v, generate_series(1, 20000) n where v.kind = 'penalty';
      analyze`)
    const search = { kind: 'penalty' as const, from: '2023-03-02', to: TODAY, operators: null, number: null }
    const operators = [await operatorId(world, one)]
    for (const more of [{}, { operators }, { number: '虚市监处罚〔2026〕1' }]) {
      const asked: { sql: string; bindings: unknown[] }[] = []
      const hear = (query: { sql: string; bindings: unknown[] }) => asked.push(query)
      db.on('query', hear)
      await readDecidedRecords(db, { ...search, ...more }, { after: { on: TODAY, id: 1 }, first: 100 })
      db.off('query', hear)
      const { sql = '', bindings = [] } = asked[0] ?? {}
      const connection = await db.client.acquireConnection()
      const { rows } = await connection.query(`explain (analyze, format json) ${sql}`, bindings)
      await db.client.releaseConnection(connection)
      const counts = [...JSON.stringify(rows).matchAll(/"Actual Rows":\s*([\d.]+)/g)].map(([, n]) => Number(n))
      expect(Math.max(...counts), JSON.stringify(more)).to.be.at.most(101)
    }
  })
})
