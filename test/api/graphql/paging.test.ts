/** Paging while others write: each row that nobody changes appears exactly once, in its order. */
import { expect } from 'chai'
import fc from 'fast-check'
import { getNamedType, isInterfaceType, isObjectType } from 'graphql'
import { makeSchema } from '../../../src/api/graphql/schema.js'
import { NODE_TYPES } from '../../../src/api/request/ids.js'
import { LIST_COUNTED_MOST } from '../../../src/foundation/pages.js'
import { everything } from '../../support/everything.js'
import { globalOf } from '../global-ids.js'
import { uscc } from '../record-drafts.js'
import { NOW, type World } from '../world.js'

const LONG_MS = 600_000
const OPERATORS = 24
const RUNS = 6

/** The table of each connection's rows, and the condition on the rows that it shows. */
const ROWS: Record<string, { table: string; where?: string; args?: string }> = {
  operators: { table: 'operators', where: 'known_to is null' },
  blacklist: { table: 'public_entries' },
  cases: { table: 'listings' },
  deliveries: { table: 'deliveries' },
  runs: { table: 'runs' },
  rejects: { table: 'rejects' },
  unmatched: { table: 'unmatched' },
  concerns: { table: 'concerns' },
  objections: { table: 'objections' },
  overrides: { table: 'overrules' },
  watchList: { table: 'watch_entries' },
  authorisations: { table: 'authorisations' },
  comparisons: { table: 'comparisons' },
  discrepancies: { table: 'findings' },
  scorecardActivations: { table: 'scorecard_adoptions' },
  deadlines: { table: 'listing_deadlines', args: 'state: MET, ' },
  retractions: { table: 'deliveries', where: "action = 'REMOVE'" },
  matters: { table: 'matters' },
  dueDeliveries: { table: 'deliveries', where: "state = 'OWED'" },
}

