import { expect } from 'chai'
import { type Case, type CaseAct, type MoveRules, makeNewCase } from '../../../src/domain/listing/case.js'
import type { DatedEntry } from '../../../src/domain/listing/listing.js'
import { attemptMove, isListedOn } from '../../../src/domain/listing/listing.js'
import { findLegalNumber, type LegalNumberName } from '../../../src/domain/listing/lists.js'
import type { MoveName } from '../../../src/domain/listing/moves.js'
import { addDays, addMonths } from '../../../src/foundation/time/dates.js'

import { calendar, caseAfter, denied, full, kind, rules, TODAY, upTo } from '../../support/case.js'

describe('listing: the regular procedure', () => {
  it('leads from a lead to publication and records every day', () => {
    expect(upTo('publishListing')).to.deep.equal({
      state: 'PUBLISHED',
      list: 'serious',
      operator: 7,
      proposedBy: 'officer-1',
      decisionHeavy: true,
      decisionLinked: true,
      decisionOn: null,
      ground: 'HEAVIER_PENALTY',
      level: 'PROVINCE',
      notifiedOn: '2026-01-08',
      defenceUntil: '2026-01-15',
      defenceOpen: false,
      points: 1,
      openPoints: [],
      latePoints: 0,
      hearingAsked: false,
      hearingOn: null,
      returned: null,
      consentedOn: null,
      decidedOn: '2026-01-19',
      servedOn: '2026-01-20',
      publishedOn: '2026-01-21',
      ofAge: null,
      hiding: null,
      repair: null,
      removal: null,
      notListed: null,
      termFrom: null,
      restoredOn: null,
      endsOn: '2029-01-19',
      lastOn: '2026-01-21',
    })
  })

  it('changes only state, day of service and last day by the service', () => {
    const before = upTo('decideListing')
    const after = caseAfter(attemptMove('serveListing', before, full({ on: '2026-01-20' }), rules))
    const fields = Object.keys(after) as (keyof Case)[]
    expect(fields.filter((field) => after[field] !== before[field])).to.have.members(['state', 'servedOn', 'lastOn'])
  })

  it('counts the defence in working days over a holiday and its make-up days', () => {
    // After Thursday 12 February: 13, 14 (make-up Saturday), 24, 25, 26.
    const notified = attemptMove('notifyListing', upTo('proposeListing'), full({ on: '2026-02-12' }), rules)
    expect(caseAfter(notified).defenceUntil).to.equal('2026-02-26')
  })

  it('extends the defence where holidays published since the notice lengthen it', () => {
    const notified = upTo('notifyListing')
    const holiday = { ...rules, calendar: { ...calendar, holidays: new Set(['2026-01-14', '2026-01-15']) } }
    const review = full({ on: '2026-01-16', role: 'reviewer', by: 'reviewer-1' })
    expect(denied(attemptMove('reviewListing', notified, review, rules))).to.equal(null)
    expect(denied(attemptMove('reviewListing', notified, review, holiday))).to.equal('DEFENCE_RUNNING')
  })

  it('ends a listing decided on 29 February on 28 February three years later', () => {
    const leap = { decideListing: { on: '2028-02-29', today: '2028-02-29' } }
    expect(upTo('decideListing', leap).endsOn).to.equal('2031-02-28')
  })
})

describe('listing: a last step dated in the future', () => {
  const ahead = { ...upTo('publishListing'), lastOn: '2036-01-01', endsOn: '2029-01-01' }
  const today = { on: TODAY, today: TODAY }

  for (const [name, more] of [
    ['hideListing', { hiding: 'ERROR' }],
    ['removeListing', { removal: 'REVOKED' }],
    ['renewEntry', { role: 'clock', by: 'clock' }],
  ] as [MoveName, Partial<CaseAct>][])
    it(`P-A4: does not prevent ${name}, which corrects the days of the case`, () => {
      const moved = attemptMove(name, ahead, full({ ...today, ...more }), rules)
      expect(denied(moved)).to.equal(null)
      expect(caseAfter(moved).lastOn).to.equal(TODAY)
    })

  it('P-A4: a removal or a move by the clock dated before the last step takes the day of that step', () => {
    const before = { ...upTo('publishListing'), lastOn: '2026-06-01', endsOn: '2029-01-01' }
    for (const role of ['officer', 'clock'] as const) {
      const moved = attemptMove(
        'removeListing',
        before,
        full({ ...today, on: '2026-05-01', role, removal: 'REVOKED' }),
        rules,
      )
      expect(caseAfter(moved).lastOn).to.equal('2026-06-01')
    }
    const applied = attemptMove('applyRepair', before, full({ ...today, on: '2026-05-01' }), rules)
    expect(denied(applied)).to.equal('BEFORE_LAST')
  })
})

