import { expect } from 'chai'
import { type Case, type CaseAct, type MoveRules, makeNewCase } from '../../../src/domain/listing/case.js'
import { attemptMove } from '../../../src/domain/listing/listing.js'
import { findLegalBasis } from '../../../src/domain/listing/lists.js'
import type { MoveName } from '../../../src/domain/listing/moves.js'
import { caseAfter, denied, full, kind, rules, upTo } from '../../support/case.js'

/** Attempts a move on `day`, which is also today unless `more` says otherwise. */
const on = (day: string, name: MoveName, before: Case, more: Partial<CaseAct> = {}, by: MoveRules = rules) =>
  attemptMove(name, before, full({ on: day, today: day, ...more }), by)
const done = (...given: Parameters<typeof on>): Case => caseAfter(on(...given))
const PARTY = { by: 'party-1', role: 'party' } as const
const REVIEWER = { by: 'reviewer-1', role: 'reviewer' } as const
const CLOCK = { by: 'clock', role: 'clock' } as const

describe('listing: a refusal names the first day on which the step is allowed', () => {
  // The defence runs on the working days 9 and 12–15 January, after the notice of the 8th. Repair is possible a year after 19 January.
  const published = upTo('publishListing')
  const waiting = caseAfter(
    attemptMove('serveListing', upTo('decideListing'), full({ on: '2026-01-20', service: 'PUBLIC_NOTICE' }), rules),
  )
  const CASES: [string, MoveName, Case, string, Partial<CaseAct>, string][] = [
    ['review while the defence runs', 'reviewListing', upTo('answerDefence'), '2026-01-15', REVIEWER, '2026-01-16'],
    ['publication while the public notice runs', 'publishListing', waiting, '2026-02-18', {}, '2026-02-19'],
    ['a repair applied for too early', 'applyRepair', published, '2027-01-19', PARTY, '2027-01-20'],
  ]
  for (const [title, name, before, day, act, from] of CASES)
    it(`${title}: refused before ${from}, and allowed on that day`, () => {
      const refused = on(day, name, before, act)
      if (refused.ok) throw new Error('it was allowed')
      expect(refused.reason.from).to.equal(from)
      expect(refused.reason.zh).to.include(from)
      expect(on(from, name, before, act).ok).to.equal(true)
    })
})

describe('listing: insufficient proof', () => {
  it('the number of the served document does not count as consent to electronic service', () => {
    const electronic = { service: 'ELECTRONIC', documentNumber: '吉市监告〔2026〕1号' } as const
    expect(denied(on('2026-01-08', 'notifyListing', upTo('proposeListing'), electronic))).to.equal('NO_SERVICE_CONSENT')
    expect(denied(on('2026-01-20', 'serveListing', upTo('decideListing'), electronic))).to.equal('NO_SERVICE_CONSENT')
    const consented = { ...electronic, consentNumber: '送达地址确认书1' }
    expect(on('2026-01-08', 'notifyListing', upTo('proposeListing'), consented).ok).to.equal(true)
  })

  it('a hearing held before its request, or before the notice took effect, does not count', () => {
    const early = done('2026-01-08', 'holdHearing', upTo('notifyListing'))
    let now = done('2026-01-09', 'recordDefence', early, { ...PARTY, hearing: true })
    now = done('2026-01-12', 'answerDefence', now)
    expect(denied(on('2026-01-16', 'reviewListing', now, REVIEWER))).to.equal('HEARING_NOT_HELD')
    now = done('2026-01-16', 'holdHearing', now)
    expect(on('2026-01-16', 'reviewListing', now, REVIEWER).ok).to.equal(true)
    const noticed = done('2026-01-08', 'notifyListing', upTo('proposeListing'), { service: 'PUBLIC_NOTICE' })
    expect(denied(on('2026-02-06', 'holdHearing', noticed))).to.equal('BEFORE_NOTICE')
    expect(on('2026-02-07', 'holdHearing', noticed).ok).to.equal(true)
  })

  it('names of two persons are compared ignoring case and character width', () => {
    const before = { ...upTo('answerDefence'), proposedBy: 'zhang' }
    for (const by of ['Zhang', 'ｚhang', 'ZHANG'])
      expect(denied(on('2026-01-16', 'reviewListing', before, { ...REVIEWER, by })), by).to.equal('SAME_PERSON')
    expect(on('2026-01-16', 'reviewListing', before, { ...REVIEWER, by: 'zhang2' }).ok).to.equal(true)
    const hidden = done('2026-02-02', 'hideListing', upTo('publishListing'), { hiding: 'ERROR', by: 'zhang' })
    expect(denied(on('2026-02-03', 'confirmHiding', hidden, { by: 'ZHANG' }))).to.equal('SAME_PERSON')
  })

  it('a hiding is confirmed only as of today', () => {
    const hidden = done('2026-02-02', 'hideListing', upTo('publishListing'), { hiding: 'ERROR' })
    const late = { ...REVIEWER, today: '2026-03-02' }
    expect(denied(on('2026-02-03', 'confirmHiding', hidden, late))).to.equal('NOT_TODAY')
  })

  for (const hiding of ['STAY', 'RULING', 'BANKRUPTCY'] as const)
    it(`an entry hidden for ${hiding} is unhidden only with a document number`, () => {
      const hidden = done('2026-02-02', 'hideListing', upTo('publishListing'), { hiding })
      const bare = { documentNumber: ' ' }
      expect(denied(on('2026-03-02', 'unhideListing', hidden, bare))).to.equal('NO_DOCUMENT_NUMBER')
      expect(on('2026-03-02', 'unhideListing', hidden).ok).to.equal(true)
    })
})

