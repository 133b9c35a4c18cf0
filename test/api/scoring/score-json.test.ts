import { expect } from 'chai'
import fc from 'fast-check'
import { world as seeds } from '../../../seeds/world.js'
import { feeds } from '../../../src/agencies/index.js'
import type { Role } from '../../../src/domain/access/viewer.js'
import { FACT_FAMILIES, FACTS, type FactFamily, type FactName, type Facts } from '../../../src/domain/records/facts.js'
import { findFamiliesOfFeeds } from '../../../src/domain/scoring/evidence.js'
import { SCORING_METHOD } from '../../../src/domain/scoring/method.js'
import { hashFacts } from '../../../src/domain/scoring/operator-facts.js'
import { score as fold } from '../../../src/domain/scoring/score.js'
import type { Scorecard } from '../../../src/domain/scoring/scorecard.js'
import * as contracts from '../../../src/foundation/contracts.js'
import { startAgencyStandIns } from '../../../src/sandbox/agencies/index.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { mergeOperators } from '../../../src/work/operators/identity.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { FIRST_CARD_IN_FORCE, hashCard, loadScorecard } from '../../../src/work/scoring/scorecards.js'
import { type Audited, differences } from '../../support/recompute.js'
import { anyCard } from '../../support/scorecards.js'
import { NOW as LATE, later, pullFeed } from '../../support/world.js'
import { globalOf } from '../global-ids.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, seenOutside, type World } from '../world.js'

const VERSIONS = contracts.listSchemaFiles('scorecards').map((file) => file.replace(/\.json$/, ''))
/** Parallel requests. */
const TOGETHER = 8
const families = findFamiliesOfFeeds(feeds.values())

const scoreAll = (world: World, now: Date, given: { scorecard?: string; asOf?: string } = {}) =>
  scoreOperators(world.database.db, {
    cause: 'command',
    rules: world.rules,
    families,
    now: () => now,
    all: true,
    ...given,
  })

const get = async (world: World, id: number | string, token?: string) => {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await fetch(`${world.url}/v1/scores/${id}`, { headers })
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) }
}

const idsOf = async (world: World, code?: string): Promise<number[]> => {
  const scores = world.database.db('scores').orderBy('id').select('id')
  const rows = await (code === undefined ? scores : scores.where({ operator_id: await operatorId(world, code) }))
  return rows.map(({ id }: { id: number }) => Number(id))
}

describe('a score as JSON, recomputed independently', () => {
  let world: World
  let ids: number[]
  let audited: Audited[]
  const auditedOf = async (asked: readonly number[]): Promise<Audited[]> => {
    const token = world.token('auditor')
    const read = async (id: number): Promise<Audited> => (await get(world, id, token)).body
    const found: Audited[] = []
    for (let i = 0; i < asked.length; i += TOGETHER)
      found.push(...(await Promise.all(asked.slice(i, i + TOGETHER).map(read))))
    return found
  }

  before(async () => {
    world = await makeWorld()
    const agencies = await startAgencyStandIns(seeds())
    try {
      for (const from of feeds.values()) {
        const url = agencies.find((agency) => agency.id === from.agency)?.url
        if (url !== undefined) await pullFeed(world.database.db, from, { url })
      }
    } finally {
      await Promise.all(agencies.map((agency) => agency.close()))
    }
    world.setNow(later(60))
    await scoreAll(world, LATE)
    for (const scorecard of VERSIONS.filter((version) => version !== FIRST_CARD_IN_FORCE))
      await scoreAll(world, LATE, { scorecard, asOf: '2026-11-01' })
    ids = await idsOf(world)
    audited = await auditedOf(ids)
  })
  after(() => world.close())

  it('satisfies its JSON Schema, and its card that of scorecards', async () => {
    for (const id of ids.filter((_, i) => i % 20 === 0)) {
      const { status, body, headers } = await get(world, id, world.token('auditor'))
      expect(status).to.equal(200)
      expect(headers.get('cache-control')).to.equal('no-store')
      expect(contracts.contractCheck('contracts/score-audit')(body)).to.deep.equal([])
      expect(contracts.contractCheck('contracts/scorecard')(body.card)).to.deep.equal([])
      const cited = new Set(body.records.map((record: { id: number }) => record.id))
      for (const { record } of body.facts.events) expect(cited.has(record)).to.equal(true)
      for (const { records } of body.score.reasons)
        for (const record of records) expect(cited.has(record)).to.equal(true)
    }
  })

  it('hundreds of stored scores of every shipped card are recomputed without a difference', async () => {
    expect(audited.length).to.be.greaterThan(300)
    expect(audited.flatMap(differences)).to.deep.equal([])
    const used = new Set(audited.map(({ card }) => (card as unknown as { version: string }).version))
    expect([...used].sort()).to.deep.equal([...VERSIONS].sort())
    const whys = new Set(audited.flatMap(({ score }) => score.reasons.map(({ why }) => why)))
    expect([...whys]).to.include.members(['BASE', 'UNIT', 'BIN', 'CAP', 'MISSING', 'VETO'])
  })

  it('detects one falsified score', async () => {
    const { db } = world.database
    const id = ids[Math.floor(ids.length / 2)] ?? 0
    const [row] = await db('scores').where({ id })
    const raised = row.reasons.map((reason: { why: string; points: number }) =>
      reason.why === 'BASE' ? { ...reason, points: reason.points + 1 } : reason,
    )
    await db('scores')
      .where({ id })
      .update({ value: row.value + 1, reasons: JSON.stringify(raised) })
    const asked = ids.filter((one, i) => one === id || i % 20 === 0)
    const found = (await auditedOf(asked)).flatMap((each, i) => (differences(each).length > 0 ? [asked[i]] : []))
    await db('scores')
      .where({ id })
      .update({ value: row.value, reasons: JSON.stringify(row.reasons) })
    expect(found).to.deep.equal([id])
  })

  it('detects any change of the JSON itself', async () => {
    const body = audited.find(({ facts }) => facts.events.length > 2) as Audited
    const changed = (change: (copy: Audited) => void): string[] => {
      const copy = structuredClone(body)
      change(copy)
      return differences(copy).map((each) => each.split(':')[0] ?? '')
    }
    expect(changed(() => {})).to.deep.equal([])
    expect(changed((copy) => copy.facts.events.pop())).to.include('facts hash')
    expect(changed((copy) => copy.facts.known.pop())).to.include('facts hash')
    expect(changed((copy) => copy.facts.events.reverse())).to.deep.equal(['facts hash'])
    expect(changed((copy) => Object.assign(copy.card, { base: copy.card.base - 1 }))).to.include.members([
      'card hash',
      'value',
    ])
    expect(changed((copy) => Object.assign(copy.score, { grade: 'X' }))).to.deep.equal(['grade'])
    expect(changed((copy) => Object.assign(copy.score.reasons[0] ?? {}, { count: 7 }))).to.deep.equal(['reasons'])
  })
})

