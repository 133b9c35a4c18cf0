import { expect } from 'chai'
import { SNAPSHOT_FORM } from '../../../src/domain/publication/snapshot.js'
import { CSV_COLUMNS, writeCsvRow } from '../../../src/work/publication/publish-files.js'

describe('the form of the public files', () => {
  // An edition copies lines of the edition before it, so other columns need another form.
  it('form 4 has these columns: a change of the columns raises SNAPSHOT_FORM', () => {
    expect([SNAPSHOT_FORM, CSV_COLUMNS.join(' ')]).to.deep.equal([
      4,
      'id list uscc name region reason basis authority documentNumber decidedOn publishedOn endsOn hash contested',
    ])
  })

  // Rows are stored with the entries, also across releases: only another form writes them anew.
  it('form 4 writes a row like this: another way to quote or to escape raises SNAPSHOT_FORM', () => {
    const cells = {
      list: '=1+1',
      uscc: ' @x',
      name: '\u200b＋1',
      region: '-1',
      reason: 'a"b',
      basis: 'a\nb',
      authority: '\t1',
    }
    const others = { documentNumber: 'a,b', decidedOn: '＝1', endsOn: null, hash: 'a=b', contested: false }
    expect([SNAPSHOT_FORM, writeCsvRow(JSON.stringify({ id: '1', ...cells, ...others }))]).to.deep.equal([
      4,
      `1,'=1+1,' @x,'\u200b＋1,'-1,"a""b","a\nb",'\t1,"a,b",'＝1,,,a=b,false\r\n`,
    ])
  })
})
