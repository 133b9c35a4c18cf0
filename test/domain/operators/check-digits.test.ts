/** Check digits of all codes in use must detect any single changed character and any swap of two neighbours. */
import { expect } from 'chai'
import fc from 'fast-check'
import * as identity from '../../../src/domain/operators/codes.js'

const DIGITS = [...'0123456789']
const USCC = [...'0123456789ABCDEFGHJKLMNPQRTUWXY']
const ORG = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const text = (signs: readonly string[], length: number) =>
  fc.string({ unit: fc.constantFrom(...signs), minLength: length, maxLength: length })
/** Completes a code by its only valid last character, found by trial rather than by the arithmetic under test. */
const completed = (start: string, last: readonly string[], holds: (code: string) => boolean): string => {
  const found = last.filter((sign) => holds(start + sign))
  expect(found, start).to.have.length(1)
  return start + found[0]
}

const orgCode = text(ORG, 8).map((start) => completed(start, [...DIGITS, 'X'], identity.hasOrgCodeCheckDigit))
const region = text(DIGITS, 6)
const uscc = fc
  .tuple(text(USCC, 2), region, text(USCC, 9))
  .map((parts) => completed(parts.join(''), USCC, identity.isValidUscc))
const regNo = text(DIGITS, 14).map((start) => completed(start, DIGITS, identity.hasRegNoCheckDigit))
const resident = fc
  .tuple(
    fc.constantFrom('22', '11', '44', '82'),
    text(DIGITS, 4),
    fc.date({ min: new Date('1900-01-01'), max: new Date('2026-01-01'), noInvalidDate: true }),
    text(DIGITS, 3),
  )
  .map(([province, place, birth, turn]) =>
    completed(
      `${province}${place}${birth.toISOString().slice(0, 10).replaceAll('-', '')}${turn}`,
      [...DIGITS, 'X'],
      identity.isValidResidentId,
    ),
  )
const gtin = fc
  .constantFrom(7, 11, 12, 13)
  .chain((length) => text(DIGITS, length))
  .map((start) => completed(start, DIGITS, identity.isValidGtin))

interface Scheme {
  code: fc.Arbitrary<string>
  holds: (code: string) => boolean
  signs: readonly string[]
  /** True for two characters that the arithmetic cannot tell apart in one place. */
  alike: (a: string, b: string) => boolean
  /** True if the scheme must detect a swap of these two neighbours. */
  swapped: (a: string, b: string) => boolean
}
const never = (): boolean => false
const always = (): boolean => true
const SCHEMES: Record<string, Scheme> = {
  'unified social credit code': { code: uscc, holds: identity.isValidUscc, signs: USCC, alike: never, swapped: always },
  // MOD 11 over 36 characters: 0 and B, 1 and C … have the same value.
  'organisation code': {
    code: orgCode,
    holds: identity.hasOrgCodeCheckDigit,
    signs: ORG,
    alike: (a, b) => (ORG.indexOf(a) - ORG.indexOf(b)) % 11 === 0,
    swapped: never,
  },
  'registration number': {
    code: regNo,
    holds: identity.hasRegNoCheckDigit,
    signs: DIGITS,
    alike: never,
    swapped: never,
  },
  'resident ID number': {
    code: resident,
    holds: identity.isValidResidentId,
    signs: DIGITS,
    alike: never,
    swapped: always,
  },
  // Weights 1 and 3: swapping neighbours that differ by five changes nothing.
  'article number': {
    code: gtin,
    holds: identity.isValidGtin,
    signs: DIGITS,
    alike: never,
    swapped: (a, b) => Math.abs(Number(a) - Number(b)) !== 5,
  },
}

