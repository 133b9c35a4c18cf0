import { expect } from 'chai'
import { ROLES, type Role, type Viewer } from '../../../src/domain/access/viewer.js'
import { CASE_STATES, type Case, isCaseOver } from '../../../src/domain/listing/case.js'
import { attemptMove } from '../../../src/domain/listing/listing.js'
import { findAbsenceFault, findCommonSight } from '../../../src/domain/worklist/keepers.js'
import { TASKS, WORK_KINDS, WORK_PROCESSES, type WorkKind } from '../../../src/domain/worklist/tasks.js'
import {
  countForWorker,
  findCaseTasks,
  isOwnTask,
  listRolesOfTask,
  mayDoKind,
  mayDoTask,
  type TaskColumns,
  type Worker,
} from '../../../src/domain/worklist/worklist.js'
import { FRONT_PAGES, FRONT_PAGES_MOST, splitPages } from '../../../src/web/desk/frame/front-pages.js'
import { caseAfter, denied, full, rules, TODAY, upTo } from '../../support/case.js'

const QUIET = { isDefenceRunning: false, isConsentNeeded: false }
const REVIEWER = { by: 'reviewer-1', role: 'reviewer' } as const
const moved = (before: Case, name: Parameters<typeof attemptMove>[0], act: Parameters<typeof full>[0]): Case =>
  caseAfter(attemptMove(name, before, full({ on: TODAY, today: TODAY, ...act }), rules))

describe('worklist: the table of tasks', () => {
  // Written from how an office works, not copied from the table.
  const DOERS: Record<WorkKind, Role[]> = {
    MEND: ['officer'],
    LINK_DECISION: ['officer'],
    PROPOSE: ['officer'],
    NOTIFY: ['officer'],
    ANSWER_DEFENCE: ['officer'],
    HOLD_HEARING: ['officer', 'reviewer'],
    AWAIT_DEFENCE: ['officer'],
    REVIEW: ['reviewer'],
    CONSENT: ['officer', 'reviewer'],
    DECIDE: ['officer', 'reviewer'],
    SERVE: ['officer', 'reviewer'],
    PUBLISH: ['officer', 'reviewer'],
    CONFIRM_HIDING: ['officer', 'reviewer'],
    RESOLVE_HIDING: ['officer', 'reviewer'],
    ACCEPT_REPAIR: ['officer', 'reviewer'],
    DECIDE_REPAIR: ['officer', 'reviewer'],
    SETTLE_CONCERN: ['officer', 'reviewer'],
    RELEASE_PAPER: ['officer', 'reviewer'],
    FOLLOW_RETRACTION: ['officer', 'reviewer'],
    MOVE_MATTER: ['officer', 'reviewer'],
    CLOSE_MATTER: ['officer', 'reviewer'],
    DECIDE_OBJECTION: ['reviewer'],
    AWAIT_CORRECTION: ['agency', 'officer', 'administrator'],
    DECIDE_OVERRIDE: ['reviewer'],
    CORRECT_REJECTS: ['agency', 'officer', 'administrator'],
    DECIDE_IDENTITY: ['officer', 'reviewer', 'administrator'],
    REFUSED_DELIVERIES: ['officer', 'reviewer', 'administrator'],
    LATE_DELIVERIES: ['officer', 'reviewer', 'administrator'],
    SETTLE_DISCREPANCIES: ['officer', 'reviewer'],
    DECIDE_SCORECARD: ['reviewer', 'administrator'],
    DECIDE_CALENDAR: ['officer', 'administrator'],
    CONFIRM_ACCOUNT: ['administrator'],
    CONFIRM_CLIENT: ['administrator'],
    CONFIRM_SETTINGS: ['administrator'],
    CONFIRM_AUTHORITY: ['administrator'],
    CONFIRM_RULES: ['officer', 'reviewer', 'administrator'],
    CONFIRM_RELEASE: ['officer', 'reviewer', 'administrator'],
  }

  it('names who does each task, and each process has one', () => {
    expect(Object.fromEntries(WORK_KINDS.map((kind) => [kind, listRolesOfTask(kind)]))).to.deep.equal(DOERS)
    expect(new Set(WORK_KINDS.map((kind) => TASKS[kind].process))).to.deep.equal(new Set(WORK_PROCESSES))
  })

  it('leaves no open state of a case without a task, whatever its marks', () => {
    const choices = [true, false]
    const marks = choices.flatMap((a) =>
      choices.flatMap((b) => choices.flatMap((c) => choices.map((d) => [a, b, c, d]))),
    )
    for (const state of CASE_STATES)
      for (const [one = false, two = false, three = false, four = false] of marks) {
        const of: Case = {
          ...upTo('publishListing'),
          state,
          decisionLinked: one,
          defenceOpen: one,
          hearingAsked: two,
          returned: three && state < 'REVIEWED' ? { by: 'reviewer-1', on: TODAY, to: 'DEFENCE' } : null,
          hiding: { by: 'officer-1', on: TODAY, kind: 'ERROR', confirmedBy: two ? 'reviewer-1' : null },
          repair: state === 'REPAIR_APPLIED' || four ? { appliedOn: TODAY, acceptedOn: one ? TODAY : null } : null,
        }
        const found = findCaseTasks(of, { isDefenceRunning: three, isConsentNeeded: four })
        const waits = !isCaseOver(state) && state !== 'PUBLISHED'
        expect(found.length > 0, `${state} ${[one, two, three, four]}`).to.equal(waits)
      }
  })

  const STEPS: [string, Case, Partial<typeof QUIET>, WorkKind[]][] = [
    ['a lead', upTo('openLead'), {}, ['LINK_DECISION']],
    ['a lead with its decision', upTo('linkDecision'), {}, ['PROPOSE']],
    ['a proposal', upTo('proposeListing'), {}, ['NOTIFY']],
    ['a notified case in its defence period', upTo('notifyListing'), { isDefenceRunning: true }, ['AWAIT_DEFENCE']],
    ['a notified case after it', upTo('notifyListing'), {}, ['REVIEW']],
    ['an unanswered defence', upTo('recordDefence'), { isDefenceRunning: true }, ['ANSWER_DEFENCE']],
    ['an answered one after the period', upTo('answerDefence'), {}, ['REVIEW']],
    ['a reviewed case that needs consent', upTo('reviewListing'), { isConsentNeeded: true }, ['CONSENT']],
    ['a reviewed case that needs none', upTo('reviewListing'), {}, ['DECIDE']],
    ['a decision', upTo('decideListing'), {}, ['SERVE']],
    ['a served decision', upTo('serveListing'), {}, ['PUBLISH']],
    ['a published entry', upTo('publishListing'), {}, []],
  ]
  for (const [what, of, given, kinds] of STEPS)
    it(`${what}: ${kinds.join(', ') || 'nothing'}`, () => {
      expect(findCaseTasks(of, { ...QUIET, ...given })).to.deep.equal(kinds)
    })
})

