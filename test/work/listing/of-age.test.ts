import { expect } from 'chai'
import type { RecordBody } from '../../../src/domain/records/records.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as listings from '../../../src/store/listing/listings.js'
import * as operators from '../../../src/store/operators/operators.js'
import { composePublicEntry } from '../../../src/work/listing/public-entry.js'
import {
  codeOf,
  database,
  lead,
  NOW,
  OFFICER,
  operatorOf,
  PATH,
  pullItems,
  REVIEWER,
  refusal,
  rowsOf,
  step,
  TODAY,
} from '../../support/world.js'

const PERSON: RecordBody = { party_kind: 'NATURAL_PERSON' }

/** A served case, ready to be published. */
const served = async (
  db: JobDb,
  body: RecordBody,
): Promise<{ id: string; publish: (ofAge?: boolean) => Promise<unknown> }> => {
  const row = { key: 'P1', code: codeOf(1), name: '虚构某', value: '销售假冒商品', day: '2026-10-10' }
  await pullItems(db, [row], { id: 'penalties-1', kind: 'penalty', body: () => body })
  const [version] = await rowsOf(db, `select id from versions where feed = 'penalties-1' and known_to is null`)
  const { id } = await lead(db, await operatorOf(db, codeOf(1)))
  const path = PATH(Number(version?.['id']))
  for (const one of path.slice(0, -1)) await step(db, id, one)
  const publish = (ofAge?: boolean) =>
    step(db, id, ['publishListing', OFFICER, { on: '2026-11-16', ...(ofAge !== undefined && { ofAge }) }])
  return { id, publish }
}
const kept = async (db: JobDb, id: string) => {
  const listing = await listings.byId(db, id)
  return [listing?.state, listing?.facts.ofAge]
}

describe('age of a natural person', () => {
  const db = database()

  it('a minor is never published, in whatever kind of record, and the refused publication leaves nothing', async () => {
    for (const body of [PERSON, {}]) {
      const { id, publish } = await served(db(), body)
      expect(await refusal(publish(false))).to.include({ code: 'MOVE_NOT_ALLOWED', because: 'MINOR' })
      expect(await kept(db(), id)).to.deep.equal(['SERVED', null])
      expect(await rowsOf(db(), 'select 1 from public_entries')).to.deep.equal([])
      await step(db(), id, ['dropListing', OFFICER, { on: TODAY, reason: 'x' }])
    }
  })

  it('being of age does not suffice for publication without a confirmed rule', async () => {
    const { publish } = await served(db(), PERSON)
    expect(await refusal(publish(true))).to.include({ because: 'PERSON' })
    expect(await refusal(publish())).to.include({ because: 'PERSON' })
  })

  it('the statement of age is kept with the case for later moves, and nothing public contains it', async () => {
    const { id, publish } = await served(db(), {})
    await publish(true)
    expect(await kept(db(), id)).to.deep.equal(['PUBLISHED', true])
    const [entry] = await rowsOf(db(), 'select body from public_entries')
    const owed = await rowsOf(db(), 'select notice from deliveries')
    expect(JSON.stringify([entry, owed])).to.not.match(/ofAge|of_age/)
    await step(db(), id, ['hideListing', REVIEWER, { on: TODAY, hiding: 'ERROR', reason: '核实' }])
    await step(db(), id, ['unhideListing', OFFICER, { on: TODAY, reason: '无误' }])
    expect(await kept(db(), id)).to.deep.equal(['PUBLISHED', true])
  })

  it('the age is checked again when the entry is unhidden: a minor stays hidden', async () => {
    const { id, publish } = await served(db(), {})
    await publish()
    await step(db(), id, ['hideListing', REVIEWER, { on: TODAY, hiding: 'ERROR', reason: '核实' }])
    await db().raw(`update listings set facts = facts || '{"ofAge": false}' where id = ?`, [id])
    const again = step(db(), id, ['unhideListing', OFFICER, { on: TODAY, reason: '无误' }])
    expect(await refusal(again)).to.include({ because: 'MINOR' })
  })

  it('a statement of age is accepted with the publication and with no other move', async () => {
    const { id } = await served(db(), {})
    const other = step(db(), id, ['dropListing', OFFICER, { on: TODAY, reason: 'x', ofAge: true }], NOW)
    expect((await refusal(other)).code).to.equal('INPUT_INVALID')
  })

  it('the outlook names an unknown age, a minor or a missing rule', async () => {
    const { id } = await served(db(), PERSON)
    const listing = await listings.byId(db(), id)
    const operator = listing && (await operators.operatorsById(db(), [listing.operatorId])).get(listing.operatorId)
    if (!listing || !operator) throw new Error('no listing')
    const answers = await Promise.all(
      [false, true, null].map(
        async (ofAge) =>
          (
            await composePublicEntry(
              db(),
              {},
              { listing: { ...listing, facts: { ...listing.facts, ofAge } }, operator, on: TODAY },
            )
          ).withheld,
      ),
    )
    expect(answers).to.deep.equal(['MINOR', 'PERSON', 'PERSON'])
  })
})
