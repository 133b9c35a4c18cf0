import { expect } from 'chai'
import { PARTY_DEADLINES } from '../../../src/domain/listing/deadlines.js'
import type { Db } from '../../../src/store/db/db.js'
import * as deadlines from '../../../src/store/listing/deadlines.js'
import { decideCalendar, proposeCalendar } from '../../../src/work/calendar/calendar.js'
import { renewDeadlines } from '../../../src/work/listing/deadlines.js'
import { expireListings } from '../../../src/work/listing/expire.js'
import { makeMove } from '../../../src/work/listing/listing.js'
import {
  at,
  database,
  later,
  lead,
  listingAt,
  log,
  NOW,
  OFFICER,
  PATH,
  penalised,
  published,
  REVIEWER,
  refusal,
  removed,
  rowsOf,
  rules,
  step,
  TODAY,
} from '../../support/world.js'

const kept = async (db: Db, id: string) =>
  (await deadlines.ofListings(db, [id])).map(({ name, startsOn, dueOn, outcome }) => [name, startsOn, dueOn, outcome])
const listed = async (db: Db, state: deadlines.DeadlineState, today: string) =>
  (await deadlines.list(db, { state, today, partys: PARTY_DEADLINES, ended: true }, { first: 50, after: null })).map(
    ({ name }) => name,
  )
/** Amends the calendar: one person proposes, another confirms. */
const amend = async (db: Db, more: Partial<Parameters<typeof proposeCalendar>[2]>) => {
  const { id } = await proposeCalendar(db, rules, {
    holidays: [],
    workdays: [],
    ordinary: [],
    knownUntil: null,
    reason: '国办发明电〔2026〕1号',
    by: 'officer-1',
    now: NOW,
    ...more,
  })
  await decideCalendar(db, rules, { id, verdict: 'CONFIRM', note: null, by: 'officer-2', now: more.now ?? NOW })
}
const PUBLICATION_DAYS = rules.lists[0]?.numbers.find(({ name }) => name === 'PUBLICATION_WORKDAYS')?.value ?? 0

