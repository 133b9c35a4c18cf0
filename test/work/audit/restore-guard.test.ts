import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import { isRefusal } from '../../../src/foundation/errors.js'
import { makeRestoreNotes } from '../../../src/work/audit/restore-guard.js'

const ONE = '00000000-0000-4000-8000-000000000001'
const OTHER = '00000000-0000-4000-8000-000000000002'
const said = (sequence: number, database = ONE) => ({
  sequence,
  hash: 'h',
  publishedAt: '2026-11-25T02:00:00Z',
  database,
})

describe('notes outside the database', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-notes-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const codeOf = (act: () => unknown): string => {
    try {
      act()
      return 'none'
    } catch (error) {
      return isRefusal(error) ? error.code : String(error)
    }
  }

  it('do not exist before something was sent', () => {
    const notes = makeRestoreNotes(folder)
    expect([notes.sent(ONE), notes.published(), notes.strangers(ONE)]).to.deep.equal([null, null, []])
  })

  it('keep the highest delivery of several processes, in any order of writing', () => {
    const step = fc.record({ process: fc.nat({ max: 2 }), deliveryId: fc.nat({ max: 50 }), number: fc.nat({ max: 9 }) })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        rmSync(join(folder, 'noted'), { recursive: true, force: true })
        const processes = [makeRestoreNotes(folder), makeRestoreNotes(folder), makeRestoreNotes(folder)]
        for (const { process, ...sent } of steps) processes[process]?.noteSent(ONE, sent)
        expect(makeRestoreNotes(folder).sent(ONE)).to.deep.equal({
          deliveryId: Math.max(...steps.map((one) => one.deliveryId)),
          number: Math.max(...steps.map((one) => one.number)),
        })
        expect(readdirSync(join(folder, 'noted'))).to.have.length(1)
      }),
      { numRuns: 25 },
    )
  })

  it('ignore a partly written note', () => {
    const notes = makeRestoreNotes(folder)
    notes.noteSent(ONE, { deliveryId: 7, number: 2 })
    writeFileSync(join(folder, 'noted', `${ONE}.99.9.json.1.new`), '{')
    expect(makeRestoreNotes(folder).sent(ONE)).to.deep.equal({ deliveryId: 7, number: 2 })
  })

  it('sweep the files that killed processes left a day before, and no others', () => {
    const [sent, publication] = [join(folder, 'noted', `${ONE}.6.1.json`), join(folder, 'publication.json')]
    const notes = makeRestoreNotes(folder)
    notes.noteSent(ONE, { deliveryId: 6, number: 1 })
    const old = [`${sent}.0a-1.new`, `${publication}.0b-2.new`, join(folder, 'postgres.new')]
    const present = [`${sent}.0c-3.new`, `${publication}.0d-4.new`]
    for (const path of [...old, ...present]) writeFileSync(path, '{')
    const before = (Date.now() - 25 * 3_600_000) / 1_000
    for (const path of old) utimesSync(path, before, before)
    notes.noteSent(ONE, { deliveryId: 7, number: 2 })
    notes.notePublished(said(1))
    expect([...old, ...present].filter((path) => existsSync(path))).to.deep.equal([old[2], ...present])
    expect([notes.sent(ONE), notes.published()]).to.deep.equal([{ deliveryId: 7, number: 2 }, said(1)])
  })

  it('are written by processes of the same id at once without leaving a partial file', async () => {
    const script = `
      import { makeRestoreNotes } from ${JSON.stringify(new URL('../../../src/work/audit/restore-guard.ts', import.meta.url).href)}
      Object.defineProperty(process, 'pid', { value: 7 })
      for (let n = 1; n <= 60; n += 1) makeRestoreNotes(${JSON.stringify(folder)}).noteSent(${JSON.stringify(ONE)}, { deliveryId: n, number: 1 })`
    const run = promisify(execFile)
    await Promise.all([1, 2].map(() => run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])))
    expect(makeRestoreNotes(folder).sent(ONE)).to.deep.equal({ deliveryId: 60, number: 1 })
    expect(readdirSync(join(folder, 'noted')).filter((name) => name.endsWith('.new'))).to.deep.equal([])
  })

  it('are separate for each database', () => {
    const notes = makeRestoreNotes(folder)
    notes.noteSent(ONE, { deliveryId: 7, number: 2 })
    notes.noteSent(OTHER, { deliveryId: 3, number: 1 })
    expect(notes.sent(ONE)).to.deep.equal({ deliveryId: 7, number: 2 })
    expect(notes.strangers(OTHER)).to.deep.equal([ONE])
  })

  it('keep the highest sequence per database', () => {
    const notes = makeRestoreNotes(folder)
    notes.notePublished(said(5))
    notes.notePublished(said(4))
    expect(notes.published()?.sequence).to.equal(5)
    notes.notePublished(said(1, OTHER))
    expect(notes.published()).to.include({ sequence: 1, database: OTHER })
  })

  it('report an unwritable and an unreadable note with an error code', () => {
    writeFileSync(join(folder, 'noted'), 'a file where the folder should be')
    expect(codeOf(() => makeRestoreNotes(folder).noteSent(ONE, { deliveryId: 1, number: 1 }))).to.match(
      /^F(OLDER_UNWRITABLE|ILE_UNREADABLE)$/,
    )
    writeFileSync(join(folder, 'publication.json'), '{"sequence":')
    expect(codeOf(() => makeRestoreNotes(folder).published())).to.equal('FILE_UNREADABLE')
    rmSync(join(folder, 'publication.json'))
    mkdirSync(join(folder, 'publication.json'))
    expect(codeOf(() => makeRestoreNotes(folder).published())).to.equal('FILE_UNREADABLE')
  })
})
