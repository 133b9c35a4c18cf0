import { expect } from 'chai'
import { startHub, type TestHub } from '../support/hub.js'
import { published, removed, rowsOf } from '../support/world.js'

const faultOf = (work: Promise<unknown>): Promise<Error | null> =>
  work.then(
    () => null,
    (error: Error) => error,
  )

describe('a platform whose backfill fails', () => {
  let test: TestHub
  before(async () => {
    test = await startHub()
  })
  after(() => test.stop())

  it('still receives removals from every push', async () => {
    const { db } = test.hub
    const { id } = await published(db, 1)
    await db.raw(`update deliveries set state = 'CONFIRMED', attempts = 1, confirmed_at = now()`)
    await removed(db, id)
    await db.raw('alter table public_entries rename to elsewhere')
    const failed = await faultOf(test.hub.push(['national'], { cause: 'command' }))
    await db.raw('alter table elsewhere rename to public_entries')
    expect(failed?.message).to.contain('public_entries')
    expect(
      await rowsOf(db, `select state from deliveries where platform = 'national' and action = 'REMOVE'`),
    ).to.deep.equal([{ state: 'CONFIRMED' }])
  })

  it('fails the push once the backfill has ended, without an unhandled rejection', async () => {
    const { hub } = test
    const unheard: unknown[] = []
    const hear = (reason: unknown) => unheard.push(reason)
    process.on('unhandledRejection', hear)
    await hub.db.raw('alter table public_entries rename to elsewhere')
    const until = new Date(hub.now().getTime() + 1_000)
    const failed = await faultOf(hub.push(['national'], { cause: 'timetable', until }))
    process.off('unhandledRejection', hear)
    expect(failed?.message).to.contain('public_entries')
    expect(unheard).to.deep.equal([])
  })
})
