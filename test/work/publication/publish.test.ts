import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Keys, loadKeys, newManifestKey } from '../../../src/foundation/keys.js'
import { shanghaiDate } from '../../../src/foundation/time/dates.js'
import { addDoubt } from '../../../src/store/db/clock-doubts.js'
import { readLastWithManifest } from '../../../src/store/publication/snapshots.js'
import { type PublishOptions, type PublishResult, publishList } from '../../../src/work/publication/publish.js'
import { corrected, letGo, shown } from '../../support/public-list.js'
import { verifyChain } from '../../support/publication-chain.js'
import { at, database, later, NOW, rowsOf, TODAY } from '../../support/world.js'

type Note = Parameters<PublishOptions['note']>[0]

describe('publish', () => {
  const db = database()
  let notes: Note[] = []
  let keys: Keys
  let manifests: Keys['manifests']
  const folder = mkdtempSync(join(tmpdir(), 'hub-keys-'))
  before(async () => {
    keys = await loadKeys(folder, 'http://hub.test')
    manifests = keys.manifests
  })
  after(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(() => {
    notes = []
  })
  const snapshot = async (now = NOW, given: Partial<PublishOptions> = {}): Promise<PublishResult> => {
    const note = (one: Note) => {
      notes.push(one)
    }
    const done = await publishList(db(), { cause: 'command', now: at(now), note, manifests, ...given })
    if (done === null) throw new Error('another process has this occurrence')
    return done
  }

  /** Recomputes the hash chain from `snapshot_changes` alone. */
  const chain = async (): Promise<string[]> => {
    const changes = await rowsOf(
      db(),
      'select sequence, listing_id as id, change, body_hash as hash, from_on as from, to_on as to from snapshot_changes order by sequence',
    )
    const sequences = (await rowsOf(db(), 'select sequence from snapshots order by 1')).map((row) =>
      Number(row['sequence']),
    )
    const list = new Map<string, string>()
    let before = '0'.repeat(64)
    return sequences.map((sequence) => {
      for (const row of changes.filter((one) => one['sequence'] === sequence)) {
        if (row['change'] === 'REMOVED') list.delete(String(row['id']))
        else list.set(String(row['id']), `${row['hash']} ${row['from']} ${row['to'] ?? '-'}`)
      }
      const lines = [...list].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, rest]) => `${id} ${rest}\n`)
      before = createHash('sha256')
        .update(`${sequence}\n${before}\n${lines.join('')}`)
        .digest('hex')
      return before
    })
  }

  it('the sequence grows with each change, counts additions, changes and removals, and is chained', async () => {
    expect(await snapshot()).to.include({ sequence: 1, entries: 0, added: 0, changed: 0, removed: 0 })
    const one = await shown(db(), 1)
    const two = await shown(db(), 2)
    expect(await snapshot(later(60))).to.include({ sequence: 2, entries: 2, added: 2, changed: 0, removed: 0 })
    await db().raw(
      `update public_entries set body = jsonb_set(body, '{reason}', '"改正"'), body_hash = ? where listing_id = ?`,
      ['f'.repeat(64), two.id],
    )
    await letGo(db(), one.id)
    await shown(db(), 3)
    expect(await snapshot(later(120))).to.include({ sequence: 3, entries: 2, added: 1, changed: 1, removed: 1 })
    await letGo(db(), two.id)
    expect(await snapshot(later(180))).to.include({ sequence: 4, entries: 1, added: 0, changed: 0, removed: 1 })
    const stored = await rowsOf(db(), 'select hash, previous_hash as before from snapshots order by sequence')
    expect(stored.map((row) => row['hash'])).to.deep.equal(await chain())
    expect(stored.slice(1).map((row) => row['before'])).to.deep.equal(stored.slice(0, -1).map((row) => row['hash']))
  })

  it('old sequences verify without bodies and salts, and a falsified one is found', async () => {
    const one = await shown(db(), 1)
    await snapshot()
    await shown(db(), 2)
    await snapshot(later(60))
    await letGo(db(), one.id)
    await snapshot(later(120))
    const gone = await rowsOf(db(), 'select 1 from published_entries where listing_id = ?', [one.id])
    expect(gone).to.have.length(0)
    expect(await verifyChain(db())).to.deep.equal({ verified: 3, broken: [] })
    await db().raw(`update snapshot_changes set to_on = to_on + 1 where sequence = 1`)
    expect((await verifyChain(db())).broken).to.deep.equal([1, 2])
  })

  it('snapshots chained without salts stay valid, and the next one follows them', async () => {
    const one = await shown(db(), 1)
    const body = 'a'.repeat(64)
    const hash = createHash('sha256')
      .update(`1\n${'0'.repeat(64)}\n${one.id} ${body}\n`)
      .digest('hex')
    const [run] = await rowsOf(
      db(),
      `insert into runs (job, cause, started_at, outcome, ended_at) values ('publish', 'command', now(), 'DONE', now()) returning id`,
    )
    await db().raw(
      `insert into snapshots (sequence, previous_hash, hash, entries, added, changed, removed, published_at, run_id, form)
       values (1, ?, ?, 1, 1, 0, 0, now(), ?, 0)`,
      ['0'.repeat(64), hash, run?.['id'] as number],
    )
    await db().raw(
      `insert into snapshot_changes (sequence, listing_id, change, body_hash, changed_on) values (1, ?, 'ADDED', ?, ?)`,
      [one.id, body, TODAY],
    )
    expect(await snapshot()).to.include({ sequence: 2, entries: 1, added: 1 })
    expect(await rowsOf(db(), 'select previous_hash as before from snapshots where sequence = 2')).to.deep.equal([
      { before: hash },
    ])
    expect(await verifyChain(db())).to.deep.equal({ verified: 2, broken: [] })
  })

  it('a removal erases the published text in its own transaction', async () => {
    const one = await shown(db(), 1)
    await shown(db(), 2)
    await snapshot()
    await letGo(db(), one.id)
    const [held] = await rowsOf(db(), 'select line, csv from published_entries where listing_id = ?', [one.id])
    expect(held).to.deep.equal({ line: null, csv: null })
    expect(await snapshot(later(60))).to.include({ sequence: 2, entries: 1, removed: 1 })
    expect(await rowsOf(db(), 'select 1 from forgotten')).to.have.length(0)
  })

  it('a snapshot made while an entry leaves the list is marked as containing removed text, and the next one is not', async () => {
    const one = await shown(db(), 1)
    await shown(db(), 2)
    const holding = await db().transaction()
    await holding.raw('lock table manifests in access exclusive mode')
    const made = snapshot()
    const isWaiting = `select 1 from pg_locks where not granted and relation = 'manifests'::regclass`
    while ((await rowsOf(db(), isWaiting)).length === 0) await new Promise((done) => setImmediate(done))
    await letGo(db(), one.id)
    await holding.commit()
    expect(await made).to.include({ sequence: 1, entries: 2 })
    expect((await readLastWithManifest(db()))?.forgotten).to.equal(true)
    expect(await snapshot(later(60))).to.include({ sequence: 2, entries: 1, removed: 1 })
    expect((await readLastWithManifest(db()))?.forgotten).to.equal(false)
    expect(await rowsOf(db(), 'select 1 from published_entries where listing_id = ?', [one.id])).to.have.length(0)
  })

  it('an unchanged list is signed again before its manifest ends, or with a new key, under the same sequence', async () => {
    await shown(db(), 1)
    await snapshot()
    const until = async () => (await rowsOf(db(), 'select sequence, kid, valid_until as until from manifests'))[0]
    const first = await until()
    await snapshot(later(3_600))
    expect(await until()).to.deep.equal(first)
    await snapshot(later(13 * 3_600))
    expect((await until())?.['sequence']).to.equal(1)
    expect(Number((await until())?.['until'])).to.equal(Number(first?.['until']) + 13 * 3_600_000)
    newManifestKey(folder)
    await snapshot(later(13 * 3_600))
    expect((await until())?.['kid']).to.not.equal(first?.['kid'])
    // The public keys still include the older key, so that earlier manifests can be verified.
    expect(keys.jwks().keys.map(({ kid }) => kid)).to.include.members([first?.['kid'], (await until())?.['kid']])
  })

  it('P-B3: an entry is in the snapshot on its last day and not on the next, also before the clock ends it', async () => {
    const one = await shown(db(), 1)
    await db().raw('update public_entries set ends_on = ? where listing_id = ?', [TODAY, one.id])
    expect(await snapshot()).to.include({ sequence: 1, entries: 1 })
    expect(await snapshot(later(86_400))).to.include({ sequence: 2, entries: 0 })
  })

  it('after the first comparison of a day, a publication compares the entries touched since', async () => {
    const one = await shown(db(), 1)
    await shown(db(), 2)
    await snapshot()
    const touched = () => rowsOf(db(), 'select listing_id as id from touched_entries')
    expect(await touched()).to.have.length(0)
    // Only a comparison of the whole list finds this difference: no public entry was touched.
    await db().raw(`update published_entries set source = 'other' where listing_id = ?`, [one.id])
    const three = await shown(db(), 3)
    expect(await snapshot(later(60))).to.include({ sequence: 2, entries: 3, added: 1, changed: 0 })
    await corrected(db(), three.id, '更正')
    const writing = await db().transaction()
    await writing.raw(`update public_entries set body_hash = 'late' where listing_id = ?`, [three.id])
    expect(await snapshot(later(120))).to.include({ sequence: 3, entries: 3, changed: 1 })
    await writing.commit()
    expect(await touched()).to.deep.equal([{ id: three.id }])
    expect(await snapshot(later(180))).to.include({ sequence: 4, entries: 3, changed: 1 })
    await letGo(db(), three.id)
    expect(await snapshot(later(240))).to.include({ sequence: 5, entries: 2, removed: 1 })
    expect(await snapshot(later(86_400))).to.include({ sequence: 6, entries: 2, added: 0, changed: 1 })
  })

  it('a publication of removals only leaves additions and changes to the next one of the same day', async () => {
    const [one, two] = [await shown(db(), 1), await shown(db(), 2)]
    await snapshot()
    await letGo(db(), one.id)
    await corrected(db(), two.id, '更正')
    await shown(db(), 3)
    const removals = await snapshot(later(60), { removalsOnly: true })
    expect(removals).to.include({ sequence: 2, entries: 1, added: 0, changed: 0, removed: 1 })
    expect(await snapshot(later(120))).to.include({ sequence: 3, entries: 2, added: 1, changed: 1, removed: 0 })
  })

  it('additions that wait for a doubted clock are published later on the same day', async () => {
    const [one, two] = [await shown(db(), 1), await shown(db(), 2)]
    const day = 86_400
    await shown(db(), 5, { publishedOn: shanghaiDate(later(day)) })
    expect(await snapshot()).to.include({ entries: 2 })
    const inDoubt = async (gone: { id: string }, seconds: number): Promise<PublishResult> => {
      await addDoubt(db(), { cause: 'START', foundAt: later(seconds), expectedAt: later(seconds) })
      await letGo(db(), gone.id)
      const done = await snapshot(later(seconds))
      await db().raw('delete from clock_doubts')
      return done
    }
    await shown(db(), 3)
    expect(await inDoubt(one, 60)).to.include({ sequence: 2, added: 0, removed: 1 })
    expect(await snapshot(later(120))).to.include({ sequence: 3, entries: 2, added: 1 })
    // The day alone makes the fifth entry public: no statement touches it.
    expect(await inDoubt(two, day)).to.include({ sequence: 4, added: 0, removed: 1 })
    expect(await snapshot(later(day + 60))).to.include({ sequence: 5, entries: 2, added: 1 })
  })

  const hiddenAndShown = (id: string) =>
    db().transaction(async (tx) => {
      const columns = 'listing_id, body, body_hash, published_on, shown_from, ends_on'
      await tx.raw(
        `create temporary table hidden on commit drop as select ${columns} from public_entries where listing_id = ?`,
        [id],
      )
      await tx.raw('delete from public_entries where listing_id = ?', [id])
      await tx.raw(`insert into public_entries (${columns}) select * from hidden`)
    })

  it('under a doubted clock an entry that was hidden and shown again leaves the list until the clock is certain', async () => {
    const [one, two] = [await shown(db(), 1), await shown(db(), 2)]
    await snapshot()
    await addDoubt(db(), { cause: 'START', foundAt: later(60), expectedAt: later(60) })
    await hiddenAndShown(one.id)
    expect(await snapshot(later(60))).to.include({ sequence: 2, entries: 1, changed: 0, removed: 1 })
    expect((await readLastWithManifest(db()))?.forgotten).to.equal(false)
    await letGo(db(), two.id)
    expect(await snapshot(later(120))).to.include({ sequence: 3, entries: 0, removed: 1 })
    await db().raw('delete from clock_doubts')
    expect(await snapshot(later(180))).to.include({ sequence: 4, entries: 1, added: 1 })
  })

  it('under a doubted clock an entry hidden and shown again while the snapshot was made leaves the list', async () => {
    const one = await shown(db(), 1)
    const holding = await db().transaction()
    await holding.raw('lock table manifests in access exclusive mode')
    const made = snapshot()
    const isWaiting = `select 1 from pg_locks where not granted and relation = 'manifests'::regclass`
    while ((await rowsOf(db(), isWaiting)).length === 0) await new Promise((done) => setImmediate(done))
    await hiddenAndShown(one.id)
    await holding.commit()
    expect(await made).to.include({ sequence: 1, entries: 1 })
    await addDoubt(db(), { cause: 'START', foundAt: later(60), expectedAt: later(60) })
    expect(await snapshot(later(60))).to.include({ sequence: 2, entries: 0, removed: 1 })
    await db().raw('delete from clock_doubts')
    expect(await snapshot(later(120))).to.include({ sequence: 3, entries: 1, added: 1 })
  })

  it('an unchanged list keeps its sequence and hash, and its note is written again', async () => {
    await shown(db(), 1)
    const first = await snapshot()
    const again = await snapshot(later(300))
    expect(again).to.include({ sequence: first.sequence, hash: first.hash, entries: 1, added: 0 })
    expect(notes).to.deep.equal([
      { sequence: 1, hash: first.hash, publishedAt: NOW.toISOString() },
      { sequence: 1, hash: first.hash, publishedAt: NOW.toISOString() },
    ])
    expect(await rowsOf(db(), 'select 1 from snapshots')).to.have.length(1)
  })

  it('an entry added and removed between two publications appears in no snapshot', async () => {
    await snapshot()
    const listing = await shown(db(), 1)
    await letGo(db(), listing.id, TODAY)
    expect(await snapshot(later(60))).to.include({ sequence: 1, entries: 0 })
    expect(await rowsOf(db(), 'select 1 from snapshot_changes')).to.have.length(0)
  })

  it('one of several simultaneous publications makes the snapshot, and the others return it', async () => {
    await shown(db(), 1)
    const both = await Promise.all([snapshot(), snapshot(), snapshot()])
    expect(both.map((one) => one.sequence)).to.deep.equal([1, 1, 1])
    expect(both.reduce((sum, one) => sum + one.added, 0)).to.equal(1)
    const runs = await rowsOf(db(), `select outcome from runs where job = 'publish'`)
    expect(runs.map((run) => run['outcome'])).to.deep.equal(['DONE', 'DONE', 'DONE'])
  })

  it('a publication never abandons another that is running', async () => {
    await shown(db(), 1)
    await db().raw(`create function told() returns trigger language plpgsql as $$ begin raise exception 'taken for dead'; end $$;
      create trigger told before update on runs for each row when (new.outcome = 'ABANDONED') execute function told()`)
    try {
      await Promise.all(Array.from({ length: 6 }, () => snapshot()))
    } finally {
      await db().raw('drop function told cascade')
    }
    expect(await rowsOf(db(), `select 1 from runs where job = 'publish' and outcome = 'DONE'`)).to.have.length(6)
  })

  it('a scheduled publication runs once', async () => {
    const options = { cause: 'timetable' as const, plannedFor: NOW, now: at(NOW), note: () => undefined, manifests }
    const both = await Promise.all([publishList(db(), options), publishList(db(), options)])
    expect(both.filter((one) => one === null)).to.have.length(1)
  })

  it('a failing note fails the run, and the next publication writes it', async () => {
    await shown(db(), 1)
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
