import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { isTaskToldTo, lastDayToldOf, TOLD_TASKS } from '../../../src/domain/notifications/work.js'
import { WORK_KINDS } from '../../../src/domain/worklist/tasks.js'
import { calendar } from '../../support/case.js'

describe('tasks of the worklist that are told', () => {
  it('are all but the time of the party, and queues that change by the minute', () => {
    expect(WORK_KINDS.filter((kind) => !TOLD_TASKS.includes(kind))).to.deep.equal([
      ...['AWAIT_DEFENCE', 'CORRECT_REJECTS', 'DECIDE_IDENTITY', 'REFUSED_DELIVERIES', 'LATE_DELIVERIES'],
      'SETTLE_DISCREPANCIES',
    ])
  })

  const worker = (sub: string | null, role: Role, deputises: string[] = []) => ({
    ...{ viewer: { sub, role, agency: null, region: null }, duty: null, deputises },
  })
  const task = { kind: 'NOTIFY' as const, keeper: 'keeper-1', notBy: null, level: null }
  const review = { ...task, kind: 'REVIEW' as const, notBy: 'Reviewer-1' }
  const rows: [string, boolean, ReturnType<typeof worker>, typeof task | typeof review][] = [
    ['the keeper of the case', true, worker('keeper-1', 'officer'), task],
    ['its deputy', true, worker('officer-2', 'officer', ['Keeper-1']), task],
    ['not a colleague', false, worker('officer-2', 'officer'), task],
    ['every officer, where nobody keeps it', true, worker('officer-2', 'officer'), { ...task, keeper: null } as never],
    ['a group, whoever keeps it', true, worker(null, 'officer'), task],
    ['any other reviewer, for another person', true, worker('reviewer-2', 'reviewer'), review],
    ['not who took the step before, however spelt', false, worker('ｒeviewer-1', 'reviewer'), review],
  ]
  for (const [who, told, as, of] of rows)
    it(`${who}: ${told}`, () => {
      expect(isTaskToldTo(as, of)).to.equal(told)
    })

  it('have their deadline told two working days ahead, over a holiday', () => {
    expect(lastDayToldOf(calendar, '2026-01-05')).to.equal('2026-01-07')
    expect(lastDayToldOf(calendar, '2026-02-13')).to.equal('2026-02-24')
  })
})
