import { expect } from 'chai'
import type { Tx } from '../../../src/store/db/db.js'
import { compareStandingRows } from '../../../src/store/standing/standing-rows.js'
import { codeOf, database, operatorOf, published, pullItems, rowsOf } from '../../support/world.js'

const NAME = '样本新名商贸有限公司'

describe('rows of standings', () => {
  const db = database()
  let id = 0
  const row = async () =>
    (
      await rowsOf(
        db(),
        'select uscc, name, region, status, entries is not null as listed from standing_rows where operator_id = ?',
        [id],
      )
    )[0]
  const differing = async () => (await compareStandingRows(db(), 0, 1_000)).differing

  beforeEach(async () => {
    await pullItems(
      db(),
      [{ key: 'R9', code: codeOf(9), name: '样本第九商贸有限公司', value: '某路', day: '2019-05-06' }],
      {
        id: 'registry',
        kind: 'registration',
      },
    )
    await published(db(), 1)
    id = await operatorOf(db(), codeOf(1))
  })

  for (const [what, change, kept] of [
    ['a name', `update operators set name = '${NAME}' where id = :id`, { name: NAME, uscc: codeOf(1) }],
    ['a region', `update operators set region = '220200' where id = :id`, { region: '220200', uscc: codeOf(1) }],
    [
      'a status',
      `update operators set status = 'DEREGISTERED' where id = :id`,
      { status: 'DEREGISTERED', uscc: codeOf(1) },
    ],
    ['a merger', 'update operators set merged_into = :other where id = :id', { uscc: null }],
    ['an operator no longer believed', 'update operators set known_to = now() where id = :id', { uscc: null }],
    [
      'a second operator with the same code',
      `insert into operator_codes (operator_id, scheme, code, run_id) values (:other, 'uscc', '${codeOf(1)}', 1)`,
      { uscc: null },
    ],
  ] as const)
    it(`keep ${what}`, async () => {
      const other = await operatorOf(db(), codeOf(9))
      await db().raw(change, { id, other })
      expect(await row()).to.include(kept)
      expect(await differing()).to.deep.equal([])
    })

  it('keep the code again once the second operator has lost it', async () => {
    const other = await operatorOf(db(), codeOf(9))
    await db().raw(`insert into operator_codes (operator_id, scheme, code, run_id) values (?, 'uscc', ?, 1)`, [
      other,
      codeOf(1),
    ])
    await db().raw(`delete from operator_codes where scheme = 'uscc' and code = ?`, [codeOf(1)])
    expect(await row()).to.include({ uscc: codeOf(1) })
    expect(await rowsOf(db(), 'select * from standing_stale')).to.deep.equal([])
  })

  it('lose an entry that is moved to another operator and hidden by one transaction', async () => {
    const other = await operatorOf(db(), codeOf(9))
    await db().transaction(async (tx: Tx) => {
      await tx.raw('update listings set operator_id = ? where operator_id = ?', [other, id])
      await tx.raw('delete from public_entries')
    })
    expect(await row()).to.include({ listed: false })
    expect(await differing()).to.deep.equal([])
  })

  it('let a removal end before a transaction that renames the same operator', async () => {
    await db().transaction(async (tx: Tx) => {
      await tx.raw('update operators set name = ? where id = ?', [NAME, id])
      await db().raw(`set lock_timeout = '2s'; delete from public_entries; reset lock_timeout`)
      expect(await row()).to.include({ listed: false })
    })
    expect(await row()).to.include({ name: NAME, listed: false })
    expect(await differing()).to.deep.equal([])
  })

  it('keep a new name although the first row of the operator comes from a transaction that began before', async () => {
    await db().raw('delete from standing_rows where operator_id = ?', [id])
    const renamed = await db().transaction(async (tx: Tx) => {
      await tx.raw('insert into standing_rows (operator_id) values (?)', [id])
      const waiting = db()
        .raw('update operators set name = ? where id = ?', [NAME, id])
        .then((answer) => answer)
      const isWaiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      while ((await rowsOf(db(), isWaiting)).length === 0);
      return { waiting }
    })
    await renamed.waiting
    expect(await row()).to.include({ name: NAME })
  })
})
