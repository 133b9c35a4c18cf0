import { expect } from 'chai'
import { makeLog } from '../../../src/hub/log.js'
import * as names from '../../../src/store/operators/names.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { makeNameSweeper, sweepNames } from '../../../src/work/operators/names.js'
import { globalOf } from '../global-ids.js'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, type World } from '../world.js'

describe('name search over HTTP', () => {
  let world: World
  const [firm, renamed, other, branch, person] = [uscc(1), uscc(2), uscc(3), uscc(4), uscc(5)]
  const many = Array.from({ length: 45 }, (_, i) => uscc(100 + i))

  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      [
        registration(firm, '长春市虚构青禾商贸有限公司'),
        registration(renamed, '虚构旧舟网络有限公司'),
        registration(other, '虚构白露（长春）电子商务有限公司'),
        registration(branch, '长春市虚构青禾商贸有限公司朝阳分公司', { status: 'DEREGISTERED' }),
        registration(person, '虚构110101199003074610商行'),
        ...many.map((code, i) => registration(code, `虚构连锁第${i}店有限公司`)),
      ],
      new Date('2026-01-01T00:00:00Z'),
    )
    await world.bring('registry', [
      registration(renamed, '虚构新帆网络有限公司', { former_names: ['虚构木桨网络有限公司'] }),
    ])
  })
  after(() => world.close())

  const FOUND =
    'totalCount edges { cursor node { uscc } match { reason name former } } pageInfo { hasNextPage hasPreviousPage endCursor }'
  const find = async (name: string, { filter = '', page = '', role = 'officer' as const, sub = 'someone' } = {}) => {
    const query = `query($n: String!) { operators(filter: {name: $n ${filter}} ${page}) { ${FOUND} } }`
    const { data, errors } = await world.ask(query, { token: world.token(role, sub), variables: { n: name } })
    expect(errors).to.equal(undefined)
    return data.operators
  }
  const briefly = async (name: string, options = {}) =>
    (await find(name, options)).edges.map(({ node, match }: { node: { uscc: string }; match: { reason: string } }) => [
      node.uscc,
      match.reason,
    ])

  it('finds a firm and its branch, each with the reason and the matched name', async () => {
    const { edges, totalCount } = await find('長春市虛構青禾商貿有限公司')
    expect(totalCount).to.equal(2)
    expect(edges.map(({ node, match }: Record<string, unknown>) => ({ node, match }))).to.deep.equal([
      { node: { uscc: firm }, match: { reason: 'EXACT', name: '长春市虚构青禾商贸有限公司', former: false } },
      {
        node: { uscc: branch },
        match: { reason: 'BRANCH', name: '长春市虚构青禾商贸有限公司朝阳分公司', former: false },
      },
    ])
    expect((await briefly('长春市虚购青和商贸有限公司'))[0]).to.deep.equal([firm, 'TYPING'])
    expect((await briefly('长春虚构白露电子商务有限公司'))[0]).to.deep.equal([other, 'EXACT'])
    expect((await briefly('虚构白露'))[0]).to.deep.equal([other, 'SHORT'])
    expect((await briefly('白露电子'))[0]).to.deep.equal([other, 'PART'])
  })

  it('section 7: finds a firm by its short name, with one wrong character, with or without its place', async () => {
    for (const name of ['虚构清禾商贸', '长春虚构清禾商贸', '虚够白露电子', '长春虚够白露电子', '虚购青禾商'])
      expect((await briefly(name))[0], name).to.deep.equal([name.includes('白露') ? other : firm, 'TYPING'])
    expect(await briefly('虚购黑禾商')).to.deep.equal([])
  })

  it('reads the counts of n-grams once for all callers', async () => {
    await find('虚构青禾')
    const asked = await world.statements(() => find('虚构白露', { sub: 'another' }))
    expect(asked.filter((sql) => sql.includes('name-candidates.candidates'))).to.not.deep.equal([])
    expect(asked.filter((sql) => sql.includes('name-candidates.readCounts'))).to.deep.equal([])
  })

  it('finds an operator by a former name, also one known only from its registration', async () => {
    for (const name of ['虚构旧舟网络有限公司', '虚构木桨网络有限公司']) {
      const { edges } = await find(name)
      expect(edges[0]).to.deep.include({ node: { uscc: renamed }, match: { reason: 'FORMER', name, former: true } })
    }
    expect((await briefly('虚构新帆网络有限公司'))[0]).to.deep.equal([renamed, 'EXACT'])
  })

  it('pages without gaps or repeats, also while operators are added', async () => {
    const seen: string[] = []
    for (let after: string | null = null; ; ) {
      const page = `, first: 10${after === null ? '' : `, after: "${after}"`}`
      const { edges, pageInfo, totalCount } = await find('虚构连锁', { page })
      expect(totalCount).to.be.at.least(45)
      expect(pageInfo.hasPreviousPage).to.equal(after !== null)
      seen.push(...edges.map((edge: { node: { uscc: string } }) => edge.node.uscc))
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
      if (seen.length === 10) await world.bring('registry', [registration(uscc(99), '虚构连锁')])
    }
    expect(seen).to.have.members(many)
  })

  it('filters by region and kind, and counts accordingly', async () => {
    expect(await briefly('虚构青禾', { filter: ', region: "2202"' })).to.deep.equal([])
    expect(await briefly('虚构青禾', { filter: ', region: "2201", kind: ENTERPRISE' })).to.deep.include([firm, 'SHORT'])
    expect((await find('虚构青禾', { filter: ', kind: SHOP' })).totalCount).to.equal(0)
  })

  it('finds nobody for outsiders by a masked part of a name, and does not reveal the mask', async () => {
    expect((await find('虚构110101199003074610商行')).edges[0].node.uscc).to.equal(person)
    const outside = await find('虚构110101199003074610商行', { role: 'marketplace' as never })
    expect(JSON.stringify(outside)).to.not.include('110101199003074610')
    expect(outside.edges.filter((edge: { node: { uscc: string } }) => edge.node.uscc === person)).to.deep.equal([])
  })

  it('finds for a party only itself', async () => {
    const options = { role: 'party' as never, sub: renamed }
    expect((await find('虚构青禾', options)).totalCount).to.equal(0)
    expect((await find('虚构新帆网络', options)).edges[0].node.uscc).to.equal(renamed)
  })

  it('does not reveal to restricted viewers whether another operator has the name', async () => {
    // The rarest pairs of characters find an operator of exactly this name, and the search then stops.
    const far = '虚构新帆网络奇罕珍有限公司'
    const elsewhere = uscc(800)
    const counted = async () => {
      await world.database.db('name_states').increment('wanted', 1)
      await sweepNames(world.database.db)
    }
    const others = [1, 2, 3].map((n) => uscc(800 + n))
    await world.bring(
      'registry',
      others.map((code, n) => registration(code, `虚构新帆网络第${n}有限公司`, { region_code: '220202' })),
    )
    await counted()
    const token = (region: string) =>
      world.keys.sign({ sub: 'city', role: 'officer', agency: null, region }, NOW.getTime()).token
    const asked = async () => {
      const query = `query($n: String!) { operators(filter: {name: $n}) { ${FOUND} } }`
      const ask = async (own: string) => {
        const { data, headers } = await world.ask(query, { token: own, variables: { n: far } })
        return { found: data.operators, cost: headers.get('query-cost') }
      }
      return { party: await ask(world.token('party', renamed)), city: await ask(token('220100')) }
    }
    const nobody = await asked()
    expect([nobody.party.found.totalCount, nobody.city.found.edges[0].node.uscc]).to.deep.equal([1, renamed])
    await world.bring('registry', [registration(elsewhere, far, { region_code: '220202' })])
    await counted()
    const all = (await find(far)).edges.map(({ node }: { node: { uscc: string } }) => node.uscc)
    expect([all[0], all.includes(renamed)]).to.deep.equal([elsewhere, false])
    expect(await asked()).to.deep.equal(nobody)
  })

  it('leads each name of merged operators to the survivor, and once the merger is undone to its own operator', async () => {
    const officer = world.token('officer', 'officer-1')
    const { data, errors } = await world.ask(
      'mutation($input: MergeOperatorsInput!) { mergeOperators(input: $input) { decision { id } } }',
      { token: officer, variables: { input: { from: other, into: firm, cause: 'DUPLICATE', reason: '同一主体' } } },
    )
    expect(errors).to.equal(undefined)
    expect((await briefly('长春虚构白露电子商务有限公司'))[0]).to.deep.equal([firm, 'EXACT'])
    const undone = await world.ask(
      'mutation($input: UndoDecisionInput!) { undoDecision(input: $input) { decision { id } } }',
      { token: officer, variables: { input: { id: data.mergeOperators.decision.id, reason: '不是同一主体' } } },
    )
    expect(undone.errors).to.equal(undefined)
    expect((await briefly('长春虚构白露电子商务有限公司'))[0]).to.deep.equal([other, 'EXACT'])
  })

  it('finds names added before and after the last count of n-grams alike', async () => {
    const { db } = world.database
    await db('name_states').increment('wanted', 1)
    expect(await sweepNames(db)).to.equal(0)
    await find('虚构青禾')
    await world.bring('registry', [registration(uscc(60), '虚构孤鹜落霞有限公司')])
    expect((await briefly('虚构孤鹜落霞有限公司'))[0]).to.deep.equal([uscc(60), 'EXACT'])
    expect((await briefly('长春市虚购青和商贸有限公司'))[0]).to.deep.equal([firm, 'TYPING'])
    expect(await sweepNames(db)).to.equal(null)
  })

  it('no longer finds a name from a rolled-back run, but the earlier name again', async () => {
    const { db } = world.database
    const code = uscc(70)
    await world.bring('registry', [registration(code, '虚构孤松晚照有限公司')], new Date('2026-03-01T00:00:00Z'))
    const run = await world.bring('registry', [registration(code, '虚构寒江独钓有限公司')])
    expect((await briefly('虚构寒江独钓有限公司'))[0]).to.deep.equal([code, 'EXACT'])
    await rollBack(db, {
      run,
      reason: '报错',
      by: 'reviewer-1',
      rules: world.rules,
      now: () => NOW,
      pseudonymOf: world.rules.pseudonymOf,
    })
    expect((await briefly('虚构孤松晚照有限公司'))[0]).to.deep.equal([code, 'EXACT'])
    expect((await briefly('虚构寒江独钓有限公司')).map(([found]: string[]) => found)).to.not.include(code)
  })

  it('leaves names to the background sweep when a merge would write more than 5,000', async () => {
    const { db } = world.database
    const many = Array.from({ length: 5_001 }, (_, i) => i + 1)
    expect(await names.wantedSweep(db)).to.equal(null)
    await db.transaction((tx) => names.indexNamesOf(tx, many)).catch(() => undefined)
    expect(await names.wantedSweep(db)).to.be.greaterThan(0)
    const sweeper = makeNameSweeper(db, {
      signal: new AbortController().signal,
      log: makeLog({ level: 'silent', file: null }),
    })
    sweeper.wake()
    await sweeper.stop()
    expect(await names.wantedSweep(db), 'only a hub that serves sweeps').to.be.greaterThan(0)
    sweeper.start()
    sweeper.wake()
    await sweeper.stop()
    expect(await names.wantedSweep(db)).to.equal(null)
  })

  it('a sweep that runs beside merges writes each name once and misses none', async () => {
    const { db } = world.database
    const all = () => db('names').orderBy(['operator_id', 'key', 'former']).select('operator_id', 'key', 'former')
    await db('names').del()
    await db('name_states').increment('wanted', 1)
    const swept = sweepNames(db)
    for (const n of [1, 2, 3])
      await world.bring('registry', [
        registration(uscc(80 + n), `虚构并行${n}有限公司`),
        registration(firm, `长春市虚构青禾商贸${n}有限公司`),
      ])
    await swept
    const beside = await all()
    await db('names').del()
    await db('name_states').increment('wanted', 1)
    await sweepNames(db)
    expect(beside).to.deep.equal(await all())
    await world.bring('registry', [registration(firm, '长春市虚构青禾商贸有限公司')])
  })

  it('finds an exact name even where each of its n-grams is in too many names', async () => {
    const { db } = world.database
    await db('name_grams').update({ names: 1_000_000 })
    await db('name_states').update({ counts: db.raw('counts + 1') })
    expect((await briefly('虚构新帆网络有限公司'))[0]).to.deep.equal([renamed, 'EXACT'])
    expect((await briefly('虚构旧舟网络有限公司'))[0]).to.deep.equal([renamed, 'FORMER'])
    expect((await briefly('虚构青禾'))[0]).to.deep.equal([firm, 'SHORT'])
  })

  it('the sweep adds older operators, and writes nothing twice', async () => {
    const { db } = world.database
    const all = () =>
      db('names').orderBy(['operator_id', 'key', 'former']).select('operator_id', 'key', 'former', 'grams')
    const before = await all()
    await db('names').del()
    await db('name_states').increment('wanted', 1)
    const stopped = AbortSignal.abort()
    await sweepNames(db, { signal: stopped }).then(
      () => expect.fail('it was to stop'),
      () => undefined,
    )
    expect(await sweepNames(db)).to.equal(before.length)
    expect(await all()).to.deep.equal(before)
  })

  it('names written together are stored in the order of their keys', async () => {
    const { db } = world.database
    await db.raw('truncate names')
    await db('name_states').increment('wanted', 1)
    await sweepNames(db)
    const { rows } = await db.raw('select key from names order by ctid')
    const keys = rows.map(({ key }: { key: string }) => key)
    expect(keys).to.have.length.above(45)
    expect(keys).to.deep.equal([...keys].sort())
  })

  it('refuses an overlong name, and finds nobody by punctuation', async () => {
    const token = world.token('officer')
    const ask = (name: string) =>
      world.ask('query($n: String) { operators(filter: {name: $n}) { totalCount edges { match { reason } } } }', {
        token,
        variables: { n: name },
      })
    expect((await ask('甲'.repeat(101))).errors?.[0]?.extensions['code']).to.equal('INPUT_INVALID')
    expect((await ask('a\u0000b')).errors?.[0]?.extensions['code']).to.equal('INPUT_INVALID')
    for (const name of ['%', "'); drop table names; --", '（）', '😀']) {
      expect((await ask(name)).data.operators.totalCount, name).to.equal(0)
    }
    expect((await ask(' ')).data.operators.edges[0].match).to.equal(null)
  })

  it('costs so much that only a few searches fit into one request', async () => {
    const aliases = Array.from({ length: 21 }, (_, i) => `a${i}: operators(filter: {name: "青禾"}) { totalCount }`)
    const { errors } = await world.ask(`{ ${aliases.join(' ')} }`, { token: world.token('officer') })
    expect(errors?.[0]?.extensions['code']).to.equal('QUERY_TOO_COSTLY')
  })

  it('returns an operator with its global id', async () => {
    const id = globalOf('Operator', await operatorId(world, firm))
    const { data } = await world.ask(`{ operators(filter: {name: "虚构青禾商贸"}) { nodes { id } } }`, {
      token: world.token('officer'),
    })
    expect(data.operators.nodes[0].id).to.equal(id)
  })
})