describe('listing: refused moves', () => {
  const cases: [string, MoveName, Case | null, Partial<CaseAct>, string, MoveRules?][] = [
    ['a move of a case that does not exist', 'proposeListing', null, {}, 'NO_CASE'],
    ['nobody acting', 'linkDecision', upTo('openLead'), { by: ' ' }, 'NOBODY'],
    ['a day that does not exist', 'linkDecision', upTo('openLead'), { on: '2026-02-30' }, 'NOT_A_DAY'],
    ['a day after today', 'linkDecision', upTo('openLead'), { on: '2026-11-26' }, 'AFTER_TODAY'],
    ['a day before the last step', 'notifyListing', upTo('proposeListing'), { on: '2026-01-04' }, 'BEFORE_LAST'],
    [
      'a decision without a statement of its weight',
      'linkDecision',
      upTo('openLead'),
      { heavy: undefined as never },
      'HEAVY_NOT_SAID',
    ],
    ['a decision without its number', 'linkDecision', upTo('openLead'), { documentNumber: ' ' }, 'NO_DOCUMENT_NUMBER'],
    ['a proposal without a decision', 'proposeListing', upTo('openLead'), {}, 'NO_DECISION'],
    [
      'a proposal on a lighter decision',
      'proposeListing',
      upTo('linkDecision', { linkDecision: { heavy: false } }),
      { on: '2026-01-07' },
      'DECISION_NOT_HEAVY',
    ],
    [
      'a proposal without a reason',
      'proposeListing',
      upTo('linkDecision'),
      { on: '2026-01-07', reason: '' },
      'NO_REASON',
    ],
    ['a defence without words', 'recordDefence', upTo('notifyListing'), { on: '2026-01-09', text: '' }, 'NO_TEXT'],
    [
      'an answer where no point is open',
      'answerDefence',
      upTo('answerDefence'),
      { on: '2026-01-12' },
      'NOTHING_TO_ANSWER',
    ],
    [
      'a review by the proposer',
      'reviewListing',
      upTo('answerDefence'),
      { on: '2026-01-16', role: 'reviewer' },
      'SAME_PERSON',
    ],
    [
      'a review on the last day of the defence',
      'reviewListing',
      upTo('answerDefence'),
      { on: '2026-01-15', role: 'reviewer', by: 'r' },
      'DEFENCE_RUNNING',
    ],
    [
      'a review with a point unanswered',
      'reviewListing',
      upTo('recordDefence'),
      { on: '2026-01-16', role: 'reviewer', by: 'r' },
      'DEFENCE_UNANSWERED',
    ],
    [
      'a waiver without a document',
      'reviewListing',
      upTo('notifyListing'),
      { on: '2026-01-09', role: 'reviewer', by: 'r', waived: true, documentNumber: '' },
      'WAIVER_WITHOUT_DOCUMENT',
    ],
    [
      'a waiver while a point is unanswered',
      'reviewListing',
      upTo('recordDefence'),
      { on: '2026-01-09', role: 'reviewer', by: 'r', waived: true },
      'DEFENCE_UNANSWERED',
    ],
    ['a review by an officer', 'reviewListing', upTo('answerDefence'), { on: '2026-01-16', by: 'r' }, 'ROLE'],
    ['publication before service', 'publishListing', upTo('decideListing'), { on: '2026-01-21' }, 'STATE'],
    [
      'publication of a case that was never served',
      'publishListing',
      { ...upTo('serveListing'), servedOn: null },
      { on: '2026-01-21' },
      'NOT_SERVED',
    ],
    [
      'publication after the end of the term',
      'publishListing',
      upTo('serveListing'),
      { on: '2029-01-20', today: '2029-01-20' },
      'ENDED',
    ],
    [
      'removal before publication',
      'removeListing',
      upTo('serveListing'),
      { on: '2026-01-21', removal: 'CORRECTED' },
      'STATE',
    ],
    [
      'removal without a stated reason',
      'removeListing',
      upTo('publishListing'),
      { on: '2026-01-21' },
      'REMOVAL_NOT_SAID',
    ],
    [
      'expiry before its day',
      'removeListing',
      upTo('publishListing'),
      { on: '2029-01-19', today: '2029-01-19', role: 'clock', by: 'clock', removal: 'EXPIRED' },
      'NOT_DUE',
    ],
    [
      'expiry by an officer',
      'removeListing',
      upTo('publishListing'),
      { on: '2029-01-20', today: '2029-01-20', removal: 'EXPIRED' },
      'CLOCK_ONLY',
    ],
    [
      'correction without a reason',
      'removeListing',
      upTo('publishListing'),
      { on: '2026-02-02', reason: '', removal: 'CORRECTED' },
      'NO_REASON',
    ],
    [
      'a move under the rules of another list',
      'linkDecision',
      upTo('openLead'),
      {},
      'OTHER_LIST',
      { ...rules, list: kind('watch') },
    ],
    [
      'a lead on a list that is not decided here',
      'openLead',
      makeNewCase('ecommerce-2018', 7),
      {},
      'LIST_NOT_DECIDED_HERE',
      { ...rules, list: kind('ecommerce-2018') },
    ],
    [
      'a decision on a day for which no rule sets a term',
      'decideListing',
      upTo('reviewListing'),
      { on: '2026-01-19' },
      'NO_TERM',
      { ...rules, list: { ...rules.list, terms: [] } },
    ],
    [
      'a notice on a day for which no rule sets the time of the defence',
      'notifyListing',
      upTo('proposeListing'),
      { on: '2026-01-08' },
      'NO_DEFENCE_TIME',
      { ...rules, list: { ...rules.list, numbers: [] } },
    ],
    [
      'publication on a list that is not public',
      'publishListing',
      upTo('serveListing'),
      { on: '2026-01-21' },
      'LIST_NOT_PUBLIC',
      { ...rules, list: { ...rules.list, public: false } },
    ],
    ['a publication dated in the past', 'publishListing', upTo('serveListing'), { on: '2026-01-21' }, 'NOT_TODAY'],
    [
      'a listing decided before the penalty',
      'decideListing',
      upTo('reviewListing', { linkDecision: { decisionOn: '2026-01-20' } }),
      { on: '2026-01-19' },
      'BEFORE_DECISION',
    ],
    [
      'a removal for a reason that the list does not have',
      'removeListing',
      upTo('publishListing'),
      { on: '2026-01-21', removal: 'CEASED' },
      'REMOVAL_NOT_OF_LIST',
      { ...rules, list: { ...rules.list, removals: [] } },
    ],
  ]
  for (const [title, name, before, act, code, other] of cases) {
    it(`refuses ${title}`, () => {
      const moved = attemptMove(name, before, full(act), other ?? rules)
      expect(denied(moved)).to.equal(code)
      expect(!moved.ok && moved.reason.zh !== '' && moved.reason.en !== '').to.equal(true)
    })
  }

  it('P-B3: refuses a repair before the months that the rule of its decision asks for are over', () => {
    const published = upTo('publishListing')
    const months = findLegalNumber(rules.list, 'REPAIR_MIN_MONTHS', '2026-01-19')?.value ?? 0
    const first = addDays(addMonths('2026-01-19', months), 1)
    const repaired = (on: string) =>
      denied(attemptMove('removeListing', published, full({ on, today: first, removal: 'REPAIRED' }), rules))
    expect([repaired(addDays(first, -1)), repaired(first)]).to.deep.equal(['REPAIR_TOO_EARLY', null])
  })

  it('accepts an express written waiver as the end of the defence', () => {
    const act = full({ on: '2026-01-09', role: 'reviewer', by: 'reviewer-1', waived: true })
    expect(caseAfter(attemptMove('reviewListing', upTo('notifyListing'), act, rules)).state).to.equal('REVIEWED')
  })

  it('P-B3: lets the clock expire an entry on the day after the last day of its term', () => {
    const act = full({ on: '2029-01-20', today: '2029-01-20', role: 'clock', by: 'clock', removal: 'EXPIRED' })
    expect(caseAfter(attemptMove('removeListing', upTo('publishListing'), act, rules)).state).to.equal('REMOVED')
  })
})

