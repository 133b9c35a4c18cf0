import { expect } from 'chai'
import type { RecordDraft, SourceItem } from '../../../src/domain/records/records.js'
import { contractCheck } from '../../../src/foundation/contracts.js'
import { draftsOf, fileOf, itemsOf, problemsOf, refusalOf, sample } from '../samples.js'

const itemOf = async (file: string, at: number, changes: Record<string, unknown> = {}): Promise<SourceItem> => {
  const item = (await itemsOf('trademarks', sample(file)))[at]
  if (!item) throw new Error('no such item')
  return { ...item, fields: { ...item.fields, ...changes } }
}
const drafts = async (file: string, at = 0, changes: Record<string, unknown> = {}): Promise<RecordDraft[]> =>
  draftsOf('trademarks', await itemOf(file, at, changes))

describe('trademarks', () => {
  it('a register table gives each class its own record, and leaves its dates as typed', async () => {
    const [one, ...none] = await drafts('trademarks.csv')
    expect(none).to.deep.equal([])
    expect(one).to.deep.include({ key: '81234570/30', validFrom: '2022-07-14', validTo: '2032-07-13' })
    expect(one?.body).to.deep.include({ office: 'CN', status: 'REGISTERED', goods: ['糖果', '茶'] })
    const both = await drafts('trademarks.csv', 1)
    expect(both.map(({ key }) => key)).to.deep.equal(['81234571/3', '81234571/35'])
    for (const { body, subject, validTo } of both) {
      expect(body).to.include({ number: '81234571', registered_on: '2022-07-21', expires_on: null })
      expect([subject.uscc, validTo]).to.deep.equal(['92220202MA14A9QU2R', null])
    }
  })

  const bad: [file: string, changes: Record<string, unknown>, problem: string][] = [
    ['trademarks.xml', { regNo: 'TW:09912345' }, 'regNo code'],
    ['trademarks.xml', { regNo: '81234567/30' }, 'regNo code'],
    ['trademarks.xml', { intCls: '46' }, 'intCls value'],
    ['trademarks.xml', { intCls: '0' }, 'intCls value'],
    ['trademarks.xml', { status: '续展中' }, 'status value'],
    ['trademarks.csv', { INT_CLS: '30,99' }, 'INT_CLS value'],
    ['trademarks.csv', { REG_ANNC_DATE: '/' }, 'REG_ANNC_DATE required'],
    ['trademarks.csv', { PROPERTY_END_DATE: '2032-02-30' }, 'PROPERTY_END_DATE date'],
    ['trademarks.csv', { ENTNAME: '' }, 'ENTNAME required'],
  ]
  for (const [file, changes, problem] of bad) {
    const shown = Object.entries(changes).map(([field, value]) => `${field} = ${JSON.stringify(value)}`)
    it(`${file}: ${shown} ${problem ? 'is rejected' : 'is accepted'}`, async () => {
      const problems = problemsOf('trademarks', await itemOf(file, 0, changes))
      expect(problems.map(({ field, rule }) => `${field} ${rule}`).join()).to.equal(problem)
      for (const { message } of problems) expect(message).to.match(/\p{Script=Han}.*[a-z]/u)
    })
  }

  const noted: [file: string, changes: Record<string, unknown>, finding: string][] = [
    ['trademarks.xml', { regDate: '2014-12-31' }, 'regDate date.order'],
    ['trademarks.csv', { PROPERTY_END_DATE: '2002-07-13' }, 'PROPERTY_END_DATE date.order'],
    ['trademarks.csv', { PROPERTY_BGN_DATE: '2030-07-14' }, 'PROPERTY_BGN_DATE date.future'],
  ]
  for (const [file, changes, finding] of noted) {
    it(`${file}: ${JSON.stringify(changes)} is accepted with a remark`, async () => {
      const [draft] = await drafts(file, 0, changes)
      expect(draft?.remarks.map(({ field, rule }) => `${field} ${rule}`)).to.include(finding)
      expect(contractCheck('records/trademark')(draft?.body)).to.deep.equal([])
    })
  }

  it('a document about patents is refused', async () => {
    const other = fileOf(
      '<?xml version="1.0"?><PatentBag><Patent><Number>1</Number><Title>x</Title></Patent></PatentBag>',
    )
    expect(await refusalOf(itemsOf('trademarks', other))).to.equal('CONTENT_UNKNOWN')
  })
})
