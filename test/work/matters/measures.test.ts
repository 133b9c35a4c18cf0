import { expect } from 'chai'
import { keyOfRuleRow } from '../../../src/domain/calendar/rule-confirmations.js'
import { MEASURE_KIND } from '../../../src/domain/matters/measures.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as store from '../../../src/store/matters/measures.js'
import * as retention from '../../../src/store/timetable/retention.js'
import { decideCalendar, proposeCalendar } from '../../../src/work/calendar/calendar.js'
import { listRetractions } from '../../../src/work/delivery/retraction.js'
import { makeMove, makeMoves } from '../../../src/work/listing/listing.js'
import { recountMatters } from '../../../src/work/matters/keep-move.js'
import { readOrganisations } from '../../../src/work/matters/kinds.js'
import { listMeasures, listUnreachedMeasures } from '../../../src/work/matters/lifts.js'
import { type MatterPerson, moveMatter } from '../../../src/work/matters/matters.js'
import { backfillMeasures, handToSuccessors, readMeasureRules } from '../../../src/work/matters/measures.js'
import {
  database,
  later,
  listingAt,
  NOW,
  OFFICER,
  published,
  REVIEWER,
  refusal,
  removed,
  rowsOf,
  rules,
  step,
  TODAY,
} from '../../support/world.js'

/** The shipped rows for the list `serious`, whose authority is in 220102. */
const ORDERED = [
  ['credit-office@220000', '限制申请财政性资金项目'],
  ['finance@220000', '限制申请财政性资金项目'],
  ['market-regulator@220000', '限制参加评先评优'],
  ['market-regulator@220102', '纳入重点监管范围'],
  ['market-regulator@220102', '限制享受优惠政策和便利措施'],
  ['market-regulator@220102', '限制申请财政性资金项目'],
]
const statesOf = async (db: JobDb): Promise<string[]> =>
  (await rowsOf(db, 'select state from matters order by number')).map(({ state }) => String(state))
const hide = (db: JobDb, id: string, now = NOW) =>
  makeMove(db, rules, {
    id,
    name: 'hideListing',
    ...OFFICER,
    input: { on: TODAY, hiding: 'ERROR', reason: '主体认定有误' },
    now,
  })
const keys = { seal: (text: string) => text, unseal: (text: string) => text }
const byHolder = (db: JobDb, seat: string, id: string, move: string, given: object = {}) =>
  moveMatter({ db, rules, keys }, { by: 'clerk', seat, role: 'agency' }, { id, move, ...given }, NOW)

