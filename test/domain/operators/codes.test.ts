import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import * as identity from '../../../src/domain/operators/codes.js'

const SHARED = path.resolve('../shared')
const ALPHABET = [...'0123456789ABCDEFGHJKLMNPQRTUWXY']
const character = fc.constantFrom(...ALPHABET)

/** Completes a code by trying each check character, independently of the arithmetic under test. */
const completed = (start: string, alphabet: readonly string[], valid: (code: string) => boolean): string =>
  alphabet.map((last) => start + last).find(valid) ?? ''

const uscc = fc
  .tuple(
    fc.string({ unit: character, minLength: 2, maxLength: 2 }),
    fc.nat(999_999),
    fc.string({ unit: character, minLength: 9, maxLength: 9 }),
  )
  .map(([head, region, subject]) =>
    completed(`${head}${String(region).padStart(6, '0')}${subject}`, ALPHABET, identity.isValidUscc),
  )
const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length })

describe('codes of operators', () => {
  describe('unified social credit code', () => {
    const synthetic: [string, identity.RegisteredKind, string, string][] = [
      ['91220102MA0Y3X1HXM', 'enterprise', '220102', 'MA0Y3X1HX'],
      ['92220202MA14A9QU2R', 'individual', '220202', 'MA14A9QU2'],
      ['93222401MA17T6WN1P', 'cooperative', '222401', 'MA17T6WN1'],
      ['11220000013555128E', 'other', '220000', '013555128'],
      ['51220000500000015N', 'other', '220000', '500000015'],
    ]
    for (const [code, kind, region, org] of synthetic) {
      it(`${code} is valid, and its parts are read`, () => {
        expect(identity.parseCode(code)).to.deep.equal({ scheme: 'uscc', code, valid: true })
        expect(identity.readOperatorKindInUscc(code)).to.equal(kind)
        expect(identity.extractRegionOfUscc(code)).to.equal(region)
        expect(identity.extractOrgCode(code)).to.equal(org)
      })
    }

    const digitFails = ['91310115MA1H8R7C6D', '91220102MA0Y3X1HXN', '91350100M0001TGQXM']
    for (const code of digitFails)
      it(`${code} has the right form and a wrong check digit`, () =>
        expect(identity.parseCode(code)).to.deep.equal({ scheme: 'uscc', code, valid: false }))

    const noForm = [
      '91350100M000100Y4Z',
      '9122O102MA0Y3X1HXM',
      '9122A102MA0Y3X1HXM',
      '91220102MA0Y3X1HX',
      '91220102MA0Y3X1HXMM',
      '91220102MAOY3X1HXM',
      '91220102MA0Y3X1IXM',
    ]
    for (const code of noForm) {
      it(`${code} has a wrong form and is not repaired`, () => {
        expect(identity.hasUsccForm(code)).to.equal(false)
        expect(identity.isValidUscc(code)).to.equal(false)
        expect(identity.parseCode(code)).to.equal(null)
      })
    }

    it('a code with letters in its organisation part has the scheme `uscc`', () =>
      expect(identity.parseCode('91440300MA5K89PL31')?.scheme).to.equal('uscc'))

    it('a wrong check digit inside the organisation part does not make a code invalid', () => {
      const code = completed('91220102MA0Y3X1H1', ALPHABET, identity.isValidUscc)
      expect(identity.hasOrgCodeCheckDigit(identity.extractOrgCode(code))).to.equal(false)
      expect(identity.parseCode(code)?.valid).to.equal(true)
    })

    it('an unknown region does not make a code invalid', () => {
      const code = completed('91999999MA0Y3X1HX', ALPHABET, identity.isValidUscc)
      expect(identity.parseCode(code)).to.deep.equal({ scheme: 'uscc', code, valid: true })
    })

    it('every code has exactly one valid check character of 31, and is invalid with any one character changed', () => {
      fc.assert(
        fc.property(uscc, fc.nat(17), character, (code, at, other) => {
          expect(identity.isValidUscc(code)).to.equal(true)
          expect(ALPHABET.filter((last) => identity.isValidUscc(code.slice(0, 17) + last))).to.have.length(1)
          fc.pre(code[at] !== other)
          expect(identity.isValidUscc(code.slice(0, at) + other + code.slice(at + 1))).to.equal(false)
        }),
      )
    })
  })

  describe('organisation code', () => {
    for (const code of ['MA1B3N1N2', 'M000100Y4', 'D2143569X', 'MA0Y3X1HX', '013555128']) {
      it(`${code} is valid in the alphabet of 36 characters`, () =>
        expect(identity.parseCode(code)).to.deep.equal({ scheme: 'org_code', code, valid: true }))
    }
    it('a hyphen before the check digit is dropped', () => {
      expect(identity.parseCode('d2143569－x')).to.deep.equal({ scheme: 'org_code', code: 'D2143569X', valid: true })
      expect(identity.normalizeCode('MA0Y3X1H-X')).to.equal('MA0Y3X1HX')
    })
    it('a wrong digit is reported as invalid', () =>
      expect(identity.parseCode('MA1B3N1N4')).to.deep.equal({ scheme: 'org_code', code: 'MA1B3N1N4', valid: false }))
    it('every eight characters have exactly one check digit', () => {
      const start = fc.string({
        unit: fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'),
        minLength: 8,
        maxLength: 8,
      })
      fc.assert(
        fc.property(start, (code) => {
          expect([...'0123456789X'].filter((last) => identity.hasOrgCodeCheckDigit(code + last))).to.have.length(1)
        }),
      )
    })
  })

  describe('business registration number', () => {
    for (const code of ['220102600012340', '220000000012346', '222401400012347']) {
      it(`${code} is valid`, () =>
        expect(identity.parseCode(code)).to.deep.equal({ scheme: 'reg_no', code, valid: true }))
    }
    it('a safe integer is read like its text', () => expect(identity.parseCode(220102600012340)?.valid).to.equal(true))
    it('13 digits are an obsolete number and not a code', () =>
      expect(identity.parseCode('2201021234567')).to.equal(null))
    it('one changed digit is always detected', () => {
      fc.assert(
        fc.property(digits(14), fc.nat(14), fc.nat(9), (start, at, other) => {
          const code = completed(start, [...'0123456789'], identity.hasRegNoCheckDigit)
          expect(identity.parseCode(code)?.valid).to.equal(true)
          fc.pre(code[at] !== String(other))
          expect(identity.parseCode(code.slice(0, at) + other + code.slice(at + 1))?.valid).to.equal(false)
        }),
      )
    })
  })

  describe('shop code', () => {
    const read: [string, string][] = [
      ['shop:taobao:12345', 'shop:taobao:12345'],
      [' Shop：TaoBao：AbC-9 ', 'shop:taobao:AbC-9'],
      ['shop:jd:a:b', 'shop:jd:a:b'],
      ['shop:my-mall:小店１', 'shop:my-mall:小店１'],
    ]
    for (const [text, code] of read)
      it(`${JSON.stringify(text)} is ${code}`, () =>
        expect(identity.parseCode(text)).to.deep.equal({ scheme: 'shop', code, valid: true }))

    const malformed = [
      'shop:',
      'shop:taobao',
      'shop:taobao:',
      'shop::1',
      'shop:tao_bao:1',
      `shop:${'a'.repeat(33)}:1`,
      `shop:a:${'1'.repeat(65)}`,
      'shop:a:1 2',
      'shop:a:1\u200b2',
      'shop:a:\ud800',
      'shops:a:1',
      'shop:淘宝:1',
    ]
    for (const text of malformed)
      it(`${JSON.stringify(text).slice(0, 30)} is no shop's code`, () =>
        expect(identity.parseCode(text)).to.equal(null))

    it('codeOf reads back the result of shopCode', () => {
      const marketplace = fc.string({ unit: fc.constantFrom(...'abcxyz019-'), minLength: 1, maxLength: 32 })
      const id = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_:店铺'), minLength: 1, maxLength: 64 })
      fc.assert(
        fc.property(marketplace, id, (at, shop) => {
          const code = identity.makeShopCode(at, shop)
          expect(identity.parseCode(code)).to.deep.equal({ scheme: 'shop', code, valid: true })
        }),
      )
    })
  })

  describe('normalizeCode', () => {
    const read: [unknown, string | null][] = [
      ['91220102ma0y3x1hxm ', '91220102MA0Y3X1HXM'],
      ['９１２２０１０２ＭＡ０Ｙ３Ｘ１ＨＸＭ', '91220102MA0Y3X1HXM'],
      ['9122 0102\u200b MA0Y\t3X1HXM\ufeff', '91220102MA0Y3X1HXM'],
      ['', null],
      ['　', null],
      ['/', null],
      ['无', null],
      ['N/A', null],
      ['\\N', null],
      [null, null],
      [undefined, null],
      [{}, null],
      [Number('914403001922038216'), null],
      [914403001922038216n, '914403001922038216'],
    ]
    for (const [value, code] of read)
      it(`${typeof value} ${JSON.stringify(String(value))} is ${code}`, () =>
        expect(identity.normalizeCode(value)).to.equal(code))

    it('is idempotent, and neither it nor codeOf throws on any value', () => {
      const text = fc.oneof(
        fc.anything(),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom(...'shopSHOP:：-－09ZX 　') }),
        fc.string({ unit: 'grapheme' }).map((id) => `shop:a:${id}`),
      )
      fc.assert(
        fc.property(text, (value) => {
          const once = identity.normalizeCode(value)
          expect(identity.normalizeCode(once)).to.equal(once)
          const told = identity.parseCode(value)
          expect(told === null || told.code === once).to.equal(true)
          expect(identity.parseCode(told?.code)).to.deep.equal(told)
        }),
        { numRuns: 1000 },
      )
    })

    it('no check throws on any text', () => {
      const checks = [
        identity.hasUsccForm,
        identity.hasUsccCheckDigit,
        identity.isValidUscc,
        identity.hasOrgCodeForm,
        identity.hasOrgCodeCheckDigit,
        identity.hasRegNoForm,
        identity.hasRegNoCheckDigit,
        identity.isValidResidentId,
        identity.isValidGtin,
      ]
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (text) => {
          for (const check of checks) expect(check(text)).to.be.a('boolean')
          for (const part of [identity.extractOrgCode, identity.extractRegionOfUscc, identity.readOperatorKindInUscc])
            expect(part(text)).to.be.a('string')
        }),
      )
    })
  })

  describe('resident ID number', () => {
    it('the two printed examples of the standard are valid', () => {
      expect(identity.isValidResidentId('11010519491231002X')).to.equal(true)
      expect(identity.isValidResidentId('440524188001010014')).to.equal(true)
    })
    const invalid = [
      '110105194912310021',
      '11010519491231002x',
      '99010519491231002X',
      '11010519490231002X',
      '110105170012310021',
      '110105491331002',
      '',
    ]
    for (const code of invalid)
      it(`${JSON.stringify(code)} is not valid`, () => expect(identity.isValidResidentId(code)).to.equal(false))
    it('the first generation has 15 digits', () => expect(identity.isValidResidentId('110105491231002')).to.equal(true))
    it('is not a code of an operator', () => expect(identity.parseCode('440524188001010014')).to.equal(null))
  })

  describe('article number', () => {
    for (const code of ['6901234567892', '69012341', '06901234567892', '012345678905'])
      it(`${code} is valid`, () => expect(identity.isValidGtin(code)).to.equal(true))
    for (const code of ['6934024510011', '690123456789', '69012345678921', '', '6901234567892A'])
      it(`${JSON.stringify(code)} is no article number`, () => expect(identity.isValidGtin(code)).to.equal(false))
  })

  it('every vector of ../shared/vectors.json gets its verdict (skipped where absent)', function () {
    const file = path.join(SHARED, 'vectors.json')
    if (!existsSync(file)) this.skip()
    const vectors = JSON.parse(readFileSync(file, 'utf8'))
    const codes = (rows: { code: string }[]): string[] => rows.map(({ code }) => code)
    const verdicts: [string[], (code: string) => boolean, boolean][] = [
      [codes([...vectors.uscc_valid, ...vectors.uscc_synthetic_jilin]), identity.isValidUscc, true],
      [codes([...vectors.uscc_invalid, ...vectors.uscc_real_but_failing_checksum]), identity.isValidUscc, false],
      [
        codes(vectors.uscc_real_but_failing_checksum),
        (code) => identity.hasOrgCodeCheckDigit(identity.extractOrgCode(code)),
        true,
      ],
      [vectors.org_code_valid, identity.hasOrgCodeCheckDigit, true],
      [[...vectors.reg_no_valid, ...vectors.reg_no_synthetic_jilin], identity.hasRegNoCheckDigit, true],
      [vectors.resident_id_valid, identity.isValidResidentId, true],
      [vectors.gtin_valid, identity.isValidGtin, true],
      [vectors.gtin_invalid, identity.isValidGtin, false],
    ]
    for (const [list, check, verdict] of verdicts) for (const code of list) expect(check(code), code).to.equal(verdict)
  })

  it('every code of ../shared/data/uscc-vectors gets its verdict (skipped where absent)', function () {
    const file = path.join(SHARED, 'data/uscc-vectors/vectors.csv')
    if (!existsSync(file)) this.skip()
    const rows: Record<string, string>[] = parse(readFileSync(file), { columns: true, bom: true })
    expect(rows.length).to.be.greaterThan(200)
    for (const row of rows) {
      const told = identity.parseCode(row['code'])
      expect(told?.scheme === 'uscc' && told.valid, row['code']).to.equal(!row['expected']?.startsWith('invalid'))
    }
  })
})
