import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type HeadNotes, openHeadNotes } from '../../../src/work/audit/head-notes.js'
import { refusal } from '../../support/world.js'

const DATABASE = '00000000-0000-4000-8000-000000000001'
const AT = new Date('2026-11-25T02:00:00.000Z')
const server = { timeline: 1, system: '7713433950162366001' }
const hashOf = (number: number): string => number.toString(16).padStart(64, '0')
const headOf = (number: number) => ({ number, hash: hashOf(number), server, at: AT })

describe('noted heads outside the database', () => {
  let folder: string
  const open: HeadNotes[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-heads-'))
  })
  afterEach(() => {
    for (const notes of open.splice(0)) notes.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const notesOf = (): HeadNotes => {
    const notes = openHeadNotes(folder, DATABASE)
    open.push(notes)
    return notes
  }
  const path = (suffix = '') => join(folder, `${DATABASE}.heads${suffix}`)

  it('P-A2: are appended and never overwritten; the last head of each stretch of writing is read', () => {
    const notes = notesOf()
    for (const number of [1, 2, 3]) notes.note(headOf(number))
    notes.begin()
    notes.note(headOf(2))
    const other = notesOf()
    other.note(headOf(9))
    expect(readFileSync(path(), 'utf8').match(/[0-9a-f]{64}/g)).to.deep.equal([1, 2, 3, 2, 9].map(hashOf))
    expect(other.heads()).to.deep.equal([headOf(3), headOf(2), headOf(9)])
  })

  it('are empty at first and separate for each database', () => {
    expect(notesOf().heads()).to.deep.equal([])
    const other = openHeadNotes(folder, DATABASE.replace('1', '2'))
    other.note(headOf(1))
    other.close()
    expect(notesOf().heads()).to.deep.equal([])
  })

  it('include the single head noted by an earlier release', () => {
    const old = join(folder, `${DATABASE}.trail.json`)
    writeFileSync(old, JSON.stringify({ number: 7, hash: hashOf(7) }))
    notesOf().note(headOf(8))
    expect(notesOf().heads()).to.deep.equal([{ number: 7, hash: hashOf(7), server: null, at: null }, headOf(8)])
    writeFileSync(old, 'no note')
    expect(() => notesOf().heads())
      .to.throw()
      .with.property('code', 'FILE_UNREADABLE')
  })

  it('survive a line truncated by a power failure', () => {
    const notes = notesOf()
    notes.note(headOf(1))
    appendFileSync(path(), '1 aabbccdd 2 1 77134339')
    notes.note(headOf(3))
    expect(notesOf().heads()).to.deep.equal([headOf(3)])
  })

  it('are compacted once the file is large, which keeps the last head of each stretch for every process', async () => {
    const notes = notesOf()
    const other = notesOf()
    other.note(headOf(1))
    for (let number = 2; number <= 9_000; number += 1) notes.note(headOf(number))
    await notes.sync()
    const [aside = ''] = readdirSync(folder)
    expect(aside).to.match(/\.heads\.[0-9a-f]+$/)
    other.note(headOf(9_001))
    notes.note(headOf(9_002))
    await other.sync()
    other.note(headOf(9_003))
    utimesSync(join(folder, aside), 0, 0)
    await notes.sync()
    expect(readdirSync(folder).sort()).to.deep.equal([`${DATABASE}.heads`, `${DATABASE}.heads.kept`])
    expect(readFileSync(path('.kept'), 'utf8').match(/[0-9a-f]{64}/g)).to.deep.equal([9_001, 9_000].map(hashOf))
    const numbers = notesOf()
      .heads()
      .map(({ number }) => number)
    expect(numbers.sort()).to.deep.equal([9_002, 9_003])
  })

  it('report a head that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    const notes = openHeadNotes(join(folder, 'file', 'none'), DATABASE)
    const refused = await refusal(Promise.resolve().then(() => notes.note(headOf(1))))
    expect(refused.code).to.equal('FOLDER_UNWRITABLE')
  })
})
