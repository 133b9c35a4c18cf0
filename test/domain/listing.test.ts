import { expect } from 'chai'
import { document } from '../../src/contracts.js'
import type { Calendar } from '../../src/domain/calendar.js'
import { type Act, type Case, newCase, type Role, type Rules, STATES, type State } from '../../src/domain/case.js'
import { addDays, addMonths } from '../../src/domain/dates.js'
import type { Entry, Moved } from '../../src/domain/listing.js'
import { allowedMoves, isPublic, listed, MOVE_NAMES, move } from '../../src/domain/listing.js'
import type { ListKind, RemovalReason } from '../../src/domain/lists.js'
import { numberOf, REMOVALS } from '../../src/domain/lists.js'
import type { MoveName } from '../../src/domain/moves.js'
import { ROLES as VIEWERS } from '../../src/domain/viewer.js'

const lists = (document('rules/lists.json') as { lists: ListKind[] }).lists
const kind = (id: string): ListKind => {
  const row = lists.find((each) => each.id === id)
  if (!row) throw new Error(`there is no list ${id}`)
  return row
}
/** Spring Festival 2026: off from 15 to 23 February, made up for on two Saturdays. */
const calendar: Calendar = {
  holidays: new Set(Array.from({ length: 9 }, (_, i) => addDays('2026-02-15', i))),
  workdays: new Set(['2026-02-14', '2026-02-28']),
  knownUntil: '2026-12-31',
}
const rules: Rules = { list: kind('serious'), calendar }
const ROLES: Role[] = [...VIEWERS, 'clock']
const TODAY = '2026-11-25'

const full = (more: Partial<Act> = {}): Act => ({
  by: 'officer-1',
  role: 'officer',
  on: '2026-01-05',
  today: TODAY,
  documentNumber: '吉市监告〔2026〕1号',
  reason: '组织虚假交易',
  text: '陈述',
  heavy: true,
  ...more,
})
const caseAfter = (moved: Moved): Case => {
  if (!moved.ok) throw new Error(moved.reason.code)
  return moved.after
}
const denied = (moved: Moved): string | null => (moved.ok ? null : moved.reason.code)

/** Each step of an ordinary listing, on the days of one file. */
const STEPS: [MoveName, Partial<Act>][] = [
  ['openLead', { on: '2026-01-05' }],
  ['linkDecision', { on: '2026-01-06' }],
  ['proposeListing', { on: '2026-01-07' }],
  ['notifyListing', { on: '2026-01-08' }],
  ['recordDefence', { on: '2026-01-09', role: 'party', by: 'party-1' }],
  ['answerDefence', { on: '2026-01-12' }],
  ['reviewListing', { on: '2026-01-16', role: 'reviewer', by: 'reviewer-1' }],
  ['decideListing', { on: '2026-01-19' }],
  ['serveListing', { on: '2026-01-20' }],
  ['publishListing', { on: '2026-01-21', today: '2026-01-21' }],
]
const upTo = (last: MoveName, changes: Partial<Record<MoveName, Partial<Act>>> = {}): Case => {
  let now = newCase('serious', 7)
  for (const [name, act] of STEPS) {
    now = caseAfter(move(name, now, full({ ...act, ...changes[name] }), rules))
    if (name === last) break
  }
  return now
}

