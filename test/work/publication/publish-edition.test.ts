import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { HASH_BEFORE_FIRST, sealEntry, writeChainLine } from '../../../src/domain/publication/snapshot.js'
import { packTexts } from '../../../src/foundation/text/packed-texts.js'
import type { EntryBatch } from '../../../src/store/publication/entry-batches.js'
import type { SnapshotLine } from '../../../src/store/publication/snapshots.js'
import { measureSegment, readRange } from '../../../src/work/publication/edition-bytes.js'
import {
  buildEdition,
  closeEdition,
  cutSegmentsWithout,
  deriveEdition,
  type Edition,
  eraseDropped,
  findLastEntryEnd,
} from '../../../src/work/publication/publish-edition.js'
import { FILE_FORMS, writeCsvRow } from '../../../src/work/publication/publish-files.js'
import { makePublishedFiles } from '../../../src/work/publication/published-files.js'
import { until } from '../../support/until.js'

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

  const derivedOf = (
    before: Edition,
    sequence: number,
    entries: Map<number, string>,
    changed: Map<number, string | null>,
  ) => {
    for (const [n, text] of changed) text === null ? entries.delete(n) : entries.set(n, text)
    const put = listOf(new Map([...changed].flatMap(([n, text]) => (text === null ? [] : [[n, text] as const]))))
    return deriveEdition(before, snapshot(sequence), { gone: [...changed.keys()].map(idOf), put }, folder)
  }
  /** The bytes of the part's file, those of earlier editions too. */
  const fileOf = async (edition: Edition, form: number): Promise<string> => {
    const file = edition.parts[form]?.file
    if (!file) throw new Error('no file')
    const { size } = await file.handle.stat()
    const { buffer } = await file.handle.read(Buffer.alloc(size), 0, size, 0)
    return buffer.toString()
  }

  it('P-A5: a chain of editions reads one file, from which the text that only a closed one held is erased', async () => {
    const entries = new Map(Array.from({ length: 40 }, (_, n) => [n, 'a']))
    let edition = await buildEdition(snapshot(1), inSteps(listOf(entries)), folder)
    const first = edition.parts.map(({ file }) => file)
    for (let sequence = 2; sequence < 12; sequence += 1) {
      const at = (sequence * 7) % 38
      const changed = new Map([
        [at, `b${sequence}`],
        [at + 1, null],
        [39, `c${sequence}`],
      ])
      const before = edition
      edition = await derivedOf(before, sequence, entries, changed)
      expect(edition.parts.map(({ file }) => file)).to.deep.equal(first)
      await closeEdition(before)
      await eraseDropped(edition)
      const whole = await buildEdition(snapshot(sequence), inSteps(listOf(entries)), null)
      expect([edition.hash, edition.files]).to.deep.equal([whole.hash, whole.files])
      for (const [form, { sha256 }] of edition.files.entries()) {
        expect(
          createHash('sha256')
            .update(await readAll(edition, form))
            .digest('hex'),
        ).to.equal(sha256)
        for (const n of [at, at + 1]) expect(await fileOf(edition, form)).to.not.include(`虚构第${n}号`)
      }
    }
    await closeEdition(edition)
    await first[0]?.handle.stat().then(
      () => expect.fail('the file is open'),
      (error) => expect(error.code).to.equal('EBADF'),
    )
  })

  it('P-A5: an edition gets files of its own while an older one is read, and when there are too many pieces', async () => {
    const entries = new Map(Array.from({ length: 1_200 }, (_, n) => [n, 'a']))
    const first = await buildEdition(snapshot(1), inSteps(listOf(entries)), folder)
    const second = await derivedOf(first, 2, entries, new Map([[1, 'b']]))
    const third = await derivedOf(second, 3, entries, new Map([[2, 'b']]))
    const many = new Map(Array.from({ length: 600 }, (_, n): [number, string] => [2 * n, 'c']))
    const fourth = await derivedOf(third, 4, entries, many)
    const whole = await buildEdition(snapshot(4), inSteps(listOf(entries)), null)
    expect([fourth.hash, fourth.files]).to.deep.equal([whole.hash, whole.files])
    const shared = [second, third, fourth].map(
      ({ parts }, n) => parts[0]?.file === [first, second, third][n]?.parts[0]?.file,
    )
    expect(shared).to.deep.equal([true, false, false])
    await closeEdition(first)
    await eraseDropped(second)
    for (const edition of [second, third, fourth])
      expect(
        createHash('sha256')
          .update(await readAll(edition, 1))
          .digest('hex'),
      ).to.equal(edition.files[1]?.sha256)
    for (const edition of [second, third, fourth]) await closeEdition(edition)
  })

  it('is served also where no compressed copy can be written, and leaves nothing open', async () => {
    const openFiles = () => readdirSync('/proc/self/fd').length
    const file = join(folder, 'a file')
    writeFileSync(file, '')
    const edition = await buildEdition(snapshot(1), inSteps(listOf(new Map([[1, 'a']]))), folder)
    const before = openFiles()
    const files = makePublishedFiles(join(file, 'no folder'))
    await files.adopt(Promise.resolve(edition))
    const held = files.hold()
    expect(held?.edition).to.equal(edition)
    expect(held?.encoded(0, 'br')).to.equal(null)
    held?.release()
    await files.close()
    await until('its files are closed', () => openFiles() < before)
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
