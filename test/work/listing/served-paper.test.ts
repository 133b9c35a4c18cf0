import { expect } from 'chai'
import { needsRepairNotice } from '../../../src/domain/listing/documents.js'
import * as concerns from '../../../src/store/listing/concerns.js'
import * as listings from '../../../src/store/listing/listings.js'
import * as operators from '../../../src/store/operators/operators.js'
import * as versions from '../../../src/store/records/versions.js'
import { draftDocument, readDocumentRules, recordDocument } from '../../../src/work/listing/documents.js'
import type { MoveInput } from '../../../src/work/listing/listing.js'
import { database, listingAt, NOW, OFFICER, refusal, rules, step } from '../../support/world.js'

const HASH = 'ab'.repeat(32)
const ON = '2026-11-13'

describe('paper of a served decision', () => {
  const db = database()

  const serve = async (id: string, input: Partial<MoveInput> = {}) => {
    await step(db(), id, ['serveListing', OFFICER, { on: ON, ...input }])
    return (await listings.eventsOf(db(), [id])).find(({ move }) => move === 'serveListing')?.act
  }
  const asked = async (id: string) =>
    (await concerns.ofListings(db(), [id])).filter(({ settledAt }) => settledAt === null).map(({ cause }) => cause)

  it('section 5: keeps the hash of the file named with the service', async () => {
    const { id } = await listingAt(db(), 1, 'decideListing')
    expect(await serve(id, { fileHash: HASH.toUpperCase() })).to.include({ fileHash: HASH, paper: 'NAMED' })
  })

  it('section 5: keeps the hash of the last decision recorded, where the service names no file', async () => {
    const { id, documentNumber } = await listingAt(db(), 1, 'decideListing')
    const entered = { listing: id, kind: 'DECISION' as const, number: documentNumber ?? '', issuedOn: '2026-11-12' }
    for (const sha256 of ['cd'.repeat(32), HASH])
      await recordDocument(db(), rules, { ...entered, sha256, by: OFFICER.by, now: NOW })
    expect(await serve(id)).to.include({ fileHash: HASH, paper: 'ISSUED' })
  })

  it('section 5: keeps the hash of the hub’s own draft where there is no other paper', async () => {
    const { id } = await listingAt(db(), 1, 'decideListing')
    const listing = await listings.byId(db(), id)
    const operator = (await operators.operatorsById(db(), [listing?.operatorId ?? 0])).get(listing?.operatorId ?? 0)
    const decision = await versions.byId(db(), listing?.decisionVersion ?? 0)
    const moves = await listings.eventsOf(db(), [id])
    if (!listing || !operator || !decision) throw new Error('not there')
    const of = { listing, operator, decision: decision.body, authority: null, moves, issued: null, today: ON }
    const page = draftDocument(rules, 'DECISION', of, 'OFFICER')
    const act = await serve(id)
    expect(act).to.include({ paper: 'DRAFT' })
    expect(page.sha256).to.equal(act?.['fileHash'])
    const other = { ...of, decision: { ...decision.body, violation: '别的违法行为' } }
    expect(draftDocument(rules, 'DECISION', other, 'OFFICER').sha256).not.to.equal(act?.['fileHash'])
  })

  it('section 5: keeps whether the repair notice was served, and opens a concern where it was not or is unknown', async () => {
    const cases: [number, boolean | undefined, string[]][] = [
      [1, true, []],
      [2, false, ['REPAIR_NOTICE_UNSERVED']],
      [3, undefined, ['REPAIR_NOTICE_UNSERVED']],
    ]
    for (const [n, repairNotice, causes] of cases) {
      const { id } = await listingAt(db(), n, 'decideListing')
      const act = await serve(id, repairNotice === undefined ? {} : { repairNotice })
      expect(act?.['repairNotice']).to.equal(repairNotice)
      expect(await asked(id)).to.deep.equal(causes)
    }
  })

  it('section 5: must come with the repair notice from the day of the State Council’s rule on', () => {
    expect(['2025-06-21', '2025-06-22'].map((on) => needsRepairNotice(readDocumentRules(), on))).to.deep.equal([
      false,
      true,
    ])
  })

  it('section 5: a repair notice is refused with any other move', async () => {
    const { id } = await listingAt(db(), 1, 'decideListing')
    const early = step(db(), id, ['publishListing', OFFICER, { on: ON, repairNotice: true }])
    expect((await refusal(early)).code).to.equal('INPUT_INVALID')
  })
})
