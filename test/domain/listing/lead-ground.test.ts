import { expect } from 'chai'
import {
  chooseLeadPenalty,
  findLeadRules,
  judgeLeadGround,
  type LeadRule,
  listWeighingPenalties,
  pickGravest,
} from '../../../src/domain/listing/lead-ground.js'
import type { RecordBody } from '../../../src/domain/records/records.js'
import { makeFacts, type ReportedEvidence } from '../../../src/domain/scoring/operator-facts.js'
import { rules as workRules } from '../../support/rules.js'

const ON = '2026-11-25'
const rules: LeadRule[] = workRules.lists.find(({ id }) => id === 'serious')?.leads ?? []

const body = (given: RecordBody): RecordBody => ({
  types: ['罚款'],
  content: '罚款',
  facts: null,
  fine_yuan: '5000',
  confiscated_yuan: null,
  decided_on: '2026-10-10',
  status: 'IN_FORCE',
  ...given,
})
const HEAVY = body({ content: '从重处罚，罚款86000元。', fine_yuan: '86000' })
const LARGE = body({ fine_yuan: '200000' })
const LIGHT = body({})
const WARNING = body({ types: ['警告'], content: '警告', fine_yuan: null })
const WITHDRAWN = body({ content: '从重处罚，罚款1元。', status: 'REVOKED' })
const REPORT: Omit<ReportedEvidence, 'body'> = { record: 1, kind: 'penalty', fact: null, run: 1 }
const OLD = body({ content: '从重处罚，罚款86000元。', decided_on: '2023-11-24' })

describe('what may carry a lead', () => {
  const cases: [string, RecordBody, boolean, boolean, string][] = [
    ['a heavier penalty', HEAVY, true, true, 'HEAVIER_PENALTY'],
    ['a large fine', LARGE, true, true, 'MAY_BE_HEAVIER'],
    ['a fine one yuan smaller', body({ fine_yuan: '199999.99' }), false, true, 'IF_NOT_PERFORMED'],
    ['an ordinary penalty', LIGHT, false, true, 'IF_NOT_PERFORMED'],
    ['a warning', WARNING, false, false, 'NONE'],
    ['a withdrawn penalty', WITHDRAWN, false, false, 'NONE'],
    ['one older than three years', OLD, false, false, 'HEAVIER_PENALTY'],
  ]
  for (const [name, one, byItself, withScore, ground] of cases)
    it(`${name}: by itself ${byItself}, with a fallen score ${withScore}`, () => {
      const chosen = (trigger: LeadRule['trigger']) =>
        chooseLeadPenalty([{ body: one }], { rules, trigger, on: ON }) !== null
      expect([chosen('PENALTY'), chosen('SCORE')]).to.deep.equal([byItself, withScore])
      expect(judgeLeadGround(one, rules, ON)).to.equal(ground)
    })

  it('the heavier penalty comes before the larger fine, and the larger fine before the later decision', () => {
    const all = [LIGHT, LARGE, HEAVY, WARNING].map((one) => ({ body: one }))
    expect(pickGravest(all)?.body).to.equal(HEAVY)
    const later = body({ decided_on: '2026-11-01', fine_yuan: '200000' })
    expect(pickGravest([{ body: LARGE }, { body: later }, { body: LIGHT }])?.body).to.equal(later)
    expect(pickGravest([{ body: WARNING }, { body: WITHDRAWN }])).to.equal(null)
  })

  it('without a penalty there is no ground', () => {
    expect(judgeLeadGround(null, rules, ON)).to.equal('NONE')
  })

  for (const [name, one, byItself, withScore] of cases)
    it(`${name} is read again for a lead only where it may open one`, () => {
      const facts = makeFacts(
        { kind: 'ENTERPRISE', entries: [], comingOn: null, reported: [{ ...REPORT, body: one }] },
        { asOf: ON, lists: [], known: [] },
      )
      const isRead = (triggers: LeadRule['trigger'][]) =>
        listWeighingPenalties(facts, findLeadRules(rules, triggers, ON)).length > 0
      expect([isRead(['PENALTY']), isRead(['PENALTY', 'SCORE'])]).to.deep.equal([byItself, withScore])
    })

  it('repaired, expired and future penalties no longer weigh', () => {
    const event = (record: number, on: string | null, until: string | null = null, fact = 'penalty_heavy') =>
      ({ fact, on, until, record }) as never
    const events = [
      event(1, '2026-10-10'),
      event(2, '2026-10-10', ON),
      event(3, '2026-11-26'),
      event(4, null),
      event(5, '2026-10-10', '2026-11-26', 'penalty_light'),
      event(6, '2026-10-10', null, 'abnormal_list'),
    ]
    expect(
      listWeighingPenalties(
        { events, asOf: ON },
        rules.filter(({ trigger }) => trigger === 'SCORE'),
      ),
    ).to.deep.equal([1, 5])
  })
})
