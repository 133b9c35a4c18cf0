/** A restore to the second before a removal; `npm run soak -- restore` does the same with a million operators. */
import { expect } from 'chai'
import { drillRestore, missingForRestore } from '../support/restore-drill.js'

describe('a restore by pgBackRest to the second before a removal', () => {
  it('is noticed, sends nothing, and lists nobody whom the hub had removed, also after its release', async function () {
    const missing = missingForRestore()
    if (missing !== null) {
      process.stdout.write(`    the restore is not tried here: ${missing}\n`)
      this.skip()
    }
    const { seconds: _, databaseMb: __, ...found } = await drillRestore({ operators: 0 })
    expect(found).to.deep.equal({
      restoredState: 'PUBLISHED',
      isNoticed: true,
      withheld: [
        [503, false],
        [503, false],
      ],
      additionsSent: 0,
      states: ['PUBLISHED', 'HIDDEN'],
      releasedBy: [null, 'SECOND_PERSON', 'officer-2'],
      shown: [
        [200, true, false],
        [200, true, false],
      ],
    })
  })
})
