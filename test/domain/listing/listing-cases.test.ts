import { expect } from 'chai'
import { addWorkdays, type Calendar } from '../../../src/domain/calendar/calendar.js'
import { type Case, type CaseAct, type MoveRules, makeNewCase } from '../../../src/domain/listing/case.js'
import { countDueDay, findDeadlineChanges } from '../../../src/domain/listing/deadlines.js'
import { attemptMove } from '../../../src/domain/listing/listing.js'
import type { ListKind, ListTerm } from '../../../src/domain/listing/lists.js'
import type { MoveName } from '../../../src/domain/listing/moves.js'
import { schemaDocument } from '../../../src/foundation/contracts.js'
import { readClockRules } from '../../../src/work/listing/publication-clocks.js'
import { caseAfter, denied, full, kind, numbered, upTo } from '../../support/case.js'

/** The shipped calendar: Spring Festival 2026 is off from Sunday 15 to Monday 23 February; Saturdays 14 and 28 are working days. */
const days = schemaDocument('rules/calendar.json') as { holidays: string[]; workdays: string[]; knownUntil: string }
const calendar: Calendar = {
  holidays: new Set(days.holidays),
  workdays: new Set(days.workdays),
  knownUntil: days.knownUntil,
}
const serious = numbered(kind('serious'), {
  DEFENCE_WORKDAYS: 5,
  REPAIR_ACCEPT_WORKDAYS: 7,
  REPAIR_DECIDE_WORKDAYS: 15,
  REPAIR_MIN_MONTHS: 12,
  HIDING_CONFIRM_WORKDAYS: 3,
  SERVICE_NOTICE_DAYS: 30,
})
const rules: MoveRules = { list: serious, calendar, clocks: readClockRules() }

/** Attempts a move on `day`, which is also today unless `more` says otherwise. */
const on = (day: string, name: MoveName, before: Case, more: Partial<CaseAct> = {}, by: MoveRules = rules) =>
  attemptMove(name, before, full({ on: day, today: day, ...more }), by)
const done = (...given: Parameters<typeof on>): Case => caseAfter(on(...given))
const CLOCK = { by: 'clock', role: 'clock' } as const
const REVIEWER = { by: 'reviewer-1', role: 'reviewer' } as const
const due = (name: MoveName, day: string, before: Case, more: Partial<CaseAct> = {}, by = rules) => {
  const act = full({ on: day, today: day, ...more })
  return findDeadlineChanges(name, before, caseAfter(attemptMove(name, before, act, by)), act, by).begun.map((one) => [
    one.name,
    one.dueOn,
    one.provisional,
  ])
}

