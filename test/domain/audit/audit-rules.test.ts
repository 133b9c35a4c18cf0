import { expect } from 'chai'
import { ROLES } from '../../../src/domain/access/viewer.js'
import {
  type AuditRules,
  checkAuditRules,
  findAskersShownTo,
  findErasureInstant,
} from '../../../src/domain/audit/audit-rules.js'
import { readAuditRules } from '../../../src/work/audit/audit-rules.js'

const row = { basis: '测试', mark: 'M', confirmed: false } as const
const rules: AuditRules = {
  retention: [
    { ...row, from: null, to: '2025-12-31', months: 12 },
    { ...row, from: '2026-01-01', to: null, months: 36 },
  ],
  telling: ROLES.filter((role) => role !== 'public').map((asker) => ({
    ...row,
    asker,
    from: null,
    to: null,
    told: asker === 'marketplace' ? ['party'] : [],
  })),
}

describe('rules of the audit log', () => {
  it('keep content by the retention rule in force on the day of the answer', () => {
    expect(findErasureInstant(rules, new Date('2025-12-31T15:00:00Z'))).to.deep.equal(new Date('2026-12-31T15:00:00Z'))
    // In Asia/Shanghai this instant is in the next year.
    expect(findErasureInstant(rules, new Date('2025-12-31T16:00:00Z'))).to.deep.equal(new Date('2028-12-31T16:00:00Z'))
  })

  it('list the askers about whom each role is informed', () => {
    expect(findAskersShownTo(rules, 'party', '2026-03-02')).to.deep.equal(['marketplace'])
    expect(findAskersShownTo(rules, 'officer', '2026-03-02')).to.deep.equal([])
  })

  it('are refused if they have a gap, an overlap or an asker without a row', () => {
    expect(checkAuditRules(rules)).to.deep.equal([])
    const [first, second] = rules.retention
    if (first === undefined || second === undefined) throw new Error('two rows')
    expect(checkAuditRules({ ...rules, retention: [first] })).to.have.length(1)
    expect(checkAuditRules({ ...rules, retention: [second] })).to.have.length(1)
    expect(checkAuditRules({ ...rules, retention: [{ ...first, to: '2025-12-30' }, second] })).to.have.length(1)
    expect(checkAuditRules({ ...rules, retention: [{ ...first, to: '2026-01-01' }, second] })).to.have.length(1)
    expect(checkAuditRules({ ...rules, telling: rules.telling.slice(1) })).to.have.length(1)
  })

  it('inform an operator, as shipped, about firms and credit services and not about authorities', () => {
    expect(findAskersShownTo(readAuditRules(), 'party', '2026-03-02')).to.deep.equal([
      'marketplace',
      'credit_service',
      'party',
    ])
    expect(findAskersShownTo(readAuditRules(), 'officer', '2026-03-02')).to.not.include.members(['agency'])
  })
})
