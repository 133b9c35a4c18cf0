import { expect } from 'chai'
import { ROLES, type Role } from '../../../src/domain/access/viewer.js'
import type { Scorecard } from '../../../src/domain/scoring/scorecard.js'
import { schemaDocument } from '../../../src/foundation/contracts.js'
import { hashCard, keepCard } from '../../../src/work/scoring/scorecards.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { type Answer, makeWorld, NOW, TODAY, type World } from '../world.js'

const TRIAL = `fragment T on ScorecardTrial { scorecard scorecardHash against againstHash asOf knownAt madeAt madeBy operators unchanged better worse
  grades { before after operators } before { A B C D } after { A B C D } spread { mean lowest p5 p25 median p75 p95 highest }
  up { points } down { operator { uscc name } points before { value grade } after { value grade }
    reasons { rule fact before { points zh en } after { points zh en } } }
  regions { region operators unchanged better worse mean before { D } after { D } } kinds { kind operators mean } }`
const ASK = `query($version: String!, $against: String) { scorecardTrial(version: $version, against: $against) { ...T } } ${TRIAL}`
const ACTIVATION = `fragment A on ScorecardActivation { id scorecard hash state effectiveOn reason proposedBy proposedAt decidedBy decidedAt note trial { operators worse } }`
const PROPOSE = `mutation($input: ProposeScorecardInput!) { proposeScorecard(input: $input) { activation { ...A } } } ${ACTIVATION}`
const DECIDE = `mutation($input: DecideScorecardInput!) { decideScorecard(input: $input) { activation { ...A } } } ${ACTIVATION}`
const ADOPTIONS = `query($first: Int, $after: String) { scorecardActivations(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { ...A } } } ${ACTIVATION}`
const CARDS = `{ scorecards { version name { zh } hash state faults } }`

const NEW = 'strict-8'
const inForce = schemaDocument('scorecards/ecommerce-1.json') as Scorecard
const stricter = (version: string): Scorecard => {
  const copy = structuredClone(inForce)
  copy.version = version
  const penalties = copy.rules.find((rule) => rule.id === 'penalties')
  if (penalties?.kind !== 'units') throw new Error('the card has no rule of penalties')
  for (const unit of penalties.units) unit.points *= 2
  penalties.cap = null
  return copy
}

