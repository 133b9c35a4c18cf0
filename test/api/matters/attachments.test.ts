import { hash } from 'node:crypto'
import { expect } from 'chai'
import { deleteExpired } from '../../../src/work/timetable/tidy.js'
import { SAMPLE_PNG, samplePdf } from '../../support/sample-papers.js'
import { makeWorld, NOW, type World } from '../world.js'
import { makeTokens } from './tokens.js'

const LETTER = samplePdf({ catalog: '/Lang(zh)' })
const MOVES = `content { moves { move attachments { sha256 keeper url } } }`
const NOWHERE = Buffer.from('Matter:00000000-0000-4000-8000-000000000000').toString('base64url')

describe('attachments of matters', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())
  beforeEach(() => world.setNow(NOW))

  const token = makeTokens(() => world)
  const bureau = () => token('bureau', 'agency', 'market-regulator', '220104')
  const neighbour = () => token('neighbour', 'agency', 'market-regulator', '210000')
  const put = async (id: string, content: Buffer, { sha256 = hash('sha256', content), by = bureau() } = {}) => {
    const answer = await fetch(`${world.url}/v1/matters/${id}/attachments/${sha256}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${by}`, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(content),
    })
    const { code, ...body } = (await answer.json()) as {
      code?: string
      sha256?: string
      mediaType?: string
      error?: { details: object }
    }
    return { status: answer.status, code, ...body }
  }
  const get = async (id: string, sha256: string, by?: string) => {
    const headers = by === undefined ? {} : { authorization: `Bearer ${by}` }
    const answer = await fetch(`${world.url}/v1/matters/${id}/attachments/${sha256}`, { headers })
    const { requestId: _, ...told } = Object.fromEntries(answer.headers) as Record<string, string>
    return { status: answer.status, headers: told, bytes: Buffer.from(await answer.arrayBuffer()) }
  }
  const open = async (files: readonly Buffer[], { by = bureau(), kind = {} } = {}) => {
    const input = {
      kind: 'assist',
      to: 'market-regulator@210000',
      fields: [
        { name: 'purpose', value: 'EVIDENCE' },
        { name: 'request', value: '请协助核实虚构商行的进货票据' },
      ],
      attachments: files.map((file) => ({
        type: 'LETTER',
        name: '协查函/甲.pdf',
        sha256: hash('sha256', file),
        bytes: file.length,
      })),
      ...kind,
    }
    const query = `mutation ($input: OpenMatterInput!) { openMatter(input: $input) { id ${MOVES} } }`
    const answer = await world.ask(query, { variables: { input }, token: by })
    expect(answer.errors).to.equal(undefined)
    return answer.data.openMatter as { id: string; content: { moves: { attachments: Record<string, string>[] }[] } }
  }

  it('are kept once their seat sends them after the move that names them, and by their sender until then', async () => {
    const other = samplePdf({ catalog: '/Lang(en)' })
    const { id } = await open([LETTER, other])
    const sent = { mediaType: 'application/pdf', sha256: hash('sha256', LETTER) }
    expect(await put(id, LETTER)).to.include({ status: 201, ...sent })
    expect(await put(id, LETTER)).to.include({ status: 200, ...sent })
    const { data } = await world.ask(`query ($id: ID!) { matter(id: $id) { ${MOVES} } }`, {
      variables: { id },
      token: bureau(),
    })
    const [first, second] = data.matter.content.moves[0].attachments
    const url = `/v1/matters/${id}/attachments/${hash('sha256', LETTER)}`
    expect(first).to.deep.equal({ sha256: hash('sha256', LETTER), keeper: 'hub', url })
    expect(second).to.deep.include({ keeper: 'market-regulator@220104', url: null })
    expect(await put(id, other)).to.include({ status: 201 })
    expect((await get(id, hash('sha256', other), neighbour())).bytes.equals(other)).to.equal(true)
  })

  it('are opened by the seats of the matter alone, as a download, and each reading is recorded', async () => {
    const { id } = await open([LETTER])
    await put(id, LETTER)
    const sha256 = hash('sha256', LETTER)
    for (const by of [bureau(), neighbour(), token('province', 'agency', 'market-regulator', '220000')]) {
      const { status, headers, bytes } = await get(id, sha256, by)
      expect([status, bytes.equals(LETTER)]).to.deep.equal([200, true])
      expect(headers['content-disposition']).to.match(/^attachment; .*filename\*=UTF-8''[^/]*\.pdf$/)
      expect(headers['content-security-policy']).to.include('sandbox')
    }
    const { data } = await world.ask('{ auditLog(first: 1) { nodes { kind client asked } } }', {
      token: world.token('auditor'),
    })
    expect(data.auditLog.nodes[0]).to.deep.equal({
      kind: 'FILE',
      client: 'province',
      asked: `GET /v1/matters/${id}/attachments/${sha256}`,
    })
  })

  it('that are not there and that are for others look the same', async () => {
    const { id } = await open([LETTER])
    await put(id, LETTER)
    const sha256 = hash('sha256', LETTER)
    const shape = async (of: Promise<Awaited<ReturnType<typeof get>>>) => {
      const { status, bytes } = await of
      return [status, JSON.parse(bytes.toString()).code, bytes.length]
    }
    const missing = await shape(get(NOWHERE, sha256, bureau()))
    expect(missing.slice(0, 2)).to.deep.equal([404, 'ATTACHMENT_UNKNOWN'])
    const others = [
      token('other', 'agency', 'market-regulator', '220200'),
      token('officer', 'officer'),
      token('auditor', 'auditor'),
      token('shop', 'marketplace'),
      undefined,
    ]
    for (const by of others) expect(await shape(get(id, sha256, by))).to.deep.equal(missing)
    for (const [matter, name] of [
      [id, '0'.repeat(64)],
      [id, '%00'],
      ['%00', sha256],
      ['x', 'x'],
    ] as const)
      expect(await shape(get(matter, name, bureau()))).to.deep.equal(missing)
    const statements = (matter: string, by: string) => world.statements(() => get(matter, sha256, by))
    const [there, nowhere] = [await statements(id, others[0] ?? ''), await statements(NOWHERE, others[0] ?? '')]
    expect(there).to.deep.equal(nowhere)
  })

  it('cannot be opened by a seat that only knows the hash and names it in a matter of its own', async () => {
    const secret = samplePdf({ catalog: '/Lang(secret)' })
    await put((await open([secret])).id, secret)
    const sha256 = hash('sha256', secret)
    const thief = token('thief', 'agency', 'market-regulator', '220200')
    const { id, content } = await open([secret], { by: thief })
    expect(content.moves[0]?.attachments[0]).to.include({ keeper: 'market-regulator@220200' })
    expect((await get(id, sha256, thief)).status).to.equal(404)
  })

  it('are taken from the seat that has named them in that matter, and look unknown from anybody else', async () => {
    const file = samplePdf({ catalog: '/Lang(named)' })
    const [{ id }, other] = [await open([file]), await open([LETTER])]
    const sha256 = hash('sha256', file)
    const unknown = { status: 404, code: 'ATTACHMENT_UNKNOWN' }
    expect(await put(other.id, file)).to.include(unknown)
    expect(await put(NOWHERE, file)).to.include(unknown)
    expect(await put('attachments', file)).to.include(unknown)
    expect(await put(id, file, { by: neighbour() })).to.include(unknown)
    expect(await world.database.db('matter_files').where({ sha256 })).to.deep.equal([])
    expect(await put(id, file)).to.include({ status: 201 })
  })

  it('of a referral not yet sent are hidden from its holder', async () => {
    const kind = {
      kind: 'referral',
      to: 'police@220100',
      copied: ['procuratorate@220100'],
      fields: [
        { name: 'sort', value: 'ORDINARY' },
        { name: 'facts', value: '虚构商行销售假冒注册商标的商品' },
      ],
    }
    const { id } = await open([LETTER], { kind })
    await put(id, LETTER)
    expect((await get(id, hash('sha256', LETTER), token('police', 'agency', 'police', '220100'))).status).to.equal(404)
    expect((await get(id, hash('sha256', LETTER), bureau())).status).to.equal(200)
  })

  it('are refused with another hash, an unfit file, too large, or without a seat', async () => {
    const scripted = samplePdf({ catalog: '/AA<<>>' })
    const unfit = [Buffer.from('<html>'), scripted, SAMPLE_PNG.subarray(0, -1)]
    const { id } = await open([LETTER, ...unfit])
    const wrong: [Buffer, object, number, string][] = [
      [Buffer.from('x'), { sha256: hash('sha256', LETTER) }, 422, 'ATTACHMENT_HASH_MISMATCH'],
      [Buffer.alloc(0), { sha256: hash('sha256', LETTER) }, 422, 'ATTACHMENT_HASH_MISMATCH'],
      [LETTER, { sha256: hash('sha256', LETTER).toUpperCase() }, 404, 'ATTACHMENT_UNKNOWN'],
      [LETTER, { sha256: '%00' }, 404, 'ATTACHMENT_UNKNOWN'],
      [Buffer.from('<html>'), {}, 422, 'PAPER_REFUSED'],
      [scripted, {}, 422, 'PAPER_REFUSED'],
      [SAMPLE_PNG.subarray(0, -1), {}, 422, 'PAPER_REFUSED'],
      [Buffer.alloc(20 * 1024 * 1024 + 1), {}, 413, 'CONTENT_TOO_LARGE'],
      [LETTER, { by: token('officer', 'officer') }, 404, 'ATTACHMENT_UNKNOWN'],
      [LETTER, { by: world.token('credit_service') }, 403, 'FORBIDDEN'],
    ]
    for (const [content, more, status, code] of wrong)
      expect(await put(id, content, more), code).to.include({ status, code })
  })

  it('are refused with another size than the move declared, until a further move declares the true one', async () => {
    const file = samplePdf({ catalog: '/Lang(size)' })
    const named = { type: 'LETTER', name: '函.pdf', sha256: hash('sha256', file), bytes: file.length + 1 }
    const { id } = await open([], { kind: { attachments: [named] } })
    const refused = await put(id, file)
    expect(refused).to.include({ status: 422, code: 'ATTACHMENT_SIZE_MISMATCH' })
    expect(refused.error?.details).to.deep.equal({ declared: String(file.length + 1), bytes: file.length })
    expect(await world.database.db('matter_files').where({ sha256: named.sha256 })).to.deep.equal([])
    const move = 'mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { id } }'
    const again = { id, move: 'withdraw', reason: '文件大小有误', attachments: [{ ...named, bytes: file.length }] }
    const answer = await world.ask(move, { variables: { input: again }, token: bureau() })
    expect(answer.errors, JSON.stringify(answer.errors)).to.equal(undefined)
    expect(await put(id, file)).to.include({ status: 201 })
  })

  it('are sealed in the database, and one file when sent at once', async () => {
    const file = samplePdf({ catalog: '/Lang(once)' })
    const { id } = await open([file])
    const sent = await Promise.all([1, 2, 3].map(() => put(id, file)))
    expect(sent.map(({ status }) => status).sort()).to.deep.equal([200, 200, 201])
    const rows = await world.database.db('matter_files').where({ sha256: hash('sha256', file) })
    expect(rows).to.have.length(1)
    expect(rows[0].content.includes(Buffer.from('%PDF'))).to.equal(false)
  })

  it('whose matter is gone are erased after their term', async () => {
    const by = token('hoarder', 'agency', 'market-regulator', '220300')
    const [kept, left] = [samplePdf({ catalog: '/Lang(kept)' }), samplePdf({ catalog: '/Lang(left)' })]
    for (const file of [kept, left]) await put((await open([file], { by })).id, file, { by })
    const { db } = world.database
    await db('matter_attachments')
      .where({ sha256: hash('sha256', left) })
      .delete()
    const own = async () =>
      (await db('matter_files').where({ seat: 'market-regulator@220300' })).map(({ sha256 }) => sha256)
    const tidy = (at: string) => deleteExpired(db, { cause: 'command', now: () => new Date(at), archive: '/nowhere' })
    expect(await tidy('2026-03-30T00:00:00Z')).to.include({ files: 0 })
    expect(await own()).to.have.length(2)
    await tidy('2026-04-03T00:00:00Z')
    expect(await own()).to.deep.equal([hash('sha256', kept)])
  })

  it('that moves have named are bounded for each seat and day, by number and by size', async () => {
    const [by, seat] = [token('busy', 'agency', 'market-regulator', '220400'), 'market-regulator@220400']
    const next = async (n: number) => {
      const file = samplePdf({ catalog: `/Lang(day${n})` })
      return put((await open([file], { by })).id, file, { by })
    }
    const { id } = await open([LETTER], { by })
    const fill = (count: number, bytes: number) =>
      world.database.db.raw(
        `with kept as (
           insert into matter_files (seat, sha256, media_type, bytes, content, stored_by, stored_at)
           select ?, encode(sha256(n::text::bytea), 'hex'), 'PDF', ?, '', 'busy', ? from generate_series(1, ?) n returning sha256)
         insert into matter_attachments (matter_id, seat, sha256) select ?, ?, sha256 from kept`,
        [seat, bytes, NOW, count, Buffer.from(id, 'base64url').toString().split(':')[1] ?? '', seat],
      )
    await fill(1_000, 1)
    expect(await next(1)).to.include({ status: 429, code: 'ATTACHMENTS_OF_THE_DAY' })
    await world.database.db.raw(`update matter_files set stored_at = ? where seat = ?`, [
      new Date('2026-03-01T15:59:59Z'),
      seat,
    ])
    expect(await next(1), 'those of the day before do not count').to.include({ status: 201 })
    await world.database.db.raw(`update matter_files set stored_at = ?, bytes = 2200000 where seat = ? and bytes = 1`, [
      NOW,
      seat,
    ])
    await world.database.db.raw(
      `delete from matter_files where seat = ? and sha256 in (select sha256 from matter_files where seat = ? and bytes = 2200000 limit 2)`,
      [seat, seat],
    )
    expect(await next(2)).to.include({ status: 429, code: 'ATTACHMENTS_OF_THE_DAY' })
  })
})
