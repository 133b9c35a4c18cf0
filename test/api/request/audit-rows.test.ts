import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { isObjectType } from 'graphql'
import { OPERATORS_BY_TYPE } from '../../../src/api/graphql/audited-operators.js'
import { makeSchema } from '../../../src/api/graphql/schema.js'
import type { AuditRow } from '../../../src/domain/audit/audit-log.js'
import * as store from '../../../src/store/audit/audit-log.js'
import { unpackCodes } from '../../../src/work/audit/operator-codes.js'
import { verifyAuditLog } from '../../../src/work/audit/verify-audit-log.js'
import { confirmedClient } from '../../support/accounts.js'
import { globalOf } from '../global-ids.js'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, type World } from '../world.js'

/** Types about no operator, and types that are reached only through an object about one. */
const ABOUT_NOBODY = new Set(
  `Agency Feed FeedForm FeedSample FeedColumn FeedMap FeedMapLine RuleCount FeedTimeliness Words PageInfo Platform RefusedByCode RuleAdvice PlatformSaid PlatformAct Comparison Remark Source Problem Run
  RunError Scorecard GradeLine Dimension ScorecardRule ScorecardVeto ScorecardActivation ScorecardVersion ScorecardTrial TrialGradeMove GradeCounts
  TrialSpread TrialMove TrialScore TrialReason TrialSide TrialRegion TrialKind TimelinessFigure TimelinessLimit TimetableRow JobPause Occurrence
  Viewer ListKind RepairEntrance Measure LegalBasis RemovalRule DatabaseRestored RestoredFinding RestoredReach RestoredCompared AuditLogRow Asking
  UnmatchedSubject IdentityProposal IdentityEvidence DeadlineRule DeliveryClosed DeliveryAct DeliveryAgain RetractionReceiver RetractionMarketplace Webhook WebhookCall WebhookReplay WebhookSecret
  ListingClocks ClockSeverity PublicationClock Rollback ListingDocument DocumentBlank PublicText MaskedPart IssuedAccessCode Proceeding Hiding Lockout Product Site SellerList Authorisation NameMatch
  LinkedPenalty OfficeService RuleReading UnconfirmedRule ReadRule OwnRule HubFinding SetupStep OfficeSetting OfficeSettingChange OfficeProposal SearchResult FoundColleague MarketplaceSellers
  NotificationSettings NotificationRobot ProposedRobot MailTest UndeliveredNotification Client Person IssuedSecret IssuedPassword RuleTable RuleSection RuleRow RuleField CalendarYear CalendarDay CalendarForeseen CalendarDayForeseen CalendarProposal Authority AuthorityStatement DeadlineMoving CaseColumn CaseTask WorkItem WorkCount Colleague Handover Absence NameBefore MoveOutlook MoveDenial RollbackPreview
  PendingAccountChange AlikeMatter Reporter FeedPlaces OwnList ListEnd MatterKind MatterTerm MatterFieldKind MatterStateKind MatterMoveKind MatterClockRule MatterSpan MatterCounts Organisation MatterContent ListingMeasure PartyMatter PartyMatterField CheckCoverage
  MatterFieldValue MatterMoveMade MatterAttachment MatterHandover MatterClock MatterFigure MatterFigureCount MatterFigureIssue RepairApplication ListingMove OperatorCode RecoveryStep RecoveryAnswer LastingLoss Reason Query Mutation`.split(
    /\s+/,
  ),
)