describe('measures of an entry', () => {
  const db = database()

  it('are ordered with its publication, one for each organisation and item, and name party, ground and decision', async () => {
    const { id, operatorId } = await published(db(), 1)
    const made = await store.measuresOfListings(db(), MEASURE_KIND, [id])
    expect(made.map(({ matter }) => [matter.seats.holder, matter.fields['item']]).sort()).to.deep.equal(ORDERED)
    expect(new Set(made.map(({ matter }) => matter.state))).to.deep.equal(new Set(['INSTRUCTED']))
    expect(new Set(made.map((one) => one.operatorId))).to.deep.equal(new Set([operatorId]))
    const [{ matter, openedBy, number } = { matter: null, openedBy: '', number: '' }] = made
    expect(matter?.fields['party']).to.match(/^长春虚构商贸第1有限公司 91\w{16}$/)
    expect(matter?.fields['document']).to.match(/测市监列〔2026〕1号$/)
    expect(matter?.fields['ground']).to.match(/总局令第44号/)
    expect([openedBy, number.slice(0, 6)]).to.deep.equal(['hub', '惩2026-'])
    const queues = await rowsOf(
      db(),
      `select seat, count(*)::int as n from matter_seats where queue = 'WAITING' group by seat`,
    )
    expect(queues.map(({ seat, n }) => [seat, n]).sort()).to.deep.equal([
      ['credit-office@220000', 1],
      ['finance@220000', 1],
      ['market-regulator@220000', 1],
      ['market-regulator@220102', 3],
    ])
  })

  it('are held off while it is hidden and stand again as they did', async () => {
    const { id } = await published(db(), 1)
    const [first] = await store.measuresOfListings(db(), MEASURE_KIND, [id])
    await byHolder(db(), first?.matter.seats.holder ?? '', first?.id ?? '', 'accept')
    await hide(db(), id)
    expect(await statesOf(db())).to.deep.equal(Array(6).fill('HELD_OFF'))
    await step(db(), id, ['unhideListing', REVIEWER, { on: TODAY, reason: '认定无误' }], later(60))
    expect((await statesOf(db())).sort()).to.deep.equal(['ACCEPTED', ...Array(5).fill('INSTRUCTED')])
  })

  it('are due to be lifted three working days after its removal, hidden or not, whether received or not', async () => {
    const one = await published(db(), 1)
    const other = await published(db(), 2)
    await hide(db(), other.id)
    await removed(db(), one.id)
    await step(
      db(),
      other.id,
      ['removeListing', REVIEWER, { on: TODAY, removal: 'REVOKED', reason: '撤销' }],
      later(60),
    )
    expect(await statesOf(db())).to.deep.equal(Array(12).fill('LIFT_DUE'))
    const due = await rowsOf(db(), `select distinct due_on::text as due, running, confirmed from matter_clocks`)
    expect(due).to.deep.equal([{ due: '2026-11-30', running: true, confirmed: true }])
    const late = await rowsOf(
      db(),
      `select 1 from matter_seats where queue = 'WAITING' and due_at = '2026-12-01T00:00:00+08:00'`,
    )
    expect(late).to.have.length(12)
  })

  it('begin anew when it is restored; a lift that was still due is replaced', async () => {
    const { id } = await published(db(), 1)
    const paper = { documentNumber: '测市监修〔2026〕1号', reason: '材料虚假' }
    const repaired = { on: TODAY, removal: 'REPAIRED', ...paper } as const
    await makeMove(db(), rules, { id, name: 'removeListing', by: 'clock', role: 'clock', input: repaired, now: NOW })
    const [lifted] = await store.measuresOfListings(db(), MEASURE_KIND, [id])
    await byHolder(db(), lifted?.matter.seats.holder ?? '', lifted?.id ?? '', 'nothing_to_lift')
    const back = new Date('2027-02-01T02:00:00Z')
    await step(db(), id, ['restoreListing', REVIEWER, { on: '2027-02-01', ...paper }], back)
    expect(await statesOf(db())).to.deep.equal(['LIFTED', ...Array(5).fill('REPLACED'), ...Array(6).fill('INSTRUCTED')])
    expect(await rowsOf(db(), 'select 1 from matter_clocks where running')).to.have.length(0)
    await step(
      db(),
      id,
      ['removeListing', REVIEWER, { on: '2027-02-01', removal: 'REVOKED', reason: '撤销' }],
      later(60, back),
    )
    const again = ['LIFTED', ...Array(5).fill('REPLACED'), ...Array(6).fill('LIFT_DUE')]
    expect(await statesOf(db()), 'the second removal ends the second measures').to.deep.equal(again)
    const [ledger] = await listRetractions(
      db(),
      rules,
      { open: true, platform: null, subjectId: id },
      { first: 1, after: null },
    )
    expect(ledger).to.include({ liftsDue: true, done: false })
  })

  it('are replaced when their entry is restored, also where they began under a version without that move', async () => {
    const { id } = await published(db(), 1)
    await db().raw(`insert into matter_kinds select kind, 'older', content #- '{moves,replace}', first_used_at
        from matter_kinds where kind = 'measure';
      update matters set kind_version = 'older'`)
    const paper = { documentNumber: '测市监修〔2026〕1号', reason: '材料虚假' }
    const repaired = { on: TODAY, removal: 'REPAIRED', ...paper } as const
    await makeMove(db(), rules, { id, name: 'removeListing', by: 'clock', role: 'clock', input: repaired, now: NOW })
    await step(db(), id, ['restoreListing', REVIEWER, { on: TODAY, ...paper }], later(60))
    expect(await statesOf(db())).to.deep.equal([...Array(6).fill('REPLACED'), ...Array(6).fill('INSTRUCTED')])
  })

  it('are due to be lifted with the removal or not at all, also where the connection is cut between', async () => {
    const { id } = await published(db(), 1)
    await db().raw(`create function fail() returns trigger language plpgsql as $$ begin
        if new.state = 'LIFT_DUE' then perform pg_terminate_backend(pg_backend_pid()); end if; return new; end $$;
      create trigger failing before update on matters for each row execute function fail()`)
    const outcome = await removed(db(), id).then(
      () => 'removed',
      () => 'failed',
    )
    await db().raw('drop function fail() cascade')
    expect([outcome, await statesOf(db())]).to.deep.equal(['failed', Array(6).fill('INSTRUCTED')])
    expect(await rowsOf(db(), 'select state from listings')).to.deep.equal([{ state: 'PUBLISHED' }])
    expect(await rowsOf(db(), 'select 1 from public_entries')).to.have.length(1)
    await removed(db(), id)
    expect(await statesOf(db())).to.deep.equal(Array(6).fill('LIFT_DUE'))
  })

  it('are recounted when a holiday is amended while their lift is due', async () => {
    await removed(db(), (await published(db(), 1)).id)
    const due = () => rowsOf(db(), 'select distinct due_on::text as due from matter_clocks')
    expect(await due()).to.deep.equal([{ due: '2026-11-30' }])
    const made = { holidays: ['2026-11-27'], reason: '国办发明电〔2026〕9号', by: 'officer-1', now: NOW }
    const { id } = await proposeCalendar(db(), rules, made)
    await decideCalendar(db(), rules, { id, verdict: 'CONFIRM', note: null, by: 'officer-2', now: NOW })
    await recountMatters(db(), rules)
    expect(await due()).to.deep.equal([{ due: '2026-12-01' }])
  })

  it('of an organisation that was silent for 30 days are late, and still named once two people closed them', async () => {
    const { id } = await published(db(), 1)
    await removed(db(), id)
    const month = new Date('2026-12-26T02:00:00Z')
    const named = () => listMeasures(db(), [id], month)
    expect((await named()).map(({ late, lifted }) => [late, lifted])).to.deep.equal(Array(6).fill([true, false]))
    const [silent] = await named()
    const made = (who: MatterPerson, move: string) =>
      moveMatter(
        { db: db(), rules, keys },
        who,
        { id: silent?.id ?? '', move, reason: '函告两次未答复', number: '虚解〔2026〕3号' },
        month,
      )
    const byHub = (by: string, move: string) =>
      made({ by, seat: null, role: 'officer', sight: async () => ({ isForHub: true }) }, move)
    await byHub('甲', 'propose_close')
    expect(await refusal(byHub('甲', 'close_unanswered'))).to.include({ because: 'OTHER_PERSON' })
    await byHub('乙', 'close_unanswered')
    expect((await named())[0]).to.include({ state: 'CLOSED', lifted: false, dueOn: '2026-11-30' })
    await made({ by: 'clerk', seat: silent?.seat ?? '', role: 'agency' }, 'lifted')
    expect((await named())[0], 'its late confirmation counts').to.include({ state: 'LIFTED', lifted: true })
  })

  it('are there with the entry or not at all, also where the connection is cut between', async () => {
    const { id } = await listingAt(db(), 1, 'serveListing')
    for (const fault of [`raise exception 'full'`, 'perform pg_terminate_backend(pg_backend_pid())']) {
      await db().raw(`create function fail() returns trigger language plpgsql as $$ begin
          if (select count(*) from matters) > 3 then ${fault}; end if; return new; end $$;
        create trigger failing after insert on matter_seats for each row execute function fail()`)
      const publication = step(db(), id, ['publishListing', OFFICER, { on: '2026-11-16' }])
      expect(
        await publication.then(
          () => 'published',
          () => 'failed',
        ),
      ).to.equal('failed')
      await db().raw('drop function fail() cascade')
      expect(await rowsOf(db(), 'select 1 from matters union all select 1 from public_entries')).to.have.length(0)
      expect(await rowsOf(db(), 'select state from listings')).to.deep.equal([{ state: 'SERVED' }])
    }
    await step(db(), id, ['publishListing', OFFICER, { on: '2026-11-16' }])
    expect(await statesOf(db())).to.have.length(6)
  })

  it('are written in one statement, however many entries end at once', async () => {
    const ids = [(await published(db(), 1)).id, (await published(db(), 2)).id]
    const written: string[] = []
    const note = ({ sql }: { sql: string }) => void written.push(sql)
    db().on('query', note)
    const input = { on: TODAY, removal: 'EXPIRED' as const }
    const now = new Date('2030-01-02T02:00:00Z')
    const ended = await makeMoves(db(), rules, {
      ids,
      name: 'removeListing',
      inputOf: () => ({ ...input, on: '2030-01-02' }),
      now,
    })
    db().removeListener('query', note)
    expect(ended).to.have.length(2)
    expect(await statesOf(db())).to.deep.equal(Array(12).fill('LIFT_DUE'))
    expect(written.filter((sql) => sql.includes('matters.write'))).to.have.length(1)
  })

  it('are filled in for entries in force that lack them, once', async () => {
    const { id } = await published(db(), 1)
    await published(db(), 2)
    await db().raw(`delete from matters where listing_id = ? or content->'seats'->>'holder' = 'finance@220000'`, [id])
    const both = await Promise.all([1, 2].map(() => backfillMeasures(db(), rules, { now: NOW })))
    expect(
      both.reduce((sum, one) => sum + one, 0),
      'two hubs at once',
    ).to.equal(7)
    expect(await backfillMeasures(db(), rules, { now: NOW })).to.equal(0)
    const made = await store.measuresOfListings(db(), MEASURE_KIND, [id])
    expect(made.map(({ matter }) => [matter.seats.holder, matter.fields['item']]).sort()).to.deep.equal(ORDERED)
  })

  it('are not filled in for what is hidden, removed or not yet published', async () => {
    await listingAt(db(), 1, 'serveListing')
    await removed(db(), (await published(db(), 2)).id)
    await hide(db(), (await published(db(), 3)).id)
    await db().raw('delete from matters')
    expect(await backfillMeasures(db(), rules, { now: NOW })).to.equal(0)
  })

  it('rest on confirmed rows only once the office is in service', async () => {
    await published(db(), 1)
    await db().raw('delete from matters')
    await db().raw(`insert into office_proposals
      (kind, content, reason, proposed_by, proposed_at, state, decided_by, decided_at, revision)
      values ('SERVICE', '{}', '试行期满', 'a', now(), 'IN_FORCE', 'b', now(), 1)`)
    expect(await backfillMeasures(db(), rules, { now: NOW })).to.equal(0)
    const row = readMeasureRules().organisations.find(({ agency }) => agency === 'finance')
    const reading = { source: '公报', text: '第十五条', readOn: TODAY, by: 'a', confirmedBy: 'b' }
    const confirmations = new Map([[keyOfRuleRow('measures', ['organisations'], { ...row }), reading]])
    expect(await backfillMeasures(db(), { ...rules, confirmations }, { now: NOW })).to.equal(1)
    expect(await rowsOf(db(), `select content->'seats'->>'holder' as seat from matters`)).to.deep.equal([
      { seat: 'finance@220000' },
    ])
  })

  it('of an organisation that has ended go to its successor, with the lift that binds it', async () => {
    const { id } = await published(db(), 1)
    await removed(db(), id)
    const [finance] = readOrganisations().filter(({ agency }) => agency === 'finance')
    if (finance === undefined) throw new Error('there is no such organisation')
    await db().raw(`update matters set content = replace(content::text, 'finance@', 'treasury@')::jsonb;
      update matter_seats set seat = replace(seat, 'finance@', 'treasury@');
      update matter_clocks set seat = replace(seat, 'finance@', 'treasury@')`)
    const organisations = [finance, { ...finance, agency: 'treasury', to: '2026-11-01', successor: 'finance' }]
    expect(await handToSuccessors(db(), rules, { now: NOW, organisations })).to.equal(1)
    expect(await handToSuccessors(db(), rules, { now: NOW, organisations })).to.equal(0)
    const seats = await rowsOf(
      db(),
      `select seat, to_move, queue from matter_seats where seat ~ 'finance|treasury' order by seat`,
    )
    expect(seats).to.deep.equal([
      { seat: 'finance@220000', to_move: null, queue: 'WAITING' },
      { seat: 'treasury@220000', to_move: 3, queue: 'OTHERS' },
    ])
    const clocks = await rowsOf(db(), `select due_on::text as due from matter_clocks where seat = 'finance@220000'`)
    expect(clocks).to.deep.equal([{ due: '2026-11-30' }])
  })

  const begunUnderOlderVersion = () =>
    db().raw(`insert into matter_kinds select kind, 'older', jsonb_set(content, '{moves,succeed,from}', '["LIFT_DUE"]'), first_used_at
        from matter_kinds where kind = 'measure';
      update matters set kind_version = 'older'`)
  for (const [version, begin] of [
    ['the present version', async () => {}],
    ['a version whose succession ended with the measure', begunUnderOlderVersion],
  ] as const)
    it(`that an ended organisation has not lifted go to its successor after their end too, begun under ${version}`, async () => {
      const { id } = await published(db(), 1)
      await begin()
      const [credit, finance] = ['credit-office', 'finance'].map((agency) =>
        readOrganisations().find((row) => row.agency === agency),
      )
      if (credit === undefined || finance === undefined) throw new Error('there is no such organisation')
      const named = () => listMeasures(db(), [id], NOW)
      const of = async (seat: string) => (await named()).find((one) => one.seat === seat)?.id ?? ''
      await byHolder(db(), 'finance@220000', await of('finance@220000'), 'accept')
      await removed(db(), id)
      const contested = { reason: '依其他法律继续实施', number: '虚财〔2026〕9号' }
      const keeper = { by: '乙', seat: 'finance@220000', role: 'agency' as const }
      await moveMatter(
        { db: db(), rules, keys },
        keeper,
        { id: await of(keeper.seat), move: 'contest', ...contested },
        NOW,
      )
      await byHolder(db(), 'credit-office@220000', await of('credit-office@220000'), 'lifted', { number: '虚解1号' })
      const ended = { to: '2026-11-01', successor: 'treasury' }
      const organisations = [
        { ...finance, ...ended },
        { ...credit, ...ended },
        { ...finance, agency: 'treasury' },
      ]
      expect(await handToSuccessors(db(), rules, { now: NOW, organisations })).to.equal(1)
      expect(await handToSuccessors(db(), rules, { now: NOW, organisations })).to.equal(0)
      expect((await named()).map(({ seat, state }) => `${seat} ${state}`).sort()).to.include.members([
        'credit-office@220000 LIFTED',
        'treasury@220000 CONTESTED',
      ])
      await byHolder(db(), 'treasury@220000', await of('treasury@220000'), 'lifted', { number: '虚解2号' })
      expect((await named()).find(({ seat }) => seat === 'treasury@220000')?.state).to.equal('LIFTED')
    })

  it('without an organisation are told to who examines the hub: which, where and how many entries', async () => {
    await published(db(), 1)
    const unreached = (organisations = readOrganisations(), onlyConfirmed = false) =>
      listUnreachedMeasures(db(), rules, { now: NOW, onlyConfirmed, organisations })
    expect(await unreached()).to.deep.equal({ withoutCarrier: [], stranded: [] })
    const ended = readOrganisations().map((row) => (row.agency === 'finance' ? { ...row, to: '2026-11-24' } : row))
    const item = '限制申请财政性资金项目'
    expect(await unreached(ended)).to.deep.equal({
      withoutCarrier: [{ item, agency: 'finance', region: '220000', entries: 1, line: 'finance', place: '吉林省' }],
      stranded: [{ seat: 'finance@220000', measures: 1 }],
    })
    const succeeded = ended.map((row) => (row.agency === 'finance' ? { ...row, successor: 'credit-office' } : row))
    expect((await unreached(succeeded)).stranded).to.deep.equal([])
    expect((await unreached(ended, true)).withoutCarrier, 'unconfirmed rows order nothing').to.deep.equal([])
  })

  it('are erased five years after they ended, unless their entry is listed', async () => {
    const one = await published(db(), 1)
    const other = await published(db(), 2)
    for (const { id } of [one, other])
      for (const {
        id: matter,
        matter: { seats },
      } of await store.measuresOfListings(db(), MEASURE_KIND, [id]))
        await byHolder(db(), seats.holder, matter, 'not_applicable', { reason: '没有该项业务' })
    await removed(db(), one.id)
    const erase = (before: string) => retention.deleteEndedMatters(db(), { before: new Date(before), rows: 4 })
    expect(await erase('2026-11-25T01:59:59Z')).to.equal(0)
    expect([await erase('2026-11-25T02:00:01Z'), await erase('2026-11-25T02:00:01Z')]).to.deep.equal([4, 2])
    expect(await rowsOf(db(), 'select distinct listing_id as id from matters')).to.deep.equal([{ id: other.id }])
    expect(await rowsOf(db(), 'select distinct matter_id from matter_moves')).to.have.length(6)
  })
})