describe('listing cases: working days over Spring Festival 2026', () => {
  // Working days after Thursday 12 February: 1 Fri 13, 2 Sat 14 (make-up), 3 Tue 24, 4 Wed 25, 5 Thu 26, 6 Fri 27, 7 Sat 28 (make-up),
  // 8 Mon 2 March, 9 Tue 3, 10 Wed 4, 11 Thu 5, 12 Fri 6, 13 Mon 9, 14 Tue 10, 15 Wed 11 March.
  for (const [n, day] of [
    [5, '2026-02-26'],
    [7, '2026-02-28'],
    [15, '2026-03-11'],
  ] as const)
    it(`${n} working days after 12 February 2026 end on ${day}`, () => {
      expect(addWorkdays(calendar, '2026-02-12', n)).to.deep.equal({ date: day, provisional: false })
    })

  it('a defence of 5, an acceptance within 7 and a repair decided within 15 are due on those days', () => {
    expect(due('notifyListing', '2026-02-12', upTo('proposeListing'))).to.deep.equal([['DEFENCE', '2026-02-26', false]])
    // The listing was decided on 19 January 2025, so twelve months have passed.
    const old = { ...upTo('publishListing'), decidedOn: '2025-01-19', endsOn: '2028-01-19' }
    expect(due('applyRepair', '2026-02-12', old)).to.deep.equal([['REPAIR_ACCEPTANCE', '2026-02-28', false]])
    const applied = done('2026-02-12', 'applyRepair', old)
    expect(due('acceptRepair', '2026-02-12', applied)).to.deep.equal([['REPAIR_DECISION', '2026-03-11', false]])
  })

  it('a hiding of Friday 13 February is to be confirmed by Wednesday 25', () => {
    // Working days after the 13th: 1 Sat 14 (make-up day), 2 Tue 24, 3 Wed 25.
    expect(due('hideListing', '2026-02-13', upTo('publishListing'), { hiding: 'ERROR' })).to.deep.equal([
      ['HIDING_CONFIRMATION', '2026-02-25', false],
    ])
  })

  it('a deadline into a year without published holidays is provisional, and moves when they come', () => {
    // Counted by weekdays alone, the days after Monday 28 December 2026 are 29, 30, 31, Fri 1 January, Mon 4.
    const [first] = findDeadlineChanges(
      'notifyListing',
      upTo('proposeListing'),
      done('2026-12-28', 'notifyListing', upTo('proposeListing')),
      full({ on: '2026-12-28', today: '2026-12-28' }),
      rules,
    ).begun
    if (first === undefined) throw new Error('no deadline')
    expect(first).to.include({ dueOn: '2027-01-04', provisional: true })
    // With New Year's Day off they are 29, 30, 31, Mon 4, Tue 5.
    const published = {
      ...calendar,
      holidays: new Set([...calendar.holidays, '2027-01-01']),
      knownUntil: '2027-12-31',
    }
    expect(countDueDay(first, published, first.dueOn)).to.deep.equal({ dueOn: '2027-01-05', provisional: false })
    // A make-up working day announced later does not shorten the time that the party was notified of.
    const worked = { ...published, holidays: calendar.holidays, workdays: new Set(['2027-01-02']) }
    expect(countDueDay(first, worked, '2027-01-05').dueOn).to.equal('2027-01-05')
    expect(countDueDay({ ...first, name: 'PUBLICATION' }, worked, '2027-01-05').dueOn).to.equal('2027-01-02')
  })
})

describe('listing cases: service', () => {
  it('a public notice counts as service after thirty days, and publication waits for it', () => {
    // 30 days after Tuesday 20 January 2026 is Thursday 19 February.
    const served = done('2026-01-20', 'serveListing', upTo('decideListing'), { service: 'PUBLIC_NOTICE' })
    expect(served.servedOn).to.equal('2026-02-19')
    expect(denied(on('2026-02-18', 'publishListing', served))).to.equal('NOT_SERVED')
    expect(done('2026-02-19', 'publishListing', served).publishedOn).to.equal('2026-02-19')
  })

  it('a public notice runs by the rule of its own year', () => {
    const rows = serious.numbers.map((row) =>
      row.name === 'SERVICE_NOTICE_DAYS' && row.from === null ? { ...row, value: 60 } : row,
    )
    const older: MoveRules = { ...rules, list: { ...serious, numbers: rows } }
    const before = { ...upTo('decideListing'), lastOn: '2021-12-01' }
    // 60 days after 1 December 2021 are 30 January 2022; 30 after 3 January 2022 are 2 February.
    const served = (day: string) => done(day, 'serveListing', before, { service: 'PUBLIC_NOTICE' }, older).servedOn
    expect([served('2021-12-01'), served('2022-01-03')]).to.deep.equal(['2022-01-30', '2022-02-02'])
  })

  it('the defence after a public notice begins on the day of service', () => {
    // 30 days after Thursday 8 January is Saturday 7 February; then Mon 9, 10, 11, 12, Fri 13.
    const told = done('2026-01-08', 'notifyListing', upTo('proposeListing'), { service: 'PUBLIC_NOTICE' })
    expect([told.notifiedOn, told.defenceUntil]).to.deep.equal(['2026-02-07', '2026-02-13'])
  })

  it('electronic service needs the document number of the party’s consent', () => {
    const electronic = { service: 'ELECTRONIC', documentNumber: '' } as const
    expect(denied(on('2026-01-20', 'serveListing', upTo('decideListing'), electronic))).to.equal('NO_SERVICE_CONSENT')
  })
})

