import { expect } from 'chai'
import type { FactFamily } from '../../../src/domain/records/facts.js'
import type { RecordBody } from '../../../src/domain/records/records.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import {
  at,
  codeOf,
  database,
  later,
  OFFICER,
  operatorOf,
  pullItems,
  rowsOf,
  rules,
  step,
  TODAY,
} from '../../support/world.js'

const FAMILIES: FactFamily[] = ['registration', 'inspections', 'lists', 'penalties', 'abnormal']
const LIGHT: RecordBody = { types: ['罚款'], content: '罚款5000元。', facts: null, fine_yuan: '5000' }

describe('leads', () => {
  const db = database()
  const scored = (seconds = 0, more: { all?: boolean } = {}) =>
    scoreOperators(db(), { cause: 'command', rules, families: FAMILIES, now: at(later(seconds)), ...more })
  const register = (many: number, value = '某路1号') =>
    pullItems(
      db(),
      Array.from({ length: many }, (_, i) => ({
        key: `R${i + 1}`,
        code: codeOf(i + 1),
        name: `长春虚构商贸第${i + 1}有限公司`,
        value,
        day: '2019-05-06',
      })),
      { id: 'registry', kind: 'registration', body: ({ value }) => (value === '吊销' ? { status: 'REVOKED' } : {}) },
    )
  const penalise = (n: number, key: string, body: RecordBody, seconds = 0, day = '2026-10-10') =>
    pullItems(db(), [{ key, code: codeOf(n), value: `违法${key}`, day }], {
      id: 'penalties',
      kind: 'penalty',
      whole: false,
      rules,
      now: at(later(seconds)),
      body: () => ({ document_number: `测市监处罚〔2026〕${key}号`, ...body }),
    })
  const open = async () =>
    (
      await rowsOf(
        db(),
        `select l.state, l.moves, v.body->>'violation' as violation, e.act->>'reason' as reason
         from listings l left join versions v on v.id = l.decision_version
         join listing_events e on e.listing_id = l.id and e.number = 1 order by l.created_at, l.id`,
      )
    ).map((row) => ({ ...row }))
  const leadId = async () => String((await rowsOf(db(), `select id from listings where state = 'LEAD'`))[0]?.['id'])

  it('a heavier penalty opens a lead by itself, with the penalty linked', async () => {
    await register(2)
    await scored()
    await penalise(1, 'A', {}, 60)
    await penalise(2, 'B', LIGHT, 60)
    await scored(120)
    const [one, ...others] = await open()
    expect(others).to.deep.equal([])
    expect(one).to.deep.include({ state: 'LEAD', moves: 2, violation: '违法A' })
    expect(String(one?.['reason'])).to.include('较重行政处罚')
    const moves = await rowsOf(db(), 'select move, role, made_on as on from listing_events order by number')
    expect(moves).to.deep.equal([
      { move: 'openLead', role: 'clock', on: TODAY },
      { move: 'linkDecision', role: 'clock', on: TODAY },
    ])
    await scored(180, { all: true })
    expect(await open()).to.have.length(1)
  })

  it('a large fine opens a lead that asks whether the penalty is a heavier one', async () => {
    await register(1)
    await penalise(1, 'A', { ...LIGHT, content: '罚款250000元。', fine_yuan: '250000' })
    await scored()
    const [one] = await open()
    expect(String(one?.['reason'])).to.include('须核实')
    expect((await rowsOf(db(), `select facts->'decisionHeavy' as heavy from listings`))[0]?.['heavy']).to.equal(false)
  })

  it('a fallen score opens a lead only where a penalty can be linked, and a watch entry in any case', async () => {
    await register(2)
    await scored()
    await register(2, '吊销')
    for (const n of [1, 2])
      await pullItems(
        db(),
        Array.from({ length: 12 }, (_, i) => ({
          key: `I${n}-${i}`,
          code: codeOf(n),
          value: 'FAIL',
          day: '2026-11-01',
        })),
        { id: `quality-${n}`, kind: 'inspection', now: at(later(30)) },
      )
    await penalise(2, 'B', LIGHT, 60)
    await scored(120)
    const fallen = await rowsOf(db(), `select distinct operator_id as id from scores where grade = 'D' order by 1`)
    expect(fallen.map(({ id }) => id)).to.deep.equal([
      await operatorOf(db(), codeOf(1)),
      await operatorOf(db(), codeOf(2)),
    ])
    const [one, ...others] = await open()
    expect(others).to.deep.equal([])
    expect(one).to.deep.include({ state: 'LEAD', violation: '违法B' })
    expect(String(one?.['reason'])).to.match(/^信用评分降至 \d+ 分，低于线索线；可关联的处罚：/)
    expect(await rowsOf(db(), 'select operator_id from watch_entries')).to.have.length(2)
  })

  it('a penalty that a dropped case rested on opens no lead again, and a further one does', async () => {
    await register(1)
    await penalise(1, 'A', {})
    await scored()
    await step(db(), await leadId(), ['dropListing', OFFICER, { on: TODAY, reason: '没有主观故意' }])
    await scored(60, { all: true })
    expect((await open()).map(({ state }) => state)).to.deep.equal(['NOT_LISTED'])
    await penalise(1, 'B', {}, 120, '2026-11-20')
    await scored(180)
    expect((await open()).map(({ state, violation }) => [state, violation])).to.deep.equal([
      ['NOT_LISTED', '违法A'],
      ['LEAD', '违法B'],
    ])
  })

  it('a lead ends when the decision behind it is withdrawn', async () => {
    await register(1)
    await penalise(1, 'A', {})
    await scored()
    await penalise(1, 'A', { status: 'REVOKED', revoked_on: TODAY }, 60)
    expect((await open()).map(({ state }) => state)).to.deep.equal(['NOT_LISTED'])
    await scored(120)
    expect(await open()).to.have.length(1)
  })

  it('a penalty older than three years opens no lead', async () => {
    await register(1)
    await penalise(1, 'A', {}, 0, '2023-11-01')
    await scored()
    expect(await open()).to.deep.equal([])
  })
})
