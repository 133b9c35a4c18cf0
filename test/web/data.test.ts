import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { parseFeed } from '@rowanmanning/feed-parser'
import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import { SaxesParser } from 'saxes'
import { canonicalJson, type Json } from '../../src/domain/records/records.js'
import { CSV_COLUMNS } from '../../src/work/publication/publish-files.js'
import { makeWorld, NOW, TODAY, type World } from '../api/world.js'
import { type Got, getRaw, type Manifest, verified } from '../support/holder.js'
import { corrected, letGo, manyShown, shown } from '../support/public-list.js'

const FILES = ['/data/blacklist.csv', '/data/blacklist.jsonl', '/data/blacklist.json', '/data/blacklist.atom']
const given = { publishedOn: '2026-02-01', endsOn: '2029-02-01' }

describe('the list as data', () => {
  let world: World
  let kept: { id: string; name: string }
  let awkward: { id: string; name: string }
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> =>
    getRaw(`${world.url}${path}`, headers, method)
  const manifest = async (): Promise<Manifest> => verified(world.url, (await get('/data/manifest.jws')).text)
  const entries = async (): Promise<Record<string, Json>[]> =>
    JSON.parse((await get('/data/blacklist.json')).text).entries

  beforeEach(async () => {
    world = await makeWorld()
    kept = await shown(world.database.db, 1, given)
    awkward = await shown(world.database.db, 2, { ...given, name: `=虚构"引号",\r\n<b>&公司`, endsOn: null })
  })
  afterEach(() => world.close())

  it('the manifest gives the hash, length and number of entries of every served file', async () => {
    const said = await manifest()
    expect(said).to.include({ sequence: 1, previousHash: '0'.repeat(64), publishedAt: NOW.toISOString(), trail: null })
    expect(said.validUntil).to.equal(new Date(NOW.getTime() + 86_400_000).toISOString())
    expect(said.files.map(({ path }) => path)).to.deep.equal(FILES)
    for (const { path, sha256, bytes, entries } of said.files) {
      const { body, headers } = await get(path)
      expect(createHash('sha256').update(body).digest('hex'), path).to.equal(sha256)
      expect(body.length, path).to.equal(bytes)
      expect(entries, path).to.equal(2)
      expect(headers['etag'], path).to.equal(`"${sha256}"`)
      expect(headers['content-length'], path).to.equal(String(bytes))
    }
  })

  it('all file formats contain the same entries', async () => {
    const whole = JSON.parse((await get('/data/blacklist.json')).text)
    expect(whole).to.include({ sequence: 1, publishedAt: NOW.toISOString(), previousHash: '0'.repeat(64) })
    const lines = (await get('/data/blacklist.jsonl')).text.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).to.deep.equal(whole.entries)
    const { text, headers } = await get('/data/blacklist.csv')
    expect(headers['content-type']).to.equal('text/csv; charset=utf-8; header=present')
    expect(headers['content-disposition']).to.equal('attachment; filename="blacklist-1.csv"')
    expect(text.startsWith('\uFEFFid,list,uscc,name,')).to.equal(true)
    const rows: Record<string, string>[] = parse(text, {
      bom: true,
      columns: true,
      relax_column_count: false,
      record_delimiter: '\r\n',
    })
    expect(rows).to.have.length(2)
    for (const entry of whole.entries) {
      const row = rows.find(({ id }) => id === entry.id)
      expect(row).to.deep.include({ hash: entry.hash, uscc: entry.uscc, endsOn: entry.endsOn ?? '' })
      // The CSV puts an apostrophe before text that a spreadsheet would run as a formula.
      expect(row?.['name']).to.equal(entry.id === awkward.id ? `'${awkward.name}` : entry.name)
    }
  })

  it('the page of the data describes every column of the CSV, and the salt of the JSON', async () => {
    const [, fields = ''] = (await get('/data')).text.split('id="fields"')
    const described = [...fields.matchAll(/<dt><code>([^<]+)/g)].flatMap(([, names = '']) => names.split(' · '))
    expect(described).to.have.members([...CSV_COLUMNS, 'salt'])
  })

  it('the hashes of entries and sequence can be recomputed from the entries alone', async () => {
    const list = await entries()
    const lines = list.map(({ hash, ...entry }) => {
      expect(createHash('sha256').update(canonicalJson(entry)).digest('hex')).to.equal(hash)
      return `${entry['id']} ${hash} ${entry['publishedOn']} ${entry['endsOn'] ?? '-'}\n`
    })
    expect(list.map(({ id }) => id)).to.deep.equal(list.map(({ id }) => id as string).sort())
    const first = createHash('sha256')
      .update(`1\n${'0'.repeat(64)}\n${lines.join('')}`)
      .digest('hex')
    await shown(world.database.db, 3, given)
    await world.publish()
    expect((await manifest()).previousHash).to.equal(first)
  })

  it('the feed is strict XML, and a removed entry is a tombstone that names nobody', async () => {
    await get('/data/blacklist.atom')
    await letGo(world.database.db, kept.id, TODAY)
    const { text, headers } = await get('/data/blacklist.atom')
    expect(headers['content-type']).to.equal('application/atom+xml; charset=utf-8')
    expect(text).not.to.include(kept.name)
    const tags: { name: string; uri: string; attributes: Record<string, string> }[] = []
    const titles: string[] = []
    const parser = new SaxesParser({ xmlns: true })
    let inTitle = false
    parser.on('error', (error) => {
      throw error
    })
    parser.on('opentag', ({ local, uri, attributes }) => {
      inTitle = local === 'title'
      tags.push({
        name: local,
        uri,
        attributes: Object.fromEntries(Object.entries(attributes).map(([key, one]) => [key, one.value])),
      })
    })
    parser.on('text', (said) => inTitle && titles.push(said))
    parser.on('closetag', () => {
      inTitle = false
    })
    parser.write(text).close()
    expect(titles).to.deep.equal(['严重失信名单 Blacklist', awkward.name.replace('\r\n', '\n')])
    const stones = tags.filter(({ name }) => name === 'deleted-entry')
    expect(stones).to.deep.equal([
      {
        name: 'deleted-entry',
        uri: 'http://purl.org/atompub/tombstones/1.0',
        attributes: { ref: `urn:uuid:${kept.id}`, when: NOW.toISOString() },
      },
    ])
    expect(tags.filter(({ name, uri }) => name === 'entry' && uri === 'http://www.w3.org/2005/Atom')).to.have.length(1)
  })

  it('F-14: the feed id comes from the identity of this hub, and its addresses are absolute', async () => {
    const { text } = await get('/data/blacklist.atom')
    const { id } = await world.database.db('database_identity').first('id')
    expect(/<feed[^>]*>\s*<id>([^<]+)</.exec(text)?.[1]).to.equal(`urn:uuid:${id}`)
    const links = [...text.matchAll(/<link rel="(\w+)"[^>]* href="([^"]+)"/g)].map(([, rel, href]) => `${rel} ${href}`)
    expect(links.slice(0, 2)).to.deep.equal([
      'self http://hub.test/data/blacklist.atom',
      'alternate http://hub.test/blacklist',
    ])
    expect(links.filter((link) => !link.includes(' http://hub.test/'))).to.deep.equal([])
  })

  it('a stock feed reader reads from the feed who is listed, since when, and the address of the entry', async () => {
    const { text } = await get('/data/blacklist.atom')
    const feed = parseFeed(text)
    expect([feed.meta.type, feed.title]).to.deep.equal(['atom', '严重失信名单 Blacklist'])
    expect(feed.items.map(({ title }) => title)).to.have.members([awkward.name.replace('\r\n', '\n'), kept.name])
    const [item] = feed.items
    expect(item?.id).to.match(/^urn:uuid:[0-9a-f-]{36}$/)
    expect(item?.url).to.match(/\/blacklist\/[0-9a-f-]{36}$/)
    expect(item?.updated).to.be.instanceOf(Date)
  })

  it('a repeated request answers 304, and each encoding has its own ETag', async () => {
    for (const path of [...FILES, '/data/manifest.jws', '/data/delta?since=0']) {
      const plain = await get(path)
      const tag = String(plain.headers['etag'])
      expect(plain.headers['vary'], path).to.equal('Accept-Encoding')
      expect((await get(path, { 'if-none-match': tag })).status, path).to.equal(304)
      expect((await get(path, { 'if-none-match': `"other", W/${tag}` })).status, path).to.equal(304)
      expect((await get(path, { 'if-none-match': '"other"' })).status, path).to.equal(200)
      expect((await get(path, { 'if-modified-since': new Date(9e12).toUTCString() })).status, path).to.equal(200)
      for (const [encoding, open] of Object.entries({ gzip: gunzipSync, br: brotliDecompressSync })) {
        const packed = await get(path, { 'accept-encoding': encoding })
        expect(packed.headers['content-encoding'], path).to.equal(encoding)
        expect(packed.headers['etag'], path).to.equal(tag.replace(/"$/, `-${encoding}"`))
        expect(open(packed.body).equals(plain.body), path).to.equal(true)
        const again = { 'accept-encoding': encoding, 'if-none-match': String(packed.headers['etag']) }
        expect((await get(path, again)).status, path).to.equal(304)
        expect((await get(path, { ...again, 'if-none-match': tag })).status, path).to.equal(200)
      }
    }
  })

  it('a range addresses the uncompressed bytes of the manifest', async () => {
    for (const path of FILES) {
      const { body, headers } = await get(path)
      const size = body.length
      const part = async (range: string, more: Record<string, string> = {}) => get(path, { range, ...more })
      for (const [range, from, to] of [
        ['bytes=0-0', 0, 0],
        ['bytes=7-99', 7, 99],
        [`bytes=${size - 1}-`, size - 1, size - 1],
        ['bytes=5-', 5, size - 1],
        ['bytes=-10', size - 10, size - 1],
        [`bytes=-${size + 5}`, 0, size - 1],
        [`bytes=3-${size + 900}`, 3, size - 1],
      ] as const) {
        const got = await part(range, { 'accept-encoding': 'br, gzip' })
        expect(got.status, range).to.equal(206)
        expect(got.headers['content-range'], range).to.equal(`bytes ${from}-${to}/${size}`)
        expect(got.body.equals(body.subarray(from, to + 1)), range).to.equal(true)
        expect(got.headers['content-encoding']).to.equal(undefined)
      }
      for (const range of [`bytes=${size}-`, 'bytes=-0']) {
        const got = await part(range)
        expect(got.status, range).to.equal(416)
        expect(got.headers['content-range']).to.equal(`bytes */${size}`)
      }
      for (const range of ['bytes=0-1,3-4', 'bytes=9-3', 'bytes=-', 'lines=1-2', 'bytes=a-b'])
        expect((await part(range)).status, range).to.equal(200)
      expect((await part('bytes=0-3', { 'if-range': String(headers['etag']) })).status).to.equal(206)
      expect((await part('bytes=0-3', { 'if-range': '"older"' })).status).to.equal(200)
    }
  })

  it('HEAD has all headers, and other methods are refused', async () => {
    for (const path of [...FILES, '/data/manifest.jws', '/data/delta?since=1', '/data']) {
      const whole = await get(path)
      const head = await get(path, {}, 'HEAD')
      expect(head.status, path).to.equal(200)
      expect(head.body.length, path).to.equal(0)
      for (const name of ['etag', 'content-length', 'content-type', 'cache-control'])
        expect(head.headers[name], `${path} ${name}`).to.equal(whole.headers[name])
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const refused = await get(path, {}, method)
        expect(refused.status, path).to.equal(405)
        expect(refused.headers['allow'], path).to.equal('GET, HEAD')
      }
    }
    expect((await get('/data/blacklist.xlsx')).status).to.equal(404)
  })

  it('a delta holds net changes and has its own manifest', async () => {
    const { db } = world.database
    await world.publish()
    await letGo(db, kept.id, '2026-03-01')
    const third = await shown(db, 3, given)
    await world.publish()
    await corrected(db, awkward.id, '更正后的事由')
    const fourth = await shown(db, 4, given)
    await world.publish()
    await letGo(db, fourth.id, TODAY)
    await world.publish()
    const ask = async (since: number) => {
      const got = await get(`/data/delta?since=${since}`)
      expect(got.status, got.text).to.equal(200)
      const said = await verified(world.url, String(got.headers['manifest-jws']))
      const sha256 = createHash('sha256').update(got.body).digest('hex')
      const { added, changed, removed, from, to } = JSON.parse(got.text)
      const many = added.length + changed.length + removed.length
      expect(said.files).to.deep.equal([
        { path: `/data/delta?since=${since}`, sha256, bytes: got.body.length, entries: many },
      ])
      expect([from, to, said.sequence]).to.deep.equal([since, 4, 4])
      const ids = (of: { id: string }[]) => of.map(({ id }) => id)
      return { added: ids(added), changed: ids(changed), removed }
    }
    expect(await ask(0)).to.deep.equal({ added: [awkward.id, third.id].sort(), changed: [], removed: [] })
    expect(await ask(1)).to.deep.equal({
      added: [third.id],
      changed: [awkward.id],
      removed: [{ id: kept.id, removedOn: '2026-03-01' }],
    })
    expect(await ask(2)).to.deep.equal({ added: [], changed: [awkward.id], removed: [] })
    expect(await ask(3)).to.deep.equal({ added: [], changed: [], removed: [{ id: fourth.id, removedOn: TODAY }] })
    expect(await ask(4)).to.deep.equal({ added: [], changed: [], removed: [] })
  })

  it('an invalid sequence is refused, and one that is too old is referred to the whole list', async () => {
    for (const since of ['', 'x', '-1', '01', '1.5', '2', '99999999999', '1&since=1', '١']) {
      const got = await get(`/data/delta?since=${since}`)
      expect(got.status, since).to.equal(400)
      expect(JSON.parse(got.text), since).to.include({ status: 400, code: 'INPUT_INVALID' })
    }
    expect((await get('/data/delta')).status).to.equal(400)
    const { db } = world.database
    await db.raw(
      `insert into snapshots (sequence, previous_hash, hash, entries, added, changed, removed, published_at, run_id, form)
       select n, '', '', 2, 0, 0, 0, published_at, run_id, 1 from snapshots, unnest(array[501, 2_500]) as n`,
    )
    await shown(db, 9, given)
    await world.publish()
    expect((await get('/data/delta?since=501')).status).to.equal(200)
    const got = await get('/data/delta?since=500')
    expect(got.status).to.equal(410)
    expect(got.headers['link']).to.equal('</data/blacklist.json>; rel="alternate"')
    expect(JSON.parse(got.text)).to.include({ code: 'DELTA_TOO_OLD', snapshot: '/data/blacklist.json' })
  })

  it('a removed entry is in no later answer, and all files agree', async () => {
    expect((await get('/data/blacklist.csv')).text).to.include(kept.name)
    await letGo(world.database.db, kept.id)
    const got = await Promise.all(
      [...FILES, '/data/delta?since=1', '/data/delta?since=0', '/data'].map((path) => get(path)),
    )
    for (const { status, text } of got) {
      expect(status).to.equal(200)
      expect(text).not.to.include(kept.name)
    }
    const said = await manifest()
    expect(said.sequence).to.equal(2)
    for (const [i, { sha256 }] of said.files.entries())
      expect(
        createHash('sha256')
          .update(got[i]?.body ?? '')
          .digest('hex'),
      ).to.equal(sha256)
  })

  it('an added entry waits for the next publication in every file', async () => {
    await get('/data/manifest.jws')
    const added = await shown(world.database.db, 5, given)
    await corrected(world.database.db, kept.id, '尚未公布的更正')
    for (const path of FILES)
      expect((await get(path)).text, path).not.to.match(new RegExp(`${added.name}|尚未公布的更正`))
    await world.publish()
    for (const path of FILES)
      expect((await get(path)).text, path)
        .to.include(added.name)
        .and.include('尚未公布的更正')
  })

  it('an entry past its last day is in no file, even before the hub has recorded its end', async () => {
    const short = await shown(world.database.db, 6, { ...given, endsOn: '2026-03-03' })
    const until = (await manifest()).validUntil
    expect(until).to.equal('2026-03-03T02:00:00.000Z')
    world.setNow(new Date('2026-03-03T02:00:00Z'))
    // A manifest expires, at the latest, when its first entry does.
    expect((await manifest()).validUntil).to.equal('2026-03-03T16:00:00.000Z')
    world.setNow(new Date('2026-03-03T15:59:40Z'))
    const before = await get('/data/blacklist.csv')
    expect(before.text).to.include(short.name)
    expect(before.headers['cache-control']).to.equal('public, max-age=20, must-revalidate')
    world.setNow(new Date('2026-03-03T16:00:00Z'))
    for (const path of FILES) expect((await get(path)).text, path).not.to.include(short.name)
    expect(JSON.parse((await get('/data/delta?since=1')).text).removed).to.deep.equal([
      { id: short.id, removedOn: '2026-03-04' },
    ])
  })

  it('a removal aborts an answer that contains the entry', async () => {
    const { db } = world.database
    await manyShown(db, { ...given, first: 100, count: 3_000, reason: 5_000 })
    await world.publish()
    const answer = await fetch(`${world.url}/data/blacklist.jsonl`, { headers: { 'accept-encoding': 'identity' } })
    const reader = answer.body?.getReader()
    await reader?.read()
    await db.raw('delete from public_entries where body ->> ? like ?', ['uscc', '91220102MA0000%'])
    await world.publish()
    let broke = false
    try {
      while (!(await reader?.read())?.done);
    } catch {
      broke = true
    }
    expect(broke).to.equal(true)
  })
})