describe('listing cases: terms', () => {
  const leap = { decideListing: { on: '2024-02-29', today: '2024-02-29' } }
  const start = Object.fromEntries(
    [
      'openLead',
      'linkDecision',
      'proposeListing',
      'notifyListing',
      'recordDefence',
      'answerDefence',
      'reviewListing',
    ].map((name) => [name, { on: name === 'reviewListing' ? '2024-02-28' : '2024-02-01', today: '2024-02-29' }]),
  )

  it('P-B3: a term of three years from 29 February 2024 lasts through 28 February 2027, and the entry ends the day after', () => {
    const decided = upTo('decideListing', { ...start, ...leap })
    expect(decided.endsOn).to.equal('2027-02-28')
    const shown: Case = { ...decided, state: 'PUBLISHED', publishedOn: '2024-03-01', servedOn: '2024-03-01' }
    expect(denied(on('2027-02-28', 'removeListing', shown, { ...CLOCK, removal: 'EXPIRED' }))).to.equal('NOT_DUE')
    expect(done('2027-03-01', 'removeListing', shown, { ...CLOCK, removal: 'EXPIRED' }).removal).to.equal('EXPIRED')
  })

  const row = (years: number, from: string | null, to: string | null, more: Partial<ListTerm> = {}): ListTerm => ({
    years,
    from,
    to,
    selectedBy: 'DECISION',
    standing: null,
    basis: '测试',
    mark: 'M',
    confirmed: false,
    ...more,
  })
  /** No publication clock, so that only the term ends an entry. */
  const NONE = { severities: [], clocks: [] }
  const withTerms = (...terms: ListTerm[]): MoveRules => ({ ...rules, list: { ...serious, terms }, clocks: NONE })
  const reviewed = { ...upTo('reviewListing'), lastOn: '2020-01-01' }
  const decided = (day: string, by: MoveRules, today = day): string | null =>
    caseAfter(attemptMove('decideListing', reviewed, full({ on: day, today }), by)).endsOn

  it('decisions of different years end by the rules of their own years', () => {
    const two = withTerms(row(5, null, '2021-08-31'), row(3, '2021-09-01', null, { standing: 'KEEP' }))
    expect(decided('2021-08-31', two)).to.equal('2026-08-31')
    expect(decided('2021-09-01', two)).to.equal('2024-09-01')
    // The rule follows the day of the decision, also if the move is entered years later.
    expect(decided('2021-08-31', two, '2026-01-05')).to.equal('2026-08-31')
  })

  it('a new row affects standing entries as it states, and by the milder rule where it states nothing', () => {
    const standing = { ...upTo('publishListing'), decidedOn: '2021-08-31', endsOn: '2026-08-31', lastOn: '2021-10-01' }
    const renewed = (years: number, more: Partial<ListTerm>, day = '2022-01-01') =>
      on(day, 'renewTerm', standing, CLOCK, withTerms(row(5, null, '2021-12-31'), row(years, '2022-01-01', null, more)))
    expect(caseAfter(renewed(3, {})).endsOn).to.equal('2024-08-31')
    expect(denied(renewed(7, {}))).to.equal('TERM_UNCHANGED')
    expect(denied(renewed(3, { standing: 'KEEP' }))).to.equal('TERM_UNCHANGED')
    expect(caseAfter(renewed(7, { standing: 'APPLY' })).endsOn).to.equal('2028-08-31')
    // A new row applies from its first day on, and ends an entry at the earliest yesterday.
    expect(denied(renewed(3, {}, '2021-12-31'))).to.equal('TERM_UNCHANGED')
    expect(caseAfter(renewed(3, {}, '2025-02-01')).endsOn).to.equal('2025-01-31')
  })

  it('a row that the publication selects is chosen by the publication day', () => {
    const by = { selectedBy: 'PUBLICATION' } as const
    const two = withTerms(row(5, null, '2026-01-20', by), row(3, '2026-01-21', null, { ...by, standing: 'KEEP' }))
    const served = { ...upTo('serveListing'), endsOn: '2031-01-19' }
    expect(done('2026-01-20', 'publishListing', served, {}, two).endsOn).to.equal('2031-01-19')
    expect(done('2026-01-21', 'publishListing', served, {}, two).endsOn).to.equal('2029-01-19')
  })

  it('the setting in force on the day decides which levels need the higher consent', () => {
    const county = { ...upTo('reviewListing'), level: 'COUNTY' as const }
    const unknown = { ...county, level: null }
    const province = { ...county, level: 'PROVINCE' as const }
    const setting = { ...serious.consents[0], to: '2026-06-30' } as ListKind['consents'][number]
    const dated: MoveRules = { ...rules, list: { ...serious, consents: [setting] } }
    expect(denied(on('2026-06-30', 'decideListing', county, {}, dated))).to.equal('CONSENT_MISSING')
    expect(denied(on('2026-06-30', 'decideListing', unknown, {}, dated))).to.equal('CONSENT_MISSING')
    expect(denied(on('2026-06-30', 'decideListing', province, {}, dated))).to.equal(null)
    expect(denied(on('2026-06-30', 'consentListing', province, {}, dated))).to.equal('CONSENT_NOT_NEEDED')
    const consented = done('2026-06-29', 'consentListing', county, {}, dated)
    expect(done('2026-06-30', 'decideListing', consented, {}, dated).state).to.equal('DECIDED')
    expect(denied(on('2026-07-01', 'decideListing', county, {}, dated))).to.equal(null)
  })
})

