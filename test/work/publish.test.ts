import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { type Published, type PublishOptions, publish } from '../../src/work/publish.js'
import { at, database, later, NOW, published, removed, rowsOf, TODAY } from '../support/world.js'

type Note = Parameters<PublishOptions['note']>[0]

describe('publish', () => {
  const db = database()
  let notes: Note[] = []
  beforeEach(() => {
    notes = []
  })
  const snapshot = async (now = NOW, given: Partial<PublishOptions> = {}): Promise<Published> => {
    const note = (one: Note) => {
      notes.push(one)
    }
    const done = await publish(db(), { cause: 'command', now: at(now), note, ...given })
    if (done === null) throw new Error('another process has this occurrence')
    return done
  }

  /** The chain worked out from the changes alone, by whoever holds nothing else. */
  const chain = async (): Promise<string[]> => {
    const changes = await rowsOf(
      db(),
      'select sequence, listing_id as id, change, body_hash as hash from snapshot_changes order by sequence',
    )
    const sequences = (await rowsOf(db(), 'select sequence from snapshots order by 1')).map((row) =>
      Number(row['sequence']),
    )
    const list = new Map<string, string>()
    let before = '0'.repeat(64)
    return sequences.map((sequence) => {
      for (const row of changes.filter((one) => one['sequence'] === sequence)) {
        if (row['change'] === 'REMOVED') list.delete(String(row['id']))
        else list.set(String(row['id']), String(row['hash']))
      }
      const lines = [...list].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, hash]) => `${id} ${hash}\n`)
      before = createHash('sha256')
        .update(`${sequence}\n${before}\n${lines.join('')}`)
        .digest('hex')
      return before
    })
  }

  it('the sequence grows with each change, says what was added, changed and removed, and is chained', async () => {
    expect(await snapshot()).to.include({ sequence: 1, entries: 0, added: 0, changed: 0, removed: 0 })
    const one = await published(db(), 1)
    const two = await published(db(), 2)
    expect(await snapshot(later(60))).to.include({ sequence: 2, entries: 2, added: 2, changed: 0, removed: 0 })
    await db().raw(
      `update public_entries set body = jsonb_set(body, '{reason}', '"改正"'), body_hash = ? where listing_id = ?`,
      ['f'.repeat(64), two.id],
    )
    await removed(db(), one.id)
    await published(db(), 3)
    expect(await snapshot(later(120))).to.include({ sequence: 3, entries: 2, added: 1, changed: 1, removed: 1 })
    await removed(db(), two.id)
    expect(await snapshot(later(180))).to.include({ sequence: 4, entries: 1, added: 0, changed: 0, removed: 1 })
    const stored = await rowsOf(db(), 'select hash, previous_hash as before from snapshots order by sequence')
    expect(stored.map((row) => row['hash'])).to.deep.equal(await chain())
    expect(stored.slice(1).map((row) => row['before'])).to.deep.equal(stored.slice(0, -1).map((row) => row['hash']))
  })

  it('a list that did not change keeps its sequence and hash, and is noted again', async () => {
    await published(db(), 1)
    const first = await snapshot()
    const again = await snapshot(later(300))
    expect(again).to.include({ sequence: first.sequence, hash: first.hash, entries: 1, added: 0 })
    expect(notes).to.deep.equal([
      { sequence: 1, hash: first.hash, publishedAt: NOW.toISOString() },
      { sequence: 1, hash: first.hash, publishedAt: NOW.toISOString() },
    ])
    expect(await rowsOf(db(), 'select 1 from snapshots')).to.have.length(1)
  })

  it('an entry added and removed between two publications leaves no trace', async () => {
    await snapshot()
    const listing = await published(db(), 1)
    await removed(db(), listing.id, TODAY)
    expect(await snapshot(later(60))).to.include({ sequence: 1, entries: 0 })
    expect(await rowsOf(db(), 'select 1 from snapshot_changes')).to.have.length(0)
  })

  it('of two publications at once one makes the snapshot and the other finds it', async () => {
    await published(db(), 1)
    const both = await Promise.all([snapshot(), snapshot(), snapshot()])
    expect(both.map((one) => one.sequence)).to.deep.equal([1, 1, 1])
    expect(both.reduce((sum, one) => sum + one.added, 0)).to.equal(1)
    const runs = await rowsOf(db(), `select outcome from runs where job = 'publish'`)
    expect(runs.map((run) => run['outcome'])).to.deep.equal(['DONE', 'DONE', 'DONE'])
  })

  it('a publication never takes another that is running for dead', async () => {
    await published(db(), 1)
    await db().raw(`create function told() returns trigger language plpgsql as $$ begin raise exception 'taken for dead'; end $$;
      create trigger told before update on runs for each row when (new.outcome = 'ABANDONED') execute function told()`)
    try {
      await Promise.all(Array.from({ length: 6 }, () => snapshot()))
    } finally {
      await db().raw('drop function told cascade')
    }
    expect(await rowsOf(db(), `select 1 from runs where job = 'publish' and outcome = 'DONE'`)).to.have.length(6)
  })

  it('an occurrence of the timetable is published once', async () => {
    const options = { cause: 'timetable' as const, plannedFor: NOW, now: at(NOW), note: () => undefined }
    const both = await Promise.all([publish(db(), options), publish(db(), options)])
    expect(both.filter((one) => one === null)).to.have.length(1)
  })

  it('a note that cannot be written fails the run, and the next publication writes it', async () => {
    await published(db(), 1)
    const full = () => {
      throw new Error('disk full')
    }
    let told = ''
    await snapshot(NOW, { note: full }).catch((error: Error) => {
      told = error.message
    })
    expect(told).to.equal('disk full')
    expect(await rowsOf(db(), 'select outcome from runs order by id desc limit 1')).to.deep.equal([
      { outcome: 'FAILED' },
    ])
    expect(await snapshot(later(60))).to.include({ sequence: 1 })
    expect(notes).to.have.length(1)
  })
})
