import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { HASH_BEFORE_FIRST, sealEntry, writeChainLine } from '../../../src/domain/publication/snapshot.js'
import { packTexts } from '../../../src/foundation/text/packed-texts.js'
import type { EntryBatch } from '../../../src/store/publication/entry-batches.js'
import type { SnapshotLine } from '../../../src/store/publication/snapshots.js'
import {
  buildEdition,
  closeEdition,
  cutSegmentsWithout,
  deriveEdition,
  type Edition,
  findLastEntryEnd,
  measureSegment,
  readRange,
} from '../../../src/work/publication/publish-edition.js'
import { FILE_FORMS, writeCsvRow } from '../../../src/work/publication/publish-files.js'

const snapshot = (sequence: number) => ({
  sequence,
  previousHash: HASH_BEFORE_FIRST,
  publishedAt: new Date('2026-03-02T02:00:00Z'),
})
const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const lineOf = (n: number, text: string): SnapshotLine => {
  const body = {
    id: idOf(n),
    name: `虚构第${n}号"${text}`,
    publishedOn: '2026-02-01',
    endsOn: n % 2 === 0 ? null : '2029-02-01',
  }
  const { line, hash } = sealEntry(body, `salt-${n}`)
  return { id: idOf(n), hash, from: '2026-02-01', to: body.endsOn, line }
}
/** The second batch has no stored CSV rows. */
async function* inSteps(lines: readonly SnapshotLine[]): AsyncGenerator<EntryBatch> {
  for (let at = 0; at < lines.length; at += 3) {
    const some = lines.slice(at, at + 3)
    const texts = some.map(({ line }) => String(line))
    yield {
      ids: Buffer.from(some.map(({ id }) => id.replaceAll('-', '')).join(''), 'hex'),
      lines: packTexts(texts),
      csv: at === 3 ? null : packTexts(texts.map(writeCsvRow)),
      chain: packTexts(some.map(writeChainLine)),
    }
  }
}
const listOf = (entries: ReadonlyMap<number, string>): SnapshotLine[] =>
  [...entries].sort(([a], [b]) => a - b).map(([n, text]) => lineOf(n, text))

const readAll = async (edition: Edition, form: number): Promise<Buffer> => {
  const part = edition.parts[form]
  if (part === undefined) throw new Error(`no form ${form}`)
  const some: Buffer[] = []
  for await (const bytes of readRange(part, { from: 0, to: part.bytes })) some.push(bytes)
  return Buffer.concat(some)
}

/** Entries by number, and changes of some of them: a new text, or null for removal. */
const histories = fc.record({
  list: fc.uniqueArray(fc.nat(30), { maxLength: 20 }),
  changes: fc.dictionary(fc.nat(30).map(String), fc.option(fc.string({ maxLength: 5 })), { maxKeys: 12 }),
})

describe('edition of the public files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-editions-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('P-A5: an incremental edition has the same bytes, hashes and offsets as a full one', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ list, changes }) => {
        const entries = new Map(list.map((n) => [n, 'a']))
        const before = await buildEdition(snapshot(1), inSteps(listOf(entries)), folder)
        const put: SnapshotLine[] = []
        for (const [n, text] of Object.entries(changes)) {
          entries.delete(Number(n))
          if (text !== null) {
            entries.set(Number(n), text)
            put.push(lineOf(Number(n), text))
          }
        }
        put.sort((a, b) => (a.id < b.id ? -1 : 1))
        const gone = Object.keys(changes).map((n) => idOf(Number(n)))
        const derived = await deriveEdition(before, snapshot(2), { gone, put }, folder)
        const whole = await buildEdition(snapshot(2), inSteps(listOf(entries)), folder)
        const counted = await buildEdition(snapshot(2), inSteps(listOf(entries)), null)
        for (const one of [derived, counted]) {
          expect([one.hash, one.entries, one.files]).to.deep.equal([whole.hash, whole.entries, whole.files])
        }
        expect(derived.ids.equals(whole.ids)).to.equal(true)
        for (const [form, { sha256 }] of whole.files.entries()) {
          expect(derived.parts[form]?.ends).to.deep.equal(whole.parts[form]?.ends)
          expect(
            createHash('sha256')
              .update(await readAll(derived, form))
              .digest('hex'),
          ).to.equal(sha256)
        }
        for (const one of [before, derived, whole]) await closeEdition(one)
      }),
      { numRuns: 60 },
    )
  })

  it('P-A5: is served without removed entries in any position, and records where each entry ends', async () => {
    const entries = new Map(Array.from({ length: 6 }, (_, n) => [n, 'a']))
    const edition = await buildEdition(snapshot(1), inSteps(listOf(entries)), folder)
    for (const left of [[0], [5], [0, 1, 2, 3, 4, 5], [2, 3], [0, 5], []]) {
      const stay = new Map([...entries].filter(([n]) => !left.includes(n)))
      const wanted = await buildEdition(snapshot(1), inSteps(listOf(stay)), folder)
      for (const form of FILE_FORMS.keys()) {
        const whole = await readAll(edition, form)
        const { segments, bytes } = cutSegmentsWithout(edition, form, left.map(idOf))
        const served = Buffer.concat(
          segments.map((one) => ('length' in one ? Buffer.from(one) : whole.subarray(one.from, one.to))),
        )
        expect([served.length, served.equals(await readAll(wanted, form))], `${left} ${form}`).to.deep.equal([
          bytes,
          true,
        ])
        expect(segments.reduce((sum, one) => sum + measureSegment(one), 0)).to.equal(bytes)
      }
      await closeEdition(wanted)
    }
    const csv = await readAll(edition, 0)
    const end = findLastEntryEnd(edition, 0, [idOf(2), idOf(1), idOf(99)])
    expect(csv.subarray(0, end).toString()).to.include('虚构第2号').and.not.include('虚构第3号')
    expect(findLastEntryEnd(edition, 0, [idOf(99)])).to.equal(0)
    await closeEdition(edition)
  })
})