describe('listing: the ordinary way', () => {
  it('goes from lead to publication with every day kept', () => {
    expect(upTo('publishListing')).to.deep.equal({
      state: 'PUBLISHED',
      list: 'serious',
      operator: 7,
      proposedBy: 'officer-1',
      decisionHeavy: true,
      decisionLinked: true,
      decisionOn: null,
      notifiedOn: '2026-01-08',
      defenceUntil: '2026-01-15',
      defenceOpen: false,
      decidedOn: '2026-01-19',
      servedOn: '2026-01-20',
      publishedOn: '2026-01-21',
      endsOn: '2029-01-19',
      lastOn: '2026-01-21',
    })
  })

  it('names the fields that a move has changed', () => {
    const moved = move('serveListing', upTo('decideListing'), full({ on: '2026-01-20' }), rules)
    expect(moved.ok && moved.changed).to.have.members(['state', 'servedOn', 'lastOn'])
  })

  it('counts the defence in working days, over a holiday and its make-up days', () => {
    // After Thursday 12 February: 13, 14 (make-up Saturday), 24, 25, 26.
    const notified = move('notifyListing', upTo('proposeListing'), full({ on: '2026-02-12' }), rules)
    expect(caseAfter(notified).defenceUntil).to.equal('2026-02-26')
    expect(notified.ok && notified.provisional).to.equal(false)
  })

  it('calls a deadline beyond the published holidays provisional', () => {
    const moved = move('notifyListing', upTo('proposeListing'), full({ on: '2026-12-28', today: '2026-12-28' }), rules)
    expect(moved.ok && moved.provisional).to.equal(true)
  })

  it('waits longer where holidays published since the notice lengthen the defence', () => {
    const notified = upTo('notifyListing')
    const holiday = { ...rules, calendar: { ...calendar, holidays: new Set(['2026-01-14', '2026-01-15']) } }
    const review = full({ on: '2026-01-16', role: 'reviewer', by: 'reviewer-1' })
    expect(denied(move('reviewListing', notified, review, rules))).to.equal(null)
    expect(denied(move('reviewListing', notified, review, holiday))).to.equal('DEFENCE_RUNNING')
  })

  it('ends a listing decided on 29 February on 28 February three years later', () => {
    const leap = { decideListing: { on: '2028-02-29', today: '2028-02-29' } }
    expect(upTo('decideListing', leap).endsOn).to.equal('2031-02-28')
  })
})

