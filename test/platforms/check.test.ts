import { expect } from 'chai'
import type { EntryNotice } from '../../src/domain/delivery/delivery.js'
import { platforms } from '../../src/platforms/index.js'
import { noticeOf, removalOf } from './notices.js'
import { penaltyOf, permitOf, withBody, withdrawn } from './record-notices.js'

type Field = 'key' | 'name' | 'reason' | 'authority' | 'authorityCode' | 'documentNumber' | 'decidedOn'
const SAMR: Record<Field, string> = {
  key: 'ILLID',
  name: 'ENTNAME',
  reason: 'SERILLREA_CN',
  authority: 'DECORG_CN',
  authorityCode: 'DECORG',
  documentNumber: 'DEDOCNUM',
  decidedOn: 'ABNTIME',
}
const FIELDS: Record<string, Record<Field, string> & { uscc: string; regNo: string }> = {
  national: { ...SAMR, uscc: 'UNISCID', regNo: 'REGNO' },
  creditchina: { ...SAMR, uscc: 'UNISCID', regNo: 'REGNO' },
  jilin: {
    key: 'ENTRY_ID',
    name: 'A000001',
    reason: 'REASON',
    authority: 'EXECUTE_DEPT',
    authorityCode: 'EXECUTE_DEPT_CODE',
    documentNumber: 'EXECUTE_REFRENCE_NO',
    decidedOn: 'REGISTER_DATE',
    uscc: 'A000002',
    regNo: 'A000003',
  },
  creditjilin: {
    key: 'id',
    name: 'entry/name',
    reason: 'entry/reason',
    authority: 'entry/authority',
    authorityCode: 'entry/authorityCode',
    documentNumber: 'entry/documentNumber',
    decidedOn: 'entry/decidedOn',
    uscc: 'entry/uscc',
    regNo: 'entry/regNo',
  },
}
const REQUIRED = Object.keys(SAMR) as Field[]

const blanked = (field: Field): EntryNotice =>
  field === 'name' ? noticeOf(1, { operator: { ...noticeOf(1).operator, name: '' } }) : noticeOf(1, { [field]: '' })

describe('check of an outgoing row', () => {
  for (const platform of platforms) {
    const fields = FIELDS[platform.id]
    if (fields === undefined) throw new Error(`how does ${platform.id} name its fields?`)
    const faultsOf = (notice: EntryNotice) => platform.check(notice).map(({ field }) => field)
    const withOperator = (changes: Partial<EntryNotice['operator']>) =>
      noticeOf(1, { operator: { ...noticeOf(1).operator, ...changes } })

    it(`${platform.id} accepts a complete notice, whether added, changed, removed or without an end`, () => {
      expect(platform.check(noticeOf(1))).to.deep.equal([])
      expect(platform.check(noticeOf(1, { action: 'CHANGE', sequence: 2 }))).to.deep.equal([])
      expect(platform.check(removalOf(1, 3))).to.deep.equal([])
      expect(platform.check(noticeOf(1, { endsOn: null }))).to.deep.equal([])
    })

    for (const field of REQUIRED) {
      it(`${platform.id} names only ${fields[field]} when the ${field} is missing`, () => {
        expect(faultsOf(blanked(field))).to.deep.equal([fields[field]])
      })
    }

    it(`${platform.id} requires one of the two codes, and the USCC in its form`, () => {
      expect(faultsOf(withOperator({ uscc: null }))).to.deep.equal([fields.regNo])
      expect(faultsOf(withOperator({ uscc: null, regNo: '220102600012340' }))).to.deep.equal([])
      expect(faultsOf(withOperator({ uscc: '91220102' }))).to.deep.equal([fields.uscc])
    })

    it(`${platform.id} reports a text longer than its field, counted in characters`, () => {
      expect(faultsOf(withOperator({ name: '𠮷'.repeat(100) }))).to.deep.equal([])
      expect(faultsOf(withOperator({ name: '长'.repeat(101) }))).to.deep.equal([fields.name])
      expect(faultsOf(noticeOf(1, { documentNumber: '号'.repeat(129) }))).to.deep.equal([fields.documentNumber])
      expect(faultsOf(noticeOf(1, { authorityCode: '2201020' }))).to.deep.equal([fields.authorityCode])
    })

    it(`${platform.id} reports a day that does not exist`, () => {
      expect(faultsOf(noticeOf(1, { decidedOn: '2025-02-30' }))).to.deep.equal([fields.decidedOn])
    })

    it(`${platform.id} requires the removal's fields in a removal, and forbids them elsewhere`, () => {
      expect(faultsOf({ ...removalOf(1, 2), removal: null })).to.not.deep.equal([])
      expect(faultsOf({ ...removalOf(1, 2), action: 'CHANGE' })).to.not.deep.equal([])
    })

    it(`${platform.id} removes an entry even if its name became too long`, () => {
      const operator = { ...noticeOf(1).operator, name: '𠮷'.repeat(101) }
      expect(faultsOf({ ...removalOf(1, 2), operator })).to.deep.equal([])
    })

    it(`${platform.id} withdraws a record even if its texts became too long`, () => {
      const long = {
        note: '长'.repeat(20_000),
        facts: '长'.repeat(20_000),
        licence: '长'.repeat(500),
        fine_yuan: '1.23456',
      }
      for (const record of [penaltyOf(1), permitOf(1)]) {
        expect(platform.check(withBody(record, long))).to.not.deep.equal([])
        expect(platform.check(withdrawn(withBody(record, long), 2))).to.deep.equal([])
      }
    })

    it(`${platform.id} reports a fault in Chinese first`, () => {
      expect(platform.check(blanked('name'))[0]?.message).to.match(/\p{Script=Han}.*。.*[a-z]/u)
    })

    it(`${platform.id} sends only the fields of its schema`, () => {
      const operator = { ...noticeOf(1).operator, representative: '虚构人', address: '虚构路1号' }
      expect(faultsOf(noticeOf(1, { operator }))).to.deep.equal([])
    })
  }

  it('platforms that show only the serious list refuse an entry of another list', () => {
    const faulty = platforms.filter(({ check }) => check(noticeOf(1, { list: 'abnormal' })).length > 0)
    expect(faulty.map(({ id }) => id)).to.include.members(['national', 'creditchina'])
  })
})