describe('listing: rules that guards read', () => {
  const without = (name: LegalNumberName): MoveRules => ({
    ...rules,
    list: { ...rules.list, numbers: rules.list.numbers.filter((row) => row.name !== name) },
  })

  it('OBJECTION_WORKDAYS: a missing row denies publication instead of letting it pass', () => {
    const act = full({ on: TODAY, role: 'officer' })
    const served = upTo('serveListing')
    expect(denied(attemptMove('publishListing', served, act, rules))).to.equal(null)
    expect(denied(attemptMove('publishListing', served, act, without('OBJECTION_WORKDAYS')))).to.equal(
      'NO_OBJECTION_RULE',
    )
  })

  it('OBJECTION_WORKDAYS: days that a row sets run from the service', () => {
    const list = {
      ...rules.list,
      numbers: rules.list.numbers.map((row) => (row.name === 'OBJECTION_WORKDAYS' ? { ...row, value: 5 } : row)),
    }
    const on = (day: string) =>
      attemptMove('publishListing', upTo('serveListing'), full({ on: day, today: day }), { ...rules, list })
    expect([denied(on('2026-01-27')), denied(on('2026-01-28'))]).to.deep.equal(['OBJECTION_RUNNING', null])
  })

  it('REPAIR_MIN_MONTHS: a missing row denies the repair instead of letting it pass', () => {
    const act = full({ on: TODAY })
    expect(denied(attemptMove('applyRepair', upTo('publishListing'), act, without('REPAIR_MIN_MONTHS')))).to.equal(
      'NO_REPAIR_TIME',
    )
  })
})