describe('worklist: whose queue', () => {
  const worker = (role: Role, sub: string, more: Partial<Worker & { region: string }> = {}): Worker => ({
    viewer: { role, sub, agency: null, region: more.region ?? null },
    duty: more.duty ?? null,
    deputises: more.deputises ?? [],
  })
  const task = (kind: WorkKind, more: Partial<TaskColumns> = {}): TaskColumns => ({
    kind,
    keeper: null,
    notBy: null,
    level: null,
    ...more,
  })
  const [officer, reviewer] = [worker('officer', '甲'), worker('reviewer', '复核甲')]

  it('a keeper’s case is in the own queue of the keeper and of its deputy, and in the office’s of all', () => {
    const notify = task('NOTIFY', { keeper: '甲' })
    const deputy = worker('officer', '乙', { deputises: ['甲'] })
    const own = [officer, deputy, worker('officer', '丙'), reviewer].map((one) => isOwnTask(one, notify))
    expect(own).to.deep.equal([true, true, false, false])
    expect(mayDoTask(worker('officer', '丙'), notify)).to.equal(true)
    expect(isOwnTask(officer, task('NOTIFY'))).to.equal(false)
  })

  it('a second person’s task is in the own queue of each but the first', () => {
    const review = task('REVIEW', { keeper: '甲', notBy: '复核甲' })
    expect(isOwnTask(reviewer, review)).to.equal(false)
    expect(mayDoTask(reviewer, review)).to.equal(false)
    expect(isOwnTask(worker('reviewer', '复核乙'), review)).to.equal(true)
    expect(mayDoTask(worker('reviewer', '复核甲', { deputises: ['复核乙'] }), review)).to.equal(false)
  })

  it('only the superior of a county consents, and only the security administrator confirms accounts', () => {
    const county = task('CONSENT', { level: 'COUNTY' })
    const asked = [null, '220100', '220102'].map((region) =>
      mayDoTask(worker('reviewer', '丁', region === null ? {} : { region }), county),
    )
    expect(asked).to.deep.equal([true, true, false])
    expect(mayDoTask(worker('reviewer', '丁', { region: '220100' }), task('CONSENT', { level: 'CITY' }))).to.equal(
      false,
    )
    expect(mayDoKind(worker('administrator', '管', { duty: 'systems' }), 'CONFIRM_ACCOUNT')).to.equal(false)
    expect(mayDoKind(worker('administrator', '管', { duty: 'security' }), 'CONFIRM_ACCOUNT')).to.equal(true)
    expect(mayDoKind(worker('officer', '丁', { region: '220100' }), 'DECIDE_IDENTITY')).to.equal(false)
  })

  it('counts the own, the office’s and the late ones', () => {
    const counted = { part: 'ALL' as const, late: 0, isCut: false }
    const groups = [
      { ...counted, ...task('NOTIFY', { keeper: '甲' }), n: 2 },
      { ...counted, ...task('NOTIFY', { keeper: '乙' }), n: 3, isCut: true },
      { ...counted, ...task('NOTIFY', { keeper: '甲' }), n: 2, part: 'KEPT' as const },
      { ...counted, ...task('NOTIFY', { keeper: '甲' }), n: 1, part: 'LATE' as const },
      { ...counted, ...task('REVIEW', { notBy: '甲' }), n: 5 },
      { ...counted, ...task('SETTLE_CONCERN', { keeper: '甲' }), n: 4, late: 3, isCut: true },
    ]
    const found = countForWorker(officer, groups)
    expect(found.find(({ kind }) => kind === 'NOTIFY')).to.include({ mine: 2, office: 5, late: 1, process: 'CASE' })
    expect(found.find(({ kind }) => kind === 'SETTLE_CONCERN')).to.include({ mine: 4, office: 4, late: 3 })
    const lowerLimits = found.map(({ kind, atLeast }) => [kind, atLeast.join()]).filter(([, of]) => of !== '')
    expect(lowerLimits).to.deep.equal([
      ['NOTIFY', 'OFFICE'],
      ['SETTLE_CONCERN', 'MINE,OFFICE,LATE'],
    ])
    expect(found.some(({ kind }) => kind === 'REVIEW')).to.equal(false)
    for (const role of ROLES) {
      const kinds = countForWorker(worker(role, 'x', { duty: 'security' }), groups)
      const isAtWork = ['agency', 'officer', 'reviewer', 'administrator'].includes(role)
      expect(kinds.length > 0, role).to.equal(isAtWork)
    }
  })
})