describe('deadlines', () => {
  const db = database()

  it('begin and end with the moves of a listing, each with its rule and version', async () => {
    const { id } = await published(db(), 1)
    const all = await deadlines.ofListings(db(), [id])
    expect(all.map(({ name, outcome, endedOn }) => [name, outcome, endedOn])).to.deep.equal([
      ['DEFENCE', 'MET', '2026-11-12'],
      ['PUBLICATION', 'MET', '2026-11-16'],
    ])
    for (const { rule, ruleVersion, provisional } of all) {
      expect(rules.lists[0]?.numbers).to.deep.include(rule)
      expect(ruleVersion).to.match(/^[0-9a-f]{12}$/)
      expect(provisional).to.equal(false)
    }
  })

  it('are coming and then missed, except the party’s own, which ends without being missed', async () => {
    const { id } = await listingAt(db(), 1, 'decideListing')
    await listingAt(db(), 2, 'notifyListing')
    // One case waits for publication. The defence of the other, notified on Wednesday 4 November, ends on Wednesday 11.
    expect(await listed(db(), 'COMING', '2026-11-11')).to.deep.equal(['DEFENCE', 'PUBLICATION'])
    expect(await listed(db(), 'RUN_OUT', '2026-11-12')).to.deep.equal(['DEFENCE'])
    expect(await listed(db(), 'MISSED', '2027-12-31')).to.deep.equal(['PUBLICATION'])
    await step(db(), id, ['dropListing', OFFICER, { on: TODAY, reason: '无主观故意', notListed: 'NO_INTENT' }])
    expect((await kept(db(), id)).at(-1)?.[3]).to.equal('DROPPED')
  })

  it('an entry with an unconfirmed hiding stays hidden, and the deadline of the confirmation is missed', async () => {
    const { id } = await published(db(), 1)
    const input = { on: TODAY, hiding: 'ERROR' as const, reason: '核实' }
    await step(db(), id, ['hideListing', OFFICER, input])
    expect(await listed(db(), 'COMING', TODAY)).to.deep.equal(['HIDING_CONFIRMATION'])
    expect(await listed(db(), 'MISSED', '2026-12-15')).to.deep.equal(['HIDING_CONFIRMATION'])
    const late = new Date('2026-12-15T02:00:00Z')
    const found = await makeMove(db(), rules, {
      id,
      name: 'confirmHiding',
      ...REVIEWER,
      input: { on: '2026-12-15' },
      now: late,
    })
    expect(found.state).to.equal('HIDDEN')
    expect(await listed(db(), 'MISSED', '2026-12-15')).to.deep.equal([])
  })

  it('a withdrawal is met on the day of the last platform’s confirmation', async () => {
    const { id } = await published(db(), 1)
    await db().raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1`, [NOW])
    await removed(db(), id)
    await renewDeadlines(db(), rules)
    expect(await listed(db(), 'COMING', TODAY)).to.deep.equal(['WITHDRAWAL'])
    const confirmed = new Date('2026-11-26T17:00:00Z') // the 27th in Shanghai
    await db().raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ? where state = 'OWED'`, [confirmed])
    await expireListings(db(), { rules, cause: 'command', now: at(later(3_600)), log })
    const [one] = await rowsOf(db(), `select ended_on as on, outcome from listing_deadlines where name = 'WITHDRAWAL'`)
    expect(one).to.deep.equal({ on: '2026-11-27', outcome: 'MET' })
  })

  it('that reach into a year without published holidays are provisional, and are recounted once these are published', async () => {
    const { operatorId, decision } = await penalised(db(), 1)
    const { id } = await lead(db(), operatorId)
    for (const one of PATH(decision).slice(0, 2)) await step(db(), id, one)
    // By weekdays alone, the five days after Monday 28 December 2026 are 29, 30, 31, Friday 1 January, Monday 4.
    const told = new Date('2026-12-28T02:00:00Z')
    const input = { on: '2026-12-28', documentNumber: '测市监告〔2026〕2号' }
    await makeMove(db(), rules, { id, name: 'notifyListing', ...OFFICER, input, now: told })
    const provisional = async () => (await deadlines.ofListings(db(), [id])).map((one) => [one.dueOn, one.provisional])
    expect(await provisional()).to.deep.equal([['2027-01-04', true]])
    // With New Year's Day and the Monday after it off, they are 29, 30, 31, Tuesday 5, Wednesday 6.
    await amend(db(), { holidays: ['2027-01-01', '2027-01-04'], knownUntil: '2027-12-31', now: told })
    expect(await renewDeadlines(db(), rules)).to.deep.include({ moved: 1 })
    expect(await provisional()).to.deep.equal([['2027-01-06', false]])
    expect(await renewDeadlines(db(), rules)).to.deep.include({ moved: 0 })
    // Moves use the same calendar: the defence still runs on the 6th.
    const review = (day: string) =>
      refusal(
        makeMove(db(), rules, {
          id,
          name: 'reviewListing',
          ...REVIEWER,
          input: { on: day },
          now: new Date(`${day}T02:00:00Z`),
        }),
      )
    expect(await review('2027-01-06')).to.include({ because: 'DEFENCE_RUNNING' })
    expect(await review('2027-01-07')).to.include({ code: 'none' })
  })

  it('the last amendment of a day applies, and an empty one is refused', async () => {
    const { id } = await listingAt(db(), 1, 'decideListing')
    const publication = async () => (await kept(db(), id)).at(-1)?.[2]
    const first = await publication()
    await amend(db(), { holidays: ['2026-11-13'] })
    await renewDeadlines(db(), rules)
    expect(PUBLICATION_DAYS).to.be.greaterThan(0)
    expect(String(await publication()) > String(first)).to.equal(true)
    await amend(db(), { ordinary: ['2026-11-13'] })
    await renewDeadlines(db(), rules)
    expect(await publication()).to.equal(first)
    expect((await refusal(amend(db(), {}))).code).to.equal('INPUT_INVALID')
    expect((await refusal(amend(db(), { holidays: ['2026-11-13'], workdays: ['2026-11-13'] }))).code).to.equal(
      'INPUT_INVALID',
    )
    expect((await refusal(amend(db(), { holidays: ['2026-11-31'] }))).code).to.equal('DATE_INVALID')
  })
})