describe('listing: an operator is listed by', () => {
  const entry: DatedEntry = { state: 'PUBLISHED', mirrored: false, publishedOn: '2026-01-21', endsOn: '2029-01-19' }
  const cases: [string, DatedEntry, string, string, boolean][] = [
    ['a published entry', entry, 'serious', '2026-06-01', true],
    ['an entry on its first day', entry, 'serious', '2026-01-21', true],
    ['an entry on the last day of its term', entry, 'serious', '2029-01-19', true],
    ['an entry under repair', { ...entry, state: 'REPAIR_APPLIED' }, 'serious', '2026-06-01', true],
    ['an entry on the day before publication', entry, 'serious', '2026-01-20', false],
    ['an entry on the day after its term', entry, 'serious', '2029-01-20', false],
    ['a hidden entry', { ...entry, state: 'HIDDEN' }, 'serious', '2026-06-01', false],
    ['a removed entry', { ...entry, state: 'REMOVED' }, 'serious', '2026-06-01', false],
    ['an entry decided and not yet served', { ...entry, state: 'DECIDED' }, 'serious', '2026-06-01', false],
    ['a mirrored entry', { ...entry, mirrored: true }, 'serious', '2026-06-01', false],
    ['an entry without an end', { ...entry, endsOn: null }, 'serious', '2026-06-01', false],
    ['an entry without a publication day', { ...entry, publishedOn: null }, 'serious', '2026-06-01', false],
    ['an entry of the 2018 list', entry, 'ecommerce-2018', '2026-06-01', false],
    ['an entry of the watch list', entry, 'watch', '2026-06-01', false],
  ]
  for (const [title, each, list, asOf, expected] of cases) {
    it(`${expected ? '' : 'not '}${title}`, () => {
      expect(isListedOn(each, kind(list), asOf)).to.equal(expected)
    })
  }
})
