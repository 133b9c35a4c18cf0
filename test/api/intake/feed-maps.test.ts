import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import * as trail from '../../../src/store/audit/audit-log.js'
import { feedOf, fileOf } from '../../agencies/samples.js'
import { pseudonymOf, pullFeed, refusal } from '../../support/world.js'
import { uscc } from '../record-drafts.js'
import { makeWorld, NOW, type World } from '../world.js'

const MAP = '{ number feed madeBy madeAt endedBy endedAt lines { heading field value } }'
const LIST = `query($feed: ID!) { feedMaps(feed: $feed) ${MAP} }`
const ADD = `mutation($feed: ID!, $lines: [FeedMapLineInput!]!) { addFeedMap(feed: $feed, lines: $lines) ${MAP} }`
const END = `mutation($feed: ID!, $map: Int!) { endFeedMap(feed: $feed, map: $map) ${MAP} }`
const LINES = [
  { heading: '主体全称', field: '企业名称' },
  { heading: '社会信用代码', field: '统一信用代码' },
  { heading: '备用', field: null },
  { field: '失信领域', value: '电子商务' },
]
const TABLE = `主体全称,社会信用代码,备用\n长春绯簏运输有限公司,${uscc(31)},无\n`

describe('heading maps over GraphQL', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  afterEach(() => world.database.db('feed_maps').del())
  after(() => world.close())

  const ask = (query: string, variables: object, role: Role = 'officer', region: string | null = null) => {
    const agency = role === 'agency' ? 'credit-office' : null
    const { token } = world.keys.sign({ sub: `${role}-1`, role, agency, region }, NOW.getTime())
    return world.ask(query, { token, variables })
  }
  const codeOf = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).errors?.[0]?.extensions['code']
  const pull = () =>
    pullFeed(world.database.db, feedOf('dishonest'), { file: { path: fileOf(TABLE) }, pseudonymOf, now: () => NOW })

  it('F-4: an officer maps a refused table, an administrator ends the map, and both acts are recorded', async () => {
    expect((await refusal(pull())).code).to.equal('CONTENT_UNKNOWN')
    const { data } = await ask(ADD, { feed: 'dishonest', lines: LINES })
    expect(data.addFeedMap).to.deep.include({
      feed: 'dishonest',
      madeBy: 'officer-1',
      madeAt: NOW.toISOString(),
      endedBy: null,
      endedAt: null,
    })
    expect(data.addFeedMap.lines).to.have.deep.members(
      LINES.map(({ heading = null, field, value = null }) => ({ heading, field, value })),
    )
    expect(await pull()).to.deep.include({ received: 1, new: 1, rejected: 0 })
    const map = data.addFeedMap.number
    const ended = await ask(END, { feed: 'dishonest', map }, 'administrator')
    expect(ended.data.endFeedMap).to.deep.include({
      number: map,
      endedBy: 'administrator-1',
      endedAt: NOW.toISOString(),
    })
    expect((await ask(LIST, { feed: 'dishonest' }, 'auditor')).data.feedMaps).to.deep.equal([ended.data.endFeedMap])
    expect((await refusal(pull())).code).to.equal('CONTENT_UNKNOWN')
    expect(await codeOf(END, { feed: 'dishonest', map })).to.equal('FEED_MAP_UNKNOWN')
  })

  it('F-4: a refused run shows the headings read, and a feed the fields of its forms', async () => {
    await refusal(pull())
    const { data } = await ask(
      '{ agencies { feeds { id forms { fields } lastError { code headings } } } }',
      {},
      'reviewer',
    )
    const feed = data.agencies
      .flatMap(({ feeds }: { feeds: object[] }) => feeds)
      .find(({ id }: { id: string }) => id === 'dishonest')
    expect(feed.lastError).to.deep.equal({
      code: 'CONTENT_UNKNOWN',
      headings: ['主体全称', '社会信用代码', '备用'],
    })
    expect(feed.forms.map(({ fields }: { fields: string[] }) => fields)).to.deep.include([
      '企业名称',
      '工商注册号',
      '组织机构代码',
      '统一信用代码',
      '失信领域',
    ])
  })

  it('F-4: a contradictory map is refused with its reason and not stored', async () => {
    const add = (lines: object[], feed = 'dishonest') => ask(ADD, { feed, lines })
    const refused = async (answer: ReturnType<typeof add>) => {
      const { errors } = await answer
      return `${errors?.[0]?.extensions['code']} ${errors?.[0]?.message}`
    }
    expect(await refused(add(LINES, 'nothing'))).to.include('FEED_UNKNOWN')
    expect(await codeOf(LIST, { feed: 'nothing' })).to.equal('FEED_UNKNOWN')
    expect(await codeOf(END, { feed: 'nothing', map: 1 })).to.equal('FEED_UNKNOWN')
    expect(await refused(add([{ heading: '甲', field: '不存在' }]))).to.match(/FEED_MAP_INVALID.*不存在/)
    const doubled = [
      { heading: '甲', field: '企业名称' },
      { heading: ' 甲', field: '失信领域' },
    ]
    expect(await refused(add(doubled))).to.match(/FEED_MAP_INVALID.*表头 甲 重复/)
    expect(await refused(add([]))).to.match(/FEED_MAP_INVALID.*没有表头/)
    expect((await ask(LIST, { feed: 'dishonest' })).data.feedMaps).to.deep.equal([])
  })

  it('F-4: only officers and administrators without a region make and end maps; authorities read them', async () => {
    const map = (await ask(ADD, { feed: 'dishonest', lines: LINES })).data.addFeedMap.number
    for (const role of ['reviewer', 'auditor', 'agency'] as const) {
      expect((await ask(LIST, { feed: 'dishonest' }, role)).data.feedMaps, role).to.have.length(1)
      expect(await codeOf(ADD, { feed: 'dishonest', lines: LINES }, role), role).to.equal('FORBIDDEN')
      expect(await codeOf(END, { feed: 'dishonest', map }, role), role).to.equal('FORBIDDEN')
    }
    expect(await codeOf(ADD, { feed: 'dishonest', lines: LINES }, 'officer', '220100')).to.equal('FORBIDDEN')
    expect(await codeOf(LIST, { feed: 'dishonest' }, 'marketplace')).to.equal('FORBIDDEN')
  })

  it('F-4: a record leads to its run, its map and the person who made the map, and a rejected row names the file’s heading', async () => {
    const number = (await ask(ADD, { feed: 'dishonest', lines: LINES })).data.addFeedMap.number
    const path = fileOf(`${TABLE.replaceAll(uscc(31), uscc(32))}样乙,123,无\n`)
    const { run } = await pullFeed(world.database.db, feedOf('dishonest'), {
      file: { path },
      pseudonymOf,
      now: () => NOW,
    })
    const found = await ask(
      'query($code: String!) { operator(code: $code) { records(kind: LIST_ENTRY) { nodes { source { run } } } } }',
      { code: uscc(32) },
    )
    const source = found.data.operator.records.nodes[0].source.run
    const told = await ask(
      'query($id: ID!) { node(id: $id) { ... on Run { maps { number madeBy } } } rejects(run: $id) { nodes { problems { field heading } } } }',
      { id: source },
    )
    expect(told.data.node.maps).to.deep.equal([{ number, madeBy: 'officer-1' }])
    expect(told.data.rejects.nodes[0].problems[0]).to.deep.equal({ field: '统一信用代码', heading: '社会信用代码' })
    const { token } = world.keys.sign({ sub: 'officer-1', role: 'officer', agency: null, region: null }, NOW.getTime())
    const file = await fetch(`${world.url}/v1/runs/${run}/rejects.csv`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    const [head, line] = (await file.text()).trim().split('\r\n')
    expect(head?.split(',').at(-1)).to.equal('原表头 heading')
    expect(line?.endsWith(',社会信用代码')).to.equal(true)
  })

  it('F-4: making a map writes an audit row with the person and the map', async () => {
    await ask(ADD, { feed: 'dishonest', lines: LINES })
    const row = await world.database.db('trail').orderBy('number', 'desc').first('number')
    const [left] = await trail.listRowsAfter(world.database.db, row.number - 1, 1)
    expect(left?.content).to.deep.include({ client: 'officer-1', role: 'officer', outcome: 'DONE' })
    expect(left?.content?.asked).to.include('addFeedMap').and.include('主体全称')
  })
})
