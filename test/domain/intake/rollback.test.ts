import { expect } from 'chai'
import { findRollbackFault } from '../../../src/domain/intake/rollback.js'

describe('a run can be rolled back', () => {
  const pulled = { job: 'pull', outcome: 'DONE', rolledBack: false }
  const cases: [string, typeof pulled, string | null][] = [
    ['if it brought something', pulled, null],
    ['not if it is no pull', { ...pulled, job: 'push' }, 'it is no pull'],
    ['only once', { ...pulled, rolledBack: true }, 'it is taken back already'],
    ['not if it failed', { ...pulled, outcome: 'FAILED' }, 'it brought nothing'],
  ]
  for (const [title, run, why] of cases)
    it(title, () => {
      const found = findRollbackFault(run)
      if (why === null) expect(found).to.equal(null)
      else expect(found).to.contain(why)
    })
})
