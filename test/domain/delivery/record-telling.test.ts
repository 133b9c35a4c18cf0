import { expect } from 'chai'
import {
  decideRecordActions,
  type LastSentRecord,
  makeRecordRemoval,
  type RecordActions,
  type ShowOrRemove,
} from '../../../src/domain/delivery/published-record.js'

describe('a message to the platforms about a record', () => {
  const told: LastSentRecord = { operatorId: 1, removed: false, digest: 'a' }
  const gone: LastSentRecord = { operatorId: 1, removed: true, digest: 'a' }
  const cases: [
    string,
    ShowOrRemove,
    LastSentRecord | null,
    { operatorId?: number; digest?: string; isHeard?: boolean },
    RecordActions | null,
  ][] = [
    ['adds a new record', 'SHOW', null, {}, { removes: false, shows: 'ADD' }],
    ['does not add a record that no platform receives', 'SHOW', null, { isHeard: false }, null],
    ['does not repeat an unchanged record', 'SHOW', told, {}, null],
    ['changes a record that differs', 'SHOW', told, { digest: 'b' }, { removes: false, shows: 'CHANGE' }],
    [
      'changes a record that differs, also where its kind is no longer received',
      'SHOW',
      told,
      { digest: 'b', isHeard: false },
      { removes: false, shows: 'CHANGE' },
    ],
    ['adds a removed record again', 'SHOW', gone, {}, { removes: false, shows: 'ADD' }],
    ["replaces another firm's record", 'SHOW', told, { operatorId: 2 }, { removes: true, shows: 'ADD' }],
    ['removes a withdrawn record', 'REVOKED', told, { isHeard: false }, { removes: true, shows: null }],
    ['is not sent where nothing is due', null, told, { digest: 'b' }, null],
  ]
  for (const [title, due, before, { operatorId = 1, digest = 'a', isHeard = true }, telling] of cases)
    it(title, () =>
      expect(decideRecordActions({ due, told: before, operatorId, digest }, isHeard)).to.deep.equal(telling),
    )

  it('dates a removal by the withdrawal or the repair, otherwise by today', () => {
    const of = { body: { revoked_on: '2026-10-01' }, repairedOn: '2026-10-02' }
    expect(makeRecordRemoval('REVOKED', of, '2026-11-25')?.removedOn).to.equal('2026-10-01')
    expect(makeRecordRemoval('REPAIRED', of, '2026-11-25')?.removedOn).to.equal('2026-10-02')
    expect(makeRecordRemoval('WRONG', of, '2026-11-25')?.removedOn).to.equal('2026-11-25')
  })
})
