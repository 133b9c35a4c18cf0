import { expect } from 'chai'
import * as knowledge from '../../../src/store/db/knowledge.js'
import { database, later, NOW } from '../../support/world.js'

describe('knowledge instants', () => {
  const db = database({ once: true })
  const tick = (now: Date) => db().transaction((tx) => knowledge.nextInstant(tx, now))

  it('an instant is the present time, and later than every earlier instant', async () => {
    expect(await tick(NOW)).to.deep.equal(NOW)
    expect(await tick(NOW)).to.deep.equal(later(0.001))
    expect(await tick(later(-3_600))).to.deep.equal(later(0.002))
    expect(await tick(later(60))).to.deep.equal(later(60))
  })

  it('no two of many simultaneous transactions share an instant', async () => {
    const all = await Promise.all(Array.from({ length: 30 }, () => tick(later(120))))
    expect(new Set(all.map((instant) => instant.getTime())).size).to.equal(30)
  })

  it('a failed transaction leaves no instant behind', async () => {
    const before = await tick(later(200))
    await db()
      .transaction(async (tx) => {
        await knowledge.nextInstant(tx, later(300))
        throw new Error('failed')
      })
      .catch(() => undefined)
    expect((await tick(NOW)).getTime()).to.equal(before.getTime() + 1)
  })
})
