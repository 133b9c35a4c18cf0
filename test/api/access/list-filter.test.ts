/** The lists of the desk are narrowed by the operator's name, code and place, and read in either order. */
import { expect } from 'chai'
import { worldWithListing } from '../listed-world.js'
import { registration, uscc } from '../record-drafts.js'
import { NOW, type World } from '../world.js'

const [FIRST, SECOND] = ['虚构甲有限公司', '虚构乙有限公司']
const OF_LISTING = 'listing { operator { name } }'
const OF_OPERATOR = 'operator { name }'

/** Field, type of its filter, other arguments, and the selection that names the operator. */
const LISTS: readonly [string, string, string, string][] = [
  ['deadlines', 'DeadlineFilter', 'state: COMING', OF_LISTING],
  ['deliveries', 'DeliveryFilter', '', OF_LISTING],
  ['retractions', 'RetractionFilter', '', OF_LISTING],
  ['discrepancies', 'DiscrepancyFilter', '', OF_LISTING],
  ['overrides', 'OverrideFilter', 'state: PROPOSED', OF_OPERATOR],
  ['unmatched', 'UnmatchedFilter', 'state: OPEN', 'subject { name }'],
  ['cases', 'CaseFilter', '', OF_OPERATOR],
]

describe('filters of the lists', () => {
  let world: World
  let listings: string[]
  before(async () => {
    ;[world, ...listings] = await worldWithListing(FIRST, SECOND)
    await world.bring('registry', [
      registration(uscc(1), FIRST),
      registration(uscc(2), SECOND, { region_code: '220203' }),
    ])
    const { db } = world.database
    await db.raw(
      `insert into listing_deadlines (listing_id, name, starts_on, due_on, provisional, rule, rule_version, begun_at)
       select l.id, 'REPAIR_DECISION', '2026-03-01', date '2026-03-10' + (o.name = :second)::int, false,
         '{"name": "REPAIR", "value": 20, "basis": "虚构依据", "confirmed": true}', 'x', now()
       from listings l join operators o on o.id = l.operator_id`,
      { second: SECOND },
    )
    await db.raw(
      `insert into deliveries (platform, subject_id, number, action, notice, state, due_at, created_at, kind)
       select 'national', l.id, 9, 'REMOVE', '{}', 'OWED', now(), timestamptz '2026-03-01' + (o.name = :second)::int * interval '1 hour', 'listing'
       from listings l join operators o on o.id = l.operator_id order by o.id`,
      { second: SECOND },
    )
    await db.raw(
      `with compared as (
         insert into comparisons (platform, run_id, compared_at, shown, expected, missing, stale, unwanted, hidden, on_their_way, others)
         select 'national', max(id), now(), 2, 2, 0, 2, 0, 0, 0, 0 from runs returning id)
       insert into findings (platform, kind, key, what, differs, did, comparison_id, found_at, last_found_at)
       select 'national', 'listing', l.id, 'STALE', '{}', 'NOTHING', c.id, now(), now() from listings l cross join compared c order by l.operator_id`,
    )
    await db.raw(
      `insert into overrules (operator_id, grade, reason, ends_on, asked_by, asked_at)
       select id, 'B', '虚构理由', '2026-12-31', 'officer-2', :now from operators order by id`,
      { now: NOW },
    )
    await db.raw(
      `insert into unmatched (feed, record_key, kind, subject, body, findings, digest, reason, row_number, first_run, last_run, proposed_operator)
       select 'penalties', 'k' || o.id, 'penalty', jsonb_build_object('name', o.name), '{}', '[]', 'x', 'NAME_ONLY', 1, r.id, r.id, o.id
       from operators o cross join (select max(id) as id from runs) r order by o.id`,
    )
  })
  after(() => world.close())

  const of = (region: string | null) =>
    world.keys.sign({ sub: 'officer-3', role: 'officer', agency: null, region }, NOW.getTime()).token
  const namesOf = async (
    [field, type, args, selection]: (typeof LISTS)[number],
    filter: object,
    { order = '', first = 100, after = null as string | null } = {},
  ) => {
    const given = [args, 'filter: $filter', order && `order: ${order}`, `first: ${first}`, 'after: $after']
    const { data, errors } = await world.ask(
      `query($filter: ${type}, $after: String) { ${field}(${given.filter(Boolean).join(', ')}) {
        totalCount pageInfo { hasNextPage endCursor } nodes { ${selection} } } }`,
      { variables: { filter, after }, token: of(null) },
    )
    expect(errors, field).to.equal(undefined)
    const { nodes, totalCount, pageInfo } = data[field]
    const names: string[] = nodes.map(
      // biome-ignore lint/suspicious/noExplicitAny: a node has the shape of its list
      ({ listing, operator, subject }: any) => (listing?.operator ?? operator ?? subject).name,
    )
    return { names, totalCount, pageInfo }
  }

  for (const list of LISTS)
    it(`${list[0]} are found by a part of the name, by code prefix of the place and by its name`, async () => {
      for (const [filter, name] of [
        [{ name: '构甲' }, FIRST],
        [{ name: '构乙' }, SECOND],
        [{ region: '2201' }, FIRST],
        [{ region: '吉林市' }, SECOND],
      ] as const) {
        const { names, totalCount } = await namesOf(list, filter)
        expect([...new Set(names)], JSON.stringify(filter)).to.deep.equal([name])
        expect(totalCount).to.equal(names.length)
      }
      expect((await namesOf(list, { region: '2203' })).names).to.deep.equal([])
      expect((await namesOf(list, { name: '构甲', region: '2202' })).names).to.deep.equal([])
      expect(new Set((await namesOf(list, {})).names)).to.deep.equal(new Set([FIRST, SECOND]))
    })

  for (const list of LISTS.filter(([field]) => field !== 'cases'))
    it(`${list[0]} are read page by page in either order`, async () => {
      const walk = async (order: string): Promise<string[]> => {
        const all: string[] = []
        for (let after: string | null = null; ; ) {
          const { names, pageInfo } = await namesOf(list, {}, { order, first: 1, after })
          all.push(...names)
          if (!pageInfo.hasNextPage) return all
          after = pageInfo.endCursor
        }
      }
      const oldest = await walk('OLDEST')
      expect(oldest.length).to.be.greaterThan(1)
      expect(await walk('NEWEST')).to.deep.equal(oldest.toReversed())
      expect([oldest[0], oldest.at(-1)]).to.deep.equal([FIRST, SECOND])
    })

  it('deadlines are found by their kind and list, deliveries by what they say, overrides by the grade set', async () => {
    const { data, errors } = await world.ask(
      `{ kind: deadlines(filter: {kind: REPAIR_DECISION}) { totalCount } other: deadlines(filter: {kind: DEFENCE}) { totalCount }
         list: deadlines(filter: {list: "serious", kind: REPAIR_DECISION}) { totalCount } none: deadlines(filter: {list: "ecommerce-2018"}) { totalCount }
         added: deliveries(filter: {action: ADD, platform: "national"}) { totalCount } removed: deliveries(filter: {action: REMOVE}) { totalCount }
         b: overrides(filter: {grade: B}) { totalCount } c: overrides(filter: {grade: C}) { totalCount }
         penalties: unmatched(filter: {kind: PENALTY}) { totalCount } shops: unmatched(filter: {kind: SHOP}) { totalCount }
         of: retractions(filter: {kind: LISTING}) { totalCount } permits: retractions(filter: {kind: PERMIT}) { totalCount } }`,
      { token: of(null) },
    )
    expect(errors).to.equal(undefined)
    const counts = Object.values(data as Record<string, { totalCount: number }>).map(({ totalCount }) => totalCount)
    expect(counts).to.deep.equal([2, 0, 2, 0, 2, 2, 2, 0, 2, 0, 2, 0])
  })

  it('operators are read from the newest on', async () => {
    const { data } = await world.ask('{ operators(order: NEWEST, first: 2) { nodes { name } } }', { token: of(null) })
    expect(data.operators.nodes.map(({ name }: { name: string }) => name)).to.deep.equal([SECOND, FIRST])
  })

  it('the cases of one keeper are found, and those of nobody', async () => {
    const handed = await world.ask(
      'mutation($ids: [ID!]!, $to: String, $note: String!) { handOverCases(ids: $ids, to: $to, note: $note) { listings { keeper } } }',
      { variables: { ids: [listings[0]], to: 'officer-3', note: '虚构移交' }, token: of(null) },
    )
    expect(handed.errors).to.equal(undefined)
    const kept = async (keeper: string) => (await namesOf(['cases', 'CaseFilter', '', OF_OPERATOR], { keeper })).names
    expect(await kept('officer-3')).to.deep.equal([FIRST])
    expect(await kept('nobody')).to.deep.equal([])
  })

  it('figures of platforms and due deliveries are those of the person’s region', async () => {
    const figures = async (region: string | null) => {
      const { data, errors } = await world.ask(
        '{ platforms { id outstanding oldestOutstandingAt refused confirmed } dueDeliveries { totalCount } }',
        { token: of(region) },
      )
      expect(errors).to.equal(undefined)
      const national = data.platforms.find(({ id }: { id: string }) => id === 'national')
      return [national.outstanding, data.dueDeliveries.totalCount]
    }
    const [all, due] = await figures(null)
    const [inChangchun, dueThere] = await figures('220100')
    const [inJilin] = await figures('220200')
    expect([all, inChangchun, inJilin]).to.deep.equal([4, 2, 2])
    expect(dueThere).to.equal(due / 2)
    expect(await figures('220300')).to.deep.equal([0, 0])
  })
})
