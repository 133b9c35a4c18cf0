import { rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'chai'
import type { Scorecard } from '../../../src/domain/scoring/scorecard.js'
import { schemaDocument } from '../../../src/foundation/contracts.js'
import { isRefusal, type Refusal } from '../../../src/foundation/errors.js'
import type { Db } from '../../../src/store/db/db.js'
import type { ActivationRow } from '../../../src/store/scoring/activations.js'
import {
  type CardStatus,
  decideScorecard,
  listScorecards,
  proposeScorecard,
} from '../../../src/work/scoring/activation.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { findCardInForce, hashCard, keepCard } from '../../../src/work/scoring/scorecards.js'
import { tryScorecard } from '../../../src/work/scoring/trial.js'
import { at, codeOf, database, later, NOW, pullItems, rowsOf, rules, TODAY } from '../../support/world.js'

const TOMORROW = '2026-11-26'
const inForce = schemaDocument('scorecards/ecommerce-1.json') as Scorecard
const NEW = 'generous-9'

const card = (version = NEW, base = inForce.base + 5): Scorecard => ({ ...structuredClone(inForce), version, base })
const FOLDER = resolve('schema/scorecards')
const written: string[] = []
/** Writes a scorecard file, which is deleted after the test. */
const file = (version: string, content: unknown): void => {
  const path = resolve(FOLDER, `${version}.json`)
  written.push(path)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
}

const tried = async (db: Db, one = card()): Promise<void> => {
  await keepCard(db, one, NOW)
  await tryScorecard(db, { version: one.version, lists: rules.lists, families: [], now: at(NOW) })
}
const propose = (db: Db, given: Partial<Parameters<typeof proposeScorecard>[2]> = {}): Promise<ActivationRow> =>
  proposeScorecard(db, rules, {
    version: NEW,
    effectiveOn: TOMORROW,
    reason: '试算结果稳妥',
    by: 'officer-1',
    now: NOW,
    ...given,
  })
const decide = (
  db: Db,
  activation: number,
  given: Partial<Parameters<typeof decideScorecard>[2]> = {},
): Promise<ActivationRow> =>
  decideScorecard(db, rules, { activation, activate: true, note: null, by: 'reviewer-1', now: later(60), ...given })
const versionOn = async (db: Db, day: string, knownAt?: Date) => (await findCardInForce(db, day, knownAt)).version
const refused = async (asked: Promise<unknown>): Promise<Refusal> => {
  const thrown: unknown = await asked.then(
    () => new Error('not refused'),
    (error: unknown) => error,
  )
  if (isRefusal(thrown)) return thrown
  throw thrown
}
const code = async (asked: Promise<unknown>) => (await refused(asked)).code

describe('activation of a scorecard', () => {
  const db = database()
  afterEach(() => {
    for (const path of written.splice(0)) rmSync(path, { force: true })
  })

  it('is proposed by one person, decided by another, and takes effect on its day', async () => {
    await tried(db())
    const proposed = await propose(db())
    expect(proposed).to.deep.include({
      scorecard: NEW,
      hash: hashCard(card()),
      state: 'PROPOSED',
      effectiveOn: TOMORROW,
      proposedBy: 'officer-1',
      decidedBy: null,
    })
    expect(await versionOn(db(), TOMORROW)).to.equal('ecommerce-1')
    const adopted = await decide(db(), proposed.id, { note: '同意' })
    expect(adopted).to.deep.include({ id: proposed.id, state: 'ADOPTED', decidedBy: 'reviewer-1', note: '同意' })
    expect(await versionOn(db(), TODAY)).to.equal('ecommerce-1')
    expect(await versionOn(db(), TOMORROW)).to.equal(NEW)
    expect(await versionOn(db(), '2027-01-01', NOW)).to.equal('ecommerce-1')
  })

  it('every operator is scored by the new card from its day on, and past scores stay', async () => {
    const rows = [1, 2].map((n) => ({ key: `R${n}`, code: codeOf(n), value: '某路1号', day: '2019-05-06' }))
    await pullItems(db(), rows, { id: 'registry', kind: 'registration' })
    const run = (now: Date) =>
      scoreOperators(db(), { cause: 'command', rules, families: ['registration'], now: at(now) })
    await run(NOW)
    await tried(db())
    await decide(db(), (await propose(db())).id)
    expect(await run(later(120))).to.include({ stored: 0 })
    expect(await run(later(86_400))).to.include({ stored: 2 })
    expect(await rowsOf(db(), 'select scorecard, cause, value from scores order by id')).to.deep.equal([
      { scorecard: 'ecommerce-1', cause: 'FIRST', value: 700 },
      { scorecard: 'ecommerce-1', cause: 'FIRST', value: 700 },
      { scorecard: NEW, cause: 'SCORECARD', value: 705 },
      { scorecard: NEW, cause: 'SCORECARD', value: 705 },
    ])
  })

  it('cannot be decided by its proposer', async () => {
    await tried(db())
    const { id } = await propose(db())
    for (const activate of [true, false])
      expect(await code(decide(db(), id, { by: 'officer-1', activate, note: '自定' }))).to.equal('ADOPTION_OWN')
    expect(await versionOn(db(), TOMORROW)).to.equal('ecommerce-1')
  })

  it('a rejected proposal stays on record with its note, and another may follow', async () => {
    await tried(db())
    const { id } = await propose(db())
    expect(await code(decide(db(), id, { activate: false }))).to.equal('INPUT_INVALID')
    expect(await code(decide(db(), id, { activate: false, note: ' ' }))).to.equal('INPUT_INVALID')
    const rejected = await decide(db(), id, { activate: false, note: '降等过多' })
    expect(rejected).to.include({ state: 'REJECTED', note: '降等过多' })
    expect(await versionOn(db(), TOMORROW)).to.equal('ecommerce-1')
    expect((await propose(db())).id).to.be.greaterThan(id)
  })

  it('a proposal is decided once', async () => {
    await tried(db())
    const { id } = await propose(db())
    const both = await Promise.allSettled([decide(db(), id), decide(db(), id, { by: 'reviewer-2' })])
    expect(both.map((one) => one.status).sort()).to.deep.equal(['fulfilled', 'rejected'])
    expect(await code(decide(db(), id))).to.equal('ADOPTION_SETTLED')
    expect(await code(decide(db(), id + 99))).to.equal('ADOPTION_UNKNOWN')
  })

  it('has at most one open proposal per card, also when several are made at once', async () => {
    await tried(db())
    const all = await Promise.allSettled([propose(db()), propose(db(), { by: 'officer-2' })])
    expect(all.map((one) => one.status).sort()).to.deep.equal(['fulfilled', 'rejected'])
    expect(await code(propose(db()))).to.equal('ADOPTION_OPEN')
  })

  const faulty: [string, Partial<Parameters<typeof proposeScorecard>[2]>, string][] = [
    ['a day in the past', { effectiveOn: '2026-11-24' }, 'ADOPTION_PAST'],
    ['a day that does not exist', { effectiveOn: '2027-02-29' }, 'DATE_INVALID'],
    ['no reason', { reason: ' \n' }, 'INPUT_INVALID'],
    ['a reason of 1,001 characters', { reason: '长'.repeat(1_001) }, 'INPUT_INVALID'],
    ['an unknown card', { version: 'none-9' }, 'SCORECARD_UNKNOWN'],
    ['a card without a trial', { version: 'ecommerce-1' }, 'ADOPTION_UNTRIED'],
  ]
  for (const [what, given, expected] of faulty)
    it(`is refused as ${expected} for a proposal with ${what}`, async () => {
      await tried(db())
      expect(await code(propose(db(), given))).to.equal(expected)
      expect(await rowsOf(db(), 'select 1 from scorecard_adoptions')).to.have.length(0)
    })

  it('needs a trial of the same contents, not only of the same name', async () => {
    await keepCard(db(), card(), NOW)
    await db().raw(
      `insert into trials (scorecard_hash, against_hash, as_of, known_at, operators, result, made_at) values ('other', 'x', ?, ?, 0, '{}', ?)`,
      [TODAY, NOW, NOW],
    )
    expect(await code(propose(db()))).to.equal('ADOPTION_UNTRIED')
  })

  it('may take effect today, and is refused when the decision comes after its day', async () => {
    await tried(db())
    const { id } = await propose(db(), { effectiveOn: TODAY })
    expect(await code(decide(db(), id, { now: later(86_400) }))).to.equal('ADOPTION_PAST')
    expect(await decide(db(), id, { activate: false, note: '已过期', now: later(86_400) })).to.include({
      state: 'REJECTED',
    })
    const again = await propose(db(), { effectiveOn: TODAY })
    await decide(db(), again.id)
    expect(await versionOn(db(), TODAY)).to.equal(NEW)
  })

  it('a card changed since its proposal is not activated, and the running one stays', async () => {
    const version = 'changed-adoption-test'
    await tried(db(), card(version))
    const { id } = await propose(db(), { version })
    file(version, card(version, 610))
    const found = await refused(decide(db(), id))
    expect(found.code).to.equal('SCORECARD_CHANGED')
    expect(await code(propose(db(), { version }))).to.equal('SCORECARD_CHANGED')
    expect(await versionOn(db(), TOMORROW)).to.equal('ecommerce-1')
  })

  it('a card with a broken file is refused with place and reason, and the running one stays', async () => {
    const version = 'broken-adoption-test'
    await tried(db(), card(version))
    const { id } = await propose(db(), { version })
    const broken = card(version)
    file(version, { ...broken, rules: broken.rules.map((rule, i) => (i === 0 ? { ...rule, legalBasis: [] } : rule)) })
    for (const act of [() => decide(db(), id), () => propose(db(), { version })]) {
      const found = await refused(act())
      expect(found.code).to.equal('SCORECARD_BROKEN')
      expect(found.message).to.match(/rules\W0/)
    }
    expect(await versionOn(db(), TOMORROW)).to.equal('ecommerce-1')
  })

  it('a reason and a note keep no ID number', async () => {
    await tried(db())
    const { id } = await propose(db(), { reason: '依 11010519491231002X 来信' })
    await decide(db(), id, { note: '见 11010519491231002X' })
    const [row] = await rowsOf(db(), 'select reason, note from scorecard_adoptions')
    expect(row).to.deep.equal({ reason: '依 [居民身份证 hash] 来信', note: '见 [居民身份证 hash]' })
  })

  const toldOf = async (version: string, day = TODAY): Promise<CardStatus | undefined> =>
    (await listScorecards(db(), day)).find((one) => one.version === version)

  it('every card is listed with its state, from its file to its retirement', async () => {
    expect(await toldOf('ecommerce-1')).to.deep.equal({
      version: 'ecommerce-1',
      name: inForce.name,
      hash: hashCard(inForce),
      state: 'IN_FORCE',
      faults: [],
    })
    await tried(db())
    expect(await toldOf(NEW)).to.include({ state: 'AVAILABLE', hash: hashCard(card()) })
    const { id } = await propose(db())
    expect(await toldOf(NEW)).to.include({ state: 'PROPOSED' })
    await decide(db(), id)
    expect(await toldOf(NEW)).to.include({ state: 'COMING' })
    expect(await toldOf(NEW, TOMORROW)).to.include({ state: 'IN_FORCE' })
    expect(await toldOf('ecommerce-1', TOMORROW)).to.include({ state: 'RETIRED' })
    await tried(db(), card('third-9', 590))
    await decide(db(), (await propose(db(), { version: 'third-9', effectiveOn: '2026-11-27' })).id)
    expect(await toldOf(NEW, '2026-11-27')).to.include({ state: 'RETIRED' })
  })

  it('a broken file is listed with its faults and hides no other card', async () => {
    file('torn-listing-test', '{ "version": ')
    file('float-listing-test', { ...card('float-listing-test'), base: 600.5 })
    file('twice-listing-test', { ...card('twice-listing-test'), vetoes: [...inForce.vetoes, ...inForce.vetoes] })
    await keepCard(db(), card('kept-listing-test'), NOW)
    file('kept-listing-test', card('kept-listing-test', 610))
    const all = await listScorecards(db(), TODAY)
    const states = Object.fromEntries(all.map(({ version, state }) => [version, state]))
    expect(states).to.deep.include({
      'ecommerce-1': 'IN_FORCE',
      'torn-listing-test': 'BROKEN',
      'float-listing-test': 'BROKEN',
      'twice-listing-test': 'BROKEN',
      'kept-listing-test': 'CHANGED',
    })
    expect(await toldOf('torn-listing-test')).to.deep.include({ hash: null, name: null })
    expect((await toldOf('float-listing-test'))?.faults[0]).to.match(/^base: /)
    const twice = (await toldOf('twice-listing-test'))?.faults ?? []
    expect(twice.length).to.be.greaterThan(0)
    for (const fault of twice) expect(fault).to.match(/^vetoes\[\d\]/)
    expect(await toldOf('kept-listing-test')).to.include({ hash: hashCard(card('kept-listing-test')) })
  })
})
