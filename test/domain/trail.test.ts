import { expect } from 'chai'
import fc from 'fast-check'
import {
  type Anchor,
  type Content,
  chained,
  contentHash,
  cutSaid,
  headIn,
  headSaid,
  makeWalk,
  NO_HEAD,
  type Row,
  type TrailFault,
} from '../../src/domain/trail.js'

const AT = new Date('2026-11-25T02:00:00.000Z')

const contentOf = (n: number): Content => ({
  salt: Buffer.alloc(16, n).toString('base64'),
  client: `client-${n % 3}`,
  role: 'marketplace',
  agency: null,
  purpose: n % 2 ? '入驻审核' : null,
  request: `r-${n}`,
  asked: `{ standing(code: "${n}") }`,
  outcome: 'DONE',
  shown: n % 4 ? Buffer.from([0, n]).toString('base64') : null,
  digest: Buffer.alloc(32, n).toString('base64'),
})

const rowsOf = (many: number): Row[] =>
  chained(
    NO_HEAD,
    Array.from({ length: many }, (_, i) => {
      const content = contentOf(i + 1)
      const at = new Date(AT.getTime() + i)
      return { at, kind: 'ANSWER' as const, count: 1, content, contentHash: contentHash(content) }
    }),
  )

const walked = (rows: readonly Row[], { anchors = [] as Anchor[], mayErase = false, excused = false } = {}) => {
  const walk = makeWalk(anchors, () => mayErase)
  walk.add(rows.slice(0, 3)) && walk.add(rows.slice(3))
  return walk.end(() => excused)
}

const anchorAt = (rows: readonly Row[], number: number): Anchor => ({ ...(rows[number - 1] as Row), from: 'note' })

