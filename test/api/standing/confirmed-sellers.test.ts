/** A marketplace sees the grade of its sellers with a shop in the shops feed, and of a limited number of other sellers. */
import { expect } from 'chai'
import { UNCONFIRMED_SELLERS_CAP_LEAST } from '../../../src/domain/standing/sellers.js'
import { makeLog } from '../../../src/hub/log.js'
import { recheckSellerLists, setSellersCap } from '../../../src/work/standing/confirmed-sellers.js'
import { globalOf } from '../global-ids.js'
import { registration, uscc } from '../record-drafts.js'
import { askRows } from '../rows.js'
import { makeWorld, NOW, operatorId, scored, type World } from '../world.js'

const OPERATORS = 430
const CONFIRMED = 10
const MALL = 'guguji'
const codes = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => uscc(from + i))
const HEADER =
  '平台代码,店铺编号,店铺名称,店铺网址,经营类目,开店日期,关闭日期,经营者类型,经营者名称,统一社会信用代码,核验方式,核验结果'
const shop = (n: number, { mall = MALL, closed = '' } = {}): string =>
  `${mall},s-${n},虚构第${n}网店,,,2022-02-02,${closed},企业,虚构第${n}有限公司,${uscc(n)},营业执照,一致`

describe('sellers confirmed by the shops feed, over HTTP', () => {
  let world: World
  const warned: string[] = []
  before(async () => {
    const log = makeLog({ level: 'silent', file: null })
    log.warn = ((_: unknown, words: string) => warned.push(words)) as never
    world = await makeWorld({ log })
    await world.bring(
      'registry',
      Array.from({ length: OPERATORS }, (_, i) => registration(uscc(i + 1), `虚构第${i + 1}有限公司`)),
    )
    const id = await operatorId(world, uscc(1))
    await scored(world, id, 720, 'A', [])
    for (const table of ['scores', 'current_scores']) await copied(table)
    await shops(...Array.from({ length: CONFIRMED }, (_, i) => shop(i + 1)))
  })
  after(() => world.close())
  afterEach(async () => {
    world.setNow(NOW)
    warned.length = 0
    for (const table of ['sellers', 'seller_lists', 'seller_claims', 'clients']) await world.database.db(table).del()
  })

  /** Copies the first operator's rows in a table to every other operator. */
  const copied = (table: string) =>
    world.database.db.raw(`
      do $$ declare names text; begin
        select string_agg(quote_ident(column_name), ', ') into names from information_schema.columns
          where table_name = '${table}' and table_schema = current_schema() and column_name not in ('id', 'operator_id');
        execute format('insert into ${table} (operator_id, %1$s) select o.id, %1$s from operators o cross join ${table} s where o.id <> s.operator_id', names);
      end $$`)
  const post = async (path: string, token: string, body: string) => {
    const answer = await fetch(`${world.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
      body,
    })
    const told = (await answer.json()) as Record<string, never>
    expect(answer.status, JSON.stringify(told)).to.equal(200)
    return told
  }
  const shops = (...rows: string[]) =>
    post('/v1/feeds/shops', world.token('agency', 'reporter', 'marketplaces'), [HEADER, ...rows].join('\n'))
  const send = (list: readonly string[], sub = MALL) =>
    post('/v1/sellers?force=true', world.token('marketplace', sub), list.join('\n'))
  /** The number of operators whose grade the marketplace sees. */
  const seen = async (sub = MALL): Promise<number> => {
    const token = world.token('marketplace', sub)
    const { data } = await world.ask('{ operators(filter: {grade: A}) { totalCount } }', { token })
    return data.operators.totalCount
  }
  /** The operator's grade as the marketplace sees it, equal in all queries and endpoints. */
  const gradeOf = async (code: string, sub = MALL): Promise<string | null> => {
    const token = world.token('marketplace', sub)
    const { db } = world.database
    const operator = await operatorId(world, code)
    const { id } = await db('scores').where({ operator_id: operator }).first('id')
    const { data, errors } = await world.ask(
      `{ standing(code: "${code}") { name grade score } standings(codes: ["${code}", "${uscc(1)}"]) { grade }
         operator(code: "${code}") { score { grade } } node(id: "${globalOf('Score', id)}") { ... on Score { grade } } }`,
      { token },
    )
    expect(errors).to.equal(undefined)
    expect(data.standing.name, 'what is public is told').to.not.equal(null)
    const { lines } = await askRows(world, [...codes(1, 3), code], { token })
    const bulk = lines.at(-1)?.['grade'] ?? null
    const one = (await (
      await fetch(`${world.url}/v1/standing/${code}`, { headers: { authorization: `Bearer ${token}` } })
    ).json()) as { grade: string | null }
    const { standing, standings, operator: file, node } = data
    const all = [standing.grade, standings[0].grade, file.score?.grade ?? null, node?.grade ?? null, bulk, one.grade]
    expect(new Set(all), all.join()).to.have.property('size', 1)
    return standing.grade
  }

  it('P-B4: have their grade opened, others only up to the cap, and the answer says why the rest stays closed', async () => {
    const told = await send(codes(1, CONFIRMED + UNCONFIRMED_SELLERS_CAP_LEAST + 5))
    expect(told).to.deep.include({
      sellers: CONFIRMED + UNCONFIRMED_SELLERS_CAP_LEAST + 5,
      confirmed: CONFIRMED,
      unconfirmed: UNCONFIRMED_SELLERS_CAP_LEAST + 5,
      unconfirmedMost: UNCONFIRMED_SELLERS_CAP_LEAST,
      gradesClosed: 5,
    })
    expect(told['notice']).to.include('5 sellers have no open shop')
    expect(await seen()).to.equal(CONFIRMED + UNCONFIRMED_SELLERS_CAP_LEAST)
    expect(await gradeOf(uscc(1))).to.equal('A')
    expect(await gradeOf(uscc(CONFIRMED + 1))).to.equal('A')
    expect(await gradeOf(uscc(CONFIRMED + UNCONFIRMED_SELLERS_CAP_LEAST + 5))).to.equal(null)
    const { data } = await world.ask('{ sellerList { confirmed unconfirmed unconfirmedMost gradesClosed notice } }', {
      token: world.token('marketplace', MALL),
    })
    expect(data.sellerList).to.deep.equal({
      confirmed: CONFIRMED,
      unconfirmed: UNCONFIRMED_SELLERS_CAP_LEAST + 5,
      unconfirmedMost: UNCONFIRMED_SELLERS_CAP_LEAST,
      gradesClosed: 5,
      notice: told['notice'],
    })
  })

  it('P-B4: a list beyond the cap raises an alarm in the log and the metrics', async () => {
    const backlog = async () => {
      const { readFigures } = await import('../../../src/store/timetable/figures.js')
      const { queues } = await readFigures(world.database.db, NOW)
      return queues.find(({ queue }) => queue === 'seller_lists_over_cap')?.rows
    }
    expect((await send(codes(1, 20)))['notice']).to.equal(null)
    expect([warned.length, await backlog()]).to.deep.equal([0, 0])
    await send(codes(1, 400))
    expect(warned).to.have.length(1)
    expect(warned[0]).to.include('grades stay closed')
    expect(await backlog()).to.equal(1)
  })

  it('P-B4: new lists open no grades beyond the cap: an unconfirmed seller keeps its place for six months after its last listing', async () => {
    await send(codes(11, 210))
    expect(await seen()).to.equal(UNCONFIRMED_SELLERS_CAP_LEAST)
    expect(await send(codes(211, 410))).to.deep.include({ unconfirmed: 200, gradesClosed: 200 })
    expect(await seen()).to.equal(0)
    expect(await send(codes(11, 211))).to.deep.include({ gradesClosed: 1 })
    expect(await world.database.db('seller_claims').pluck('client')).to.have.length(UNCONFIRMED_SELLERS_CAP_LEAST)
    world.setNow(new Date('2026-09-03T02:00:00Z'))
    expect(await send(codes(211, 410))).to.deep.include({ gradesClosed: 0 })
  })

  it('P-B4: codes without an operator take no place, and open a grade from the nightly check after the operator is known', async () => {
    const unknown = codes(1_000, 1_300)
    expect(await send([...unknown, uscc(20)])).to.deep.include({ sellers: 302, unconfirmed: 1, gradesClosed: 0 })
    await world.bring('registry', [registration(unknown[0] as string, '虚构后来有限公司')])
    await scored(world, await operatorId(world, unknown[0] as string), 720, 'A', [])
    expect(await gradeOf(unknown[0] as string)).to.equal(null)
    await recheckSellerLists(world.database.db, { now: NOW })
    expect(await gradeOf(unknown[0] as string)).to.equal('A')
  })

  it('P-B4: a reported shop opens the grade, a closed shop closes it, and one of another marketplace does neither', async () => {
    await send(codes(211, 420))
    const last = uscc(420)
    expect(await gradeOf(last)).to.equal(null)
    await shops(shop(420, { mall: 'another' }), shop(420, { mall: `${MALL}2` }))
    expect(await gradeOf(last)).to.equal(null)
    await shops(shop(420))
    expect(await gradeOf(last)).to.equal('A')
    await shops(shop(420, { closed: '2026-03-01' }))
    expect(await gradeOf(last)).to.equal(null)
  })

  it('P-B4: a freed place goes to another seller', async () => {
    expect(await send(codes(11, 211))).to.deep.include({ gradesClosed: 1 })
    await shops(shop(11))
    expect(await seen()).to.equal(201)
  })

  it('P-B4: an administrator names the marketplace of a client and sets its number of unconfirmed sellers', async () => {
    const { db } = world.database
    await db('clients').insert({ id: 'Mall_System', role: 'marketplace', secret_hash: 'x', created_at: NOW })
    const allow = (unconfirmedSellers: number | null, marketplace: string | null = MALL) =>
      setSellersCap(db, {
        client: 'Mall_System',
        marketplace,
        unconfirmedSellers,
        reason: '平台一月报送尚未到达',
        pseudonymOf: () => 'hash',
        now: NOW,
      })
    const list = codes(1, 400)
    expect(await send(list, 'Mall_System')).to.deep.include({ confirmed: 0, gradesClosed: 200 })
    const confirmed = (await allow(null)).confirmed
    expect(confirmed).to.be.at.least(CONFIRMED)
    expect(await allow(400)).to.deep.include({ confirmed, gradesClosed: 0, unconfirmedMost: 400 })
    expect(await seen('Mall_System')).to.equal(400)
    expect(await send(list, 'Mall_System'), 'the next list too').to.deep.include({ gradesClosed: 0 })
    expect(await allow(0)).to.deep.include({ gradesClosed: 400 - confirmed })
    expect(await seen('Mall_System')).to.equal(confirmed)
    expect(await db('clients').first('sellers_reason')).to.deep.equal({ sellers_reason: '平台一月报送尚未到达' })
    for (const [client, reason, code] of [
      ['nobody', '事由', 'CLIENT_UNKNOWN'],
      ['Mall_System', ' ', 'USAGE'],
    ]) {
      const given = { client: client as string, reason: reason as string, marketplace: null, unconfirmedSellers: 5 }
      const refused = await setSellersCap(db, { ...given, pseudonymOf: () => 'hash', now: NOW }).catch((error) => error)
      expect(refused.code).to.equal(code)
    }
  })

  it('P-B4: a marketplace gets no grade changes of a seller whose grade is closed, and other changes of it', async () => {
    const { db } = world.database
    const { sequence } = await send(codes(211, 420))
    const [open, closed] = [await operatorId(world, uscc(211)), await operatorId(world, uscc(419))]
    for (const id of [open, closed])
      for (const what of ['GRADE', 'OBJECTION', 'STATUS']) await db('change_marks').insert({ operator_id: id, what })
    const answer = await fetch(`${world.url}/v1/changes?after=${sequence}`, {
      headers: { authorization: `Bearer ${world.token('marketplace', MALL)}`, accept: 'application/json' },
    })
    const { changes } = (await answer.json()) as {
      changes: { code: string; what: string[]; standing: { grade: string | null } }[]
    }
    expect(changes.map(({ code, what, standing }) => [code, what, standing.grade])).to.have.deep.members([
      [uscc(211), ['STATUS', 'GRADE', 'OBJECTION'], 'A'],
      [uscc(419), ['STATUS'], null],
    ])
  })

  it('P-B4: a list costs the same number of statements, however many sellers are on it', async () => {
    const cost = async (list: string[]) => (await world.statements(() => send(list))).map((sql) => sql.slice(-60))
    const few = await cost(codes(1, 2))
    expect(few.length).to.be.lessThan(40)
    expect(await cost(codes(1, 400))).to.deep.equal(few)
  })

  it('P-B4: a single change reads no whole list, and decides what the check of whole lists would', async () => {
    const { db } = world.database
    await send(codes(6, 200))
    const patch = (change: object) =>
      fetch(`${world.url}/v1/sellers`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${world.token('marketplace', MALL)}` },
        body: JSON.stringify(change),
      })
    const figures = ['sellers', 'confirmed', 'unconfirmed', 'grades_closed', 'unconfirmed_most']
    const state = async () => [
      await db('seller_lists').where({ current: true }).first(figures),
      await db('sellers').where({ opens_grade: true }).orderBy('code').pluck('code'),
    ]
    const bits = async () => {
      const { rows } = await db.raw(
        `select encode(k.bits, 'hex') as held, encode(seller_bits_of(k.list_id), 'hex') as made from seller_bits k join seller_lists l
           on l.id = k.list_id where l.current`,
      )
      return [rows[0].held, rows[0].made].map((hex: string) => hex.replace(/(?:00)+$/, ''))
    }
    for (const change of [
      { add: codes(1, 5) },
      { add: codes(201, 230) },
      { remove: codes(4, 12) },
      { add: [uscc(4)], remove: [uscc(4), uscc(225)] },
      { remove: codes(1, 230) },
    ]) {
      const statements = await world.statements(() => patch(change))
      expect(statements.length).to.be.greaterThan(5)
      expect(
        statements.filter((sql) => /(?:sellers\.marked|confirmedSellers\.(?:sift|renew)) \*\//.test(sql)),
      ).to.deep.equal([])
      const [held, made] = await bits()
      expect(held).to.equal(made)
      const decided = await state()
      await recheckSellerLists(db, { now: NOW })
      expect(decided).to.deep.equal(await state())
    }
  })
})
