import { expect } from 'chai'
import type { RecordDraft } from '../../../src/domain/records/records.js'
import { DELETE_REPEATED_DRAFTS_SQL, type DraftStage, withStage } from '../../../src/store/intake/staged.js'
import { makeStagedDraft } from '../../../src/work/intake/staged-draft.js'
import { codeOf, database } from '../../support/world.js'

interface Plan {
  'Node Type': string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: Plan[]
}

/** Rows of the staging table that a plan reads, summed over all scans and loops. */
const rowsRead = (plan: Plan): number => {
  const own = plan['Node Type'].includes('Scan')
    ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops']
    : 0
  return own + (plan.Plans ?? []).reduce((sum, inner) => sum + rowsRead(inner), 0)
}

describe('staging table', () => {
  const db = database()

  const put = (stage: DraftStage, item: number, key: string): void => {
    const draft: RecordDraft = {
      kind: 'penalty',
      key,
      subject: { uscc: codeOf(1), orgCode: null, regNo: null, shop: null, name: null },
      body: { item },
      validFrom: null,
      validTo: null,
      remarks: [],
    }
    stage.put(makeStagedDraft(item, 0, { page: 1, row: item, fields: {} }, draft))
  }

  it('I-B3: keeps only the last draft of each of many keys, in two passes over the table', async () => {
    const [rows, keys] = [2_000, 100]
    await withStage(db(), async (stage) => {
      for (let item = 1; item <= rows; item += 1) put(stage, item, `K${item}`)
      for (let n = 1; n <= keys; n += 1) put(stage, rows + n, `K${n}`)
      await stage.flush()
      await stage.ready()
      const withdrawn = Array.from({ length: keys }, (_, n) => `K${n + 1}`)
      let read = Number.POSITIVE_INFINITY
      const undone = new Error('rolled back')
      const explained = stage.transaction(async (tx) => {
        const answer = await tx.raw(`explain (analyze, format json) ${DELETE_REPEATED_DRAFTS_SQL.replace('$1', '?')}`, [
          withdrawn,
        ])
        read = rowsRead(answer.rows[0]['QUERY PLAN'][0].Plan)
        throw undone
      })
      await explained.catch((error) => expect(error).to.equal(undone))
      expect(read).to.be.at.most(3 * (rows + keys))
      expect(await stage.keepLast(withdrawn)).to.equal(keys)
      const { rows: left } = await stage.transaction(async (tx) =>
        tx.raw(
          'select count(*)::int as n, count(distinct record_key)::int as keys, min(item)::int as first from staged_drafts',
        ),
      )
      expect(left).to.deep.equal([{ n: rows, keys: rows, first: keys + 1 }])
    })
  })
})
