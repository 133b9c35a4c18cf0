import { expect } from 'chai'
import type { Body, RecordKind } from '../../../src/domain/records/records.js'
import { groundOf, oncePerFact, WITHDRAWN } from '../../../src/domain/scoring/evidence.js'

describe('several sources of one fact', () => {
  const row = (record: number, more: object = {}) => ({
    kind: 'penalty' as RecordKind,
    fact: 'F',
    body: {} as Body,
    run: 1,
    record,
    ...more,
  })
  const once: [string, ReturnType<typeof row>[], number[]][] = [
    ['the one that arrived first', [row(1, { run: 2 }), row(2)], [2]],
    ['the lower record of one run', [row(2), row(1)], [1]],
    ['a withdrawn one whenever it arrived', [row(1), row(2, { run: 5, body: { status: WITHDRAWN } }), row(3)], [2]],
    [
      'the first of two withdrawn ones',
      [row(2, { body: { status: WITHDRAWN } }), row(1, { body: { status: WITHDRAWN } })],
      [1],
    ],
    [
      'the last one to arrive where the kind is a state',
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
    ['every one that no other source has', [row(1, { fact: null }), row(2, { fact: null }), row(4), row(3)], [1, 2, 3]],
    ['no record where there is none', [], []],
  ]
  for (const [what, rows, kept] of once) {
    it(`keeps of several sources of one fact ${what}`, () => {
      expect(oncePerFact(rows).map(({ record }) => record)).to.deep.equal(kept)
    })
  }

  const HEAVY: Body = { types: ['吊销许可证件'], content: '吊销许可证件' }
  const LIGHT: Body = { types: ['罚款'], fine_yuan: '100' }
  const source = (body: Body, more: object = {}) => ({ operatorId: 7, body, stands: true, linked: false, ...more })
  const grounds: [string, Parameters<typeof groundOf>[0], ReturnType<typeof groundOf>][] = [
    ['no source reports it any more', [], { state: 'FALLEN', heavy: false }],
    ['the linked record stands', [source(HEAVY, { linked: true })], { state: 'STANDS', heavy: true }],
    [
      'the linked record is lighter than another source',
      [source(HEAVY), source(LIGHT, { linked: true })],
      { state: 'STANDS', heavy: false },
    ],
    ['only another source stands', [source(HEAVY)], { state: 'STANDS', heavy: true }],
    [
      'one source withdraws it and another does not',
      [source(HEAVY, { linked: true }), source({ ...HEAVY, status: 'REVOKED' })],
      { state: 'WITHDRAWN', heavy: false },
    ],
    ['it has ended', [source(HEAVY, { linked: true, stands: false })], { state: 'ABSENT', heavy: false }],
    [
      'it has ended at one source and stands at another',
      [source(HEAVY, { linked: true, stands: false }), source(HEAVY)],
      { state: 'STANDS', heavy: true },
    ],
    [
      "it is another operator's",
      [source(HEAVY, { linked: true, operatorId: 8 })],
      { state: 'ELSEWHERE', heavy: false },
    ],
    [
      "it is another operator's, withdrawn there",
      [source({ ...HEAVY, status: 'REVOKED' }, { linked: true, operatorId: 8 })],
      { state: 'ELSEWHERE', heavy: false },
    ],
  ]
  for (const [what, sources, expected] of grounds)
    it(`ground of a listing where ${what}`, () => expect(groundOf(sources, 7)).to.deep.equal(expected))
})
