import { expect } from 'chai'
import fc from 'fast-check'
import { addMoney, compareMoney, parseMoney, yuanToWan } from '../../../src/domain/records/money.js'

/** Financial, everyday and traditional numerals of the same value. People mix them. */
const SIGNS: Record<string, string> = {
  零: '零〇○',
  壹: '壹一弌',
  贰: '贰貳二',
  叁: '叁參叄三',
  肆: '肆四',
  伍: '伍五',
  陆: '陆陸六',
  柒: '柒七',
  捌: '捌八',
  玖: '玖九',
  拾: '拾十',
  佰: '佰百',
  仟: '仟千',
  万: '万萬',
  亿: '亿億',
  元: '元圆圓',
  整: '整正',
}
const NUMERALS = '零壹贰叁肆伍陆柒捌玖'

/** Numerals of four digits. `zero`: higher digits come before, so that a gap is written as 零. */
const section = (value: number, zero: boolean): string => {
  let text = ''
  let gap = zero && value > 0 && value < 1000
  for (const [at, unit] of ['仟', '佰', '拾', ''].entries()) {
    const digit = Math.floor(value / 10 ** (3 - at)) % 10
    if (digit === 0) gap = gap || text !== ''
    else {
      text += (gap ? '零' : '') + NUMERALS[digit] + unit
      gap = false
    }
  }
  return text
}

/** Writes a whole number by 正确填写票据和结算凭证的基本规定, without code of the parser. `spoken`: 零 also where it is optional. */
const inWords = (n: bigint, spoken: boolean): string => {
  if (n === 0n) return '零'
  const four = (at: bigint): number => Number((n / 10n ** at) % 10000n)
  const high = [section(four(12n), false), section(four(8n), four(12n) > 0)]
  const hundredMillions = (high[0] ? `${high[0]}万` : '') + high[1]
  const before = hundredMillions === '' ? '' : `${hundredMillions}亿`
  const gapWan = before !== '' && spoken && four(8n) % 10 === 0
  const wan = section(four(4n), before !== '')
  const ones = section(four(0n), before !== '' || wan !== '')
  const wanText = wan === '' ? '' : `${gapWan && !wan.startsWith('零') ? '零' : ''}${wan}万`
  const gapOnes =
    wanText === '' ? before !== '' && !ones.startsWith('零') : spoken && four(4n) % 10 === 0 && !ones.startsWith('零')
  return before + wanText + (ones !== '' && gapOnes ? '零' : '') + ones
}

const coins = (cents: number): string => {
  const [jiao, fen] = [Math.floor(cents / 10), cents % 10]
  if (cents === 0) return '整'
  if (fen === 0) return `${NUMERALS[jiao]}角`
  return jiao === 0 ? `零${NUMERALS[fen]}分` : `${NUMERALS[jiao]}角${NUMERALS[fen]}分`
}

const written = fc.record({
  cents: fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), fc.bigInt({ min: 0n, max: 10n ** 7n }), roundAmounts()),
  spoken: fc.boolean(),
  before: fc.constantFrom('', '人民币', '¥'),
  luck: fc.infiniteStream(fc.nat(3)),
})

/** Amounts with few digits other than zero, and hence many gaps. */
function roundAmounts() {
  return fc
    .array(fc.tuple(fc.integer({ min: 0, max: 17 }), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 4 })
    .map((parts) => [...new Map(parts)].reduce((sum, [at, digit]) => sum + BigInt(digit) * 10n ** BigInt(at), 0n))
}

const decimal = (cents: bigint): string => {
  const fraction = String(cents % 100n)
    .padStart(2, '0')
    .replace(/0+$/, '')
  return `${cents / 100n}${fraction === '' ? '' : `.${fraction}`}`
}

describe('amounts in words', () => {
  const known: [bigint, boolean, string][] = [
    [0n, false, '零'],
    [1409n, false, '壹仟肆佰零玖'],
    [6007n, false, '陆仟零柒'],
    [100_000n, false, '壹拾万'],
    [107_000n, true, '壹拾万零柒仟'],
    [107_000n, false, '壹拾万柒仟'],
    [1_680n, false, '壹仟陆佰捌拾'],
    [100_000_001n, false, '壹亿零壹'],
    [1_000_050_000n, false, '壹拾亿零伍万'],
    [1_0000_0000_0000n, false, '壹万亿'],
  ]
  for (const [n, spoken, words] of known)
    it(`${n} is written ${words}${spoken ? ', with every optional 零' : ''}`, () =>
      expect(inWords(n, spoken)).to.equal(words))

  it('every amount up to ten quadrillion is read back from its words, with any numerals and with or without optional 零', () => {
    fc.assert(
      fc.property(written, ({ cents, spoken, before, luck }) => {
        const words = `${inWords(cents / 100n, spoken)}元${coins(Number(cents % 100n))}`
        const mixed = [...words].map((sign) => pick(SIGNS[sign] ?? sign, luck.next().value)).join('')
        expect(parseMoney(before + mixed), before + mixed).to.deep.equal({ yuan: decimal(cents), currency: 'CNY' })
        // The text contains its unit, so the unit for bare numbers has no effect.
        expect(parseMoney(before + mixed, 'wan')?.yuan).to.equal(decimal(cents))
      }),
      { numRuns: 3000 },
    )
  })

  it('words with a missing or doubled character give another amount or none', () => {
    fc.assert(
      fc.property(written, fc.nat(40), ({ cents, spoken }, at) => {
        const words = `${inWords(cents / 100n, spoken)}元整`
        const doubled = words.slice(0, at) + (words[at] ?? '') + words.slice(at)
        const read = parseMoney(doubled)
        expect(read === null || /^\d+(\.\d+)?$/.test(read.yuan)).to.equal(true)
      }),
    )
  })
})

const pick = (signs: string, n: number): string => {
  const all = [...signs]
  return all[n % all.length] ?? ''
}

describe('arithmetic of amounts', () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 20n }).map(decimal)
  const cents = (yuan: string): bigint => {
    const [whole = '', fraction = ''] = yuan.split('.')
    return BigInt(whole + fraction.padEnd(2, '0'))
  }

  it('addMoney adds exactly, in any order and grouping', () => {
    fc.assert(
      fc.property(amount, amount, amount, (a, b, c) => {
        expect(cents(addMoney(a, b))).to.equal(cents(a) + cents(b))
        expect(addMoney(a, b)).to.equal(addMoney(b, a))
        expect(addMoney(addMoney(a, b), c)).to.equal(addMoney(a, addMoney(b, c)))
        expect(addMoney(a, '0')).to.equal(a)
      }),
    )
  })

  it('compareMoney orders as the cents do', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const sign = cents(a) < cents(b) ? -1 : cents(a) > cents(b) ? 1 : 0
        expect(compareMoney(a, b)).to.equal(sign)
        expect(compareMoney(a, a)).to.equal(0)
      }),
    )
  })

  it('an amount in 万元 with six decimals is read back', () => {
    fc.assert(
      fc.property(amount, (yuan) => {
        expect(yuanToWan(yuan)).to.match(/^\d+\.\d{6}$/)
        expect(parseMoney(yuanToWan(yuan), 'wan')).to.deep.equal({ yuan, currency: 'CNY' })
      }),
    )
  })
})
