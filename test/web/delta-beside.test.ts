import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Response } from 'express'
import * as snapshots from '../../src/store/publication/snapshots.js'
import { makeListReader } from '../../src/web/published/current.js'
import { readDelta } from '../../src/web/published/delta.js'
import { makePublishedFiles } from '../../src/work/publication/published-files.js'
import { makeWorld, NOW, TODAY, type World } from '../api/world.js'
import { getRaw, keysOf, verified } from '../support/holder.js'
import { letGo, shown } from '../support/public-list.js'
import { snapshotHash } from '../support/publication-chain.js'
import { refusal } from '../support/world.js'

const NOBODY = { set: () => undefined } as unknown as Response
const [KEPT, GONE] = ['虚构长留有限公司', '虚构将去有限公司']

describe('changes while a delta is being made', () => {
  let world: World
  let gone: string
  beforeEach(async () => {
    world = await makeWorld()
    await shown(world.database.db, 1, { name: KEPT, publishedOn: '2026-02-01' })
    gone = (await shown(world.database.db, 2, { name: GONE, publishedOn: '2026-02-01' })).id
    await world.publish()
  })
  afterEach(() => world.close())

  /** The delta from sequence 0. `act` runs between finding the current list and reading the delta. */
  const deltaBeside = (act: () => Promise<unknown>) => {
    const { keys, publish } = world
    return makeListReader({ keys, publish })(world.database.db, NOW, NOBODY, async (tx, { snapshot }) => {
      await act()
      const delta = await readDelta(tx, { snapshot }, { since: '0', today: TODAY })
      if ('refused' in delta) throw new Error(delta.refused.detail)
      return { snapshot, delta: JSON.parse(delta.text) as { to: number; added: Record<string, string>[]; removed: [] } }
    })
  }
  const leadsTo = ({ snapshot, delta }: Awaited<ReturnType<typeof deltaBeside>>): boolean => {
    const members = delta.added.map(({ id = '', hash = '', publishedOn: from = '', endsOn: to = null }) => {
      return { id, hash, from, to }
    })
    const hash = snapshotHash(snapshot.sequence, snapshot.previousHash, members)
    return delta.to === snapshot.sequence && hash === snapshot.hash
  }

  it('a removal leaves the delta consistent with the list that it names', async () => {
    const made = await deltaBeside(() => letGo(world.database.db, gone))
    expect(leadsTo(made)).to.equal(true)
    expect(made.delta.removed).to.deep.equal([])
  })

  it('a publication leaves the delta consistent with the list that it names, and the next delta leads to the new list', async () => {
    const { db } = world.database
    const made = await deltaBeside(async () => {
      await letGo(db, gone)
      await shown(db, 3, { publishedOn: '2026-02-01' })
      await world.publish()
    })
    expect((await snapshots.readLastSnapshot(db))?.sequence).to.equal(made.snapshot.sequence + 1)
    expect(leadsTo(made)).to.equal(true)
    expect(made.delta.removed).to.deep.equal([])
    const next = await deltaBeside(async () => undefined)
    expect(leadsTo(next)).to.equal(true)
    expect(JSON.stringify(next.delta)).to.include(KEPT).and.not.include(GONE)
  })

  it('a hub that has not yet formed the files of a list refuses once an entry has left it', async () => {
    const { db } = world.database
    const snapshot = await snapshots.readLastSnapshot(db)
    if (snapshot === null) throw new Error('no snapshot')
    await letGo(db, gone)
    const files = makePublishedFiles(join(tmpdir(), `hub-files-${process.pid}`))
    expect((await refusal(files.ensure(db, snapshot))).code).to.equal('LIST_IN_THE_MAKING')
    await files.close()
  })

  it('a removal during an HTTP request leaves the answer whole and signed', async () => {
    const { db } = world.database
    const keys = await keysOf(world.url)
    const holder = await db.transaction()
    // The lock stops the delta at its last read until the removal is committed.
    await holder.raw('lock table snapshot_changes in access exclusive mode')
    const asked = getRaw(`${world.url}/data/delta?since=0`)
    const waits = async () =>
      (await db.raw(`select 1 from pg_locks where not granted and relation = 'snapshot_changes'::regclass`)).rows.length
    while ((await waits()) === 0);
    await letGo(db, gone)
    await holder.commit()
    const answer = await asked
    expect(answer.status).to.equal(200)
    expect((await verified(world.url, String(answer.headers['manifest-jws']), keys)).sequence).to.equal(1)
    expect((await getRaw(`${world.url}/data/delta?since=0`)).text).to.not.include(GONE)
  })

  it('a removal deletes the text and salt of the entry from the snapshot that contained it', async () => {
    const { db } = world.database
    const kept = async () =>
      (await db('published_entries').where({ listing_id: gone }).select('line', 'source')) as Record<string, string>[]
    const { salt } = await db('public_entries').where({ listing_id: gone }).first('salt')
    expect((await kept())[0]?.['source']).to.include(salt)
    await letGo(db, gone)
    expect(await kept()).to.deep.equal([{ line: null, source: '' }])
  })

  it('no cached page or file outlives midnight, when entries end', async () => {
    await shown(world.database.db, 4, { publishedOn: '2026-02-01', endsOn: '2026-03-02' })
    await world.publish()
    for (const [now, seconds] of [
      ['2026-03-02T15:58:00Z', 60],
      ['2026-03-02T15:59:30Z', 30],
      ['2026-03-02T15:59:59.500Z', 0],
      ['2026-03-02T16:00:00Z', 60],
    ] as const) {
      world.setNow(new Date(now))
      for (const path of ['/', '/blacklist', '/data', '/data/blacklist.csv', '/data/delta?since=0'])
        expect((await getRaw(`${world.url}${path}`)).headers['cache-control'], `${path} ${now}`).to.equal(
          `public, max-age=${seconds}, must-revalidate`,
        )
    }
  })
})
