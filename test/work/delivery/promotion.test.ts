/** A promoted standby of the same system: judged by the heads of the audit log that were noted outside the database. */
import { expect } from 'chai'
import { platforms } from '../../../src/platforms/index.js'
import type { Db } from '../../../src/store/db/db.js'
import { makeAuditLog } from '../../../src/work/audit/audit-log.js'
import { makeHeadNotesInMemory } from '../../../src/work/audit/head-notes.js'
import {
  areAdditionsStopped,
  detectRestore,
  lockReleasable,
  releaseRestored,
} from '../../../src/work/delivery/restored.js'
import { SEAL } from '../../support/audit.js'
import { at, database, later, log, NOW, published, rowsOf } from '../../support/world.js'

const IDS = platforms.map(({ id }) => id)

describe('a promoted standby', () => {
  const db = database()
  const entry = { kind: 'ANSWER', at: NOW, client: 'c', role: 'officer', agency: null, purpose: null } as const
  const written = async (heads: ReturnType<typeof makeHeadNotesInMemory>, rows: number) => {
    const trail = makeAuditLog(db(), { log, now: at(NOW), seal: () => SEAL, notes: heads })
    for (let n = 1; n <= rows; n += 1)
      await trail.row({ ...entry, request: `r-${n}`, asked: '{ a }', outcome: 'DONE', shown: [], digest: null })
    return heads
  }
  /** The notes of the hub, which outlive its trail. */
  const notedBy = async (rows: number) => {
    const heads = makeHeadNotesInMemory()
    await written(heads, rows)
    return { sent: () => null, published: () => null, heads: () => heads }
  }
  const noticed = (notes: Awaited<ReturnType<typeof notedBy>>, now = NOW) =>
    detectRestore(db(), { notes, platforms: IDS, now, log })
  const promoted = (timeline = '00000000') => db().raw('update database_identity set timeline = ?', [timeline])
  const lose = (after: number) =>
    db().transaction((tx) =>
      tx.raw(`set local session_replication_role = replica; delete from trail where number > ${after}`),
    )
  const released = () =>
    db().transaction(async (tx) =>
      releaseRestored(tx, await lockReleasable(tx, []), {
        proposedBy: 'officer-1',
        by: 'reviewer-1',
        reason: '已逐一核对',
        platforms: IDS,
        now: later(60),
      }),
    )
  const causes = () => rowsOf(db(), 'select cause from database_restored')

  it('that holds all noted heads is accepted, and what was due counts as sent', async () => {
    await published(db(), 1)
    const notes = await notedBy(3)
    expect(await noticed(notes)).to.equal(false)
    await promoted()
    expect(await areAdditionsStopped(db()), 'before anybody has looked').to.equal(true)
    expect(await noticed(notes)).to.equal(false)
    expect([await areAdditionsStopped(db()), await causes()]).to.deep.equal([false, []])
    expect(await rowsOf(db(), 'select distinct attempts from deliveries')).to.deep.equal([{ attempts: 1 }])
  })

  it('is accepted by a hub while another accepts it too', async () => {
    const notes = await notedBy(3)
    await noticed(notes)
    await promoted()
    let looks = 0
    const slow: Db = {
      raw: async (sql, bindings) => {
        if (sql.includes('restored.servers')) looks += 1
        if (looks === 2) await noticed(notes)
        return db().raw(sql, bindings)
      },
      transaction: (act) => db().transaction((tx) => act(tx)),
    }
    expect(await detectRestore(slow, { notes, platforms: IDS, now: NOW, log })).to.equal(false)
    expect(looks).to.be.greaterThan(1)
    expect(await causes()).to.deep.equal([])
  })

  it('that lacks the last noted head is not, also after its loss stands in the audit log', async () => {
    const notes = await notedBy(3)
    await noticed(notes)
    await lose(2)
    await promoted()
    await written(notes.heads(), 1)
    expect(await noticed(notes)).to.equal(true)
    expect(await causes()).to.deep.equal([{ cause: 'SERVER_CHANGED' }])
  })

  it('is accepted for a new installation: nobody was answered yet, so nothing can be lost', async () => {
    const none = await notedBy(0)
    await noticed(none)
    await promoted()
    expect(await noticed(none)).to.equal(false)
    expect([await areAdditionsStopped(db()), await causes()]).to.deep.equal([false, []])
  })

  it('is not accepted where the notes of its rows are lost, nor on an earlier timeline', async () => {
    await notedBy(2)
    const none = await notedBy(0)
    await noticed(none)
    await promoted()
    expect(await noticed(none)).to.equal(true)
    await released()
    const notes = await notedBy(1)
    await promoted('0000ABCD')
    expect(await noticed(notes, later(120))).to.equal(true)
  })

  it('is judged without the heads that were lost before a person released the database', async () => {
    const notes = await notedBy(3)
    await noticed(notes)
    await lose(2)
    await promoted()
    expect(await noticed(notes)).to.equal(true)
    await released()
    const since = { ...notes.heads(), heads: () => notes.heads().heads() }
    const trail = makeAuditLog(db(), { log, now: at(later(120)), seal: () => SEAL, notes: since })
    since.begin()
    await trail.row({
      ...entry,
      at: later(120),
      request: 'r',
      asked: '{ a }',
      outcome: 'DONE',
      shown: [],
      digest: null,
    })
    await promoted()
    expect(await noticed({ ...notes, heads: () => since }, later(180))).to.equal(false)
  })
})
