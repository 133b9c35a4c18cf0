import { expect } from 'chai'
import type { Tx } from '../../../src/store/db/db.js'
import { inTransaction, withLockTimeout } from '../../../src/store/db/transaction.js'
import { database } from '../../support/world.js'

describe('a bound on one lock', () => {
  const db = database()
  const bound = async (tx: Tx): Promise<string> => (await tx.raw('show lock_timeout')).rows[0].lock_timeout

  it('leaves the bound of its transaction as it was', async () => {
    const seen: string[] = []
    await inTransaction(
      db(),
      'decide',
      async (tx) => {
        await withLockTimeout(tx, 250, async () => seen.push(await bound(tx)))
        seen.push(await bound(tx))
      },
      7_000,
    )
    expect(seen).to.deep.equal(['250ms', '7s'])
  })

  it('leaves it in a savepoint that fails too', async () => {
    await inTransaction(db(), 'decide', async (tx) => {
      const failed = tx.transaction((inner) => withLockTimeout(inner, 250, () => inner.raw('select 1 / 0')))
      await failed.catch(() => undefined)
      expect(await bound(tx)).to.equal('5s')
    })
  })
})
