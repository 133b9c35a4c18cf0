import { expect } from 'chai'
import type { NotedHead } from '../../../src/domain/audit/loss.js'
import * as store from '../../../src/store/audit/audit-log.js'
import { connect, type JobDb } from '../../../src/store/db/db.js'
import { type AuditEntry, type AuditLog, type AuditLogParts, makeAuditLog } from '../../../src/work/audit/audit-log.js'
import { type HeadNotes, makeHeadNotesInMemory } from '../../../src/work/audit/head-notes.js'
import { verifyAuditLog } from '../../../src/work/audit/verify-audit-log.js'
import { put } from '../../soak/audit-attacks.js'
import { SEAL, verifyKeys } from '../../support/audit.js'
import { rowsOf as rowsMade, unsealed } from '../../support/audit-rows.js'
import { at, database, log, NOW, refusal, rowsOf } from '../../support/world.js'

const entry = (request: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  kind: 'ANSWER',
  at: NOW,
  client: 'guguji',
  role: 'marketplace',
  agency: null,
  purpose: null,
  request,
  asked: '{ standing }',
  outcome: 'DONE',
  shown: [],
  digest: null,
  ...more,
})

/** Presents all noted heads as noted on the server's previous timeline, as after the promotion of a standby. */
const ofBefore = (notes: HeadNotes): HeadNotes => ({
  ...notes,
  heads: () =>
    notes
      .heads()
      .map((head) => ({ ...head, server: head.server && { ...head.server, timeline: head.server.timeline - 1 } })),
})

