import { expect } from 'chai'
import * as publicList from '../../src/store/public-list.js'
import { letGo, shown } from '../support/public-list.js'
import { database } from '../support/world.js'

describe('the stamp of the public list', () => {
  const db = database()

  it('stays the same while nothing changes, and is another after each change', async () => {
    const seen = [await publicList.stamp(db())]
    expect(await publicList.stamp(db())).to.deep.equal(seen[0])
    const { id } = await shown(db(), 1)
    seen.push(await publicList.stamp(db()))
    await db().raw(`update public_entries set body = jsonb_set(body, '{contested}', 'true') where listing_id = ?`, [id])
    seen.push(await publicList.stamp(db()))
    await letGo(db(), id)
    seen.push(await publicList.stamp(db()))
    expect(new Set(seen.map(({ changes }) => changes)).size).to.equal(4)
  })

  it('is another when a change that began before a later one ends after it', async () => {
    const { id } = await shown(db(), 1)
    const slow = await db().transaction()
    await slow.raw('delete from public_entries where listing_id = ?', [id])
    await shown(db(), 2)
    const before = await publicList.stamp(db())
    await slow.commit()
    expect((await publicList.stamp(db())).changes).not.to.equal(before.changes)
  })

  it('is the same after a change that was taken back', async () => {
    const { id } = await shown(db(), 1)
    const before = await publicList.stamp(db())
    const undone = await db().transaction()
    await undone.raw('delete from public_entries where listing_id = ?', [id])
    await undone.rollback()
    expect(await publicList.stamp(db())).to.deep.equal(before)
  })

  it('comes no second time when what is old is forgotten, which leaves the last of it', async () => {
    const seen: string[] = []
    for (let n = 1; n <= 4; n += 1) {
      await shown(db(), n)
      seen.push((await publicList.stamp(db())).changes)
    }
    const rows = async () => (await db().raw('select xid::text from public_changes order by public_changes.xid')).rows
    const last = (await rows()).at(-1)
    await db().transaction((tx) => publicList.forgetChanges(tx, 3))
    expect(await rows()).to.have.length(4)
    await db().transaction((tx) => publicList.forgetChanges(tx, 2))
    expect(await rows()).to.deep.equal([last])
    seen.push((await publicList.stamp(db())).changes)
    for (let n = 5; n <= 8; n += 1) {
      await shown(db(), n)
      seen.push((await publicList.stamp(db())).changes)
    }
    expect(new Set(seen).size).to.equal(9)
  })

  it('keeps the rows of what goes on beside a transaction that is older than they', async () => {
    const old = await db().transaction()
    await old.raw('select pg_current_xact_id()')
    for (let n = 1; n <= 4; n += 1) await shown(db(), n)
    await db().transaction((tx) => publicList.forgetChanges(tx, 2))
    const { rows } = await db().raw('select count(*)::int as n from public_changes')
    await old.rollback()
    expect(rows[0].n).to.equal(4)
  })
})