describe('check digits', () => {
  for (const [name, { code, holds, signs, alike, swapped }] of Object.entries(SCHEMES)) {
    it(`check digits of a ${name} detect any changed character that the scheme can detect`, () => {
      fc.assert(
        fc.property(code, (good) => {
          expect(holds(good)).to.equal(true)
          for (const [at, sign] of [...good].entries()) {
            const last = at === good.length - 1
            for (const other of signs) {
              if (other === sign || (!last && alike(sign, other))) continue
              expect(holds(good.slice(0, at) + other + good.slice(at + 1)), `${good} ${at} ${other}`).to.equal(false)
            }
          }
        }),
        { numRuns: 50 },
      )
    })

    it(`check digits of a ${name} detect any swap of two neighbours that the scheme can detect`, () => {
      fc.assert(
        fc.property(code, (good) => {
          for (let at = 0; at + 1 < good.length; at += 1) {
            const [a = '', b = ''] = good.slice(at, at + 2)
            if (a === b || !swapped(a, b)) continue
            expect(holds(good.slice(0, at) + b + a + good.slice(at + 2)), `${good} ${at}`).to.equal(false)
          }
        }),
        { numRuns: 200 },
      )
    })

    it(`check digits of a ${name} never accept one character more or less, or one in the wrong case`, () => {
      fc.assert(
        fc.property(code, fc.nat(20), (good, at) => {
          // A shorter or longer article number may be another valid one.
          if (name !== 'article number') {
            expect(holds(good.slice(0, at) + good.slice(at + 1) + (at >= good.length ? '0' : ''))).to.equal(false)
            expect(holds(`${good.slice(0, at)}0${good.slice(at)}`)).to.equal(false)
          }
          const lower = good.toLowerCase()
          if (lower !== good) expect(holds(lower)).to.equal(false)
          expect(holds(` ${good}`)).to.equal(false)
          expect(holds(`${good}\n`)).to.equal(false)
        }),
        { numRuns: 200 },
      )
    })
  }

  it('the organisation code, region and kind are read from a USCC', () => {
    const firm = orgCode.filter((code) => [...code].every((sign) => USCC.includes(sign)))
    fc.assert(
      fc.property(fc.constantFrom('91', '92', '93', '11', '51'), region, firm, (head, place, org) => {
        const code = completed(`${head}${place}${org}`, USCC, identity.isValidUscc)
        expect(identity.parseCode(code)).to.satisfy(
          (told: ReturnType<typeof identity.parseCode>) => told === null || told.code === code,
        )
        expect(identity.extractOrgCode(code)).to.equal(org)
        expect(identity.hasOrgCodeCheckDigit(identity.extractOrgCode(code))).to.equal(true)
        expect(identity.extractRegionOfUscc(code)).to.equal(place)
        expect(identity.parseCode(`${org.slice(0, 8)}-${org.slice(8)}`)).to.deep.equal({
          scheme: 'org_code',
          code: org,
          valid: true,
        })
      }),
    )
  })

  it('a code is read alike in half width, full width, lower case, groups and between blanks', () => {
    const codes = fc.oneof(uscc, orgCode, regNo)
    const wide = (code: string): string =>
      code.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
    fc.assert(
      fc.property(codes, (code) => {
        const told = identity.parseCode(code)
        const spellings = [
          wide(code),
          code.toLowerCase(),
          wide(code.toLowerCase()),
          ` ${code}　`,
          `\u200b${code}\ufeff`,
          code.replace(/(.{4})/g, '$1 '),
        ]
        for (const spelling of spellings) expect(identity.parseCode(spelling), spelling).to.deep.equal(told)
      }),
    )
  })

  it('at most one scheme accepts a code', () => {
    fc.assert(
      fc.property(fc.oneof(uscc, orgCode, regNo, resident), (code) => {
        const told = identity.parseCode(code)
        const forms = [identity.hasUsccForm(code), identity.hasRegNoForm(code), identity.hasOrgCodeForm(code)].filter(
          Boolean,
        )
        expect(forms.length).to.be.at.most(1)
        if (identity.isValidResidentId(code) && code.length === 18) expect(told).to.equal(null)
        else expect(told?.valid).to.equal(true)
      }),
      { numRuns: 500 },
    )
  })
})