describe('paging', function () {
  this.timeout(LONG_MS)
  let world: World
  before(async () => {
    world = await everything(OPERATORS)
    await world.database
      .db('webhooks')
      .insert({ client: '虚构集市', url: 'https://hook.test/', secret: 'x', created_at: NOW })
  })
  after(() => world?.close())

  const page = async (field: string, args: string, first: number, after: string | null) => {
    const { data, errors } = await world.ask(
      `query($first: Int, $after: String) { ${field}(${args}first: $first, after: $after) { edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      { token: world.token('auditor', 'auditor-1'), variables: { first, after } },
    )
    expect(errors, field).to.equal(undefined)
    const { edges, pageInfo } = data[field] as {
      edges: { cursor: string }[]
      pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
    }
    const cursors = edges.map(({ cursor }) => cursor)
    expect([pageInfo.startCursor, pageInfo.endCursor]).to.deep.equal([cursors[0] ?? null, cursors.at(-1) ?? null])
    expect(pageInfo.hasPreviousPage).to.equal(after !== null)
    return { cursors, more: pageInfo.hasNextPage }
  }
  const through = async (field: string, args: string, sizes: readonly number[], between: () => Promise<unknown>) => {
    const seen: string[] = []
    for (let [n, after, more]: [number, string | null, boolean] = [0, null, true]; more; n += 1) {
      const found = await page(field, args, sizes[n % sizes.length] ?? 1, after)
      seen.push(...found.cursors)
      more = found.more
      after = found.cursors.at(-1) ?? after
      await between()
    }
    return seen
  }
  const whole = (field: string, args: string) => through(field, args, [100], async () => undefined)

  /** Replica mode ignores foreign keys, so that any row can be deleted and inserted. */
  const unbound = (sql: string): Promise<unknown> =>
    world.database.db.transaction(async (tx) => {
      await tx.raw('set local session_replication_role = replica')
      await tx.raw(sql)
    })

  /** Columns of a table without generated ones, which cannot be written. */
  const columnsOf = async (table: string): Promise<string> => {
    const { rows } = await world.database.db.raw(
      `select string_agg(quote_ident(column_name), ', ') as all from information_schema.columns
       where table_schema = current_schema and table_name = ? and is_generated = 'NEVER'`,
      [table],
    )
    return rows[0].all
  }

  for (const [field, { table, where = 'true', args = '' }] of Object.entries(ROWS)) {
    it(`a page of ${field} neither repeats nor skips an unmoved row`, async () => {
      const columns = await columnsOf(table)
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
          fc.double({ min: -1, max: 1, noNaN: true }),
          async (sizes, seed) => {
            await unbound(`create table kept_all as select * from ${table};
              select setseed(${seed}); create table kept as select * from ${table} where ${where} and random() < 0.4;
              delete from ${table} t where exists (select 1 from kept k where to_jsonb(k) = to_jsonb(t))`)
            try {
              const before = await whole(field, args)
              const seen = await through(field, args, sizes, () =>
                unbound(`with back as (delete from kept where ctid in (select ctid from kept order by random() limit 2) returning *)
                    insert into ${table} (${columns}) overriding system value select ${columns} from back;
                  delete from ${table} where ctid in (select ctid from ${table} where ${where} and random() < 0.05)`),
              )
              const after = new Set(await whole(field, args))
              const stayed = before.filter((cursor) => after.has(cursor))
              expect(seen.length, 'nothing comes twice').to.equal(new Set(seen).size)
              expect(seen.filter((cursor) => stayed.includes(cursor))).to.deep.equal(stayed)
            } finally {
              await unbound(`delete from ${table}; insert into ${table} (${columns}) overriding system value select ${columns} from kept_all;
                drop table kept; drop table kept_all`)
            }
          },
        ),
        { numRuns: RUNS },
      )
    })
  }

  it('is tested for every connection except timeliness, the audit log and the worklist, whose own tests page them', () => {
    const query = makeSchema().getQueryType()
    const pages = Object.values(query?.getFields() ?? {}).filter(({ type }) => /Connection!?$/.test(String(type)))
    expect(pages.map(({ name }) => name).filter((name) => ROWS[name] === undefined)).to.have.members([
      'timeliness',
      'auditLog',
      'worklist',
    ])
  })

  it('a page of monthly figures continues in place while new ones appear before the cursor', async () => {
    const args = 'month: "2026-02", '
    const before = await whole('timeliness', args)
    expect(before.length).to.be.greaterThan(1)
    const add = () =>
      world.database.db.raw(
        `update deliveries set notice = jsonb_set(notice, '{authority}', to_jsonb('A' || id)) where id =
           (select id from deliveries where coalesce(notice->>'authority', '') !~ '^A' and state <> 'OWED' order by id limit 1)`,
      )
    const seen = await through('timeliness', args, [1], add)
    expect(seen).to.deep.equal(before)
    expect((await whole('timeliness', args)).length).to.be.greaterThan(before.length)
  })

  it('a page of the audit log continues in place while rows are added', async () => {
    const before = await whole('auditLog', '')
    const add = () =>
      world.ask('{ viewer { role } operators(first: 1) { nodes { id } } }', { token: world.token('officer') })
    const seen = await through('auditLog', '', [3, 7], add)
    expect(seen.length).to.equal(new Set(seen).size)
    expect(seen.filter((cursor) => before.includes(cursor))).to.deep.equal(before)
  })

  it('counts each list up to a bound, which must be named between 1 and 10,000', async () => {
    const auditor = world.token('auditor', 'auditor-1')
    const counted = Object.entries(makeSchema().getQueryType()?.getFields() ?? {}).filter(([name, { type }]) => {
      const of = getNamedType(type)
      return ROWS[name] !== undefined && isObjectType(of) && of.getFields()['totalCount'] !== undefined
    })
    expect(counted.length).to.be.greaterThan(10)
    for (const [field] of counted) {
      const args = ROWS[field]?.args ?? ''
      const counts = `totalCount countUpTo one: countUpTo(most: 1)`
      const { data } = await world.ask(`{ list: ${field}(${args}first: 1) { ${counts} } }`, { token: auditor })
      const { totalCount } = data.list
      expect(data.list, field).to.deep.equal({ totalCount, countUpTo: totalCount, one: Math.min(totalCount, 1) })
      for (const most of [0, LIST_COUNTED_MOST + 1]) {
        const asked = `{ list: ${field}(${args}first: 1) { countUpTo(most: ${most}) } }`
        const { errors } = await world.ask(asked, { token: auditor })
        expect(errors?.[0]?.extensions['code'], field).to.equal('INPUT_INVALID')
      }
    }
  })

  it('refuses an invalid cursor and one of another list', async () => {
    const other = (await page('blacklist', '', 1, null)).cursors[0] ?? ''
    for (const field of Object.keys(ROWS).filter((name) => name !== 'blacklist'))
      for (const after of ['x', Buffer.from('after:1 or 1=1').toString('base64url'), other]) {
        const { errors } = await world.ask(
          `query($after: String) { ${field}(${ROWS[field]?.args ?? ''}after: $after) { edges { cursor } } }`,
          { token: world.token('auditor', 'auditor-1'), variables: { after } },
        )
        expect(errors?.[0]?.extensions['code'], field).to.equal('INPUT_INVALID')
      }
  })

  describe('global ids', () => {
    /** Types whose ids are fixed words (feeds, platforms), not global ids. */
    const WORDS = [
      // Its id is its number, and only its list returns it.
      'CalendarProposal',
      'OfficeProposal',
      // The id of a kind of list is a word.
      'OwnList',
      'AuthorityStatement',
      // Its content is opened at /v1/papers.
      'SealedPaper',
      'Agency',
      'Feed',
      'Platform',
    ]
    const TABLES: Record<string, string> = {
      Operator: 'operators where known_to is null',
      Record: 'versions where known_to is null and operator_id is not null',
      Listing: 'listings',
      Run: 'runs',
      Reject: 'rejects',
      Unmatched: 'unmatched',
      IdentityDecision: 'identity_decisions',
      Concern: 'concerns',
      Score: 'scores',
      ScorecardActivation: 'scorecard_adoptions',
      Override: 'overrules',
      Objection: 'objections',
      Delivery: 'deliveries',
      Discrepancy: 'findings',
      Authorisation: 'authorisations',
      Webhook: 'webhooks',
      Matter: 'matters',
    }

    it('lead by node back to the object of every type, and to null for viewers without access', async () => {
      const [auditor, party] = [world.token('auditor', 'auditor-1'), world.token('party', uscc(999))]
      for (const type of NODE_TYPES) {
        const [row] = (await world.database.db.raw(`select id from ${TABLES[type]} order by id limit 1`)).rows
        const id = globalOf(type, row.id)
        const asked = `query($id: ID!) { node(id: $id) { __typename id ... on ${type} { id } } }`
        const { data, errors } = await world.ask(asked, { token: auditor, variables: { id } })
        expect([errors, data.node], type).to.deep.equal([undefined, { __typename: type, id }])
        const others = await world.ask(asked, { token: party, variables: { id } })
        const nothing = await world.ask(asked, {
          token: party,
          variables: { id: globalOf(type, type === 'Listing' ? crypto.randomUUID() : 2_000_000_000) },
        })
        // Everybody may see a published listing.
        if (type !== 'Listing')
          expect([others.status, others.data, others.errors], type).to.deep.equal([
            nothing.status,
            nothing.data,
            nothing.errors,
          ])
      }
    })

    it('belong to every type with an id, except those with fixed words or numbers as ids', () => {
      const types = Object.values(makeSchema().getTypeMap()).filter(
        (type) => isObjectType(type) || isInterfaceType(type),
      )
      const withId = types.filter((type) => String(type.getFields()['id']?.type) === 'ID!').map(({ name }) => name)
      expect(withId.filter((name) => ![...NODE_TYPES, ...WORDS, 'Node'].includes(name))).to.deep.equal([])
      const nodes = types
        .filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'))
        .map(({ name }) => name)
      expect(nodes.sort()).to.deep.equal([...NODE_TYPES].sort())
    })
  })
})
