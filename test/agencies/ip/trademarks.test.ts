import { expect } from 'chai'
import type { Draft, Item } from '../../../src/domain/records/records.js'
import { contract } from '../../../src/foundation/contracts.js'
import { draftsOf, fileOf, itemsOf, problemsOf, refusalOf, sample } from '../samples.js'

const itemOf = async (file: string, at: number, changes: Record<string, unknown> = {}): Promise<Item> => {
  const item = (await itemsOf('trademarks', sample(file)))[at]
  if (!item) throw new Error('no such item')
  return { ...item, fields: { ...item.fields, ...changes } }
}
const drafts = async (file: string, at = 0, changes: Record<string, unknown> = {}): Promise<Draft[]> =>
  draftsOf('trademarks', await itemOf(file, at, changes))
const altered = async (file: string, from: string | RegExp, to: string): Promise<Item> => {
  const [item] = await itemsOf('trademarks', sample(file))
  if (!item) throw new Error('no such item')
  const text = JSON.stringify(item.fields)
  const other = text.replace(from, to)
  if (other === text) throw new Error(`${String(from)} is not in ${file}`)
  return { ...item, fields: JSON.parse(other) }
}

describe('trademarks of several offices', () => {
  it('a table of the registers gives each class its own record, with the days as they were typed', async () => {
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

  it('the gazette of Taiwan counts years of the Republic and several classes in one cell', async () => {
    const both = await drafts('trademarks-tw.csv')
    expect(both.map(({ key }) => key)).to.deep.equal(['TW:09912345/1', 'TW:09912345/35'])
    expect(both[0]?.body).to.deep.equal({
      office: 'TW',
      number: '09912345',
      application_number: '199000001',
      class: 1,
      name: '樣例 & 松柏',
      owner_name: '樣例貿易股份有限公司',
      owner_name_en: 'SAMPLE TRADING CO., LTD.',
      owner_uscc: null,
      status: 'REGISTERED',
      applied_on: '2020-12-15',
      registered_on: '2022-03-16',
      expires_on: '2032-03-15',
      goods: [],
    })
    expect(both[0]?.findings.map(({ field, rule }) => `${field} ${rule}`)).to.deep.equal([
      'trademark_name value.entity',
    ])
    const [other] = await drafts('trademarks-tw.csv', 1)
    expect(other?.body).to.include({ applied_on: '2021-05-03', registered_on: '2022-03-16', expires_on: '2032-03-15' })
  })

  it('a document in ST.66 names the mark and beside it the owners, the last of whom owns', async () => {
    const both = await drafts('trademarks-st66.xml')
    expect(both.map(({ key }) => key)).to.deep.equal(['US:99912346/9', 'US:99912346/42'])
    expect(both[1]?.body).to.deep.include({
      office: 'US',
      number: '9991235',
      name: 'SONGBAI TWO',
      owner_name: 'SAMPLE FOUNDATION',
      applied_on: '2015-05-09',
      registered_on: '2016-03-23',
      goods: ['Design of computer programs'],
    })
  })

  it('a document in ST.96 says the same under prefixes of its own', async () => {
    const [one, ...none] = await drafts('trademarks-st96.xml')
    expect(none).to.deep.equal([])
    expect(one?.key).to.equal('US:99912345/30')
    expect(one?.body).to.deep.include({ owner_name: 'Sample Successor, Inc.', goods: ['Candy', 'tea'], class: 30 })
    const text = JSON.stringify((await itemOf('trademarks-st96.xml', 0)).fields)
    const renamed = text.replaceAll('ns1:', 'com:').replaceAll('ns2:', 'tmk:')
    const again = draftsOf('trademarks', { page: null, row: 1, fields: JSON.parse(renamed) })
    expect(again).to.deep.equal([one])
  })

  it('a number of one office never takes the place of the same number of another', async () => {
    const keys = await Promise.all([
      drafts('trademarks.xml', 0, { regNo: '09912345', intCls: '1' }),
      drafts('trademarks-tw.csv', 1, { register_no: '09912345', nice_classes: '001' }),
      altered('trademarks-st96.xml', '99912345', '09912345').then((item) => draftsOf('trademarks', item)),
    ])
    const sent = keys.map(([draft]) => draft?.key)
    expect(sent).to.deep.equal(['09912345/1', 'TW:09912345/1', 'US:09912345/30'])
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
    ['trademarks-tw.csv', { start_roc: '' }, 'start_roc required'],
    ['trademarks-tw.csv', { start_roc: '2022-03-16' }, 'start_roc date'],
    ['trademarks-tw.csv', { end_roc: '121.02.30' }, 'end_roc date'],
    ['trademarks-tw.csv', { nice_classes: '001|' }, ''],
    ['trademarks-tw.csv', { nice_classes: '001|099' }, 'nice_classes value'],
    ['trademarks-tw.csv', { owner_zh_hant: ' ' }, 'owner_zh_hant required'],
    ['trademarks-tw.csv', { register_no: '無' }, 'register_no code'],
  ]
  for (const [file, changes, problem] of bad) {
    const shown = Object.entries(changes).map(([field, value]) => `${field} = ${JSON.stringify(value)}`)
    it(`${file}: ${shown} ${problem ? 'is rejected' : 'is taken'}`, async () => {
      const problems = problemsOf('trademarks', await itemOf(file, 0, changes))
      expect(problems.map(({ field, rule }) => `${field} ${rule}`).join()).to.equal(problem)
      for (const { message } of problems) expect(message).to.match(/\p{Script=Han}.*[a-z]/u)
    })
  }

  const nested: [file: string, from: string | RegExp, to: string, problem: string][] = [
    ['trademarks-st96.xml', '"700"', '"999"', 'MarkCurrentStatusCode value'],
    ['trademarks-st96.xml', '"700"', '""', 'MarkCurrentStatusCode required'],
    ['trademarks-st96.xml', '"700"', '["700","800"]', 'MarkCurrentStatusCode value'],
    ['trademarks-st96.xml', '"030"', '"A"', 'ClassNumber value'],
    ['trademarks-st96.xml', '"6"', '"2"', 'ClassNumberStatusCode value'],
    ['trademarks-st96.xml', '2016-08-04', '2016-08-32', 'RegistrationDate date'],
    ['trademarks-st96.xml', '"US","ns1:A', '"EM","ns1:A', 'RegistrationOfficeCode value'],
    ['trademarks-st96.xml', /"ns1:EntityName":"[^"]+"/g, '"ns1:EntityName":""', 'Applicant required'],
    ['trademarks-st96.xml', '"99912345"', '""', 'ApplicationNumber required'],
    ['trademarks-st96.xml', '"9991234"', '"no. 1"', 'RegistrationNumber code'],
    ['trademarks-st66.xml', '"TradeMark":{', '"Other":{', 'TradeMarkDetails value'],
    [
      'trademarks-st66.xml',
      '"ClassNumberStatusCode":"6"',
      '"ClassNumberStatusCode":"9"',
      'ClassNumberStatusCode value',
    ],
  ]
  for (const [file, from, to, problem] of nested) {
    it(`${file}: ${String(from)} as ${to} is rejected`, async () => {
      const problems = problemsOf('trademarks', await altered(file, from, to))
      expect(problems.map(({ field, rule }) => `${field} ${rule}`)).to.deep.equal([problem])
    })
  }

  it('an application that is not registered yet keeps its key when it is', async () => {
    const pending = await altered('trademarks-st96.xml', '"9991234"', '"0000000"')
    const [before] = draftsOf('trademarks', { ...pending, fields: { ...pending.fields, 'ns1:RegistrationDate': '' } })
    const [after] = await drafts('trademarks-st96.xml')
    expect(before?.key).to.equal(after?.key)
    expect([before?.body.number, after?.body.number]).to.deep.equal(['99912345', '9991234'])
  })

  const noted: [file: string, changes: Record<string, unknown>, finding: string][] = [
    ['trademarks.xml', { regDate: '2014-12-31' }, 'regDate date.order'],
    ['trademarks.csv', { PROPERTY_END_DATE: '2002-07-13' }, 'PROPERTY_END_DATE date.order'],
    ['trademarks.csv', { PROPERTY_BGN_DATE: '2030-07-14' }, 'PROPERTY_BGN_DATE date.future'],
    ['trademarks-tw.csv', { filing_date_roc: '199.12.15' }, 'filing_date_roc date.future'],
    ['trademarks-tw.csv', { agent: '樣例事務所' }, 'agent field.unknown'],
  ]
  for (const [file, changes, finding] of noted) {
    it(`${file}: ${JSON.stringify(changes)} is accepted with a remark`, async () => {
      const [draft] = await drafts(file, 0, changes)
      expect(draft?.findings.map(({ field, rule }) => `${field} ${rule}`)).to.include(finding)
      expect(contract('records/trademark')(draft?.body)).to.deep.equal([])
    })
  }

  it('a document of several marks in one ST.66 item is rejected, a list of marks in ST.96 is several items', async () => {
    const [item] = await itemsOf('trademarks', sample('trademarks-st66.xml'))
    const details = item?.fields['TradeMarkDetails'] as { TradeMark: unknown }
    const two = { ...item?.fields, TradeMarkDetails: { TradeMark: [details.TradeMark, details.TradeMark] } }
    const problems = problemsOf('trademarks', { page: null, row: 1, fields: two })
    expect(problems.map(({ rule }) => rule)).to.deep.equal(['value'])
    const [mark] = await itemsOf('trademarks', sample('trademarks-st96.xml'))
    const path = fileOf(JSON.stringify({ bag: [mark?.fields, mark?.fields] }))
    expect(await itemsOf('trademarks', path)).to.have.length(2)
  })

  it('a document of some other thing is refused', async () => {
    const other = fileOf(
      '<?xml version="1.0"?><PatentBag><Patent><Number>1</Number><Title>x</Title></Patent></PatentBag>',
    )
    expect(await refusalOf(itemsOf('trademarks', other))).to.equal('CONTENT_UNKNOWN')
  })
})