describe('trial and activation of scorecards over HTTP', () => {
  let world: World
  const [one, two] = [uscc(1), uscc(2)]
  const as = (role: Role, sub: string = role) => world.token(role, sub)
  const officer = () => as('officer', 'officer-1')
  const reviewer = () => as('reviewer', 'reviewer-1')
  const ask = (variables: Record<string, unknown> = {}, token = officer()) =>
    world.ask(ASK, { token, variables: { version: NEW, ...variables } })
  const propose = (input: Record<string, unknown> = {}, token = officer()) =>
    world.ask(PROPOSE, {
      token,
      variables: { input: { version: NEW, effectiveOn: '2026-04-01', reason: '试算稳妥', ...input } },
    })
  const decide = (input: Record<string, unknown>, token = reviewer()) =>
    world.ask(DECIDE, { token, variables: { input: { activate: true, ...input } } })
  const code = ({ errors }: Answer) => errors?.[0]?.extensions['code']

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(one, '虚构青禾有限公司'),
      registration(two, '虚构白露有限公司', { established_on: '2020-01-01' }),
    ])
    await world.bring('penalties', [penalty(one, '虚市监处罚〔2026〕1号')])
  })
  after(() => world.close())
  beforeEach(() => keepCard(world.database.db, stricter(NEW), NOW))
  afterEach(() => world.database.db.raw('truncate trials, scorecard_adoptions, scores, scorecards cascade'))

  it('a trial shows which operators’ scores move, how far, in which region, and for which reasons', async () => {
    const { data, errors } = await ask()
    expect(errors).to.equal(undefined)
    const trial = data.scorecardTrial
    expect(trial).to.deep.include({
      scorecard: NEW,
      scorecardHash: hashCard(stricter(NEW)),
      against: 'ecommerce-1',
      againstHash: hashCard(inForce),
      asOf: TODAY,
      madeAt: NOW.toISOString(),
      madeBy: 'officer-1',
      operators: 2,
      unchanged: 1,
      better: 0,
      worse: 1,
      up: [],
    })
    expect(trial.grades).to.have.length(16)
    const sum = trial.grades.reduce((all: number, { operators }: { operators: number }) => all + operators, 0)
    expect(sum).to.equal(2)
    expect(trial.spread).to.deep.include({ lowest: -160, median: -160, highest: 0, mean: -80 })
    const [down] = trial.down
    expect(down).to.deep.include({ points: -160, operator: { uscc: one, name: '虚构青禾有限公司' } })
    expect(down.reasons).to.have.length(1)
    expect(down.reasons[0]).to.deep.include({ rule: 'penalties', fact: 'penalty_heavy' })
    expect([down.reasons[0].before.points, down.reasons[0].after.points]).to.deep.equal([-160, -320])
    expect(down.reasons[0].after.zh).to.be.a('string').that.is.not.empty
    expect(trial.regions).to.have.length(1)
    expect(trial.regions[0]).to.deep.include({ region: '2201', operators: 2, worse: 1, mean: -80 })
    expect(trial.kinds).to.deep.equal([{ kind: 'ENTERPRISE', operators: 2, mean: -80 }])
  })

  it('a trial of the same day is reused, and stores no score', async () => {
    await ask()
    const again = await ask({}, as('auditor', 'auditor-1'))
    expect(again.data.scorecardTrial.madeBy).to.equal('officer-1')
    const { db } = world.database
    expect(await db('trials').count({ n: '*' }).first()).to.deep.equal({ n: 1 })
    expect(await db('scores').count({ n: '*' }).first()).to.deep.equal({ n: 0 })
  })

  it('a trial compares with the named card, and refuses unknown cards', async () => {
    const { data } = await ask({ version: 'ecommerce-1', against: NEW })
    expect([data.scorecardTrial.scorecard, data.scorecardTrial.against]).to.deep.equal(['ecommerce-1', NEW])
    expect(data.scorecardTrial.better).to.equal(1)
    expect(code(await ask({ version: 'none-8' }))).to.equal('SCORECARD_UNKNOWN')
    expect(code(await ask({ against: 'none-8' }))).to.equal('SCORECARD_UNKNOWN')
    expect(code(await ask({ version: '../ecommerce-1' }))).to.equal('SCORECARD_UNKNOWN')
    expect(code(await ask({ version: 'a\u0000b' }))).to.equal('INPUT_INVALID')
  })

  it('a trial over more than 20,000 operators is refused, and the error names the command', async () => {
    const { db } = world.database
    await db.raw(
      `insert into operators (uscc, kind, name, name_key, first_run, created_at)
       select 'MANY' || lpad(n::text, 14, '0'), 'ENTERPRISE', '虚构' || n, '虚构' || n, (select min(first_run) from operators), now()
       from generate_series(1, 20000) n`,
    )
    try {
      const refused = await ask()
      expect(code(refused)).to.equal('TRIAL_TOO_LARGE')
      expect(refused.errors?.[0]?.message).to.contain(`hub score --dry-run --scorecard ${NEW}`)
    } finally {
      await db.raw(`delete from operators where uscc like 'MANY%'`)
    }
  })

  it('only authorities of the hub see trials, activations and future cards', async () => {
    for (const role of ROLES.filter((each) => each !== 'public')) {
      const expected = ['officer', 'reviewer', 'administrator', 'auditor'].includes(role) ? undefined : 'FORBIDDEN'
      const token = as(role, uscc(9))
      expect(code(await ask({}, token)), role).to.equal(expected)
      expect(code(await world.ask(ADOPTIONS, { token })), role).to.equal(expected)
      expect(code(await world.ask(CARDS, { token })), role).to.equal(expected)
    }
    for (const query of [ADOPTIONS, CARDS]) expect(code(await world.ask(query))).to.equal('UNAUTHENTICATED')
  })

  it('a card is proposed by one person, activated by another, and in force from the given day on', async () => {
    expect(code(await propose())).to.equal('ADOPTION_UNTRIED')
    await ask()
    const proposed = (await propose()).data.proposeScorecard.activation
    expect(proposed).to.deep.include({
      scorecard: NEW,
      hash: hashCard(stricter(NEW)),
      state: 'PROPOSED',
      effectiveOn: '2026-04-01',
      reason: '试算稳妥',
      proposedBy: 'officer-1',
      decidedBy: null,
      trial: { operators: 2, worse: 1 },
    })
    expect(code(await propose())).to.equal('ADOPTION_OPEN')
    const { activation } = (await decide({ id: proposed.id, note: '同意' })).data.decideScorecard
    expect(activation).to.deep.include({ id: proposed.id, state: 'ACTIVATED', decidedBy: 'reviewer-1', note: '同意' })
    expect(code(await decide({ id: proposed.id }))).to.equal('ADOPTION_SETTLED')
    const versions = []
    for (const day of ['2026-03-31', '2026-04-01']) {
      world.setNow(new Date(`${day}T02:00:00Z`))
      versions.push((await world.ask('{ scorecard { version } }')).data.scorecard.version)
    }
    world.setNow(NOW)
    expect(versions).to.deep.equal(['ecommerce-1', NEW])
  })

  it('the proposer may not decide in any role, and an officer cannot decide', async () => {
    await ask()
    const { id } = (await propose({}, as('administrator', 'both-1'))).data.proposeScorecard.activation
    expect(code(await decide({ id }, as('administrator', 'both-1')))).to.equal('ADOPTION_OWN')
    expect(code(await decide({ id }, as('reviewer', 'both-1')))).to.equal('ADOPTION_OWN')
    expect(code(await decide({ id }, officer()))).to.equal('FORBIDDEN')
    expect(code(await decide({ id }, as('auditor')))).to.equal('FORBIDDEN')
    expect(code(await propose({}, as('auditor')))).to.equal('FORBIDDEN')
    expect(code(await propose({}, as('agency')))).to.equal('FORBIDDEN')
    const rejected = await decide({ id, activate: false, note: '降等过多' }, as('administrator', 'other-1'))
    expect(rejected.data.decideScorecard.activation).to.include({ state: 'REJECTED', note: '降等过多' })
  })

  it('impossible requests are refused with an error code', async () => {
    await ask()
    const cases: [Promise<Answer>, string][] = [
      [propose({ effectiveOn: '2026-03-01' }), 'ADOPTION_PAST'],
      [propose({ reason: '' }), 'INPUT_INVALID'],
      [propose({ version: 'none-8' }), 'SCORECARD_UNKNOWN'],
      [decide({ id: 'nonsense' }), 'ADOPTION_UNKNOWN'],
      [decide({ id: Buffer.from('ScorecardAdoption:999').toString('base64url') }), 'ADOPTION_UNKNOWN'],
      [decide({ id: Buffer.from('Run:1').toString('base64url') }), 'ADOPTION_UNKNOWN'],
    ]
    for (const [answer, expected] of cases) expect(code(await answer)).to.equal(expected)
  })

  it('proposals are paged, newest first, and each is found by its id', async () => {
    await ask()
    const ids: string[] = []
    for (const note of ['一', '二', '三']) {
      const { id } = (await propose()).data.proposeScorecard.activation
      await decide({ id, activate: false, note })
      ids.unshift(id)
    }
    const page = async (variables: Record<string, unknown>) =>
      (await world.ask(ADOPTIONS, { token: officer(), variables })).data.scorecardActivations
    const first = await page({ first: 2 })
    const rest = await page({ first: 2, after: first.pageInfo.endCursor })
    expect([first.totalCount, first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).to.deep.equal([3, true, false])
    expect([...first.nodes, ...rest.nodes].map((node) => node.id)).to.deep.equal(ids)
    const node = (token: string) =>
      world.ask('query($id: ID!) { node(id: $id) { __typename id } }', { token, variables: { id: ids[0] } })
    expect((await node(officer())).data.node).to.deep.equal({ __typename: 'ScorecardActivation', id: ids[0] })
    expect((await node(as('marketplace'))).data.node).to.equal(null)
  })

  it('the trials of a page of proposals cost one statement', async () => {
    await ask()
    for (const note of ['一', '二', '三']) {
      const { id } = (await propose()).data.proposeScorecard.activation
      await decide({ id, activate: false, note })
    }
    const heard = await world.statements(() => world.ask(ADOPTIONS, { token: officer() }))
    expect(heard.filter((sql) => sql.includes('trials.latestOf'))).to.have.length(1)
  })

  it('scorecards show their state', async () => {
    await ask()
    await propose()
    const { data } = await world.ask(CARDS, { token: as('auditor') })
    const states = Object.fromEntries(
      data.scorecards.map(({ version, state }: { version: string; state: string }) => [version, state]),
    )
    expect(states).to.include({ 'ecommerce-1': 'IN_FORCE', [NEW]: 'PROPOSED' })
    const shipped = ['ecommerce-1', 'general-1', NEW]
    for (const card of data.scorecards)
      if (shipped.includes(card.version)) expect(card.faults, card.version).to.deep.equal([])
  })
})
