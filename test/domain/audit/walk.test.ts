import { expect } from 'chai'
import fc from 'fast-check'
import { type AuditContent, type AuditHead, type AuditRow, chainRows } from '../../../src/domain/audit/audit-log.js'
import {
  type AuditLoss,
  findLoss,
  type NotedHead,
  parseAuditLoss,
  type ServerIdentity,
  serializeAuditLoss,
} from '../../../src/domain/audit/loss.js'
import { type AuditAnchor, makeAuditWalk, type WalkResult } from '../../../src/domain/audit/walk.js'
import type { AuditSeal } from '../../../src/foundation/keys/audit.js'
import { auditKeys, SEAL, sealOf } from '../../support/audit.js'
import { AT, contentOf, linkOf, rowsOf, unsealed } from '../../support/audit-rows.js'

const HERE: ServerIdentity = { timeline: 1, system: '7713433950162366001' }
const PROMOTED: ServerIdentity = { ...HERE, timeline: 2 }

interface Given {
  anchors?: AuditAnchor[]
  mayErase?: boolean
  released?: Date | null
  server?: ServerIdentity | null
  seals?: AuditSeal[]
}

const walked = (
  rows: readonly AuditRow[],
  { anchors = [], mayErase = false, released = null, server = HERE, seals = [SEAL] }: Given = {},
): WalkResult => {
  const walk = makeAuditWalk({ anchors, macOf: auditKeys(...seals).macOf, mayErase: () => mayErase })
  walk.add(rows.slice(0, 3))
  walk.add(rows.slice(3))
  return walk.end({ server, now: AT, releasedOld: released })
}

const anchorAt = (rows: readonly AuditRow[], number: number, server: ServerIdentity | null = HERE): AuditAnchor => ({
  ...(rows[number - 1] as AuditRow),
  at: AT,
  server,
  from: 'note',
})

/** A row that records a loss of rows, placed after `head`. */
const cutAfter = (head: AuditHead, loss: Partial<AuditLoss>): AuditRow[] => {
  const said = serializeAuditLoss({
    after: head.number,
    noted: 8,
    notedAt: AT,
    from: HERE,
    to: HERE,
    heads: null,
    ...loss,
  })
  return chainRows(head, [linkOf({ ...contentOf(1), asked: said }, { kind: 'CUT', count: 0 })], SEAL)
}

