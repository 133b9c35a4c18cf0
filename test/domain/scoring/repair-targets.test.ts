import { expect } from 'chai'
import type { RecordEvidence } from '../../../src/domain/scoring/repair-targets.js'
import { findRepairDays } from '../../../src/domain/scoring/repair-targets.js'

const penalties = (many: number): RecordEvidence[] =>
  Array.from({ length: many }, (_, at) => ({
    record: at + 1,
    kind: 'penalty',
    body: {
      document_number: `长市监处罚〔2025〕${at + 1}号`,
      authority: '长春市市场监督管理局',
      decided_on: '2025-01-01',
    },
  }))

const repairs = (many: number): RecordEvidence[] =>
  Array.from({ length: many }, (_, at) => ({
    record: 100_000 + at,
    kind: 'repair',
    body: {
      target: 'PENALTY',
      target_document_number: `长市监处罚[2025]第${at + 1}号`,
      target_authority: '长春市市监局',
      outcome: 'REPAIRED',
      decided_on: '2025-08-08',
    },
  }))

describe('repairs and the records they name', () => {
  it('I-B2: normalise each number and each authority once per record, for any number of repairs', () => {
    let [numbers, authorities] = [0, 0]
    const counting = (each: RecordEvidence): RecordEvidence => {
      const get = (body: RecordEvidence['body'], field: string) => {
        if (field in body && field.endsWith('document_number')) numbers += 1
        if (field in body && field.endsWith('authority')) authorities += 1
        return body[field]
      }
      return { ...each, body: new Proxy(each.body, { get: (body, field) => get(body, String(field)) }) }
    }
    const until = findRepairDays([...penalties(1_000), ...repairs(200)].map(counting), [])
    expect(until?.size).to.equal(200)
    expect(until?.get(200)).to.equal('2025-08-08')
    expect(numbers).to.equal(1_200)
    expect(authorities).to.equal(1_200)
  })
})
