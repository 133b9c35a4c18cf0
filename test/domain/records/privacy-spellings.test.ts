import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { redactIdNumbers } from '../../../src/domain/records/privacy.js'
import {
  completedX,
  digitUscc,
  marked,
  pseudonymOf,
  residentId,
  SPELLINGS,
  SPELLINGS_OF_X,
} from './identity-numbers.js'

describe('redaction of ID numbers in any spelling', () => {
  const around = fc.string({ unit: fc.constantFrom(...'当事人（身份证号：）,。<>"') })
  for (const [how, spell] of [...SPELLINGS, ...SPELLINGS_OF_X])
    it(`an ID number ${how} is found in any Chinese text, and once only`, () => {
      const ofX = SPELLINGS_OF_X.some(([name]) => name === how)
      const ids = ofX ? residentId.map((id) => completedX(id)) : residentId
      fc.assert(
        fc.property(ids, around, around, (id, before, after) => {
          const redacted = redactIdNumbers(before + spell(id) + after, pseudonymOf)
          expect(redacted).to.equal(before + marked(id) + after)
          expect(redactIdNumbers(redacted, pseudonymOf)).to.equal(redacted)
        }),
      )
    })

  it('an ID number glued to up to three digits on either side is fully replaced', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 3 })
    fc.assert(
      fc.property(residentId, digits, digits, (id, before, after) => {
        expect(redactIdNumbers(`号${before}${id}${after}止`, pseudonymOf)).to.not.include(id)
      }),
    )
  })

  it('rows of days in any spelling followed by a number are kept', () => {
    const day = fc.nat(9000).map((days) => new Date(Date.UTC(2000, 0, 1 + days)).toISOString().slice(0, 10))
    const days = fc.array(day, { minLength: 2, maxLength: 4 })
    fc.assert(
      fc.property(days, fc.constantFrom('-', '/', '.', ''), fc.nat(999_999), (row, gap, number) => {
        const text = `${row.join(' ').replaceAll('-', gap)} ${number}`
        expect(redactIdNumbers(text, pseudonymOf)).to.equal(text)
      }),
      { numRuns: 5000 },
    )
  })

  for (const file of [
    'cn-company-register/dev/jilin.csv',
    'cn-company-register/dev/national-sample.csv',
    'creditchina-blacklists-2018/dev/ecommerce-blacklist-90.csv',
  ])
    it(`${file} contains no text taken for an ID number (skipped where the file is absent)`, function () {
      const path = resolve('../shared/data', file)
      if (!existsSync(path)) this.skip()
      const exempt = new Set(['regNo'])
      const changed = readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => redactIdNumbers({ regNo: line }, pseudonymOf, exempt).regNo !== line)
      expect(changed).to.deep.equal([])
    })

  it('every ID number is found in any Chinese text, also the one in 31 that satisfies the check digit of a USCC', () => {
    const around = fc.string({ unit: fc.constantFrom(...'当事人（身份证号：）,。 <>"') })
    fc.assert(
      fc.property(residentId, around, around, (id, before, after) => {
        expect(redactIdNumbers(before + id + after, pseudonymOf)).to.equal(before + marked(id) + after)
      }),
      { numRuns: 1000 },
    )
  })

  it('a valid code issued by a market regulator is never taken for an ID number', () => {
    fc.assert(
      fc.property(digitUscc, (code) => {
        expect(redactIdNumbers(`代码${code}号`, pseudonymOf)).to.equal(`代码${code}号`)
      }),
      { numRuns: 1000 },
    )
  })

  it('values without an ID number are copied unchanged, and redaction is idempotent', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(redactIdNumbers(value, pseudonymOf)).to.deep.equal(value)
      }),
    )
    fc.assert(
      fc.property(residentId, (id) => {
        expect(redactIdNumbers(redactIdNumbers(id, pseudonymOf), pseudonymOf)).to.equal(
          redactIdNumbers(id, pseudonymOf),
        )
      }),
    )
  })
})
