import { expect } from 'chai'
import {
  findEntryActionAfter,
  type ListingForNotice,
  makeEntryNotice,
  makeEntryRemoval,
} from '../../../src/domain/delivery/entry-notice.js'
import type { CaseState } from '../../../src/domain/listing/case.js'
import type { ListKind } from '../../../src/domain/listing/lists.js'
import type { MoveName } from '../../../src/domain/listing/moves.js'
import { findBusinessAddress, keepPartyListedBeforeMerger } from '../../../src/domain/listing/public-entry.js'
import { schemaDocument } from '../../../src/foundation/contracts.js'

const { lists } = schemaDocument('rules/lists.json') as { lists: ListKind[] }
const list = lists.find(({ id }) => id === 'serious') as ListKind
const listing: ListingForNotice = {
  id: 'lst_1',
  list: 'serious',
  state: 'PUBLISHED',
  reason: '销售假冒注册商标的商品',
  basis: '基本',
  authority: '虚构市市场监督管理局',
  authorityCode: '220102',
  documentNumber: '1号',
  decisionVersion: 7,
  facts: { decidedOn: '2026-05-20' },
  publishedOn: '2026-05-22',
  endsOn: '2029-05-20',
  removalReason: null,
  removedOn: null,
}

describe('the notice of an entry', () => {
  const changes: [MoveName, CaseState, CaseState, string | null, ReturnType<typeof findEntryActionAfter>][] = [
    ['publishListing', 'SERVED', 'PUBLISHED', null, 'ADD'],
    ['hideListing', 'PUBLISHED', 'HIDDEN', null, 'REMOVE'],
    ['unhideListing', 'HIDDEN', 'PUBLISHED', null, 'ADD'],
    ['applyRepair', 'PUBLISHED', 'REPAIR_APPLIED', null, null],
    ['renewEntry', 'PUBLISHED', 'PUBLISHED', null, 'CHANGE'],
    ['renewTerm', 'PUBLISHED', 'PUBLISHED', '2028-05-20', 'CHANGE'],
    ['decideListing', 'REVIEWED', 'DECIDED', '2028-05-20', null],
  ]
  for (const [name, before, after, endsOn, change] of changes)
    it(`${name} from ${before} to ${after} is sent as ${change ?? 'nothing'}`, () =>
      expect(findEntryActionAfter(name, { state: before, endsOn: null }, { state: after, endsOn })).to.equal(change))

  it('dates the removal of a hidden entry by the act, and of a removed entry by its own removal', () => {
    const act = { on: '2026-11-25', reason: '其他' }
    expect(makeEntryRemoval(list, { ...listing, state: 'HIDDEN' }, act)).to.include({
      reason: 'HIDDEN',
      removedOn: '2026-11-25',
    })
    const removed = {
      ...listing,
      state: 'REMOVED' as const,
      removedOn: '2026-11-01',
      removalReason: 'REPAIRED' as const,
    }
    expect(makeEntryRemoval(list, removed, act)).to.include({ reason: 'REPAIRED', removedOn: '2026-11-01' })
    expect(makeEntryRemoval(list, removed, act)?.reasonText).not.to.equal('其他')
    expect(makeEntryRemoval(list, listing, act)).to.equal(null)
  })

  it('repeats the published texts', () => {
    const body = {
      ...listing,
      region: null,
      uscc: null,
      name: '虚构店',
      reason: '［号码略］',
      documentNumber: '2号',
      decidedOn: '',
      publishedOn: '',
      contested: true,
    }
    const operator = { uscc: '91220102MA7A0700XC', name: '虚构商贸有限公司' }
    expect(makeEntryNotice(list, listing, operator, null, body)).to.deep.include({
      reason: '［号码略］',
      documentNumber: '2号',
      contested: true,
      operator: { uscc: null, name: '虚构店', regNo: null },
    })
    expect(makeEntryNotice(list, listing, operator, null, undefined)).to.deep.include({
      reason: listing.reason,
      contested: false,
      operator: { ...operator, regNo: null },
    })
  })
})

describe('the firm named in the notice of an entry', () => {
  const firm = { uscc: '91220102MA7A0700XC', name: '虚构商贸有限公司', region: '220102', kind: 'ENTERPRISE' as const }

  it('is the one that was listed, also after a merger', () => {
    const shown = { uscc: '91220102MA7A0701X9', name: '旧名', region: '220100' }
    expect(keepPartyListedBeforeMerger(firm, shown)).to.include(shown)
    expect(keepPartyListedBeforeMerger(firm, { ...shown, uscc: firm.uscc })).to.equal(firm)
    expect(keepPartyListedBeforeMerger(firm, undefined)).to.equal(firm)
  })

  it('has the address of its own registration; a shop of a person has none', () => {
    const own = { uscc: firm.uscc, address: '虚构路1号' }
    expect(findBusinessAddress(firm, [{ uscc: 'other', address: '别处' }, own])).to.equal('虚构路1号')
    expect(findBusinessAddress(firm, [])).to.equal(null)
    expect(findBusinessAddress({ ...firm, kind: 'SHOP' }, [own])).to.equal(null)
    expect(findBusinessAddress({ ...firm, uscc: null }, [own])).to.equal(null)
  })
})