describe('verification of the audit log', () => {
  it('finds no fault in an unchanged log', () => {
    const rows = rowsOf(7)
    const found = walked(rows, { anchors: [anchorAt(rows, 7), anchorAt(rows, 2)] })
    expect(found).to.deep.include({ walked: 7, erased: 0, broken: [], faults: 0, cuts: [] })
    expect(found.head).to.deep.include({ number: 7, hash: rows[6]?.hash })
    expect(walked([])).to.deep.include({ walked: 0, broken: [] })
  })

  it('finds a change of any member of any row at that row, in both row formats', () => {
    const change: Record<string, (row: AuditRow) => AuditRow> = {
      at: (row) => ({ ...row, at: new Date(row.at.getTime() + 1) }),
      kind: (row) => ({ ...row, kind: 'FILE' }),
      count: (row) => ({ ...row, count: row.count + 1 }),
      contentHash: (row) => ({ ...row, contentHash: '01'.repeat(32) }),
      hash: (row) => ({ ...row, hash: '01'.repeat(32) }),
      previous: (row) => ({ ...row, previous: '01'.repeat(32) }),
      body: (row) => (row.form === 0 ? { ...row, count: 9 } : { ...row, body: ` ${row.body}` }),
    }
    for (const member of Object.keys(contentOf(1)) as (keyof AuditContent)[])
      change[`content.${member}`] = (row) => ({
        ...row,
        content: row.content && { ...row.content, [member]: 'other' },
      })
    const forms = [rowsOf(9), unsealed(rowsOf(9))]
    fc.assert(
      fc.property(
        fc.constantFrom(...forms),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...Object.keys(change)),
        (rows, number, what) => {
          const changed = rows.map((row) =>
            row.number === number ? (change[what] as (r: AuditRow) => AuditRow)(row) : row,
          )
          expect(walked(changed).broken[0], what).to.deep.equal({ number, fault: 'ALTERED' })
        },
      ),
    )
  })

  it('P-A2: finds a row rewritten with the chain recomputed but without the key', () => {
    const rows = rowsOf(9)
    const forged = contentOf(99)
    const stranger = sealOf('0badc0de stolen id')
    const again = chainRows(
      rows[3] as AuditRow,
      [forged, ...rows.slice(5).map(({ content }) => content as AuditContent)].map((content) => linkOf(content)),
      { ...stranger, id: SEAL.id },
    )
    expect(walked([...rows.slice(0, 4), ...again]).broken).to.deep.equal([{ number: 5, until: 9, fault: 'ALTERED' }])
    const named = chainRows(rows[3] as AuditRow, [linkOf(forged)], stranger)
    expect(walked([...rows.slice(0, 4), ...named]).broken).to.deep.equal([{ number: 5, fault: 'KEY_UNKNOWN' }])
    const bare = unsealed([rows[4] as AuditRow], rows[3])
    expect(walked([...rows.slice(0, 4), ...bare]).broken).to.deep.equal([{ number: 5, fault: 'UNSEALED' }])
  })

  it('P-A2: verifies unsealed rows by their own hashes up to the first sealed row, which binds them', () => {
    const old = unsealed(rowsOf(4))
    const rows = [...old, ...rowsOf(4, { head: old[3] as AuditRow })]
    expect(walked(rows)).to.deep.include({ walked: 8, broken: [] })
    const rewritten = unsealed([...old.slice(0, 3), { ...(old[3] as AuditRow), count: 7 }])
    expect(walked([...rewritten, ...rows.slice(4)]).broken).to.deep.equal([{ number: 5, fault: 'UNLINKED' }])
    const all = unsealed(rows)
    expect(walked(all, { anchors: [anchorAt(rows, 8)] }).broken).to.deep.equal([
      { number: 1, until: 8, fault: 'REPLACED' },
    ])
  })

  it('P-A2: reports every unsealed row between the last matching noted head and the next noted head as REPLACED', () => {
    const rows = unsealed(rowsOf(9))
    const swapped = unsealed([
      ...rows.slice(0, 4),
      ...[rows[5], rows[4]].map((row) => row as AuditRow),
      ...rows.slice(6),
    ])
    const anchors = [3, 7].map((number) => anchorAt(rows, number))
    expect(walked(swapped, { anchors }).broken).to.deep.equal([{ number: 4, until: 7, fault: 'REPLACED' }])
  })

  it('verifies rows of every known key after a key change', () => {
    const first = rowsOf(3)
    const next = sealOf('deadbeef')
    const rows = [...first, ...rowsOf(3, { head: first[2] as AuditRow, seal: next })]
    expect(walked(rows, { seals: [SEAL, next] }).broken).to.deep.equal([])
    expect(walked(rows, { seals: [next] }).broken).to.deep.equal([{ number: 1, until: 3, fault: 'KEY_UNKNOWN' }])
  })

  it('R-2: continues after a missing row and finds a change in a later row', () => {
    const rows = rowsOf(9)
    const without = (number: number) => rows.filter((row) => row.number !== number)
    expect(walked(without(5)).broken).to.deep.equal([{ number: 5, fault: 'MISSING' }])
    expect(walked(without(1)).broken).to.deep.equal([{ number: 1, fault: 'MISSING' }])
    const holed = rows
      .filter(({ number }) => number < 3 || number > 5)
      .map((row) => (row.number === 8 ? { ...row, count: 9 } : row))
    const found = walked(holed)
    expect(found).to.deep.include({ walked: 6, faults: 2 })
    expect(found.broken).to.deep.equal([
      { number: 3, until: 5, fault: 'MISSING' },
      { number: 8, fault: 'ALTERED' },
    ])
  })

  it('finds rows whose order was changed', () => {
    const rows = rowsOf(9)
    const [four, five] = [rows[3] as AuditRow, rows[4] as AuditRow]
    const moved = rows.with(3, { ...five, number: 4 }).with(4, { ...four, number: 5 })
    expect(walked(moved).broken[0]).to.deep.equal({ number: 4, until: 5, fault: 'ALTERED' })
  })

  it('finds a missing tail and names its rows', () => {
    const rows = rowsOf(9)
    const found = (given: readonly AuditRow[]) => walked(given, { anchors: [anchorAt(rows, 8)] })
    expect(found(rows.slice(0, 6)).broken).to.deep.equal([{ number: 7, until: 8, fault: 'TAIL_MISSING' }])
    expect(found([]).broken).to.deep.equal([{ number: 1, until: 8, fault: 'TAIL_MISSING' }])
    expect(found(rows).broken).to.deep.equal([])
  })

  it('accepts erased content only where it may be erased', () => {
    const rows = rowsOf(9).map((row) => (row.number < 4 ? { ...row, content: null, body: null } : row))
    expect(walked(rows, { mayErase: true })).to.deep.include({ walked: 9, erased: 3, broken: [] })
    expect(walked(rows).broken).to.deep.equal([{ number: 1, until: 3, fault: 'ERASED' }])
    // Unreadable content does not count as erased.
    const garbled = rowsOf(1).map((row) => ({ ...row, content: null, body: '[' }))
    expect(walked(garbled, { mayErase: true }).broken).to.deep.equal([{ number: 1, fault: 'ALTERED' }])
  })

  it('names rows whose content is in no readable file, also past the term', () => {
    const rows = rowsOf(3).map((row) => ({
      ...row,
      body: null,
      content: null,
      inFile: { client: 'c', role: 'r', agency: null, purpose: null, request: 'q' },
    }))
    for (const mayErase of [true, false]) {
      const found = walked(rows, { mayErase })
      expect(found.broken).to.deep.equal([{ number: 1, until: 3, fault: 'FILE_LOST' }])
      expect(found.erased).to.equal(0)
    }
  })

  it('P-A2: reports an unexcused loss that a row records, also where no noted head shows it', () => {
    const rows = rowsOf(9)
    const shorter = [...rows.slice(0, 5), ...cutAfter(rows[4] as AuditRow, {})]
    const found = walked([...shorter, ...rowsOf(3, { head: shorter[5] as AuditRow })])
    expect(found.broken).to.deep.equal([{ number: 6, until: 8, fault: 'TAIL_MISSING' }])
    expect(found.cuts).to.deep.equal([
      { after: 5, noted: 8, notedAt: AT, from: HERE, to: HERE, heads: null, foundAt: AT, excuse: null, isEnd: true },
    ])
    const replaced = [...rows, ...cutAfter(rows[8] as AuditRow, { after: 3, noted: 7 })]
    expect(walked(replaced).broken).to.deep.equal([{ number: 4, until: 7, fault: 'REPLACED' }])
  })

  it('excuses a loss only by a sealed RELEASED row, not by other database columns', () => {
    const rows = rowsOf(9)
    const cut = [...rows.slice(0, 5), ...cutAfter(rows[4] as AuditRow, {})]
    const given = { anchors: [anchorAt(rows, 8), anchorAt(rows, 6), anchorAt(rows, 4)] }
    expect(walked(cut, { ...given, released: AT }).broken).to.have.lengthOf(1)
    const release = linkOf(contentOf(2), { kind: 'RELEASED' })
    const released = [...cut, ...chainRows(cut[5] as AuditRow, [release], SEAL)]
    expect(walked(released, given)).to.deep.include({ broken: [], walked: 7 })
    expect(walked(released, given).cuts[0]?.excuse).to.equal('RELEASED')
    expect(walked(released, { anchors: [anchorAt(rows, 9)] }).broken[0]?.fault).to.equal('TAIL_MISSING')
    const early = [...chainRows(rows[4] as AuditRow, [release], SEAL)]
    expect(walked([...rows.slice(0, 5), ...early, ...cutAfter(early[0] as AuditRow, {})]).broken).to.have.lengthOf(1)
  })

  it('R-1: excuses rows lost in a failover if another server timeline noted them', () => {
    const rows = rowsOf(9)
    const cut = [...rows.slice(0, 5), ...cutAfter(rows[4] as AuditRow, { to: PROMOTED })]
    const given = { anchors: [anchorAt(rows, 8), anchorAt(rows, 4)], server: PROMOTED }
    const found = walked([...cut, ...rowsOf(4, { head: cut[5] as AuditRow })], given)
    expect(found).to.deep.include({ broken: [], walked: 10 })
    expect(found.cuts[0]).to.include({ after: 5, noted: 8, excuse: 'FAILOVER' })
    // The loss is excused also before a hub has recorded it.
    expect(walked(rows.slice(0, 5), given)).to.deep.include({ broken: [] })
    expect(walked(rows.slice(0, 5), given).cuts[0]).to.include({ after: 5, noted: 8, excuse: 'FAILOVER' })
    // A missing head noted on the present server is a fault, although an older missing head is excused by the failover.
    const later = [anchorAt(rows, 7), anchorAt(rows, 8, PROMOTED)]
    expect(walked(rows.slice(0, 5), { ...given, anchors: later }).broken).to.deep.equal([
      { number: 6, until: 8, fault: 'TAIL_MISSING' },
    ])
  })

  it('R-1, P-A2: a loss excuses only the heads that it lists, not a later head of the same number', () => {
    const rows = rowsOf(9)
    const heads = [anchorAt(rows, 8).hash]
    const cut = [...rows.slice(0, 5), ...cutAfter(rows[4] as AuditRow, { to: PROMOTED, heads })]
    const on = [...cut, ...rowsOf(2, { head: cut[5] as AuditRow })]
    const anchors = [anchorAt(rows, 8), anchorAt(on, 8, PROMOTED)]
    expect(walked(on, { anchors, server: PROMOTED })).to.deep.include({ broken: [], walked: 8 })
    // The rows were lost in another failover.
    const again = walked(cut, { anchors, server: { ...HERE, timeline: 3 } })
    expect(again.broken).to.deep.equal([])
    expect(again.cuts.map(({ after, noted }) => [after, noted])).to.deep.equal([
      [5, 8],
      [6, 8],
    ])
    // The rows were removed on the same server.
    expect(walked(cut, { anchors, server: PROMOTED }).broken).to.deep.equal([
      { number: 7, until: 8, fault: 'TAIL_MISSING' },
    ])
    // A head held by a client names no server. It is excused, because its row number is among the lost rows.
    const held = [{ ...anchorAt(rows, 7, null), at: null }]
    expect(walked(on, { anchors: held, server: PROMOTED }).broken).to.deep.equal([])
  })

  it('a loss is read from a row, also in the former format', () => {
    const loss = { after: 5, noted: 8, notedAt: AT, from: HERE, to: null, heads: ['b'.repeat(64)] }
    expect(parseAuditLoss(serializeAuditLoss(loss), 6)).to.deep.equal(loss)
    expect(parseAuditLoss(serializeAuditLoss({ ...loss, heads: null }), 6)).to.deep.equal({ ...loss, heads: null })
    const old = JSON.stringify({ number: 8, hash: 'a'.repeat(64) })
    expect(parseAuditLoss(old, 6)).to.include({ after: 5, noted: 8, from: null })
    // The former format may give a range that ends before it begins ("11–10"). Only its first number is used.
    expect(parseAuditLoss(old, 11)).to.include({ after: 7, noted: 8 })
    for (const other of ['', 'null', '{}', '[]']) expect(parseAuditLoss(other, 1)).to.equal(null)
  })

  it('noted heads are compared with the rows: none missing, a missing tail, and a replaced row', () => {
    const rows = rowsOf(9)
    const heads: NotedHead[] = [2, 5, 8].map((number) => anchorAt(rows, number))
    const hashes = (numbers: readonly number[]) => new Map(numbers.map((n) => [n, (rows[n - 1] as AuditRow).hash]))
    const server = HERE
    expect(findLoss(heads, hashes([2, 5, 8]), { last: 9, server })).to.equal(null)
    expect(findLoss(heads, hashes([2, 5]), { last: 6, server })).to.include({ after: 6, noted: 8 })
    expect(findLoss(heads, hashes([2, 8]), { last: 9, server })).to.include({ after: 2, noted: 5 })
    expect(findLoss(heads, new Map(), { last: 9, server })).to.include({ after: 0, noted: 8 })
  })
})
