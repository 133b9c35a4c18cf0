import { expect } from 'chai'
import {
  type EarlierScore,
  findReplayFault,
  findScoreCause,
  isSameResult,
  scoreStillHolds,
} from '../../../src/domain/scoring/rescoring.js'
import type { Reason } from '../../../src/domain/scoring/score.js'

const hashes = { factsHash: 'f', scorecardHash: 'c' }
const earlier = (more: Partial<EarlierScore> = {}): EarlierScore => ({
  ...hashes,
  asOf: '2026-11-20',
  value: 700,
  nextChangeOn: null,
  ...more,
})

describe('scoring an operator again', () => {
  const cases: [string, Partial<EarlierScore>, string, string | null, boolean][] = [
    ['is not needed where no change is coming', {}, '2026-11-25', null, true],
    ['is needed for other facts', { factsHash: 'g' }, '2026-11-25', null, false],
    ['is needed for another card', { scorecardHash: 'd' }, '2026-11-25', null, false],
    ['is needed for a day before the earlier score', {}, '2026-11-19', null, false],
    ['is not needed on the day before the coming change', { nextChangeOn: '2026-11-26' }, '2026-11-25', null, true],
    ['is needed on the day of the coming change', { nextChangeOn: '2026-11-25' }, '2026-11-25', null, false],
    ['is needed where a state begins that the earlier score did not foresee', {}, '2026-11-25', '2026-12-01', false],
    [
      'is needed where a state begins before the coming change',
      { nextChangeOn: '2026-12-02' },
      '2026-11-25',
      '2026-12-01',
      false,
    ],
    [
      'is not needed where a state begins with the coming change',
      { nextChangeOn: '2026-12-01' },
      '2026-11-25',
      '2026-12-01',
      true,
    ],
  ]
  for (const [title, more, asOf, comingOn, still] of cases)
    it(title, () => expect(scoreStillHolds(earlier(more), hashes, asOf, comingOn)).to.equal(still))

  it('adds a row where the value or the day of the coming change differs', () => {
    expect(isSameResult(earlier(), { ...hashes, value: 700, nextChangeOn: null })).to.equal(true)
    expect(isSameResult(earlier(), { ...hashes, value: 701, nextChangeOn: null })).to.equal(false)
    expect(isSameResult(earlier(), { ...hashes, value: 700, nextChangeOn: '2026-12-01' })).to.equal(false)
  })

  it('names the card as cause before the facts, and time where neither changed', () => {
    expect(findScoreCause(undefined, hashes)).to.equal('FIRST')
    expect(findScoreCause({ factsHash: 'g', scorecardHash: 'd' }, hashes)).to.equal('SCORECARD')
    expect(findScoreCause({ factsHash: 'g', scorecardHash: 'c' }, hashes)).to.equal('RECORD')
    expect(findScoreCause(hashes, hashes)).to.equal('TIME')
  })
})

describe('the replay of a score', () => {
  const reasons = [{ rule: 'base', why: 'BASE', fact: null, points: 700, count: 1, records: [] }] as unknown as Reason[]
  const again = { value: 700, grade: 'B' as const, reasons, nextChangeOn: null, factsHash: 'f' }
  const stored = { ...again, scorecard: '1' }
  const cases: [string, Partial<typeof stored>, string | null][] = [
    ['finds nothing wrong', {}, null],
    ['finds other facts', { factsHash: 'g' }, 'FACTS'],
    ['finds another card', { scorecard: '2' }, 'CARD'],
    ['finds points that do not add up', { value: 701 }, 'SUM'],
    ['finds another result', { grade: 'A' as 'B' }, 'RESULT'],
  ]
  for (const [title, more, fault] of cases)
    it(title, () => expect(findReplayFault({ ...stored, ...more }, { version: '1' }, again)).to.equal(fault))
})