describe('listing: points of a defence', () => {
  it('after the deadline a party records at most three more points; only an officer records further ones', () => {
    let now = upTo('notifyListing')
    for (const _ of [1, 2, 3]) now = done('2026-01-19', 'recordDefence', now, PARTY)
    expect(denied(on('2026-01-19', 'recordDefence', now, PARTY))).to.equal('TOO_MANY_POINTS')
    expect(denied(on('2026-01-19', 'reviewListing', now, REVIEWER))).to.equal('DEFENCE_UNANSWERED')
    for (const point of [1, 2, 3]) now = done('2026-01-19', 'answerDefence', now, { point })
    expect(denied(on('2026-01-19', 'recordDefence', now, PARTY))).to.equal('TOO_MANY_POINTS')
    // An officer may enter points received on paper at any time.
    expect(on('2026-01-19', 'recordDefence', now).ok).to.equal(true)
    expect(on('2026-01-19', 'reviewListing', now, REVIEWER).ok).to.equal(true)
  })

  it('within its deadline a party records at most fifty points', () => {
    let now = upTo('notifyListing')
    for (let n = 0; n < 50; n += 1) now = done('2026-01-09', 'recordDefence', now, PARTY)
    expect(denied(on('2026-01-09', 'recordDefence', now, PARTY))).to.equal('TOO_MANY_POINTS')
  })
})

describe('listing: the legal basis of a list', () => {
  const [first] = kind('serious').legalBasis
  if (first === undefined) throw new Error('no basis')
  const lapsed = { ...rules.list, legalBasis: [{ ...first, from: '2021-09-01', to: '2026-01-10' }] }

  it('a lapsed basis prevents proposals and decisions', () => {
    const by = { ...rules, list: lapsed }
    expect(denied(on('2026-01-11', 'proposeListing', upTo('linkDecision'), {}, by))).to.equal('NO_BASIS')
    expect(denied(on('2026-01-19', 'decideListing', upTo('reviewListing'), {}, by))).to.equal('NO_BASIS')
    expect(on('2026-01-10', 'proposeListing', upTo('linkDecision'), {}, by).ok).to.equal(true)
  })

  it('the basis in force on the day of the decision applies', () => {
    const list = kind('serious')
    expect(findLegalBasis(list, '2021-08-31')?.number).to.equal('工商总局令第83号')
    expect(findLegalBasis(list, '2021-09-01')?.number).to.equal('市场监管总局令第44号')
    expect(findLegalBasis(list, '2016-03-31')).to.equal(null)
  })
})

describe('listing: a decided entry that was never published', () => {
  it('expires with its term, by the clock only', () => {
    const served = upTo('serveListing')
    expect(served.endsOn).to.equal('2029-01-19')
    expect(denied(on('2029-01-19', 'lapseListing', served, CLOCK))).to.equal('NOT_DUE')
    expect(denied(on('2029-01-20', 'lapseListing', served, REVIEWER))).to.equal('ROLE')
    expect(done('2029-01-20', 'lapseListing', served, CLOCK)).to.include({ state: 'REMOVED', removal: 'EXPIRED' })
  })

  it('a case that was never opened cannot lapse', () => {
    expect(denied(on('2029-01-19', 'lapseListing', makeNewCase('serious', 7), CLOCK))).to.equal('STATE')
  })
})

describe('listing: a removal by correction', () => {
  const published = upTo('publishListing')
  const hiddenBy = (by: string, confirmedBy: string | null = null): Case => ({
    ...published,
    state: 'HIDDEN',
    hiding: { by, on: '2026-02-01', kind: 'ERROR', confirmedBy },
  })
  const correct = (before: Case, more: Partial<CaseAct> = {}) =>
    on('2026-02-02', 'removeListing', before, { removal: 'CORRECTED', ...more })

  it('needs its document', () => {
    expect(denied(correct(hiddenBy('reviewer-1'), { documentNumber: ' ' }))).to.equal('NO_DOCUMENT_NUMBER')
  })

  it('is refused to one person alone: nobody has hidden the entry, the same person has, or only a job', () => {
    for (const before of [published, hiddenBy('OFFICER-1'), hiddenBy('clock')])
      expect(denied(correct(before))).to.equal('CORRECTION_ALONE')
  })

  it('is made by another person than who hid the entry, or confirmed what a job hid', () => {
    for (const before of [hiddenBy('officer-1'), hiddenBy('clock', 'officer-1')])
      expect(correct(before, REVIEWER).ok).to.equal(true)
  })
})
