import { expect } from 'chai'
import { SNAPSHOT_FORM } from '../../../src/domain/publication/snapshot.js'
import { CSV_COLUMNS } from '../../../src/work/publication/publish-files.js'

describe('the form of the public files', () => {
  // An edition copies lines of the edition before it, so other columns need another form.
  it('form 4 has these columns: a change of the columns raises SNAPSHOT_FORM', () => {
    expect([SNAPSHOT_FORM, CSV_COLUMNS.join(' ')]).to.deep.equal([
      4,
      'id list uscc name region reason basis authority documentNumber decidedOn publishedOn endsOn hash contested',
    ])
  })
})
