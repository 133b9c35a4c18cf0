/** The public files while entries leave the list between publications, and the cost of range requests. */
import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import { isRefusal, Refusal } from '../../src/foundation/errors.js'
import { makeServer, type ServerDependencies } from '../../src/server/server.js'
import { findEntriesGoneSince, readLastSnapshot, readLastWithManifest } from '../../src/store/publication/snapshots.js'
import { makeDownloadLimits } from '../../src/web/published/downloads.js'
import { openUnlinkedFile } from '../../src/work/publication/edition-bytes.js'
import { makePublishedFiles, type PublishedFiles } from '../../src/work/publication/published-files.js'
import { makeWorld, TODAY, type World } from '../api/world.js'
import { getRaw, verified } from '../support/holder.js'
import { letGo, manyShown, shown } from '../support/public-list.js'
import { rowsOf } from '../support/world.js'

const FILES = ['/data/blacklist.csv', '/data/blacklist.jsonl', '/data/blacklist.json', '/data/blacklist.atom']
const given = { publishedOn: '2026-02-01', endsOn: '2029-02-01' }
const never = () => new Promise(() => undefined)
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

describe('the public files', () => {
  let world: World
  const closers: (() => Promise<unknown> | unknown)[] = []
  beforeEach(async () => {
    world = await makeWorld()
  })
  afterEach(async () => {
    for (const close of closers.splice(0)) await close()
    await world.close()
  })

  /** Address of a second server on the same database, with `parts` replaced. */
  const serving = async (parts: Partial<ServerDependencies>): Promise<string> => {
    const server: Server = await makeServer({ ...world.parts, ...parts })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    closers.push(() => {
      server.close()
      server.closeAllConnections()
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const filesOf = (quietMs: number): PublishedFiles => {
    const files = makePublishedFiles(mkdtempSync(join(tmpdir(), 'hub-published-')), { quietMs })
    closers.push(() => files.close())
    return files
  }

  it('P-A5: are served without removed entries while a publication is pending', async () => {
    const { db } = world.database
    const firms: { id: string; name: string }[] = []
    for (let n = 1; n <= 6; n += 1) firms.push(await shown(db, n, given))
    await world.publish()
    const url = await serving({ publish: never, publishWaitMs: 0 })
    const before = await getRaw(`${url}/data/manifest.jws`)
    const [first] = [...firms].sort((a, b) => (a.id < b.id ? -1 : 1))
    const left: typeof firms = []
    for (const firm of [first, ...firms.filter(({ id }) => id !== first?.id).slice(0, 2)]) {
      if (firm === undefined) throw new Error('no firm')
      await letGo(db, firm.id)
      left.push(firm)
      const tags = new Set<unknown>()
      for (const path of [...FILES, '/data/delta?since=0', '/data']) {
        const { status, text, headers } = await getRaw(`${url}${path}`)
        expect(status, path).to.equal(200)
        tags.add(headers['etag'])
        for (const { name } of left) expect(text, path).to.not.include(name)
        if (path !== '/data')
          for (const { id, name } of firms) if (!left.some((one) => one.id === id)) expect(text, path).to.include(name)
      }
      expect(tags.size).to.equal(6)
      const rows = parse((await getRaw(`${url}/data/blacklist.csv`)).text, { bom: true, columns: true })
      expect(rows).to.have.length(6 - left.length)
      const whole = await getRaw(`${url}/data/blacklist.json`)
      expect(JSON.parse(whole.text).entries).to.have.length(6 - left.length)
      const end = await getRaw(`${url}/data/blacklist.json`, { range: 'bytes=-40' })
      expect([end.status, whole.text.endsWith(end.text)]).to.deep.equal([206, true])
      const delta = JSON.parse((await getRaw(`${url}/data/delta?since=1`)).text)
      expect(delta.removed.map(({ id }: { id: string }) => id).sort()).to.deep.equal(left.map(({ id }) => id).sort())
      expect((await getRaw(`${url}/data/manifest.jws`)).text).to.equal(before.text)
    }
    // The next publication brings everything to one sequence again.
    await world.publish()
    const said = await verified(url, (await getRaw(`${url}/data/manifest.jws`)).text)
    expect(said.sequence).to.equal(2)
    for (const file of said.files) expect(sha256((await getRaw(`${url}${file.path}`)).body)).to.equal(file.sha256)
  })

  const overtaken = {
    'another hub publishes': new Refusal('RUN_BUSY', { job: 'publish' }),
    'the primary is lost': Object.assign(new Error('terminating connection'), { code: '57P01' }),
  }
  for (const [when, fault] of Object.entries(overtaken))
    it(`are served without removed entries while ${when}`, async () => {
      const { db } = world.database
      const [gone, kept] = [await shown(db, 1, given), await shown(db, 2, given)]
      await world.publish()
      const url = await serving({ publish: () => Promise.reject(fault) })
      await letGo(db, gone.id)
      for (const path of FILES) {
        const { status, text } = await getRaw(`${url}${path}`)
        expect(status, path).to.equal(200)
        expect(text, path).to.include(kept.name).and.not.include(gone.name)
      }
    })

  it('are those of the edition before, where a new entry leaves while its edition is formed', async () => {
    const { db } = world.database
    const staying = await shown(db, 1, given)
    await world.publish()
    const files = filesOf(0)
    let leave = async (): Promise<void> => undefined
    const ensure: PublishedFiles['ensure'] = async (...of) => {
      await leave()
      return files.ensure(...of)
    }
    const url = await serving({ publish: never, files: { ...files, ensure } })
    expect((await getRaw(`${url}/data/blacklist.json`)).status).to.equal(200)
    const leaving = await shown(db, 2, given)
    await world.publish()
    leave = async () => {
      leave = async () => undefined
      await letGo(db, leaving.id)
    }
    const { status, text } = await getRaw(`${url}/data/blacklist.json`)
    expect(status).to.equal(200)
    expect([text.includes(staying.name), text.includes(leaving.name)]).to.deep.equal([true, false])
  })

  it('P-A5: a range request reads only its bytes', async () => {
    await manyShown(world.database.db, { ...given, first: 1, count: 500, reason: 500 })
    await world.publish()
    const handle = await openUnlinkedFile(mkdtempSync(join(tmpdir(), 'hub-published-')))
    const prototype = Object.getPrototypeOf(handle) as FileHandle
    await handle.close()
    const { read } = prototype
    let bytes = 0
    prototype.read = async function (this: FileHandle, ...of: unknown[]) {
      const found = await (read as (...of: unknown[]) => Promise<{ bytesRead: number }>).apply(this, of)
      bytes += found.bytesRead
      return found as never
    } as never
    try {
      for (const path of FILES.slice(0, 3)) {
        bytes = 0
        const { status, body } = await getRaw(`${world.url}${path}`, { range: 'bytes=-1' })
        expect([status, body.length, bytes], path).to.deep.equal([206, 1, 1])
      }
    } finally {
      prototype.read = read
    }
  })

  it('P-A5: each request reads only the entries removed since the publication', async () => {
    const { db } = world.database
    await manyShown(db, { ...given, first: 1, count: 10_000 })
    await world.publish()
    const [first] = await rowsOf(db, 'select listing_id as id from public_entries order by 1 limit 1')
    await letGo(db, String(first?.['id']))
    await db.raw('analyze published_entries, snapshot_changes')
    const [left, read] = await db.transaction(async (tx) => {
      // The view also counts earlier transactions of the connection that PostgreSQL has not reported yet.
      const reads = async (): Promise<number> =>
        (
          await tx.raw(
            `select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as read from pg_stat_xact_user_tables
             where relname in ('published_entries', 'snapshot_changes')`,
          )
        ).rows[0].read
      const before = await reads()
      await readLastWithManifest(tx)
      const ids = await findEntriesGoneSince(tx, 1, TODAY)
      return [ids, (await reads()) - before]
    })
    expect(left).to.deep.equal([first?.['id']])
    expect(read).to.be.below(20)
  })

  it('P-A5: a large edition is compressed once it is stable, to the same bytes', async () => {
    const files = filesOf(0)
    const url = await serving({ files })
    await manyShown(world.database.db, { ...given, first: 1, count: 800, reason: 800 })
    await world.publish()
    const plain = await getRaw(`${url}/data/blacklist.jsonl`)
    expect(plain.body.length).to.be.above(1024 * 1024)
    // Lets the edition's timer, set earlier, fire before this one.
    await new Promise((resolve) => setTimeout(resolve, 1))
    await files.settled()
    for (const [name, open] of Object.entries({ br: brotliDecompressSync, gzip: gunzipSync })) {
      const packed = await getRaw(`${url}/data/blacklist.jsonl`, { 'accept-encoding': name })
      expect([packed.headers['content-encoding'], Number(packed.headers['content-length'])]).to.deep.equal([
        name,
        packed.body.length,
      ])
      expect(open(packed.body).equals(plain.body)).to.equal(true)
    }
  })

  it('erase the text of a removed entry when the edition that held it is closed', async () => {
    const { db } = world.database
    const { id, name } = await shown(db, 1, given)
    await shown(db, 2, given)
    await world.publish()
    const { files } = world.parts
    if (!files) throw new Error('no files')
    const before = files.hold()
    await letGo(db, id)
    await world.publish()
    const held = files.hold()
    const file = held?.edition.parts[1]?.file
    if (!file || before?.edition.parts[1]?.file !== file) throw new Error('the editions share no file')
    const text = async () => (await file.handle.read(Buffer.alloc(10_000), 0, 10_000, 0)).buffer.toString()
    expect(await text()).to.include(name)
    before.release()
    for (let n = 0; (await text()).includes(name); n += 1) if (n === 1_000) throw new Error('the text is there still')
    held?.release()
  })

  it('P-A5: are served by a process that did not publish them, from the database or from its older files', async () => {
    const { db } = world.database
    const url = await serving({ files: filesOf(60_000) })
    const kept = await shown(db, 1, given)
    for (let n = 2; n < 6; n += 1) {
      const { id } = await shown(db, n, given)
      await world.publish()
      if (n % 2 === 0) await letGo(db, id)
      const said = await verified(url, (await getRaw(`${url}/data/manifest.jws`)).text)
      for (const file of said.files) {
        const { body, text } = await getRaw(`${url}${file.path}`)
        expect(sha256(body)).to.equal(file.sha256)
        expect(text).to.include(kept.name)
      }
    }
  })

  it('P-A5: an answer that overlaps a publication uses the next list', async () => {
    const { db } = world.database
    const files = filesOf(60_000)
    await shown(db, 1, given)
    await world.publish()
    const before = await readLastSnapshot(db)
    await shown(db, 2, given)
    await world.publish()
    const after = await readLastSnapshot(db)
    if (before === null || after === null) throw new Error('nothing is published')
    await files.ensure(db, after)
    await files.ensure(db, before)
    const held = files.hold()
    expect(held?.edition.sequence).to.equal(2)
    held?.release()
  })

  it('P-A5: have a limit on concurrent downloads, in total and per address', () => {
    const downloads = makeDownloadLimits({ most: 3, ofOne: 2 })
    const codeOf = (address: string): string | null => {
      try {
        downloads.begin(address)
        return null
      } catch (error) {
        return isRefusal(error) ? error.code : String(error)
      }
    }
    const end = downloads.begin('a')
    expect([codeOf('a'), codeOf('a'), codeOf('b'), codeOf('c')]).to.deep.equal([null, 'HUB_BUSY', null, 'HUB_BUSY'])
    end()
    end()
    expect([codeOf('c'), codeOf('c')]).to.deep.equal([null, 'HUB_BUSY'])
  })
})
