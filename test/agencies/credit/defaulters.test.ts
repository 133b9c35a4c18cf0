import { expect } from 'chai'
import { faults, noted, only } from './support.js'

describe('judgment defaulters', () => {
  it('are valid from publication, not from the filing of the case', async () => {
    const draft = await only('defaulters', 'defaulters.json')
    expect(noted(draft)).to.deep.equal([])
    expect(draft).to.deep.include({
      kind: 'list_entry',
      key: '（2025）样0102执12号/（2024）样0102民初3号/91220102MA0Y3X1HXM',
      validFrom: '2025-05-06',
      validTo: null,
    })
    expect(draft.body).to.include({
      list: 'defaulters',
      reason: '违反财产报告制度（全部未履行）',
      authority: '样例人民法院',
      document_number: '（2025）样0102执12号',
      listed_on: '2025-05-06',
      ends_on: null,
    })
  })

  it('may have an organisation code in the field for the unified code, and may be removed again', async () => {
    const draft = await only('defaulters', 'defaulters.json', 1)
    expect(noted(draft)).to.deep.equal([])
    expect(draft.subject).to.include({ uscc: null, orgCode: '71526726X' })
    expect(draft).to.include({ validTo: '2025-09-01' })
    expect(draft.body).to.include({ removed_on: '2025-09-01', removal_reason: '已履行' })
  })

  it('are stored without name, number, age or sex if natural persons', async () => {
    for (const cardnum of ['2201021900****6147', '11010519491231002X', '', '92220202MA14A9QU2R']) {
      const draft = await only('defaulters', 'defaulters.json', 2, { cardnum, age: 87 })
      expect(Object.values(draft.subject)).to.deep.equal([null, null, null, null, null])
      expect(noted(draft)).to.deep.equal(['partyTypeName person'])
      const kept = JSON.stringify(draft)
      for (const secret of ['样丁', '女', '87', cardnum || '2201021900']) expect(kept).to.not.include(secret)
    }
  })

  it('are stored without debts and creditors', async () => {
    expect(JSON.stringify(await only('defaulters', 'defaulters.json', 0, { duty: '向样戊支付7654元' }))).to.not.match(
      /样戊|7654/,
    )
  })

  const bad: [changes: Record<string, unknown>, fault: string][] = [
    [{ partyTypeName: '' }, 'partyTypeName required'],
    [{ partyTypeName: '580' }, 'partyTypeName value'],
    [{ cardnum: '11010519491231002X' }, 'cardnum code'],
    [{ cardnum: '91220102****3X1HXM' }, 'cardnum code'],
    [{ caseCode: '/' }, 'caseCode required'],
    [{ publishDate: '2025年02月30日' }, 'publishDate date'],
    [{ removeDate: '2025-05-05' }, 'removeDate date'],
    [{ performance: '不清楚' }, 'performance value'],
    [{ iname: '' }, 'iname required'],
  ]
  for (const [changes, fault] of bad) {
    it(`${JSON.stringify(changes)} is rejected`, async () => {
      expect(await faults('defaulters', 'defaulters.json', 0, changes)).to.deep.equal([fault])
    })
  }

  const kept: [changes: Record<string, unknown>, finding: string][] = [
    [{ cardnum: '' }, 'cardnum required'],
    [{ regDate: '20250601' }, 'regDate date'],
    [{ cardnum: '91220102MA0Y3X1HX0' }, 'cardnum code.digit'],
  ]
  for (const [changes, finding] of kept) {
    it(`${JSON.stringify(changes)} is accepted with a remark`, async () => {
      expect(noted(await only('defaulters', 'defaulters.json', 0, changes))).to.deep.equal([finding])
    })
  }
})
