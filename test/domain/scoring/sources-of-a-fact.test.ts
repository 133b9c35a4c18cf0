import { expect } from 'chai'
import type { RecordBody, RecordKind } from '../../../src/domain/records/records.js'
import { keepOncePerFact, WITHDRAWN_RECORD_STATUS } from '../../../src/domain/scoring/evidence.js'

describe('several sources of one fact', () => {
  const row = (record: number, more: object = {}) => ({
    kind: 'penalty' as RecordKind,
    fact: 'F',
    body: {} as RecordBody,
    run: 1,
    record,
    ...more,
  })
  const once: [string, ReturnType<typeof row>[], number[]][] = [
    ['the record that arrived first', [row(1, { run: 2 }), row(2)], [2]],
    ['the lower record of one run', [row(2), row(1)], [1]],
    [
      'a withdrawn record, whenever it arrived',
      [row(1), row(2, { run: 5, body: { status: WITHDRAWN_RECORD_STATUS } }), row(3)],
      [2],
    ],
    [
      'the first of two withdrawn records',
      [row(2, { body: { status: WITHDRAWN_RECORD_STATUS } }), row(1, { body: { status: WITHDRAWN_RECORD_STATUS } })],
      [1],
    ],
    [
      'the record that arrived last where the kind is a state',
      [
        row(1, { kind: 'standard', run: 2 }),
        row(3, { kind: 'standard' }),
        row(4, { kind: 'standard', run: 2 }),
        row(2, { kind: 'standard' }),
      ],
      [4],
    ],
    [
      'an entry removed from its list, whenever it arrived',
      [
        row(1, { kind: 'list_entry', body: { removed_on: null } }),
        row(2, { kind: 'list_entry', run: 5, body: { removed_on: '2026-06-01' } }),
      ],
      [2],
    ],
    ['each of two facts', [row(1), row(2, { fact: 'G' }), row(3, { fact: 'G' })], [1, 2]],
    ['each of two kinds', [row(1), row(2, { kind: 'repair' })], [1, 2]],
    [
      'every record without a fact, and one of the others',
      [row(1, { fact: null }), row(2, { fact: null }), row(4), row(3)],
      [1, 2, 3],
    ],
    ['no record where there is none', [], []],
  ]
  for (const [what, rows, kept] of once) {
    it(`keeps of several sources of one fact ${what}`, () => {
      expect(keepOncePerFact(rows).map(({ record }) => record)).to.deep.equal(kept)
    })
  }
})
