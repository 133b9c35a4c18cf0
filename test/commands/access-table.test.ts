import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { FIELD_ACCESS, fieldAccessRows } from '../../src/api/access/fields.js'
import { accessTable } from '../../src/commands/access-table.js'
import { ACCESS_PAGES, withAccess } from '../support/access-table.js'

describe('the printed access table', () => {
  for (const [path, language] of ACCESS_PAGES)
    it(`is current in ${path}; npm run access writes it`, () => {
      const page = readFileSync(path, 'utf8')
      expect(page).to.equal(withAccess(page, language))
    })

  it('is printed completely by hub status --access', () => {
    expect(Object.keys(accessTable.value.fields)).to.deep.equal([...FIELD_ACCESS.keys()])
    for (const { fields, whose } of fieldAccessRows())
      expect(accessTable.lines.some((line) => line.includes(whose) && line.endsWith(fields.join(' ')))).to.equal(true)
  })
})
