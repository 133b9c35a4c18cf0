import { expect } from 'chai'
import { IS_LISTED_SQL } from '../../../src/store/operators/name-candidates.js'
import * as publicList from '../../../src/store/publication/public-list.js'
import * as changes from '../../../src/store/standing/changes.js'
import { letGo, shown } from '../../support/public-list.js'
import { until } from '../../support/until.js'
import { database, TODAY } from '../../support/world.js'

describe('stamp of the public list', () => {
  const db = database()

  it('changes with each change of the list only', async () => {
    const seen = [await publicList.readListStamp(db())]
    expect(await publicList.readListStamp(db())).to.deep.equal(seen[0])
    const { id } = await shown(db(), 1)
    seen.push(await publicList.readListStamp(db()))
    await db().raw(`update public_entries set body = jsonb_set(body, '{contested}', 'true') where listing_id = ?`, [id])
    seen.push(await publicList.readListStamp(db()))
    await letGo(db(), id)
    seen.push(await publicList.readListStamp(db()))
    expect(new Set(seen.map(({ changes }) => changes)).size).to.equal(4)
  })

  it('changes when an earlier transaction commits after a later one', async () => {
    const { id } = await shown(db(), 1)
    const slow = await db().transaction()
    await slow.raw('delete from public_entries where listing_id = ?', [id])
    await shown(db(), 2)
    const before = await publicList.readListStamp(db())
    await slow.commit()
    expect((await publicList.readListStamp(db())).changes).not.to.equal(before.changes)
  })

  it('stays the same after a rolled-back change', async () => {
    const { id } = await shown(db(), 1)
    const before = await publicList.readListStamp(db())
    const undone = await db().transaction()
    await undone.raw('delete from public_entries where listing_id = ?', [id])
    await undone.rollback()
    expect(await publicList.readListStamp(db())).to.deep.equal(before)
  })

  it('never repeats after old changes are erased; the erasing keeps the last change', async () => {
    const seen: string[] = []
    for (let n = 1; n <= 4; n += 1) {
      await shown(db(), n)
      seen.push((await publicList.readListStamp(db())).changes)
    }
    const rows = async () => (await db().raw('select xid::text from public_changes order by public_changes.xid')).rows
    const last = (await rows()).at(-1)
    await db().transaction((tx) => publicList.forgetChanges(tx, 3))
    expect(await rows()).to.have.length(4)
    // An open transaction of another database of the server holds up the erasing too.
    await until('the erasing', async () => {
      await db().transaction((tx) => publicList.forgetChanges(tx, 2))
      return (await rows()).length < 4
    })
    expect(await rows()).to.deep.equal([last])
    seen.push((await publicList.readListStamp(db())).changes)
    for (let n = 5; n <= 8; n += 1) {
      await shown(db(), n)
      seen.push((await publicList.readListStamp(db())).changes)
    }
    expect(new Set(seen).size).to.equal(9)
  })

  it('the erasing of old changes keeps those that an older open transaction does not see yet', async () => {
    const old = await db().transaction()
    await old.raw('select pg_current_xact_id()')
    for (let n = 1; n <= 4; n += 1) await shown(db(), n)
    await db().transaction((tx) => publicList.forgetChanges(tx, 2))
    const { rows } = await db().raw('select count(*)::int as n from public_changes')
    await old.rollback()
    expect(rows[0].n).to.equal(4)
  })
})

describe('public entries of operators', () => {
  const db = database()
  const sought = (day: string): publicList.PublicSearch => ({
    day,
    region: null,
    authority: null,
    pattern: null,
    from: null,
    to: null,
    contested: false,
  })
  const operatorOf = async (id: string): Promise<number> =>
    (await db().raw('select operator_id as operator from listings where id = ?', [id])).rows[0].operator
  const made = async (n: number): Promise<number> => {
    const { id } = await shown(db(), n)
    const operator = await operatorOf(id)
    await letGo(db(), id)
    return operator
  }

  it('follow a merger, and are absent for an operator that has ended', async () => {
    const [one, two] = [await shown(db(), 1), await shown(db(), 2)]
    const [own, gone, merged] = [await operatorOf(one.id), await operatorOf(two.id), await made(3)]
    await db().raw('update operators set merged_into = ? where id = ?', [own, merged])
    await db().raw('update operators set known_to = now() where id = ?', [gone])
    const found = await publicList.listEntriesOfOperators(db(), [own, gone, merged], sought(TODAY))
    expect(found.map(({ operator, id }) => [operator, id])).to.have.deep.members([
      [own, one.id],
      [merged, one.id],
    ])
    expect(await publicList.listEntriesOfOperators(db(), [], sought(TODAY))).to.deep.equal([])
  })

  it('make their operator and those merged into it listed until the entry is removed', async () => {
    const own = await operatorOf((await shown(db(), 1)).id)
    const [merged, left] = [await made(2), await made(3)]
    await db().raw('update operators set merged_into = ? where id = ?', [own, merged])
    const { rows } = await db().raw(
      `select n.operator_id as operator from unnest(?::int[]) n(operator_id) where ${IS_LISTED_SQL}`,
      [[own, merged, left]] as never,
    )
    expect(rows.map(({ operator }: { operator: number }) => operator)).to.have.members([own, merged])
  })

  it('are returned in the order asked for, without removed ones', async () => {
    const [one, two, three] = [await shown(db(), 1), await shown(db(), 2), await shown(db(), 3)]
    await letGo(db(), two.id)
    const bodies = await publicList.readBodies(db(), [three.id, two.id, one.id])
    expect(bodies.map(({ name }) => name)).to.deep.equal([three.name, one.name])
  })

  it('are marked as changed only where a statement changes their content', async () => {
    await db().transaction((tx) => changes.ensureMarking(tx))
    await shown(db(), 1)
    const { id } = await shown(db(), 2)
    const changed = async () =>
      (await db().raw(`select listing_id as id from change_marks where what = 'ENTRY_CHANGED'`)).rows.map(
        ({ id }: { id: string }) => id,
      )
    await db().raw('update public_entries set shown_from = shown_from')
    expect(await changed()).to.deep.equal([])
    await db().raw(
      `update public_entries set body_hash = case when listing_id = ? then repeat('0', 64) else body_hash end`,
      [id],
    )
    expect(await changed()).to.deep.equal([id])
  })
})