describe('lost rows of the audit log', () => {
  const db = database()
  const open: AuditLog[] = []
  const trailOf = (more: Partial<AuditLogParts> = {}, on: JobDb = db()): AuditLog => {
    const made = makeAuditLog(on, { log, now: at(NOW), seal: () => SEAL, ...more })
    open.push(made)
    return made
  }
  afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))
  const verify = (noted: readonly NotedHead[]) => verifyAuditLog(db(), { now: at(NOW), noted, keys: verifyKeys() })
  const tamper = (sql: string) =>
    db().transaction((tx) => tx.raw(`set local session_replication_role = replica; ${sql}`))
  const cutTo = (number: number) => tamper(`delete from trail where number > ${number}`)
  const kinds = async () => (await rowsOf(db(), 'select kind from trail order by number')).map(({ kind }) => kind)
  const write = async (trail: AuditLog, many: number) => {
    for (let n = 0; n < many; n += 1) await trail.row(entry(`r-${n}`))
  }

  it('R-1: are detected after a failed write, before another row is written', async () => {
    const notes = ofBefore(makeHeadNotesInMemory())
    const trail = trailOf({ notes })
    await write(trail, 5)
    await db().raw('alter table trail rename to trail_away')
    expect((await refusal(trail.row(entry('refused')))).code).to.equal('TRAIL_UNAVAILABLE')
    await db().raw('alter table trail_away rename to trail')
    await cutTo(3)
    await write(trail, 2)
    expect(await kinds()).to.deep.equal(['ANSWER', 'ANSWER', 'ANSWER', 'CUT', 'ANSWER', 'ANSWER'])
    const found = await verify(notes.heads())
    expect(found).to.include({ ok: true, walked: 6 })
    expect(found.cuts).to.have.lengthOf(1)
    expect(found.cuts[0]).to.include({ after: 3, noted: 5, excuse: 'FAILOVER', isEnd: true })
  })

  it('R-1: are listed again where later rows with the same numbers are lost', async () => {
    const notes = ofBefore(makeHeadNotesInMemory())
    const trail = trailOf({ notes })
    await write(trail, 9)
    await cutTo(3)
    await write(trail, 3)
    await cutTo(4)
    await write(trail, 1)
    const found = await verify(notes.heads())
    expect(found).to.include({ ok: true, walked: 6 })
    expect(found.cuts.map(({ after, noted, excuse }) => ({ after, noted, excuse }))).to.deep.equal([
      { after: 3, noted: 9, excuse: 'FAILOVER' },
      { after: 4, noted: 7, excuse: 'FAILOVER' },
    ])
    expect(await kinds()).to.deep.equal(['ANSWER', 'ANSWER', 'ANSWER', 'CUT', 'CUT', 'ANSWER'])
  })

  it('P-A2: are reported as a fault where rows were deleted under numbers that a failover lost before', async () => {
    const notes = makeHeadNotesInMemory()
    const before = ofBefore(notes)
    await write(trailOf({ notes: { ...before, close: () => {} } }), 9)
    await cutTo(3)
    const lost = before.heads()
    const keep = { ...notes, heads: () => [...lost, ...notes.heads().slice(lost.length)], close: () => {} }
    keep.begin()
    await write(trailOf({ notes: keep }), 3)
    expect((await verify(keep.heads())).ok).to.equal(true)
    await cutTo(4)
    const found = await verify(keep.heads())
    expect(found).to.deep.include({ ok: false, broken: { number: 5, until: 7, fault: 'TAIL_MISSING' } })
  })

  it('R-2: are detected by the next row also without a failed write, because its predecessor is missing', async () => {
    const notes = ofBefore(makeHeadNotesInMemory())
    const trail = trailOf({ notes })
    await write(trail, 5)
    await cutTo(3)
    await write(trail, 2)
    expect(await rowsOf(db(), 'select number from trail order by number')).to.have.lengthOf(6)
    expect(await kinds()).to.deep.equal(['ANSWER', 'ANSWER', 'ANSWER', 'CUT', 'ANSWER', 'ANSWER'])
    expect((await verify(notes.heads())).cuts[0]).to.include({ after: 3, noted: 5, excuse: 'FAILOVER' })
  })

  it('R-2: are detected where another process has written rows with their numbers', async () => {
    const notes = makeHeadNotesInMemory()
    const trail = trailOf({ notes })
    await write(trail, 5)
    await cutTo(3)
    await write(trailOf({ notes: makeHeadNotesInMemory() }), 4)
    await write(trail, 1)
    const found = await verify(notes.heads())
    expect(found.ok).to.equal(false)
    expect(found.broken).to.deep.equal({ number: 1, until: 5, fault: 'REPLACED' })
    expect(await kinds()).to.deep.equal([...Array(7).fill('ANSWER'), 'CUT', 'ANSWER'])
  })

  it('P-A2: remain a fault on the same server, however often a hub starts', async () => {
    const notes = makeHeadNotesInMemory()
    const keep = { ...notes, close: () => {} }
    await write(trailOf({ notes: keep }), 5)
    await cutTo(2)
    for (let start = 0; start < 3; start += 1) {
      keep.begin()
      await write(trailOf({ notes: keep }), 1)
      const found = await verify(keep.heads())
      expect(found).to.deep.include({ ok: false, broken: { number: 3, until: 5, fault: 'TAIL_MISSING' } })
      expect(found.cuts).to.have.lengthOf(1)
    }
    expect(await kinds()).to.deep.equal(['ANSWER', 'ANSWER', 'CUT', 'ANSWER', 'ANSWER', 'ANSWER'])
    await trailOf({ notes: keep }).row(entry('release', { kind: 'RELEASED', client: 'reviewer-1' }))
    expect(await verify(keep.heads())).to.include({ ok: true, walked: 7 })
  })

  it('do not include rows that were never noted because the hub was killed before answering', async () => {
    const notes = makeHeadNotesInMemory()
    const keep = { ...notes, close: () => {} }
    await write(trailOf({ notes: keep }), 2)
    const killed = trailOf({
      notes: {
        ...makeHeadNotesInMemory(),
        note: () => {
          throw new Error('killed')
        },
      },
    })
    expect((await refusal(killed.row(entry('unanswered')))).code).to.equal('TRAIL_UNAVAILABLE')
    expect(await kinds()).to.have.lengthOf(3)
    keep.begin()
    await write(trailOf({ notes: keep }), 1)
    expect(await verify(keep.heads())).to.include({ ok: true, walked: 4 })
    expect((await verify(keep.heads())).cuts).to.deep.equal([])
  })

  it('P-A2: a head is noted before the answer is sent, once for a group of rows', async () => {
    const told: string[] = []
    const memory = makeHeadNotesInMemory()
    const notes: HeadNotes = {
      ...memory,
      note: (head) => {
        told.push(`noted ${head.number}`)
        memory.note(head)
      },
      sync: async () => {
        told.push('synced')
      },
    }
    const trail = trailOf({ notes })
    await Promise.all(Array.from({ length: 40 }, (_, n) => trail.row(entry(`r-${n}`)).then(() => told.push('left'))))
    expect(told.filter((one) => one !== 'synced')).to.deep.equal(['noted 40', ...Array(40).fill('left')])
    const [head] = notes.heads()
    expect(head?.server).to.deep.equal(await store.readServerIdentity(db()))
    expect(head?.server?.system).to.match(/^\d{15,20}$/)
  })

  it('are not reported where two processes write in turns, each with its own notes', async () => {
    const other = connect(String(db().client.config.connection.connectionString))
    try {
      const [one, two] = [makeHeadNotesInMemory(), makeHeadNotesInMemory()]
      const trails = [trailOf({ notes: one }), trailOf({ notes: two }, other)]
      for (let round = 0; round < 10; round += 1) await Promise.all(trails.map((trail) => write(trail, 2)))
      expect(await verify([...one.heads(), ...two.heads()])).to.deep.include({ ok: true, walked: 40, cuts: [] })
    } finally {
      await Promise.all(open.splice(0).map((one) => one.close()))
      await other.destroy()
    }
  })

  it('P-A2: unsealed rows are verified by their own hashes and bound by the first sealed row', async () => {
    const old = unsealed(rowsMade(4))
    await db().transaction((tx) => put(tx, old))
    const notes = makeHeadNotesInMemory()
    await write(trailOf({ notes }), 2)
    const rows = await store.listRowsAfter(db(), 0, 10)
    expect(rows.map(({ form }) => form)).to.deep.equal([0, 0, 0, 0, 1, 1])
    expect(rows[3]?.content).to.deep.equal(old[3]?.content)
    expect(rows[4]?.previous).to.equal(old[3]?.hash)
    expect(await verify(notes.heads())).to.include({ ok: true, walked: 6 })
    await tamper(`update trail set client = 'another' where number = 2`)
    expect((await verify(notes.heads())).broken).to.deep.equal({ number: 2, fault: 'ALTERED' })
  })

  it('an older hub cannot write an unsealed row after a sealed one', async () => {
    await write(trailOf(), 1)
    const old = `insert into trail (number, at, kind, count, content_hash, previous, hash, salt)
      select number + 1, at, kind, count, content_hash, hash, content_hash, '\\x00' from trail`
    expect(
      (
        await db()
          .raw(old)
          .catch((error: Error) => error)
      ).message,
    ).to.include('without a seal')
  })

  it('a forged signature of a head in the database is found', async () => {
    await write(trailOf(), 2)
    const [head] = await store.listRowsAfter(db(), 1, 1)
    const jws = (text: string) => Buffer.from(text).toString('base64url')
    const forged = `${jws('{"alg":"ES256","kid":"signer-1"}')}.${jws(JSON.stringify({ number: 2, hash: head?.hash }))}.${jws('x'.repeat(64))}`
    await db().raw(`insert into trail_heads values (2, decode(?, 'hex'), now(), 'signer-1', ?)`, [
      head?.hash ?? '',
      forged,
    ])
    expect((await verify([])).broken).to.deep.equal({ number: 2, fault: 'FORGED' })
  })
})
