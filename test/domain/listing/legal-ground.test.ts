import { expect } from 'chai'
import {
  assessLegalGround,
  decideGroundConsequence,
  type GroundHistory,
  type GroundStatus,
  readLinkedDecision,
} from '../../../src/domain/listing/legal-ground.js'
import type { RecordBody } from '../../../src/domain/records/records.js'

describe('a listing', () => {
  const HEAVY: RecordBody = { types: ['吊销许可证件'], content: '吊销许可证件' }
  const LIGHT: RecordBody = { types: ['罚款'], fine_yuan: '100' }
  const source = (body: RecordBody, more: object = {}) => ({
    operatorId: 7,
    body,
    stands: true,
    linked: false,
    ...more,
  })
  const grounds: [string, Parameters<typeof assessLegalGround>[0], ReturnType<typeof assessLegalGround>][] = [
    ['no source reports the penalty any more', [], { state: 'FALLEN', heavy: false }],
    ['the linked record stands', [source(HEAVY, { linked: true })], { state: 'STANDS', heavy: true }],
    [
      'the linked record is lighter than another source',
      [source(HEAVY), source(LIGHT, { linked: true })],
      { state: 'STANDS', heavy: false },
    ],
    ['only another source stands', [source(HEAVY)], { state: 'STANDS', heavy: true }],
    [
      'one source withdraws the penalty and another does not',
      [source(HEAVY, { linked: true }), source({ ...HEAVY, status: 'REVOKED' })],
      { state: 'WITHDRAWN', heavy: false },
    ],
    ['the record has ended', [source(HEAVY, { linked: true, stands: false })], { state: 'ABSENT', heavy: false }],
    [
      'the record has ended at one source and stands at another',
      [source(HEAVY, { linked: true, stands: false }), source(HEAVY)],
      { state: 'STANDS', heavy: true },
    ],
    [
      "the record is another operator's",
      [source(HEAVY, { linked: true, operatorId: 8 })],
      { state: 'ELSEWHERE', heavy: false },
    ],
    [
      "the record is another operator's, withdrawn there",
      [source({ ...HEAVY, status: 'REVOKED' }, { linked: true, operatorId: 8 })],
      { state: 'ELSEWHERE', heavy: false },
    ],
  ]
  for (const [what, sources, expected] of grounds)
    it(`has the ground ${expected.state} where ${what}`, () =>
      expect(assessLegalGround(sources, 7)).to.deep.equal(expected))

  const usual = { wasHeavy: true, isWrong: false, isLetGo: false }
  const consequences: [string, GroundStatus, Partial<GroundHistory>, ReturnType<typeof decideGroundConsequence>][] = [
    ['stands while the penalty is heavy', { state: 'STANDS', heavy: true }, {}, null],
    [
      'stands on a light penalty where it never needed a heavy one',
      { state: 'STANDS', heavy: false },
      { wasHeavy: false },
      null,
    ],
    ['is hidden where its penalty became lighter', { state: 'STANDS', heavy: false }, {}, 'LIGHTER'],
    ['ends where its penalty is withdrawn', { state: 'WITHDRAWN', heavy: false }, {}, 'REVOKED'],
    ['ends where no source reports its penalty', { state: 'FALLEN', heavy: false }, {}, 'CORRECTED'],
    [
      'is hidden where its penalty became unmatched',
      { state: 'FALLEN', heavy: false },
      { isLetGo: true },
      'CHANGED_HANDS',
    ],
    ["is hidden where its penalty is another operator's", { state: 'ELSEWHERE', heavy: false }, {}, 'CHANGED_HANDS'],
    ['gets a concern where its penalty is absent', { state: 'ABSENT', heavy: false }, {}, 'ABSENT'],
    [
      'ends where its penalty was wrong and is absent',
      { state: 'ABSENT', heavy: false },
      { isWrong: true },
      'CORRECTED',
    ],
    [
      'ends where its penalty was wrong and is lighter',
      { state: 'STANDS', heavy: false },
      { isWrong: true },
      'CORRECTED',
    ],
    ['stands on another source where its record was wrong', { state: 'STANDS', heavy: true }, { isWrong: true }, null],
  ]
  for (const [what, ground, changed, consequence] of consequences)
    it(what, () => expect(decideGroundConsequence(ground, { ...usual, ...changed })).to.equal(consequence))

  it('names the division of the authority by its code, otherwise the province', () => {
    const of = (body: RecordBody) => readLinkedDecision({ id: 1, body })
    expect(of({ authority_code: '11220102MA7A0700XC' })).to.include({ authorityCode: '220102', level: 'COUNTY' })
    expect(of({})).to.include({ authorityCode: '220000', level: null, documentNumber: '' })
  })
})