describe('the trail as a chain', () => {
  it('is whole as it was written, page by page', () => {
    const rows = rowsOf(7)
    const found = walked(rows, { anchors: [anchorAt(rows, 7), anchorAt(rows, 2)] })
    expect(found).to.include({ walked: 7, erased: 0, broken: null })
    expect(found.head).to.deep.include({ number: 7, hash: rows[6]?.hash })
  })

  it('is whole when it is empty', () => {
    expect(walked([])).to.deep.include({ walked: 0, head: NO_HEAD, broken: null })
  })

  it('finds any one member of any one row altered, at that row', () => {
    const change: Record<string, (row: Row) => Row> = {
      at: (row) => ({ ...row, at: new Date(row.at.getTime() + 1) }),
      kind: (row) => ({ ...row, kind: 'FILE' }),
      count: (row) => ({ ...row, count: row.count + 1 }),
      contentHash: (row) => ({ ...row, contentHash: '01'.repeat(32) }),
      hash: (row) => ({ ...row, hash: '01'.repeat(32) }),
      previous: (row) => ({ ...row, previous: '01'.repeat(32) }),
    }
    const members = Object.keys(contentOf(1)) as (keyof Content)[]
    for (const member of members)
      change[`content.${member}`] = (row) => {
        const { content } = row
        if (content === null) return row
        return { ...row, content: { ...content, [member]: 'other' } }
      }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.constantFrom(...Object.keys(change)), (number, what) => {
        const rows = rowsOf(9)
        const changed = rows.map((row) => (row.number === number ? (change[what] as (r: Row) => Row)(row) : row))
        expect(walked(changed).broken, what).to.deep.equal({ number, fault: 'ALTERED' })
      }),
    )
  })

  it('finds rows left out, put elsewhere and made anew', () => {
    const rows = rowsOf(9)
    const without = (number: number) => rows.filter((row) => row.number !== number)
    expect(walked(without(5)).broken).to.deep.equal({ number: 5, fault: 'MISSING' })
    expect(walked(without(1)).broken).to.deep.equal({ number: 1, fault: 'MISSING' })
    const [four, five] = [rows[3] as Row, rows[4] as Row]
    const moved = rows.with(3, { ...five, number: 4 }).with(4, { ...four, number: 5 })
    expect(walked(moved).broken).to.deep.equal({ number: 4, fault: 'ALTERED' })
    const forged = contentOf(99)
    const again = chained(rows[3] as Row, [{ ...five, content: forged, contentHash: contentHash(forged) }])
    expect(walked([...rows.slice(0, 4), ...again, ...rows.slice(5)]).broken).to.deep.equal({
      number: 6,
      fault: 'UNLINKED',
    })
  })

  it('finds a missing end, and an end made anew, by a head kept elsewhere', () => {
    const rows = rowsOf(9)
    const fault = (given: readonly Row[]): TrailFault | undefined =>
      walked(given, { anchors: [anchorAt(rows, 8)] }).broken?.fault
    expect(fault(rows.slice(0, 7))).to.equal('TAIL_MISSING')
    expect(fault([])).to.equal('TAIL_MISSING')
    const forged = contentOf(99)
    const end = { ...(rows[0] as Row), content: forged, contentHash: contentHash(forged) }
    expect(fault([...rows.slice(0, 7), ...chained(rows[6] as Row, [end, end])])).to.equal('REPLACED')
    expect(fault(rows)).to.equal(undefined)
  })

  it('stays verifiable when content is erased, and finds content that is gone before its time', () => {
    const rows = rowsOf(9).map((row) => (row.number < 4 ? { ...row, content: null } : row))
    expect(walked(rows, { mayErase: true })).to.include({ walked: 9, erased: 3, broken: null })
    expect(walked(rows).broken).to.deep.equal({ number: 1, fault: 'ERASED' })
  })

  it('forgives a lost stretch only if a row names it and a person has answered for it', () => {
    const rows = rowsOf(9)
    const noted = anchorAt(rows, 8)
    const content = { ...contentOf(1), asked: cutSaid(noted) }
    const cut = { at: AT, kind: 'CUT' as const, count: 0, content, contentHash: contentHash(content) }
    const shorter = [...rows.slice(0, 5), ...chained(rows[4] as Row, [cut])]
    const given = { anchors: [noted, anchorAt(rows, 6), anchorAt(rows, 4)] }
    expect(walked(shorter, given).broken).to.not.equal(null)
    expect(walked(shorter, { ...given, excused: true })).to.deep.include({ broken: null, walked: 6 })
    expect(walked(shorter, { ...given, excused: true }).cuts).to.deep.equal([{ after: 5, noted: 8, at: AT }])
    expect(walked(shorter, { anchors: [anchorAt(rows, 9)], excused: true }).broken?.fault).to.equal('TAIL_MISSING')
  })

  it('hashes what a row holds as it always has, or no older row could be verified', () => {
    const content: Content = {
      salt: Buffer.alloc(16, 7).toString('base64'),
      client: 'taopin',
      role: 'marketplace',
      agency: null,
      purpose: '入驻审核',
      request: 'r-1',
      asked: '{ standing(code: "1") }',
      outcome: 'DONE',
      shown: Buffer.from([0, 49]).toString('base64'),
      digest: Buffer.alloc(32, 9).toString('base64'),
    }
    const given = { at: AT, kind: 'ANSWER' as const, count: 1, content, contentHash: contentHash(content) }
    const [row] = chained(NO_HEAD, [given])
    expect(row?.contentHash).to.equal('98777a67a5e55dda071f7ab2fcf684c36f6c97332e2d46bfdb33ede59f8d646e')
    expect(row?.hash).to.equal('6d7e49ed354d93d3b064bb29065017b12d12d1549837a5c749468376ae7c9e9e')
  })

  it('reads a head as manifests write it, and nothing else', () => {
    const head = rowsOf(2)[1] as Row
    expect(headIn(headSaid(head))).to.deep.equal({ number: 2, hash: head.hash })
    for (const other of [
      null,
      {},
      { number: 0, hash: 'a'.repeat(64) },
      { number: 1, hash: 'a' },
      { number: 1.5, hash: 'a'.repeat(64) },
    ])
      expect(headIn(other)).to.equal(null)
  })
})