describe('worklist: keepers and absences', () => {
  const person = (name: string, role: Role = 'officer', region: string | null = null) => ({
    name,
    role,
    region,
    agency: null,
  })
  const FAULTS: [string, Parameters<typeof findAbsenceFault>[0], string | null][] = [
    ['a colleague', { person: person('甲'), deputy: person('乙'), fromOn: TODAY, toOn: TODAY }, null],
    ['oneself', { person: person('甲'), deputy: person('甲'), fromOn: TODAY, toOn: TODAY }, 'SELF'],
    ['another role', { person: person('甲'), deputy: person('乙', 'reviewer'), fromOn: TODAY, toOn: TODAY }, 'ROLE'],
    ['days reversed', { person: person('甲'), deputy: person('乙'), fromOn: '2026-12-02', toOn: '2026-12-01' }, 'DAYS'],
    [
      'days that are over',
      { person: person('甲'), deputy: person('乙'), fromOn: '2026-01-01', toOn: '2026-01-02' },
      'PAST',
    ],
    [
      'a narrower region',
      {
        person: person('甲', 'officer', '220100'),
        deputy: person('乙', 'officer', '220102'),
        fromOn: TODAY,
        toOn: TODAY,
      },
      'REGION',
    ],
    [
      'a wider region',
      { person: person('甲', 'officer', '220100'), deputy: person('乙'), fromOn: TODAY, toOn: TODAY },
      null,
    ],
  ]
  for (const [what, plan, fault] of FAULTS)
    it(`deputy: ${what} → ${fault ?? 'allowed'}`, () => expect(findAbsenceFault(plan, TODAY)).to.equal(fault))

  it('the region of a handover is what both may see', () => {
    const of = (region: string | null): Viewer => ({ role: 'officer', sub: 'x', agency: null, region })
    const pairs: [string | null, string | null][] = [
      [null, null],
      [null, '220100'],
      ['220102', '220100'],
      ['220100', '220200'],
    ]
    expect(pairs.map(([one, other]) => findCommonSight(of(one), of(other)))).to.deep.equal([
      null,
      '2201',
      '220102',
      undefined,
    ])
  })
})

