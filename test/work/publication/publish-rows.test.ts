/** Rows of the CSV, which are stored with the entries of a snapshot. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Keys, loadKeys } from '../../../src/foundation/keys.js'
import { type PublishResult, publishList } from '../../../src/work/publication/publish.js'
import { FILE_FORMS, type SnapshotHead } from '../../../src/work/publication/publish-files.js'
import { shown } from '../../support/public-list.js'
import { until } from '../../support/until.js'
import { at, database, later, NOW, rowsOf } from '../../support/world.js'

describe('CSV rows of a publication', () => {
  const db = database()
  let manifests: Keys['manifests']
  const folder = mkdtempSync(join(tmpdir(), 'hub-keys-'))
  before(async () => {
    manifests = (await loadKeys(folder, 'http://hub.test')).manifests
  })
  after(() => rmSync(folder, { recursive: true, force: true }))
  const snapshot = async (now = NOW): Promise<PublishResult> => {
    const done = await publishList(db(), { cause: 'command', now: at(now), note: () => {}, manifests })
    if (done === null) throw new Error('another process has this occurrence')
    return done
  }

  /** Hashes of the CSV, JSON Lines and JSON files, made of the stored lines alone. */
  const filesOfLines = async (sequence: number): Promise<string[]> => {
    const rows = await rowsOf(db(), 'select line from published_entries where to_sequence is null order by listing_id')
    const [head] = (await rowsOf(
      db(),
      'select sequence, previous_hash as "previousHash", published_at as "publishedAt" from snapshots where sequence = ?',
      [sequence],
    )) as unknown as [SnapshotHead]
    return FILE_FORMS.map(({ head: begin, entry, separator, end, tail }) => {
      const entries = rows.map(({ line }) => entry(String(line)) + end)
      return createHash('sha256')
        .update(begin(head) + entries.join(separator) + tail)
        .digest('hex')
    })
  }

  it('files are those of the lines, also with CSV rows of a previous release or another form', async () => {
    for (let n = 0; n < 4; n += 1) await shown(db(), n, { name: `=名称,"${n}"\n\\第二行\t\r` })
    const published = async (): Promise<void> => {
      const { sequence } = await snapshot()
      const [{ files }] = (await rowsOf(db(), 'select files from snapshots where sequence = ?', [sequence])) as [
        { files: { sha256: string }[] },
      ]
      expect(files.slice(0, FILE_FORMS.length).map(({ sha256 }) => sha256)).to.deep.equal(await filesOfLines(sequence))
      expect(await rowsOf(db(), 'select 1 from published_entries where csv is null')).to.have.length(0)
    }
    await published()
    await db().raw(
      `update published_entries set csv = null where listing_id in (select listing_id from listings limit 2)`,
    )
    await shown(db(), 4)
    await published()
    await db().raw(`update published_entries set csv = 'other columns'`)
    await db().raw('update snapshots set form = form - 1')
    await published()
  })

  it('forming CSV rows of a previous release waits for no removal, which may wait for the publication itself', async () => {
    const [one, two] = [await shown(db(), 1), await shown(db(), 2)]
    await snapshot()
    await db().raw('update published_entries set csv = null')
    await shown(db(), 3)
    const removing = await db().transaction()
    await removing.raw('delete from public_entries where listing_id = ?', [one.id])
    expect(await snapshot(later(60))).to.include({ sequence: 2, entries: 3, added: 1 })
    const without = () => rowsOf(db(), 'select listing_id as id from published_entries where csv is null')
    expect(await without()).to.deep.equal([{ id: one.id }])
    await removing.raw('delete from public_entries where listing_id = ?', [two.id])
    await removing.commit()
    expect(await snapshot(later(120))).to.include({ sequence: 3, entries: 1, removed: 2 })
    expect(await without()).to.have.length(0)
  })

  it('a removal of several entries does not wait for a publication in another form that waits for it', async () => {
    const [one, two] = [await shown(db(), 1), await shown(db(), 2)]
    await snapshot()
    await db().raw(`update published_entries set csv = 'other columns'`)
    await db().raw('update snapshots set form = form - 1')
    const ids = (await rowsOf(db(), 'select listing_id as id from published_entries order by ctid')).map(({ id }) => id)
    expect(ids).to.have.members([one.id, two.id])
    const removing = await db().transaction()
    // PostgreSQL ends the transaction that notices first that two wait for each other.
    await removing.raw(`set local deadlock_timeout = '10ms'`)
    await removing.raw('delete from public_entries where listing_id = ?', [String(ids[1])])
    const made = snapshot(later(60))
    await until('the publication waits for the removal', async () => {
      const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      return (await rowsOf(db(), waiting)).length > 0
    })
    await removing.raw('delete from public_entries where listing_id = ?', [String(ids[0])])
    await removing.commit()
    expect(await made).to.include({ sequence: 2, entries: 0, removed: 2 })
  })
})
