import { expect } from 'chai'
import fc from 'fast-check'
import { KINDS_MASKED_IN_NAMES, maskCode, maskName } from '../../../src/domain/listing/masked-names.js'
import { maskPersonalData } from '../../../src/domain/records/personal-data.js'
import { processorMs } from '../../support/processor.js'

const NAMES: [name: string | null, shown: string | null][] = [
  [null, null],
  ['虚构商贸有限公司', '虚构商贸有限公司'],
  ['虚构（虚构市）一二三商行', '虚构（虚构市）一二三商行'],
  ['虚构市13800138000手机店', '虚构市［号码略］手机店'],
  ['虚构一三八零零一三八零零零手机店', '虚构［号码略］手机店'],
  ['虚构微信号abc123456小店', '虚构微信号［社交号略］小店'],
  // A place in a name is kept, because the name is on the licence.
  ['虚构市虚构区阳光虚构家园5栋便民超市', '虚构市虚构区阳光虚构家园5栋便民超市'],
  ['虚构Ａ１３８００１３８０００店', '虚构Ａ［号码略］店'],
  ['虚构123便利店 ABC', '虚构123便利店 ABC'],
]

describe('public name of an operator', () => {
  for (const [name, shown] of NAMES)
    it(`${name} is published as ${shown}`, () => expect(maskName(name)).to.equal(shown))

  it('equals the result of the full mask, also where the quick check skips it', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...'虚构市县区路村组号室栋单元小胡同住居现家户籍口址身份证地常租入护照通行微信电话艾特点中国公司银行',
      ),
      fc.constantFrom(...'〇一二三四五六七八九零壹十（）() ·。@＠.-１1３8A零0'),
      fc.constantFrom('（艾特）', '（点）', '中国', '住', '户口所在地', '身份证地址', '［', '一三八零零一三八零零零'),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const name = pieces.join('')
        expect(maskName(name)).to.equal(maskPersonalData(name, KINDS_MASKED_IN_NAMES).text)
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes for an ordinary name at most half the time of the full mask', async () => {
    const names = Array.from({ length: 500 }, (_, i) => `虚构${String.fromCharCode(0x5000 + i)}商贸有限公司`)
    const timeOf = (mask: (name: string) => unknown) =>
      processorMs(() => {
        for (let time = 0; time < 100; time += 1) for (const name of names) mask(name)
      })
    const [quick, full] = [
      await timeOf(maskName),
      await timeOf((name) => maskPersonalData(name, KINDS_MASKED_IN_NAMES)),
    ]
    expect(quick).to.be.below(full / 2)
  })

  const codes: [code: string | null, shown: string | null][] = [
    ['91220102MA7A0700XC', '91220102MA7A0700XC'],
    ['92220102MA7A07001X', '92220102MA7A07001X'],
    ['110101199003070011', null],
    ['1', null],
    [null, null],
  ]
  for (const [code, shown] of codes)
    it(`the code ${code} is published as ${shown}`, () => expect(maskCode(code)).to.equal(shown))
})