describe('listing: sent back to be mended', () => {
  const CASES: ['PROPOSAL' | 'NOTICE' | 'DEFENCE', Parameters<typeof upTo>[0], string][] = [
    ['PROPOSAL', 'proposeListing', 'LEAD'],
    ['PROPOSAL', 'answerDefence', 'LEAD'],
    ['NOTICE', 'notifyListing', 'PROPOSED'],
    ['NOTICE', 'reviewListing', 'PROPOSED'],
    ['DEFENCE', 'notifyListing', 'NOTIFIED'],
    ['DEFENCE', 'answerDefence', 'DEFENCE'],
    ['DEFENCE', 'reviewListing', 'DEFENCE'],
  ]
  for (const [returning, last, state] of CASES)
    it(`after ${last} as ${returning}: to ${state}, where it waits to be mended`, () => {
      const back = moved(upTo(last), 'returnListing', { ...REVIEWER, returning })
      expect(back.state).to.equal(state)
      expect(findCaseTasks(back, QUIET)).to.deep.equal(['MEND'])
      const again = denied(attemptMove('returnListing', back, full({ ...REVIEWER, on: TODAY, returning }), rules))
      expect(again).to.equal(state === 'LEAD' ? 'STATE' : 'ALREADY_RETURNED')
    })

  it('is not reviewed again before the officer has mended it', () => {
    const back = moved(upTo('answerDefence'), 'returnListing', { ...REVIEWER, returning: 'DEFENCE' })
    const review = full({ ...REVIEWER, on: TODAY })
    expect(denied(attemptMove('reviewListing', back, review, rules))).to.equal('NOT_MENDED')
    const mended = moved(back, 'resubmitListing', {})
    expect(attemptMove('reviewListing', mended, review, rules).ok).to.equal(true)
    expect(denied(attemptMove('resubmitListing', mended, full({ on: TODAY }), rules))).to.equal('NOT_RETURNED')
  })

  it('a proposal or a notice made anew mends it, and the defence period is counted anew', () => {
    const proposal = moved(upTo('notifyListing'), 'returnListing', { ...REVIEWER, returning: 'PROPOSAL' })
    const again = moved(proposal, 'proposeListing', { by: 'officer-9' })
    expect([again.state, again.returned, again.proposedBy]).to.deep.equal(['PROPOSED', null, 'officer-9'])
    const notice = moved(upTo('reviewListing'), 'returnListing', { ...REVIEWER, returning: 'NOTICE' })
    const told = moved(notice, 'notifyListing', {})
    expect([told.returned, told.notifiedOn]).to.deep.equal([null, TODAY])
    expect((told.defenceUntil ?? '') > TODAY).to.equal(true)
  })

  it('needs an opinion and a step, and only a reviewer sends back', () => {
    const attempt = (act: Parameters<typeof full>[0], of = upTo('notifyListing')) =>
      denied(attemptMove('returnListing', of, full({ ...REVIEWER, on: TODAY, returning: 'NOTICE', ...act }), rules))
    expect(attempt({ text: ' ' })).to.equal('NO_TEXT')
    expect(attempt({ by: 'officer-1', role: 'officer' })).to.equal('ROLE')
    const { returning: _, ...unsaid } = full({ ...REVIEWER, on: TODAY })
    expect(denied(attemptMove('returnListing', upTo('notifyListing'), unsaid, rules))).to.equal('RETURN_NOT_SAID')
    expect(attempt({}, upTo('proposeListing'))).to.equal('RETURN_BEFORE_NOTICE')
  })
})

describe('the desk’s navigation', () => {
  it('shows each role at most ten pages at first', () => {
    for (const [role, front] of Object.entries(FRONT_PAGES)) {
      expect(front.length, role).to.be.at.most(FRONT_PAGES_MOST)
      const many = [...front, ...Array.from({ length: 12 }, (_, i) => `other-${i}`)].map((path) => ({ path }))
      expect(splitPages(many, role as Role).front.map(({ path }) => path)).to.deep.equal([...front])
    }
    expect(splitPages([{ path: 'a' }], 'officer')).to.deep.equal({ front: [{ path: 'a' }], rest: [] })
  })
})