describe('listing: what stands in the way', () => {
  const cases: [string, MoveName, Case | null, Partial<Act>, string, Rules?][] = [
    ['a case that is not there', 'proposeListing', null, {}, 'NO_CASE'],
    ['nobody acting', 'linkDecision', upTo('openLead'), { by: ' ' }, 'NOBODY'],
    ['a day that does not exist', 'linkDecision', upTo('openLead'), { on: '2026-02-30' }, 'NOT_A_DAY'],
    ['a day after today', 'linkDecision', upTo('openLead'), { on: '2026-11-26' }, 'AFTER_TODAY'],
    ['a day before the last step', 'notifyListing', upTo('proposeListing'), { on: '2026-01-04' }, 'BEFORE_LAST'],
    [
      'a decision not said to be heavy or not',
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
    ['an answer to nothing', 'answerDefence', upTo('answerDefence'), { on: '2026-01-12' }, 'NOTHING_TO_ANSWER'],
    [
      'a review by whoever proposed',
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
      'a waiver nobody has in writing',
      'reviewListing',
      upTo('notifyListing'),
      { on: '2026-01-09', role: 'reviewer', by: 'r', waived: true, documentNumber: '' },
      'WAIVER_WITHOUT_DOCUMENT',
    ],
    [
      'a waiver beside an unanswered point',
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
      { on: '2029-01-19', today: '2029-01-19' },
      'ENDED',
    ],
    [
      'removal before publication',
      'removeListing',
      upTo('serveListing'),
      { on: '2026-01-21', removal: 'CORRECTED' },
      'STATE',
    ],
    ['removal for no reason said', 'removeListing', upTo('publishListing'), { on: '2026-01-21' }, 'REMOVAL_NOT_SAID'],
    [
      'expiry before its day',
      'removeListing',
      upTo('publishListing'),
      { on: '2029-01-18', today: '2029-01-18', role: 'clock', by: 'clock', removal: 'EXPIRED' },
      'NOT_DUE',
    ],
    [
      'expiry by an officer',
      'removeListing',
      upTo('publishListing'),
      { on: '2029-01-19', today: '2029-01-19', removal: 'EXPIRED' },
      'CLOCK_ONLY',
    ],
    [
      'correction by the clock',
      'removeListing',
      upTo('publishListing'),
      { on: '2026-02-02', role: 'clock', removal: 'CORRECTED' },
      'ROLE',
    ],
    [
      'correction without a reason',
      'removeListing',
      upTo('publishListing'),
      { on: '2026-02-02', reason: '', removal: 'CORRECTED' },
      'NO_REASON',
    ],
    [
      'the rules of another list',
      'linkDecision',
      upTo('openLead'),
      {},
      'OTHER_LIST',
      { ...rules, list: kind('watch') },
    ],
    [
      'a lead on a list that is not decided here',
      'openLead',
      newCase('ecommerce-2018', 7),
      {},
      'LIST_NOT_DECIDED_HERE',
      { ...rules, list: kind('ecommerce-2018') },
    ],
    [
      'a decision on a day without a term',
      'decideListing',
      upTo('reviewListing'),
      { on: '2026-01-19' },
      'NO_TERM',
      { ...rules, list: { ...rules.list, terms: [] } },
    ],
    [
      'a notice on a day without a time for the defence',
      'notifyListing',
      upTo('proposeListing'),
      { on: '2026-01-08' },
      'NO_DEFENCE_TIME',
      { ...rules, list: { ...rules.list, numbers: [] } },
    ],
    [
      'publication of a kind that is not public',
      'publishListing',
      upTo('serveListing'),
      { on: '2026-01-21' },
      'LIST_NOT_PUBLIC',
      { ...rules, list: { ...rules.list, public: false } },
    ],
    [
      'a publication entered for a day that is past',
      'publishListing',
      upTo('serveListing'),
      { on: '2026-01-21' },
      'NOT_TODAY',
    ],
    [
      'a listing decided before the penalty',
      'decideListing',
      upTo('reviewListing', { linkDecision: { decisionOn: '2026-01-20' } }),
      { on: '2026-01-19' },
      'BEFORE_DECISION',
    ],
    [
      'a removal that its list does not know',
      'removeListing',
      upTo('publishListing'),
      { on: '2026-01-21', removal: 'CEASED' },
      'REMOVAL_NOT_OF_LIST',
      { ...rules, list: { ...rules.list, removals: [] } },
    ],
  ]
  for (const [title, name, before, act, code, other] of cases) {
    it(`refuses ${title}`, () => {
      const moved = move(name, before, full(act), other ?? rules)
      expect(denied(moved)).to.equal(code)
      expect(!moved.ok && moved.reason.zh !== '' && moved.reason.en !== '').to.equal(true)
    })
  }

  it('refuses a repair before the months that the rule of its decision asks for', () => {
    const published = upTo('publishListing')
    const months = numberOf(rules.list, 'REPAIR_MIN_MONTHS', '2026-01-19')?.value ?? 0
    const first = addMonths('2026-01-19', months)
    const repaired = (on: string) =>
      denied(move('removeListing', published, full({ on, today: first, removal: 'REPAIRED' }), rules))
    expect([repaired(addDays(first, -1)), repaired(first)]).to.deep.equal(['REPAIR_TOO_EARLY', null])
  })

  it('takes an express waiver in writing for the end of the defence', () => {
    const act = full({ on: '2026-01-09', role: 'reviewer', by: 'reviewer-1', waived: true })
    expect(caseAfter(move('reviewListing', upTo('notifyListing'), act, rules)).state).to.equal('REVIEWED')
  })

  it('lets the clock expire an entry on the day its term is complete', () => {
    const act = full({ on: '2029-01-19', today: '2029-01-19', role: 'clock', by: 'clock', removal: 'EXPIRED' })
    expect(caseAfter(move('removeListing', upTo('publishListing'), act, rules)).state).to.equal('REMOVED')
  })
})

describe('listing: every state, move and role', () => {
  // Written out from the law, not read from the table: from → to, by whom.
  const EXPECTED: Record<MoveName, { from: (State | null)[]; to: State; roles: Role[] }> = {
    openLead: { from: [null], to: 'LEAD', roles: ['officer', 'clock'] },
    linkDecision: { from: ['LEAD'], to: 'LEAD', roles: ['officer'] },
    proposeListing: { from: ['LEAD'], to: 'PROPOSED', roles: ['officer'] },
    notifyListing: { from: ['PROPOSED'], to: 'NOTIFIED', roles: ['officer'] },
    recordDefence: { from: ['NOTIFIED', 'DEFENCE'], to: 'DEFENCE', roles: ['officer', 'party'] },
    answerDefence: { from: ['DEFENCE'], to: 'DEFENCE', roles: ['officer'] },
    reviewListing: { from: ['NOTIFIED', 'DEFENCE', 'HEARING'], to: 'REVIEWED', roles: ['reviewer'] },
    decideListing: { from: ['REVIEWED', 'CONSENTED'], to: 'DECIDED', roles: ['officer', 'reviewer'] },
    serveListing: { from: ['DECIDED'], to: 'SERVED', roles: ['officer', 'reviewer'] },
    publishListing: { from: ['SERVED'], to: 'PUBLISHED', roles: ['officer', 'reviewer'] },
    removeListing: {
      from: ['PUBLISHED', 'REPAIR_APPLIED', 'HIDDEN'],
      to: 'REMOVED',
      roles: ['officer', 'reviewer', 'clock'],
    },
    dropListing: { from: STATES.slice(0, 9), to: 'NOT_LISTED', roles: ['officer', 'reviewer', 'clock'] },
  }
  /** A case in which no guard stands in the way of `name`. */
  const ready = (state: State | null, name: MoveName): Case => ({
    ...newCase('serious', 7),
    state,
    proposedBy: 'officer-2',
    decisionLinked: true,
    decisionHeavy: true,
    notifiedOn: '2022-01-04',
    defenceUntil: '2022-01-11',
    defenceOpen: name === 'answerDefence',
    decidedOn: '2022-01-12',
    servedOn: '2022-01-13',
    publishedOn: '2022-01-14',
    endsOn: '2027-01-01',
    lastOn: '2022-01-14',
  })

  for (const name of MOVE_NAMES) {
    it(`${name} is allowed from its states by its roles and from nowhere else by nobody else`, () => {
      for (const state of [null, ...STATES]) {
        for (const role of ROLES) {
          const { from, to, roles } = EXPECTED[name]
          const may = from.includes(state) && roles.includes(role)
          const act = full({ role, by: 'someone', removal: 'CEASED', ...(name === 'publishListing' && { on: TODAY }) })
          const moved = move(name, ready(state, name), act, rules)
          const said = `${name} from ${state} by ${role}`
          expect(moved.ok, said).to.equal(may)
          expect(allowedMoves(ready(state, name), role).includes(name), said).to.equal(may)
          if (moved.ok) expect(moved.after.state, said).to.equal(to)
        }
      }
    })
  }

  for (const removal of REMOVALS) {
    const who: Record<RemovalReason, Role[]> = {
      EXPIRED: ['clock'],
      REPAIRED: ['officer', 'reviewer'],
      REVOKED: ['officer', 'reviewer', 'clock'],
      CORRECTED: ['officer', 'reviewer'],
      CEASED: ['officer', 'reviewer', 'clock'],
    }
    it(`a removal as ${removal} is made by ${who[removal].join(', ')} only`, () => {
      for (const role of ROLES) {
        const act = full({ role, by: 'someone', removal, on: '2027-01-01', today: '2027-01-01' })
        expect(move('removeListing', ready('PUBLISHED', 'removeListing'), act, rules).ok, role).to.equal(
          who[removal].includes(role),
        )
      }
    })
  }
})

describe('listing: every reachable state, twelve moves deep', () => {
  const DEPTH = 12
  /** Days that matter: the notice, the last day of the defence and the day after, the last day of the term and its end. */
  const DAYS = ['2026-01-05', '2026-01-12', '2026-01-13', '2029-01-12', '2029-01-13', '2032-01-13']
  const PEOPLE = ['a', 'b']

  interface Node {
    now: Case
    /** Told by the walk itself, not by the case. */
    proposedBy: string | null
    reviewedBy: string | null
    servedOn: string | null
    defenceEnd: string | null
    waived: boolean
    open: boolean
  }
  const acts = (name: MoveName): Partial<Act>[] => {
    if (name === 'linkDecision') return [{ heavy: true }, { heavy: false }]
    if (name === 'reviewListing') return [{}, { waived: true }]
    if (name === 'removeListing') return REMOVALS.map((removal) => ({ removal }))
    return [{}]
  }
  const follow = (node: Node, name: MoveName, act: Act): Node | null => {
    const moved = move(name, node.now, act, rules)
    if (!moved.ok) return null
    const next = { ...node, now: moved.after }
    if (name === 'proposeListing') next.proposedBy = act.by
    if (name === 'notifyListing') next.defenceEnd = addDays(act.on, 7)
    if (name === 'recordDefence') next.open = true
    if (name === 'answerDefence') next.open = false
    if (name === 'reviewListing') Object.assign(next, { reviewedBy: act.by, waived: act.waived === true })
    if (name === 'serveListing') next.servedOn = act.on
    return next
  }
  const children = (node: Node): Node[] => {
    const found: Node[] = []
    for (const name of MOVE_NAMES) {
      for (const role of ['officer', 'reviewer', 'party', 'clock'] as Role[]) {
        if (!allowedMoves(node.now, role).includes(name)) continue
        for (const on of DAYS) {
          for (const by of PEOPLE) {
            for (const more of acts(name)) {
              const next = follow(node, name, full({ ...more, role, by, on, today: on }))
              if (next) found.push(next)
            }
          }
        }
      }
    }
    return found
  }

  const start: Node = {
    now: newCase('serious', 7),
    proposedBy: null,
    reviewedBy: null,
    servedOn: null,
    defenceEnd: null,
    waived: false,
    open: false,
  }
  const reached = new Map<string, Node>()
  before(() => {
    let edge = [start]
    for (let depth = 0; depth < DEPTH && edge.length > 0; depth += 1) {
      const next: Node[] = []
      for (const node of edge.flatMap(children)) {
        const key = JSON.stringify(node)
        if (reached.has(key)) continue
        reached.set(key, node)
        next.push(node)
      }
      edge = next
    }
  })
  const all = (): Node[] => [...reached.values()]

  it('the walk meets every state that this stage can reach', () => {
    const states = new Set(all().map((node) => node.now.state))
    expect([...states]).to.have.members([
      'LEAD',
      'PROPOSED',
      'NOTIFIED',
      'DEFENCE',
      'REVIEWED',
      'DECIDED',
      'SERVED',
      'PUBLISHED',
      'REMOVED',
      'NOT_LISTED',
    ])
  })

  it('nothing is public before service, nor before the end of the defence with every point answered', () => {
    for (const node of all().filter((each) => isPublic(each.now.state))) {
      const published = node.now.publishedOn ?? ''
      expect(node.servedOn !== null && node.servedOn <= published).to.equal(true)
      expect(node.open).to.equal(false)
      expect(node.waived || (node.defenceEnd !== null && published > node.defenceEnd)).to.equal(true)
      expect(node.now.decisionHeavy).to.equal(true)
    }
  })

  it('nothing becomes public, or counts as listed, once its term is complete', () => {
    for (const { now } of all().filter((each) => isPublic(each.now.state))) {
      expect(now.endsOn !== null && now.publishedOn !== null && now.publishedOn < now.endsOn).to.equal(true)
      const entry: Entry = { state: now.state, mirrored: false, publishedOn: now.publishedOn, endsOn: now.endsOn }
      expect(listed(entry, rules.list, now.publishedOn ?? '')).to.equal(true)
      expect(listed(entry, rules.list, now.endsOn ?? '')).to.equal(false)
    }
  })

  it('nobody both proposes and reviews', () => {
    for (const node of all().filter((each) => each.reviewedBy !== null)) {
      expect(node.reviewedBy).not.to.equal(node.proposedBy)
    }
  })

  it('no state but the two last ones is without a way out, whatever the role', () => {
    for (const state of STATES) {
      const ways = ROLES.flatMap((role) => allowedMoves({ ...newCase('serious', 7), state }, role))
      expect(ways.length > 0, state).to.equal(state !== 'REMOVED' && state !== 'NOT_LISTED')
    }
  })
})

describe('listing: what makes an operator listed', () => {
  const entry: Entry = { state: 'PUBLISHED', mirrored: false, publishedOn: '2026-01-21', endsOn: '2029-01-19' }
  const cases: [string, Entry, string, string, boolean][] = [
    ['a published entry', entry, 'serious', '2026-06-01', true],
    ['its first day', entry, 'serious', '2026-01-21', true],
    ['the last day of its term', entry, 'serious', '2029-01-18', true],
    ['an entry under repair', { ...entry, state: 'REPAIR_APPLIED' }, 'serious', '2026-06-01', true],
    ['a day before publication', entry, 'serious', '2026-01-20', false],
    ['the day its term is complete', entry, 'serious', '2029-01-19', false],
    ['a hidden entry', { ...entry, state: 'HIDDEN' }, 'serious', '2026-06-01', false],
    ['a removed entry', { ...entry, state: 'REMOVED' }, 'serious', '2026-06-01', false],
    ['a decision not yet served', { ...entry, state: 'DECIDED' }, 'serious', '2026-06-01', false],
    ['a mirrored entry', { ...entry, mirrored: true }, 'serious', '2026-06-01', false],
    ['an entry without an end', { ...entry, endsOn: null }, 'serious', '2026-06-01', false],
    ['an entry without a day', { ...entry, publishedOn: null }, 'serious', '2026-06-01', false],
    ['an entry of the 2018 list', entry, 'ecommerce-2018', '2026-06-01', false],
    ['an entry of the watch list', entry, 'watch', '2026-06-01', false],
  ]
  for (const [title, each, list, asOf, expected] of cases) {
    it(`${title} ${expected ? 'does' : 'does not'}`, () => {
      expect(listed(each, kind(list), asOf)).to.equal(expected)
    })
  }
})
