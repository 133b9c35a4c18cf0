import { expect } from 'chai'
import { faults, noted, only } from './support.js'

describe('results of credit repairs', () => {
  it('a repaired penalty names the penalty decision', async () => {
    const draft = await only('repairs', 'repairs.json')
    expect(noted(draft)).to.deep.equal([])
    expect(draft.key).to.equal('样信修〔2025〕1号/PENALTY/样市监处罚〔2025〕12号/91220102MA0Y3X1HXM')
    expect(draft.body).to.include({
      target: 'PENALTY',
      target_document_number: '样市监处罚〔2025〕12号',
      outcome: 'REPAIRED',
      decided_on: '2025-09-01',
    })
    expect(draft).to.include({ validFrom: '2025-09-01', validTo: null })
  })

  it('a repaired abnormal entry may have no document number', async () => {
    const draft = await only('repairs', 'repairs.json', 1)
    expect(draft.body).to.include({ target: 'ABNORMAL', target_document_number: null, outcome: 'REMOVED' })
    expect(noted(draft)).to.deep.equal(['原决定书文号 required'])
  })

  it('the table has other column names with the same meanings', async () => {
    expect((await only('repairs', 'repairs.csv')).body).to.include({
      target: 'PENALTY',
      outcome: 'REFUSED',
      note: null,
    })
    const entry = await only('repairs', 'repairs.csv', 1)
    expect(entry.body).to.include({ target: 'LIST_ENTRY', outcome: 'REMOVED', document_number: null })
    expect(entry.subject).to.include({ regNo: '220102600012340' })
    expect(entry.key).to.equal('2025-08-02/REMOVED/LIST_ENTRY/样市监列严〔2024〕1号/220102600012340')
  })

  it('a repair and its revocation have different keys', async () => {
    const revoked = await only('repairs', 'repairs.json', 0, { 修复结果: '撤销修复', 修复决定文号: '' })
    const repaired = await only('repairs', 'repairs.json', 0, { 修复决定文号: '' })
    expect(revoked.body.outcome).to.equal('REVOKED')
    expect(revoked.key).to.not.equal(repaired.key)
  })

  const bad: [changes: Record<string, unknown>, fault: string][] = [
    [{ 修复结果: '修复中' }, '修复结果 value'],
    [{ 修复结果: '移出' }, '修复结果 value'],
    [{ 修复信息类别: '其他' }, '修复信息类别 value'],
    [{ 原决定书文号: '/' }, '原决定书文号 required'],
    [{ 修复决定日期: '' }, '修复决定日期 required'],
    [{ 修复决定机关: '无' }, '修复决定机关 required'],
  ]
  for (const [changes, fault] of bad) {
    it(`${JSON.stringify(changes)} is rejected`, async () => {
      expect(await faults('repairs', 'repairs.json', 0, changes)).to.deep.equal([fault])
    })
  }
})
