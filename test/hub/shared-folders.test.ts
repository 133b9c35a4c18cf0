import { chownSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { joinHubs } from '../../src/hub/shared-folders.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'

const DAY_S = 86_400
const OTHER_USER = 12_345
const MARK = /^\.hub-\d+$/

describe('the files by which hubs find that they share a folder', () => {
  let database: TestDatabase
  const folder = mkdtempSync(join(tmpdir(), 'hub-marks-'))
  const folders = { dataDir: folder, archiveDir: join(folder, 'archive'), mattersFolder: null }
  const age = (name: string, days: number) => {
    const then = statSync(folder).mtimeMs / 1_000 - days * DAY_S
    utimesSync(join(folder, name), then, then)
  }
  const put = (name: string, days: number) => {
    writeFileSync(join(folder, name), '')
    age(name, days)
  }
  before(async () => {
    database = await freshDatabase()
  })
  after(async () => {
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are deleted by the next hub a day after their hub was killed, and nothing else is', async () => {
    const leave = await joinHubs(database.url, folders)
    const [own = ''] = readdirSync(folder).filter((name) => MARK.test(name))
    age(own, 40)
    const kept = ['.hub-2', '.hub-x', 'publication.json']
    put('.hub-1', 2)
    put('.hub-2', 0.5)
    for (const name of kept.slice(1)) put(name, 40)
    if (process.getuid?.() === 0) {
      put('.hub-3', 40)
      chownSync(join(folder, '.hub-3'), OTHER_USER, OTHER_USER)
      kept.push('.hub-3')
    }
    const leaveSecond = await joinHubs(database.url, folders)
    expect(readdirSync(folder))
      .to.include.members([own, ...kept])
      .and.not.include('.hub-1')
    await leaveSecond()
    await leave()
    expect(readdirSync(folder)).to.have.members([...kept, 'archive'])
    expect(readdirSync(join(folder, 'archive'))).to.deep.equal([])
  })
})