describe('access to a score as JSON and its history', () => {
  let world: World
  const [one, two, three] = [uscc(1), uscc(2), uscc(3)]
  const auditor = () => world.token('auditor')
  const newest = async (code: string): Promise<number> => (await idsOf(world, code)).at(-1) ?? 0
  const at = (minutes: number): Date => later(60 * minutes, NOW)

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(one, '虚构青禾有限公司'),
      registration(two, '虚构白露有限公司'),
      registration(three, '虚构霜降有限公司'),
    ])
    await world.bring('penalties', [penalty(one, '虚市监处罚〔2026〕1号'), penalty(two, '虚市监处罚〔2026〕2号')])
    await scoreAll(world, at(1))
    world.setNow(at(2))
  })
  after(() => world.close())

  const ANSWERS: [Role, number][] = [
    ['marketplace', 403],
    ['credit_service', 403],
    ['agency', 200],
    ['officer', 200],
    ['reviewer', 200],
    ['administrator', 200],
    ['auditor', 200],
  ]
  it('is open to authorities and the operator itself, and is answered as missing to other operators', async () => {
    const id = await newest(one)
    expect((await get(world, id)).status).to.equal(401)
    for (const [role, status] of ANSWERS)
      expect((await get(world, id, world.token(role))).status, role).to.equal(status)
    const own = await get(world, id, world.token('party', one))
    expect(own.status).to.equal(200)
    expect(differences(own.body)).to.deep.equal([])
    const [others, none] = [
      await get(world, id, world.token('party', two)),
      await get(world, 999_999, world.token('party', two)),
    ]
    expect(others.status).to.equal(404)
    expect(others.body).to.deep.equal(none.body)
  })

  it('is found only by its number and its global id', async () => {
    const id = await newest(one)
    expect((await get(world, globalOf('Score', id), auditor())).body).to.deep.equal(
      (await get(world, id, auditor())).body,
    )
    for (const wrong of ['0', '-1', 'x', '99999999999999999999', globalOf('Record', id), '%00', "'"])
      expect((await get(world, wrong, auditor())).status, wrong).to.equal(404)
    const posted = await fetch(`${world.url}/v1/scores/${id}`, { method: 'POST' })
    expect([posted.status, posted.headers.get('allow')]).to.deep.equal([405, 'GET'])
  })

  it('is linked from GraphQL and found by id; viewers without reasons get neither', async () => {
    const QUERY = `query($code: String!) { operator(code: $code) { score { id value audit auditUrl reasons { rule } } } }`
    const asked = { variables: { code: one } }
    const { score } = (await world.ask(QUERY, { ...asked, token: auditor() })).data.operator
    expect(score.id).to.equal(globalOf('Score', await newest(one)))
    expect(score.audit).to.deep.equal((await get(world, score.auditUrl.split('/').at(-1), auditor())).body)
    await seenOutside(world, [one])
    const token = world.token('marketplace')
    const little = (await world.ask(QUERY, { ...asked, token })).data.operator.score
    expect(little).to.deep.equal({ id: score.id, value: score.value, audit: null, auditUrl: null, reasons: [] })
    const NODE = `query($id: ID!) { node(id: $id) { id ... on Score { value auditUrl reasons { rule } } } }`
    const node = async (role: Role, sub?: string) =>
      (await world.ask(NODE, { variables: { id: score.id }, token: world.token(role, sub) })).data.node
    expect((await node('auditor')).reasons).to.deep.equal(score.reasons)
    expect(await node('marketplace')).to.deep.equal({ id: score.id, value: score.value, auditUrl: null, reasons: [] })
    expect(await node('party', two)).to.equal(null)
  })

  it('names for every record its sender, run, file, row and content', async () => {
    const { body } = await get(world, await newest(one), auditor())
    const found = body.records.find((record: { kind: string }) => record.kind === 'penalty')
    expect(found).to.include({
      feed: 'penalties',
      agency: 'credit-office',
      key: `虚市监处罚〔2026〕1号/${one}`,
      validFrom: '2026-01-05',
    })
    expect(found.body).to.include({ document_number: '虚市监处罚〔2026〕1号' })
    expect(found.source).to.include({ file: 'penalties.csv', page: 1, row: 2 })
    expect(Date.parse(found.knownFrom)).to.be.at.least(NOW.getTime())
  })

  it('does not change when its records are corrected, rolled back or merged into another operator', async () => {
    const { db } = world.database
    const [mine, other] = [await newest(one), await newest(two)]
    const before = [await get(world, mine, auditor()), await get(world, other, auditor())]
    const corrected = penalty(one, '虚市监处罚〔2026〕1号')
    const run = await world.bring(
      'penalties',
      [
        { ...corrected, body: { ...corrected.body, types: ['警告'], content: '警告' } },
        penalty(two, '虚市监处罚〔2026〕2号'),
      ],
      at(3),
    )
    await scoreAll(world, at(4))
    world.setNow(at(5))
    const after = await newest(one)
    expect(after).to.be.greaterThan(mine)
    expect((await get(world, after, auditor())).body.score.value).to.be.greaterThan(before[0]?.body.score.value)
    const taken = await rollBack(db, { run, reason: '误报', by: 'reviewer-1', rules: world.rules, now: () => at(6) })
    expect(taken).to.be.an('object')
    await mergeOperators(db, world.rules, {
      from: two,
      into: three,
      cause: 'MOVED',
      reason: '经登记机关确认',
      by: 'officer-1',
      now: at(7),
    })
    await scoreAll(world, at(8))
    world.setNow(at(9))
    const answers = [await get(world, mine, auditor()), await get(world, other, auditor())]
    for (const [i, { status, body }] of answers.entries()) {
      expect(status).to.equal(200)
      expect(body).to.deep.equal(before[i]?.body)
      expect(differences(body)).to.deep.equal([])
    }
    expect(differences((await get(world, after, auditor())).body)).to.deep.equal([])
    expect(answers[1]?.body.score.operator.code).to.equal(two)
  })
})

