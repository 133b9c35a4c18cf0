/**
 * Twenty operators whose scores were worked out by hand from the lines of the two cards, without running the code. The
 * comment of each case is the working. All are scored for 2026-11-25. Days at which windows end and points halve:
 *   90 days: 2026-08-27 · 365: 2025-11-25 · 400: 2025-10-21 · 730: 2024-11-25 · 1095: 2023-11-26 (2024 is a leap year)
 * An event exactly as old as the window no longer counts. One exactly as old as the halving counts half.
 */
import { expect } from 'chai'
import { FACT_FAMILIES, type FactFamily } from '../../../src/domain/records/facts.js'
import { type Reason, score } from '../../../src/domain/scoring/score.js'
import type { Scorecard } from '../../../src/domain/scoring/scorecard.js'
import { schemaDocument } from '../../../src/foundation/contracts.js'
import { ECOMMERCE } from './golden-ecommerce.js'
import { GENERAL } from './golden-general.js'

const AS_OF = '2026-11-25'
const ALL = Object.keys(FACT_FAMILIES) as FactFamily[]
const card = (version: string): Scorecard => schemaDocument(`scorecards/${version}.json`) as Scorecard
const written = ({ rule, why, fact, points }: Reason): string =>
  [rule, ...(why === 'UNIT' || why === 'BIN' ? [] : [why]), ...(fact === null ? [] : [fact]), points].join(' ')

const GOLDEN = [...ECOMMERCE, ...GENERAL]

describe('score: twenty operators worked out by hand', () => {
  for (const { who, version, kind, known = ALL, told, value, grade, reasons } of GOLDEN) {
    it(`${version}: ${who} has the score ${value}, grade ${grade}`, () => {
      const events = told.map((each, i) => ({ ...each, record: i + 1 }))
      const result = score({ asOf: AS_OF, kind, known, events }, card(version))
      const shown = result.reasons.filter((reason) => reason.why !== 'BIN' || reason.points !== 0)
      expect(shown.map(written)).to.have.members(reasons)
      expect([result.value, result.grade]).to.deep.equal([value, grade])
    })
  }

  it('the twenty cover every rule, veto, kind of operator and grade of both cards', () => {
    expect(GOLDEN).to.have.length(20)
    for (const version of ['ecommerce-1', 'general-1']) {
      const cases = GOLDEN.filter((each) => each.version === version)
      const { rules, vetoes, grades } = card(version)
      const met = new Set(
        cases.flatMap(({ reasons }) =>
          reasons.filter((reason) => !reason.includes('MISSING')).map((reason) => reason.split(' ')[0]),
        ),
      )
      expect([...met]).to.include.members(rules.map(({ id }) => id))
      expect(new Set(cases.map(({ kind }) => kind)).size).to.equal(5)
      expect(new Set(cases.map(({ grade }) => grade)).size).to.equal(grades.length)
      expect(vetoes.filter(({ id }) => met.has(id))).to.not.have.length(0)
    }
  })
})