describe('listing cases: whole files', () => {
  it('two parties of one decision have independent cases', () => {
    const same = { documentNumber: '吉市监处罚〔2026〕9号' }
    const opened = (operator: number) =>
      done('2026-01-05', 'linkDecision', done('2026-01-05', 'openLead', makeNewCase('serious', operator)), same)
    const told = (one: Case, day: string) => done(day, 'notifyListing', done('2026-01-06', 'proposeListing', one))
    // The defence after a notice of Tuesday 6 ends on Tuesday 13, after one of Thursday 8 on Thursday 15.
    const [first, second] = [told(opened(7), '2026-01-06'), told(opened(8), '2026-01-08')]
    expect([first.defenceUntil, second.defenceUntil]).to.deep.equal(['2026-01-13', '2026-01-15'])
    expect(done('2026-01-14', 'reviewListing', first, REVIEWER).state).to.equal('REVIEWED')
    expect(denied(on('2026-01-14', 'reviewListing', second, REVIEWER))).to.equal('DEFENCE_RUNNING')
    const dropped = done('2026-01-14', 'dropListing', second, { notListed: 'NO_INTENT' })
    expect([dropped.state, dropped.notListed]).to.deep.equal(['NOT_LISTED', 'NO_INTENT'])
  })

  it('review needs an answer to each point of a defence and the hearing that was requested', () => {
    const party = { by: 'party-1', role: 'party' } as const
    let now = upTo('notifyListing')
    now = done('2026-01-09', 'recordDefence', now, party)
    now = done('2026-01-09', 'recordDefence', now, { ...party, hearing: true })
    expect(denied(on('2026-01-12', 'answerDefence', now))).to.equal('POINT_NOT_SAID')
    expect(denied(on('2026-01-12', 'answerDefence', now, { point: 3 }))).to.equal('POINT_UNKNOWN')
    now = done('2026-01-12', 'answerDefence', now, { point: 2 })
    expect(denied(on('2026-01-19', 'reviewListing', now, REVIEWER))).to.equal('DEFENCE_UNANSWERED')
    now = done('2026-01-12', 'answerDefence', now, { point: 1 })
    expect(denied(on('2026-01-19', 'reviewListing', now, REVIEWER))).to.equal('HEARING_NOT_HELD')
    now = done('2026-01-19', 'holdHearing', now)
    expect(now.state).to.equal('HEARING')
    expect(done('2026-01-20', 'reviewListing', now, REVIEWER).state).to.equal('REVIEWED')
  })

  it('a decision not performed supports a listing without a heavy penalty, if a reason is given', () => {
    const lead = upTo('openLead')
    const ground = { heavy: false, ground: 'DECISION_NOT_PERFORMED' } as const
    expect(denied(on('2026-01-06', 'linkDecision', lead, { ...ground, reason: '' }))).to.equal('NO_REASON')
    const linked = done('2026-01-06', 'linkDecision', lead, ground)
    expect(done('2026-01-07', 'proposeListing', linked).state).to.equal('PROPOSED')
  })

  /** Decided on 19 January 2026. The term ends on 19 January 2029; repair is possible from 19 January 2027. */
  const published = upTo('publishListing')

  it('a court’s ruling on reorganisation hides the entry, and a repair a year later removes it', () => {
    const ruling = { hiding: 'BANKRUPTCY', documentNumber: '（2026）吉01破1号' } as const
    expect(denied(on('2026-03-02', 'hideListing', published, { ...ruling, documentNumber: '' }))).to.equal(
      'NO_DOCUMENT_NUMBER',
    )
    const hidden = done('2026-03-02', 'hideListing', published, ruling)
    expect(hidden).to.include({ state: 'HIDDEN', endsOn: '2029-01-19' })
    expect(denied(on('2026-03-03', 'confirmHiding', hidden))).to.equal('SAME_PERSON')
    const confirmed = done('2026-03-03', 'confirmHiding', hidden, REVIEWER)
    expect(denied(on('2026-03-04', 'confirmHiding', confirmed, REVIEWER))).to.equal('HIDING_CONFIRMED')
    expect(denied(on('2027-01-19', 'applyRepair', confirmed))).to.equal('REPAIR_TOO_EARLY')
    const applied = done('2027-01-20', 'applyRepair', confirmed, { by: 'party-1', role: 'party' })
    expect(applied.state).to.equal('HIDDEN')
    const accepted = done('2027-01-21', 'acceptRepair', applied)
    const removed = done('2027-02-01', 'removeListing', accepted, { removal: 'REPAIRED' })
    expect(removed).to.include({ state: 'REMOVED', removal: 'REPAIRED' })
  })

  it('the term of a hidden entry continues, and the clock removes the entry at its end', () => {
    const hidden = done('2026-03-02', 'hideListing', published, { hiding: 'OBJECTION' })
    expect(denied(on('2029-01-20', 'unhideListing', hidden))).to.equal('ENDED')
    expect(done('2029-01-20', 'removeListing', hidden, { ...CLOCK, removal: 'EXPIRED' }).state).to.equal('REMOVED')
  })

  it('a hidden entry stays hidden while its penalty is absent from its sources', () => {
    const hidden = done('2026-03-02', 'hideListing', published, { hiding: 'OBJECTION' })
    const absent = { ...hidden, decisionLinked: false, decisionHeavy: false }
    expect(denied(on('2026-03-03', 'unhideListing', absent))).to.equal('NO_DECISION')
  })

  it('unhiding an entry with a pending repair restores REPAIR_APPLIED', () => {
    const applied = done('2027-03-01', 'applyRepair', published)
    const hidden = done('2027-03-02', 'hideListing', applied, { hiding: 'OBJECTION' })
    expect(done('2027-03-03', 'unhideListing', hidden).state).to.equal('REPAIR_APPLIED')
    const refused = done('2027-03-03', 'refuseRepair', hidden)
    expect([refused.state, done('2027-03-04', 'unhideListing', refused).state]).to.deep.equal(['HIDDEN', 'PUBLISHED'])
  })

  it('false materials restore the entry, restarting its term and the time before a repair', () => {
    const removed = done('2027-03-01', 'removeListing', published, { removal: 'REPAIRED' })
    const restored = done('2027-06-01', 'restoreListing', removed)
    expect(restored).to.include({ state: 'PUBLISHED', termFrom: '2027-06-01', removal: null })
    // Its term and 公示系统 run to 1 June 2030; 信用中国 shows a document of 19 January 2026 for three years at most.
    expect(restored.endsOn).to.equal('2029-01-19')
    expect(restored.publishedOn).to.equal('2026-01-21')
    expect(denied(on('2028-06-01', 'applyRepair', restored))).to.equal('REPAIR_TOO_EARLY')
    expect(done('2028-06-02', 'applyRepair', restored).state).to.equal('REPAIR_APPLIED')
    const ended = done('2029-01-20', 'removeListing', restored, { ...CLOCK, removal: 'EXPIRED' })
    expect(denied(on('2029-01-21', 'restoreListing', ended))).to.equal('NOT_REPAIRED')
  })

  it('an entry whose publication on 信用中国 has ended cannot be restored', () => {
    const removed = done('2027-03-01', 'removeListing', published, { removal: 'REPAIRED' })
    expect(on('2029-01-19', 'restoreListing', removed).ok).to.equal(true)
    expect(denied(on('2029-01-20', 'restoreListing', removed))).to.equal('ENDED')
  })

  it('an entry restored without a 信用中国 clock runs for a full new term', () => {
    const by = {
      ...rules,
      clocks: { ...rules.clocks, clocks: rules.clocks.clocks.filter(({ clock }) => clock === 'GSXT') },
    }
    const removed = done('2027-03-01', 'removeListing', published, { removal: 'REPAIRED' })
    expect(done('2027-06-01', 'restoreListing', removed, {}, by).endsOn).to.equal('2030-06-01')
  })

  it('a penalty revoked after the repair leaves the entry removed and prevents its restoration', () => {
    const removed = done('2027-03-01', 'removeListing', published, { removal: 'REPAIRED' })
    const fallen = { ...removed, decisionLinked: false, decisionHeavy: false }
    expect(denied(on('2027-04-01', 'removeListing', fallen, { ...CLOCK, removal: 'REVOKED' }))).to.equal('STATE')
    expect(denied(on('2027-06-01', 'restoreListing', fallen))).to.equal('NO_DECISION')
  })

  it('removal as repaired needs an accepted application on lists whose repair is applied for here', () => {
    const entrance = { entrance: 'HERE', zh: '本机关', en: 'here', basis: '测试', mark: 'M' } as const
    const here: MoveRules = { ...rules, list: { ...serious, repair: entrance } }
    const remove = (before: Case) => denied(on('2027-03-02', 'removeListing', before, { removal: 'REPAIRED' }, here))
    const applied = done('2027-03-01', 'applyRepair', published, {}, here)
    expect([remove(published), remove(applied)]).to.deep.equal(['REPAIR_NOT_ACCEPTED', 'REPAIR_NOT_ACCEPTED'])
    expect(remove(done('2027-03-02', 'acceptRepair', applied, {}, here))).to.equal(null)
  })

  it('only the clock hides an entry that a platform has lost', () => {
    expect(denied(on('2026-03-02', 'hideListing', published, { hiding: 'LOST' }))).to.equal('ROLE')
    expect(denied(on('2026-03-02', 'hideListing', published, { ...CLOCK, hiding: 'STAY' }))).to.equal('ROLE')
    // The clock may also hide an entry for an error, if the records show it.
    expect(done('2026-03-02', 'hideListing', published, { ...CLOCK, hiding: 'ERROR' }).state).to.equal('HIDDEN')
    expect(done('2026-03-02', 'hideListing', published, { ...CLOCK, hiding: 'LOST' }).state).to.equal('HIDDEN')
  })
})
