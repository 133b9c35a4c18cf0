import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import {
  describeDeadline,
  findUnreceivedDay,
  isTaskToldTo,
  lastDayToldOf,
  occasionOfTask,
  TOLD_TASKS,
} from '../../../src/domain/notifications/work.js'
import { WORK_KINDS } from '../../../src/domain/worklist/tasks.js'
import { calendar } from '../../support/case.js'
import { rules } from '../../support/rules.js'

describe('tasks of the worklist that are told', () => {
  it('are all but the time of the party', () => {
    expect(WORK_KINDS.filter((kind) => !TOLD_TASKS.includes(kind))).to.deep.equal(['AWAIT_DEFENCE'])
  })

  it('are told by the day of the newest where they are counted, and since when otherwise', () => {
    const [since, latest] = [new Date('2026-01-05T01:00:00Z'), new Date('2026-01-05T16:30:00Z')]
    expect(occasionOfTask({ kind: 'CORRECT_REJECTS', since, latest })).to.equal('NEW 2026-01-06')
    expect(occasionOfTask({ kind: 'NOTIFY', since, latest: null })).to.equal('SINCE 2026-01-05T01:00:00.000Z')
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
    [
      'everybody who may do it, of the office’s own',
      true,
      worker('officer-2', 'officer'),
      { ...task, kind: 'CORRECT_REJECTS' as never, keeper: null as never },
    ],
    ['any other reviewer, for another person', true, worker('reviewer-2', 'reviewer'), review],
    ['not who took the step before, however spelt', false, worker('ｒeviewer-1', 'reviewer'), review],
  ]
  for (const [who, told, as, of] of rows)
    it(`${who}: ${told}`, () => {
      expect(isTaskToldTo(as, of)).to.equal(told)
    })

  it('have a deadline told once when it comes near and once when it is missed', () => {
    const days = { today: '2026-01-05', until: '2026-01-07' }
    const told = [null, '2026-01-08', '2026-01-07', '2026-01-05', '2026-01-04'].map(
      (due) => describeDeadline(due, days)?.occasion ?? null,
    )
    expect(told).to.deep.equal([null, null, 'COMING 2026-01-07', 'COMING 2026-01-05', 'MISSED 2026-01-04'])
  })

  it('have their deadline told two working days ahead, over a holiday', () => {
    expect(lastDayToldOf(calendar, '2026-01-05')).to.equal('2026-01-07')
    expect(lastDayToldOf(calendar, '2026-02-13')).to.equal('2026-02-24')
  })

  it('count a whole working day without a receipt, over a weekend that is worked', () => {
    expect(findUnreceivedDay(rules.calendar, '2026-10-11')).to.equal('2026-10-10')
    expect(findUnreceivedDay(rules.calendar, '2026-10-08')).to.equal('2026-09-30')
  })
})