describe('audit rows of answers', () => {
  let world: World
  const [one, two, listed] = [uscc(1), uscc(2), uscc(3)]
  const NUMBER = '虚市监处罚〔2026〕1号'
  let listing: string

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(one, '虚构青禾有限公司'),
      registration(two, '虚构白露有限公司'),
      registration(listed, '虚构霜降有限公司'),
    ])
    await world.bring('penalties', [penalty(listed, NUMBER)])
    await world.bring('dishonest', [mirrored(two, 'k2', '2026-01-05')])
    listing = await publishListing(world, listed, NUMBER)
  })
  after(() => world.close())

  const head = async (): Promise<number> => (await store.readHead(world.database.db))?.number ?? 0
  /** Audit rows that `act` writes, in order. */
  const left = async (act: () => Promise<unknown>): Promise<AuditRow[]> => {
    const before = await head()
    await act()
    return store.listRowsAfter(world.database.db, before, 1_000)
  }
  const told = ({ kind, content }: AuditRow) => ({
    kind,
    client: content?.client,
    outcome: content?.outcome,
    shown: unpackCodes(content?.shown ?? null),
  })
  const ask = (query: string, token: string, more: Parameters<World['ask']>[1] = {}) =>
    left(() => world.ask(query, { token, ...more }))
  const market = () => world.token('marketplace', 'guguji')
  const officer = () => world.token('officer', 'officer-1')

  it('every type of the schema names its operators, or is listed as having none', () => {
    const types = Object.values(makeSchema().getTypeMap()).filter(isObjectType)
    const names = types.map(({ name }) => name).filter((name) => !/^__|(?:Connection|Edge|Payload)$/.test(name))
    expect(names.filter((name) => OPERATORS_BY_TYPE[name] === undefined && !ABOUT_NOBODY.has(name))).to.deep.equal([])
    expect(
      Object.keys(OPERATORS_BY_TYPE).filter((name) => !names.includes(name) || ABOUT_NOBODY.has(name)),
    ).to.deep.equal([])
  })

  it('one row keeps caller, query, purpose, codes shown, and the digest of the answer', async () => {
    const asked = {
      query: 'query S($codes: [String!]!) { standings(codes: $codes) { code grade } }',
      variables: { codes: [two, one, uscc(99)] },
    }
    let body = ''
    let id: string | null = null
    const rows = await left(async () => {
      const answer = await fetch(`${world.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${market()}`,
          'x-purpose': encodeURIComponent('入驻审核'),
        },
        body: JSON.stringify(asked),
      })
      id = answer.headers.get('x-request-id')
      body = await answer.text()
    })
    expect(rows).to.have.length(1)
    expect(told(rows[0] as AuditRow)).to.deep.equal({
      kind: 'ANSWER',
      client: 'guguji',
      outcome: 'DONE',
      shown: [one, two].sort(),
    })
    expect(rows[0]?.content).to.deep.include({
      role: 'marketplace',
      purpose: '入驻审核',
      request: id,
      asked: `${asked.query}\n${JSON.stringify(asked.variables)}`,
      digest: createHash('sha256').update(body).digest('base64'),
    })
    expect(await verifyAuditLog(world.database.db, { now: () => NOW, noted: [], keys: world.parts.keys })).to.include({
      ok: true,
    })
  })

  it('codes are kept for every field of an operator and every path to it', async () => {
    const record = globalOf('Record', await recordId(world, `${NUMBER}/${listed}`))
    const questions: [string, string, string[]][] = [
      [`{ operator(code: "${one}") { name } }`, market(), [one]],
      [`{ a: standing(code: "${one}") { listed } b: standing(code: "${two}") { listed } }`, market(), [one, two]],
      ['{ blacklist { nodes { reason } } }', market(), [listed]],
      ['{ blacklist { edges { node { reason } } } }', market(), [listed]],
      [`{ listing(id: "${listing}") { reason } }`, market(), [listed]],
      ['{ operators { edges { node { kind } } } }', market(), [one, two, listed]],
      [`{ node(id: "${record}") { ... on Record { kind } } }`, officer(), [listed]],
      [`{ node(id: "${globalOf('Operator', await operatorId(world, two))}") { id } }`, officer(), [two]],
      ['{ deliveries(first: 1) { nodes { state } } }', officer(), [listed]],
      [`{ listing(id: "${listing}") { deadlines { dueOn } } }`, officer(), [listed]],
    ]
    for (const [query, token, codes] of questions) {
      const rows = await ask(query, token)
      expect(
        rows.map(told).map(({ shown }) => shown),
        query,
      ).to.deep.equal([[...codes].sort()])
    }
  })

  it('hidden and missing operators are not listed as shown', async () => {
    const party = world.token('party', one)
    for (const [query, token] of [
      [`{ operator(code: "${two}") { name } }`, party],
      [`{ node(id: "${globalOf('Operator', await operatorId(world, two))}") { id } }`, party],
      [`{ operator(code: "${uscc(99)}") { name } }`, market()],
      [`{ standing(code: "${uscc(99)}") { status } }`, market()],
      [
        `{ node(id: "${globalOf('Record', await recordId(world, `${NUMBER}/${listed}`))}") { ... on Record { kind } } }`,
        market(),
      ],
    ] as const) {
      const rows = await ask(query, token)
      expect(
        rows.map(told).map(({ shown }) => shown),
        query,
      ).to.deep.equal([[]])
    }
  })

  it('requests without a token and invalid requests write no row', async () => {
    expect(await left(() => world.ask(`{ standing(code: "${one}") { status } }`))).to.deep.equal([])
    expect(await ask('{ nothing }', market())).to.deep.equal([])
    expect(await ask('{', market())).to.deep.equal([])
    expect(await left(() => world.ask('{ viewer { role } }', { token: 'none' }))).to.deep.equal([])
  })

  it('an act writes a row before it and one with its outcome, also where it is refused', async () => {
    const OPEN = 'mutation($input: OpenLeadInput!) { openLead(input: $input) { listing { id } } }'
    const variables = { input: { code: one, list: 'serious', reason: '群众举报', on: '2026-03-01' } }
    const done = await ask(OPEN, officer(), { variables })
    expect(done.map(told)).to.deep.equal([
      { kind: 'ACT', client: 'officer-1', outcome: null, shown: [] },
      { kind: 'OUTCOME', client: 'officer-1', outcome: 'DONE', shown: [one] },
    ])
    expect(done[0]?.content?.asked).to.include('群众举报')
    const refused = await ask(OPEN, market(), { variables })
    expect(refused.map(told)).to.deep.equal([
      { kind: 'ACT', client: 'guguji', outcome: null, shown: [] },
      { kind: 'OUTCOME', client: 'guguji', outcome: 'FORBIDDEN', shown: [] },
    ])
  })

  it('no ID number and no access code is written', async () => {
    const id = '220102199003071233'
    const rows = await left(() =>
      world.ask(
        `query($name: String) { operators(filter: { name: $name }) { totalCount } b: operators(filter: { name: "${id}" }) { totalCount } }`,
        {
          token: market(),
          variables: { name: id },
          headers: { 'x-purpose': `check ${id}` },
        },
      ),
    )
    expect(JSON.stringify(rows[0]?.content)).to.not.include(id)
    expect(rows[0]?.content?.purpose).to.match(/^check \[居民身份证/)
    const issue = 'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }'
    const made = await world.ask(issue, {
      token: officer(),
      variables: { input: { operator: one, reason: '随决定书送达' } },
    })
    const code: string = made.data.issueAccessCode.code
    const taken = await left(() =>
      world.ask('mutation($code: String!) { partyToken(accessCode: $code) }', { variables: { code } }),
    )
    expect(taken.map(told)).to.deep.equal([{ kind: 'TOKEN', client: one, outcome: 'DONE', shown: [one] }])
    const inline = await left(() => world.ask(`mutation { partyToken(accessCode: "${code}") }`))
    expect(inline).to.have.length(1)
    expect(JSON.stringify([taken, inline])).to.not.include(code)
    // Refused codes write one row a minute per address, so that guessing does not fill the audit log.
    const refused = await left(async () => {
      for (let n = 0; n < 3; n += 1) await world.ask('mutation { partyToken(accessCode: "nothing") }')
    })
    expect(refused.map(({ kind, content }) => [kind, content?.client, content?.outcome])).to.deep.equal([
      ['ATTEMPT', 'public', 'ACCESS_CODE_REFUSED'],
    ])
    expect(JSON.stringify(refused)).to.not.include('nothing')
  })

  it('P-A2: queries that differ only beyond the stored part have different rows', async () => {
    const asking = (last: string) =>
      left(() =>
        world.ask('query($codes: [String!]!) { standings(codes: $codes) { status } }', {
          token: market(),
          variables: { codes: [...Array.from({ length: 40 }, (_, i) => uscc(i)), last] },
        }),
      )
    const long = (last: string) =>
      left(() => world.ask(`{ viewer { role } } # ${'x'.repeat(2_000)}${last}`, { token: market() }))
    for (const ask of [asking, long]) {
      const texts = [await ask(uscc(1)), await ask(uscc(2)), await ask(uscc(1))].map((rows) => rows[0]?.content?.asked)
      expect(texts[0]).to.be.a('string').and.not.equal(texts[1])
      expect(texts[2]).to.equal(texts[0])
    }
  })

  it('keeps an object of simple members whole, and shortens a long list beside simple members', async () => {
    const asking = (query: string, variables: Record<string, unknown>) =>
      left(() => world.ask(query, { token: market(), variables }))
    const text = ([row]: AuditRow[]) => row?.content?.asked.split('\n')[1] ?? ''
    const variables = { code: one }
    const simple = await asking('query($code: String!) { standing(code: $code) { status } }', variables)
    expect(text(simple)).to.equal(JSON.stringify(variables))
    const codes = Array.from({ length: 21 }, (_, i) => uscc(i))
    const both = await asking(
      'query($code: String!, $codes: [String!]!) { standing(code: $code) { status } standings(codes: $codes) { status } }',
      { code: one, codes },
    )
    const mark = world.parts.keys.pseudonymOf(JSON.stringify(codes))
    expect(text(both)).to.equal(JSON.stringify({ code: one, codes: [...codes.slice(0, 20), `… 21 ${mark}`] }))
  })

  it('a long purpose and a long query are truncated, and an undecodable header is ignored', async () => {
    const long = await left(() =>
      world.ask(
        `{ ${Array.from({ length: 40 }, (_, i) => `a${i}: standing(code: "${uscc(i)}${'0'.repeat(200)}") { status }`).join(' ')} }`,
        {
          token: market(),
          headers: { 'x-purpose': 'p'.repeat(1_000) },
        },
      ),
    )
    expect(long[0]?.content?.purpose).to.have.length(200)
    expect(long[0]?.content?.asked.length).to.be.lessThan(2_150)
    const odd = await left(() =>
      world.ask('{ viewer { role } }', { token: market(), headers: { 'x-purpose': '%E4%ZZ' } }),
    )
    expect(odd[0]?.content?.purpose).to.equal('%E4%ZZ')
    const bytes = Buffer.from('抽查 50% 的店铺').toString('latin1')
    const utf8 = await left(() =>
      world.ask('{ viewer { role } }', { token: market(), headers: { 'x-purpose': bytes } }),
    )
    expect(utf8[0]?.content?.purpose).to.equal('抽查 50% 的店铺')
  })

  it('uploads, downloads of rejects, scores and figures, and tokens write rows', async () => {
    const agency = world.token('agency', 'regulator-1', 'market-regulator')
    const send = (path: string, more: RequestInit = {}) =>
      fetch(`${world.url}${path}`, { ...more, headers: { authorization: `Bearer ${agency}` } })
    const file = `企业名称,工商注册号,组织机构代码,统一信用代码,失信领域\n虚构商行,,,${uscc(50)},`
    const sent = await left(() => send('/v1/feeds/dishonest', { method: 'POST', body: file }))
    const { id: run } = await world.database.db('runs').where({ job: 'pull', cause: 'upload' }).first('id')
    expect(sent.map(({ kind, content }) => [kind, content?.outcome])).to.deep.equal([
      ['ACT', null],
      ['OUTCOME', `DONE run ${run}`],
    ])
    expect(sent[0]?.content?.digest).to.deep.equal(createHash('sha256').update(file).digest('base64'))
    const csv = await left(() => send(`/v1/runs/${run}/rejects.csv`))
    expect(csv.map(({ kind, content }) => [kind, content?.client, content?.asked])).to.deep.equal([
      ['FILE', 'regulator-1', `GET /v1/runs/${run}/rejects.csv`],
      ['CHUNK', 'regulator-1', `GET /v1/runs/${run}/rejects.csv`],
    ])
    // The row lists the operator that the rejected item names, although no record of it is stored.
    expect(unpackCodes(csv[1]?.content?.shown ?? null)).to.deep.equal([uscc(50)])
    const listed = await left(() => world.ask('{ rejects(first: 5) { nodes { item } } }', { token: agency }))
    expect(unpackCodes(listed[0]?.content?.shown ?? null)).to.deep.equal([uscc(50)])
    let body = Buffer.alloc(0)
    const figures = await left(async () => {
      body = Buffer.from(await (await send('/v1/timeliness.csv?month=2026-02')).arrayBuffer())
    })
    expect(figures.map(({ kind }) => kind)).to.deep.equal(['FILE'])
    expect(figures[0]?.content?.digest).to.deep.equal(createHash('sha256').update(body).digest('base64'))
    const { client_id, client_secret } = await confirmedClient(
      world.database.db,
      { name: 'taopin', role: 'marketplace' },
      [],
      NOW,
    )
    const issued = await left(() =>
      fetch(`${world.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }),
      }),
    )
    expect(issued.map(told)).to.deep.equal([{ kind: 'TOKEN', client: 'taopin', outcome: 'DONE', shown: [] }])
  })

  it('a signed-in caller gets no answer and no act is done where no row can be written', async () => {
    const { db } = world.database
    const before = await head()
    await db.raw('alter table trail rename to trail_away')
    try {
      const answer = await world.ask(`{ standing(code: "${one}") { status } }`, { token: market() })
      expect([answer.status, answer.data, answer.errors?.[0]?.extensions['code']]).to.deep.equal([
        503,
        undefined,
        'TRAIL_UNAVAILABLE',
      ])
      const cases = await db('listings').count('* as n')
      const act = await world.ask(
        `mutation { openLead(input: { code: "${two}", list: "serious", reason: "举报", on: "2026-03-01" }) { listing { id } } }`,
        { token: officer() },
      )
      expect([act.status, act.errors?.[0]?.extensions['code']]).to.deep.equal([503, 'TRAIL_UNAVAILABLE'])
      expect(await db('listings').count('* as n')).to.deep.equal(cases)
      expect((await world.ask(`{ standing(code: "${one}") { status } }`)).data.standing.status).to.equal('KNOWN')
    } finally {
      await db.raw('alter table trail_away rename to trail')
    }
    expect(await head()).to.equal(before)
  })
})