const DAYS_AROUND = 1_500
const AS_OF = '2028-02-28'
/** Days near the day of the score, with the leap day and the ends of windows. */
const anyDay = fc
  .oneof(
    fc.integer({ min: -DAYS_AROUND, max: 200 }),
    fc.constantFrom(0, 1, -1, -90, -364, -365, -366, -730, -1095, -1460),
  )
  .map((offset) => new Date(Date.parse(AS_OF) + offset * 86_400_000).toISOString().slice(0, 10))
const anyEvent = fc.record({
  fact: fc.constantFrom(...(Object.keys(FACTS) as FactName[])),
  on: fc.option(anyDay, { freq: 5 }),
  until: fc.option(anyDay, { freq: 1 }),
  weight: fc.integer({ min: 1, max: 3 }),
  record: fc.integer({ min: 1, max: 30 }),
})
const anyFacts: fc.Arbitrary<Facts> = fc.record({
  asOf: fc.constantFrom(AS_OF, '2028-02-29', '2027-02-28', '2027-03-01'),
  kind: fc.constantFrom('enterprise' as const, 'individual' as const, 'cooperative' as const, 'shop' as const),
  known: fc.subarray(Object.keys(FACT_FAMILIES) as FactFamily[]),
  events: fc.array(anyEvent, { maxLength: 25 }),
})

describe('documented method of recomputing a score', () => {
  // Shipped cards run fewer cases than arbitrary ones, because only the facts vary.
  const cards: [string, fc.Arbitrary<Scorecard>, number][] = [
    ...VERSIONS.map((version): [string, fc.Arbitrary<Scorecard>, number] => [
      version,
      fc.constant(loadScorecard(version)),
      300,
    ]),
    ['any other card', anyCard, 1_000],
  ]
  for (const [name, anyOf, numRuns] of cards) {
    it(`gives the hub’s score for any facts by ${name}`, () => {
      fc.assert(
        fc.property(anyOf, anyFacts, (card, facts) => {
          const hashes = { scorecardHash: hashCard(card), factsHash: hashFacts(facts) }
          const audited = { score: { ...fold(facts, card), ...hashes }, card, facts, method: SCORING_METHOD }
          expect(differences(audited as unknown as Audited)).to.deep.equal([])
        }),
        { numRuns },
      )
    })
  }
})
