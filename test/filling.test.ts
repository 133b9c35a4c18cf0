/** A platform that cannot be filled: the hub as a whole. */
import { expect } from 'chai'
import { startHub, type TestHub } from './support/hub.js'

describe('a platform that cannot be filled', () => {
  let test: TestHub
  before(async () => {
    test = await startHub()
  })
  after(() => test.stop())

  it('fails the push when that has ended, and is no fault that nobody hears of', async () => {
    const { hub } = test
    const unheard: unknown[] = []
    const hear = (reason: unknown) => unheard.push(reason)
    process.on('unhandledRejection', hear)
    await hub.db.raw('alter table public_entries rename to elsewhere')
    const until = new Date(hub.now().getTime() + 1_000)
    const failed = await hub.push(['national'], { cause: 'timetable', until }).then(
      () => null,
      (error: Error) => error,
    )
    process.off('unhandledRejection', hear)
    expect(failed?.message).to.contain('public_entries')
    expect(unheard).to.deep.equal([])
  })
})
