import { expect } from 'chai'
import { faults, noted, only } from './support.js'

describe('permits in every file form', () => {
  it('2019 codes: reads irregular column names and a term, and the fact includes the certificate', async () => {
    const draft = await only('permits', 'permits.csv')
    expect(noted(draft)).to.deep.equal([])
    expect(draft).to.deep.include({
      kind: 'permit',
      key: '样市监食许〔2025〕11号/91220102MA0Y3X1HXM/11220000013555128E/JY12201020000011',
      validFrom: '2025-03-05',
      validTo: '2030-03-04',
      fact: '样市监食许〔2025〕11号/样例市市场监督管理局/JY12201020000011',
    })
    expect(draft.body).to.include({
      document_name: '食品经营许可决定书',
      category: 'GENERAL',
      certificate: '食品经营许可证',
      decided_on: '2025-03-04',
      status: 'VALID',
      source_unit: '样例市场监督管理局',
    })
  })

  it('two certificates of one decision are two permits', async () => {
    const [one, other] = [
      await only('permits', 'permits.csv'),
      await only('permits', 'permits.csv', 0, { XK_XKBH: 'JY12201020000099' }),
    ]
    expect(one.key).to.not.equal(other.key)
    expect(one.fact).to.not.equal(other.fact)
  })

  it('2099-12-31 means no end, and state 2 means invalid', async () => {
    const draft = await only('permits', 'permits.csv', 1)
    expect(draft.validTo).to.equal(null)
    expect(draft.body).to.include({ valid_to: null, status: 'INVALID', category: 'REGISTRATION' })
  })

  it('state 1 means valid in the 2019 codes and withdrawn in the 2015 codes', async () => {
    const states = [
      await only('permits', 'permits.csv', 0, { XK_ZT: '1' }),
      await only('permits', 'permits-2015.xml', 0, { XK_ZT: '1' }),
      await only('permits', 'permits-2015.xml', 0, { XK_ZT: '0' }),
      await only('permits', 'permits-2015.xml', 0, { XK_ZT: '2' }),
    ].map((draft) => [draft.body.status, noted(draft)])
    expect(states).to.deep.equal([
      ['VALID', []],
      ['INVALID', []],
      ['VALID', []],
      ['VALID', ['XK_ZT value']],
    ])
  })

  it('2015 codes: a permit without a start is valid from its decision', async () => {
    const draft = await only('permits', 'permits-2015.xml')
    expect(noted(draft)).to.deep.equal([])
    expect(draft).to.deep.include({ validFrom: '2016-03-04', validTo: '2019-03-03' })
    expect(draft.body).to.include({ document_name: '食品流通许可', valid_from: null, party_kind: 'ORGANISATION' })
    expect(draft.fact).to.equal('样食药许〔2016〕3号/样例食品药品监督管理局')
  })

  it('the template: a registration number identifies the party, and the state is a word', async () => {
    const draft = await only('permits', 'permits-template.xlsx', 1)
    expect(draft.subject).to.include({ uscc: null, regNo: '220102600012340', name: '样例商行' })
    expect(draft.body).to.include({ status: 'INVALID', valid_to: null, decided_on: null, category: null })
  })

  it('categories are recognised with and without 许可, and 其他 with a detail is OTHER', async () => {
    const sent: [string, string][] = [
      ['普通许可', 'GENERAL'],
      ['特许', 'FRANCHISE'],
      ['认可', 'ACCREDITATION'],
      ['核准', 'APPROVAL'],
      ['其他', 'OTHER'],
      ['其他-备案', 'OTHER'],
      ['其他（备案）', 'OTHER'],
    ]
    for (const [word, category] of sent)
      expect((await only('permits', 'permits.csv', 0, { XK_XKLB: word })).body.category, word).to.equal(category)
  })

  const bad: [file: string, changes: Record<string, unknown>, fault: string][] = [
    ['permits.csv', { XK_XKLB: '神秘' }, 'XK_XKLB value'],
    ['permits.csv', { XK_XKLB: 'toString' }, 'XK_XKLB value'],
    ['permits.csv', { XK_ZT: '0' }, 'XK_ZT value'],
    ['permits.csv', { XK_ZT: '' }, 'XK_ZT required'],
    ['permits.csv', { XK_YXQZ: '' }, 'XK_YXQZ required'],
    ['permits.csv', { XK_YXQZI: '2025-03-04' }, 'XK_YXQZI date'],
    ['permits.csv', { XK_XKJGDM: '' }, 'XK_XKJGDM required'],
    ['permits-2015.xml', { XK_ZT: '4' }, 'XK_ZT value'],
    ['permits-template.xlsx', { 登记状态: '1' }, '登记状态 value'],
  ]
  for (const [file, changes, fault] of bad) {
    it(`${file}: ${JSON.stringify(changes)} is rejected`, async () => {
      expect(await faults('permits', file, 0, changes)).to.deep.equal([fault])
    })
  }
})
