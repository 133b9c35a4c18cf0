import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { expect } from 'chai'
import { CASE_FILE_PAPERS_BYTES_MOST } from '../../src/domain/listing/papers.js'
import { numberOf, worldWithListing } from '../api/listed-world.js'
import { NOW, type World } from '../api/world.js'
import { confirmedPerson } from '../support/accounts.js'
import { SAMPLE_JPEG, SAMPLE_PNG, samplePdf } from '../support/sample-papers.js'
import { rowsOf } from '../support/world.js'

const OWN = 'fjord kelp umbra lantern'
const NUMBER = '虚市监列〔2026〕1号'
// biome-ignore lint/suspicious/noExplicitAny: a file has the shape of its case
type Any = any

/** The unpacked streams of a PDF. */
const streamsOf = (pdf: Buffer): Buffer[] => {
  const found: Buffer[] = []
  for (let at = pdf.indexOf('stream\n'); at >= 0; at = pdf.indexOf('stream\n', at + 1)) {
    const end = pdf.indexOf('endstream', at)
    try {
      found.push(inflateSync(pdf.subarray(at + 'stream\n'.length, end)))
    } catch {
      // Another filter.
    }
  }
  return found
}

describe('case file', () => {
  let world: World
  let id: string
  const sessions: Record<string, Record<string, string>> = {}
  const signed = samplePdf({ catalog: '/Lang(zh)' })

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${world.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const signIn = async (name: string, role: 'officer' | 'auditor', region: string) => {
    const account = { name, role, agency: 'market-regulator', region }
    const { one_time_password: password } = await confirmedPerson(world.database.db, account, ['market-regulator'], NOW)
    const answer = await post('/desk/login', { name, password, newPassword: OWN })
    const { csrfToken } = (await answer.json()) as { csrfToken: string }
    sessions[name] = {
      cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
      'x-csrf-token': csrfToken,
    }
  }
  const take = (format: string, who = 'province', listing = id) =>
    post('/desk/case-file', { listing, format }, sessions[who])
  const jsonFor = async (who: string): Promise<Any> => (await take('json', who)).json()
  const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code]
  const store = async (content: Buffer, kind: string, number: string, issuedOn: string) => {
    const query = new URLSearchParams({ listing: id, kind, number, issuedOn })
    const answer = await fetch(`${world.url}/v1/papers?${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.token('officer', 'officer-1')}` },
      body: new Uint8Array(content),
    })
    expect(answer.status, await answer.clone().text()).to.equal(201)
  }

  before(async () => {
    ;[world, id] = await worldWithListing('虚构甲有限公司')
    await store(signed, 'DECISION', NUMBER, '2026-02-04')
    await store(SAMPLE_PNG, 'NOTICE', '虚市监告〔2026〕1号', '2026-01-13')
    await signIn('province', 'officer', '220000')
    await signIn('county', 'officer', '220102')
    await signIn('elsewhere', 'officer', '220200')
    await signIn('watcher', 'auditor', '220000')
  })
  after(() => world.close())

  it('holds a whole case as JSON and as PDF, for those who see its steps', async () => {
    const { form, madeBy, caseFile, ...more } = await jsonFor('province')
    expect(more).to.have.all.keys('madeAt', 'copies')
    expect([form, madeBy, caseFile.penalty.documentNumber]).to.deep.equal([2, 'province', numberOf(1)])
    expect(caseFile.moves.map(({ move }: { move: string }) => move)).to.include.members(['openLead', 'publishListing'])
    expect(caseFile.documents.map(({ kind }: { kind: string }) => kind)).to.include('DECISION')
    const pdf = await take('pdf')
    expect(pdf.headers.get('content-disposition')).to.include(encodeURIComponent('案卷-虚构甲有限公司'))
    const bytes = Buffer.from(await pdf.arrayBuffer())
    expect([bytes.subarray(0, 5).toString(), bytes.length < 1024 * 1024]).to.deep.equal(['%PDF-', true])
    expect(await codeOf(await take('json', 'elsewhere'))).to.deep.equal([404, 'NOT_FOUND'])
    expect(await codeOf(await take('json', 'province', 'nothing'))).to.deep.equal([404, 'NOT_FOUND'])
    expect(await codeOf(await take('docx'))).to.deep.equal([400, 'INPUT_INVALID'])
    const { db } = world.database
    const audited = await rowsOf(db, `select 1 from trail where concat(asked, body) like '%/desk/case-file ${id}.pdf%'`)
    expect(audited).to.have.length(1)
  })

  it('holds the signed copies byte for byte, in the PDF as embedded files', async () => {
    const { copies } = await jsonFor('province')
    const contents = copies.map(({ content }: { content: string }) => Buffer.from(content, 'base64'))
    for (const wanted of [signed, SAMPLE_PNG]) {
      expect(contents.some((content: Buffer) => content.equals(wanted))).to.equal(true)
      const streams = streamsOf(Buffer.from(await (await take('pdf')).arrayBuffer()))
      expect(streams.some((content) => content.equals(wanted))).to.equal(true)
    }
    for (const { sha256, content } of copies)
      expect(createHash('sha256').update(Buffer.from(content, 'base64')).digest('hex')).to.equal(sha256)
  })

  it('holds no paper for an auditor, who sees none', async () => {
    expect((await jsonFor('watcher')).copies).to.deep.equal([])
    const streams = streamsOf(Buffer.from(await (await take('pdf', 'watcher')).arrayBuffer()))
    expect(streams.some((content) => content.equals(signed))).to.equal(false)
  })

  it('an authority below the deciding one reads the signed copies only as keeper of the case', async () => {
    const seenBy = async (who: string) =>
      (await jsonFor(who)).copies.map(({ leftOut }: { leftOut: string | null }) => leftOut)
    const { db } = world.database
    const decideBy = (level: string) =>
      db.raw(`update listings set facts = facts || jsonb_build_object('level', :level::text) where id = :id`, {
        level,
        id,
      })
    await decideBy('COUNTY')
    expect(await seenBy('county')).to.deep.equal([null, null])
    await decideBy('CITY')
    expect(await seenBy('county')).to.deep.equal(['NOT_SEEN', 'NOT_SEEN'])
    const [left] = (await jsonFor('county')).copies
    expect([left.content, left.sha256.length]).to.deep.equal([null, 64])
    expect(await seenBy('province')).to.deep.equal([null, null])
    await db('listings').where({ id }).update({ keeper: 'county' })
    expect(await seenBy('county')).to.deep.equal([null, null])
  })

  it('names a copy that would make the file too large, and prints a broken image as an embedded file only', async () => {
    await store(SAMPLE_JPEG, 'NOTICE', '虚市监告〔2026〕1号', '2026-01-13')
    const { db } = world.database
    await db.raw('alter table sealed_papers disable trigger user')
    await db.raw(`update sealed_papers set bytes = :most where kind = 'DECISION'`, {
      most: CASE_FILE_PAPERS_BYTES_MOST + 1,
    })
    const { copies } = await jsonFor('province')
    const leftOut = copies.filter((one: Any) => one.leftOut !== null)
    expect(leftOut.map((one: Any) => [one.title.includes('决定'), one.leftOut, one.content])).to.deep.equal([
      [true, 'TOO_LARGE', null],
    ])
    expect((await take('pdf')).status).to.equal(200)
  })
})
