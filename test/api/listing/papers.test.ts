import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { visitor } from '../../support/party.js'
import { pngChunk, SAMPLE_PNG, samplePdf } from '../../support/sample-papers.js'
import { worldWithListing } from '../listed-world.js'
import { uscc } from '../record-drafts.js'
import type { World } from '../world.js'

const DOCUMENTS = `query($id: ID!) { listing(id: $id) { documents { kind html number named draft(format: DOCX)
  signed { id sha256 storedBy bytes } masked { id storedBy releasedBy withdrawnAt } } } }`
const NUMBER = '虚市监列〔2026〕1号'
const MARK = '签章件中的住址'

describe('signed and masked copies of documents', () => {
  let world: World
  let id: string
  let other: string
  const [one, two] = [uscc(1), uscc(2)]
  const officer = (name = 'officer-1') => world.token('officer', name)
  const party = (code = one) => world.token('party', code)
  const signed = samplePdf({ catalog: `/Title(${Buffer.from(MARK).toString('hex')})` })
  const masked = samplePdf({ catalog: '/Lang(zh)' })

  const send = async (content: Buffer, query: Record<string, string> = {}, token = officer()) => {
    const asked = { listing: id, kind: 'DECISION', number: NUMBER, issuedOn: '2026-02-04', ...query }
    const answer = await fetch(`${world.url}/v1/papers?${new URLSearchParams(asked)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: new Uint8Array(content),
    })
    const body = (await answer.json()) as { id?: string; sha256?: string; code?: string }
    return { status: answer.status, ...body }
  }
  const open = async (path: string, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const answer = await fetch(`${world.url}${path}`, { headers })
    return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) }
  }
  const documentsFor = async (token: string, listing = id) =>
    (await world.ask(DOCUMENTS, { token, variables: { id: listing } })).data.listing.documents
  const decisionFor = async (token: string) =>
    (await documentsFor(token)).find(({ kind }: { kind: string }) => kind === 'DECISION')
  const act = (name: string, paper: string, token: string) =>
    world.ask(`mutation($id: ID!) { ${name}(id: $id) { id } }`, { token, variables: { id: paper } })
  const code = ({ errors }: { errors: { extensions: Record<string, unknown> }[] | undefined }) =>
    errors?.[0]?.extensions['code']

  before(async () => {
    ;[world, id, other] = (await worldWithListing('虚构甲有限公司', '虚构乙有限公司')) as [World, string, string]
    await world.publish()
  })
  after(() => world.close())

  it('a document is a draft, and hidden from the party, until its signed copy is stored', async () => {
    const before = await decisionFor(officer())
    expect(before).to.deep.include({ signed: null, named: NUMBER })
    expect(Buffer.from(before.draft, 'base64').subarray(0, 2).toString()).to.equal('PK')
    expect((await documentsFor(party())).map(({ kind }: { kind: string }) => kind)).to.deep.equal([
      'REPAIR_APPLICATION',
    ])
    const stored = await send(signed)
    expect(stored).to.include({ status: 201, sha256: createHash('sha256').update(signed).digest('hex') })
    expect((await decisionFor(officer())).signed).to.include({ id: stored.id, storedBy: 'officer-1' })
    const seen = await decisionFor(party())
    expect(seen).to.deep.include({ number: NUMBER, draft: null, named: null, masked: [] })
    expect(seen.signed).to.include({ id: stored.id, storedBy: null })
    expect(seen.html)
      .to.include('签章件')
      .and.not.match(/手填|违法行为/)
  })

  it('is read by the officers and the party of its case alone, as a download, and each reading is recorded', async () => {
    const { id: paper = '' } = await send(signed)
    for (const token of [officer(), world.token('reviewer', 'reviewer-1'), party()]) {
      const { status, headers, bytes } = await open(`/v1/papers/${paper}`, token)
      expect([status, bytes.equals(signed)]).to.deep.equal([200, true])
      expect(headers.get('content-disposition')).to.equal('attachment; filename=signed-decision.pdf')
      expect(headers.get('content-security-policy')).to.include('sandbox')
    }
    const { data } = await world.ask('{ auditLog(first: 1) { nodes { kind client asked shown } } }', {
      token: world.token('auditor'),
    })
    expect(data.auditLog.nodes[0]).to.deep.equal({
      kind: 'FILE',
      client: one,
      asked: `GET /v1/papers/${paper}`,
      shown: [one],
    })
    for (const token of [party(two), world.token('marketplace'), world.token('administrator'), undefined])
      expect((await open(`/v1/papers/${paper}`, token)).status).to.equal(404)
  })

  it('that another has replaced is read by officers alone: it may have been a mistake', async () => {
    world.setNow(new Date('2026-03-02T02:01:00Z'))
    const { id: mistaken = '' } = await send(samplePdf({ catalog: '/Lang(mistaken)' }))
    expect((await open(`/v1/papers/${mistaken}`, party())).status).to.equal(200)
    world.setNow(new Date('2026-03-02T02:02:00Z'))
    const { id: right = '' } = await send(samplePdf({ catalog: '/Lang(right)' }))
    const statuses = async (token: string) => [
      (await open(`/v1/papers/${mistaken}`, token)).status,
      (await open(`/v1/papers/${right}`, token)).status,
    ]
    expect(await statuses(party())).to.deep.equal([404, 200])
    expect(await statuses(officer())).to.deep.equal([200, 200])
    const again = await send(samplePdf({ catalog: '/Lang(mistaken)' }))
    expect(again).to.include({ status: 422, code: 'PAPER_REFUSED' })
    expect(await send(samplePdf({ catalog: '/Lang(right)' }))).to.include({ status: 201, id: right })
  })

  it('is sealed in the database by a key that lies outside it', async () => {
    const rows = await world.database.db('sealed_papers').select('content', 'bytes')
    expect(rows.length).to.be.greaterThan(0)
    for (const { content, bytes } of rows) {
      expect(content.includes(Buffer.from('%PDF'))).to.equal(false)
      expect(content.length).to.be.greaterThan(bytes)
    }
    const changed = await world.database.db.raw('update sealed_papers set bytes = 1').then(() => null, String)
    expect(changed).to.include('appended only')
  })

  it('is refused with a wrong number, an unfit file, another role or another case', async () => {
    const wrong: [Buffer, Record<string, string>, number, string][] = [
      [signed, { number: '虚市监列〔2026〕9号' }, 400, 'INPUT_INVALID'],
      [signed, { kind: 'NOTICE', number: '虚市监告〔2026〕9号' }, 400, 'INPUT_INVALID'],
      [signed, { kind: 'REPAIR_APPLICATION' }, 400, 'INPUT_INVALID'],
      [signed, { issuedOn: '2026-13-01' }, 400, 'DATE_INVALID'],
      [signed, { kind: 'REPAIR_NOTICE', number: '虚\0' }, 400, 'INPUT_INVALID'],
      [signed, { listing: '00000000-0000-4000-8000-000000000000' }, 404, 'LISTING_UNKNOWN'],
      [Buffer.from('<html>'), {}, 422, 'PAPER_REFUSED'],
      [samplePdf({ catalog: '/AA<<>>' }), {}, 422, 'PAPER_REFUSED'],
      [Buffer.concat([samplePdf(), Buffer.alloc(20 * 1024 * 1024)]), {}, 413, 'CONTENT_TOO_LARGE'],
    ]
    for (const [content, query, status, refused] of wrong)
      expect(await send(content, query), refused).to.include({ status, code: refused })
    for (const token of [party(), world.token('administrator'), world.token('marketplace')])
      expect((await send(signed, {}, token)).status).to.equal(403)
  })

  it('is public only as a masked copy that a second person released, while the entry is public', async () => {
    const path = `/blacklist/${id}/documents/DECISION`
    const page = async () => (await open(`/blacklist/${id}`)).bytes.toString()
    expect(await send(masked, { use: 'MASKED', listing: other })).to.include({ status: 409, code: 'PAPER_UNSIGNED' })
    const { id: copy = '' } = await send(masked, { use: 'MASKED' })
    expect((await open(path)).status).to.equal(404)
    expect(code(await act('releasePaper', copy, officer()))).to.equal('SECOND_PERSON')
    expect((await act('releasePaper', copy, officer('officer-2'))).errors).to.equal(undefined)
    expect((await open(path)).bytes.equals(masked)).to.equal(true)
    expect(await page()).to.include(path)
    for (const kind of ['%00', 'DECISION%00', 'decision', 'NOTICE', '__proto__'])
      expect((await open(`/blacklist/${id}/documents/${kind}`)).status, kind).to.equal(404)
    const hide = { id, on: '2026-03-02', hiding: 'ERROR', reason: '疑有错误' }
    await world.ask('mutation($input: MoveInput!) { hideListing(input: $input) { listing { id } } }', {
      token: officer(),
      variables: { input: hide },
    })
    expect((await open(path)).status).to.equal(404)
    await world.ask('mutation($input: MoveInput!) { unhideListing(input: $input) { listing { id } } }', {
      token: officer(),
      variables: { input: { id, on: '2026-03-02', reason: '查明无误' } },
    })
    expect((await open(path)).status).to.equal(200)
    expect((await act('withdrawPaper', copy, officer())).errors).to.equal(undefined)
    expect((await open(path)).status).to.equal(404)
    expect(await page()).to.not.include(path)
    expect(code(await act('releasePaper', copy, officer('officer-2')))).to.equal('PAPER_SETTLED')
    expect(await send(masked, { use: 'MASKED' })).to.include({ status: 422, code: 'PAPER_REFUSED' })
    for (const token of [party(), world.token('administrator')])
      expect(code(await act('releasePaper', copy, token))).to.equal('FORBIDDEN')
  })

  it('one of two masked copies is public, and withdrawing it brings no former one back', async () => {
    const path = `/blacklist/${id}/documents/DECISION`
    const copies = [samplePdf({ catalog: '/Lang(a)' }), samplePdf({ catalog: '/Lang(b)' })]
    const [first = '', second = ''] = (await Promise.all(copies.map((copy) => send(copy, { use: 'MASKED' })))).map(
      (sent) => sent.id,
    )
    const releases = await Promise.all([first, second].map((copy) => act('releasePaper', copy, officer('officer-2'))))
    expect(releases.map(({ errors }) => errors)).to.deep.equal([undefined, undefined])
    const { masked: copiesKept } = await decisionFor(officer())
    const shown = copiesKept.filter(
      (one: { releasedBy: string | null; withdrawnAt: string | null }) =>
        one.releasedBy !== null && one.withdrawnAt === null,
    )
    expect(shown).to.have.length(1)
    expect((await open(path)).status).to.equal(200)
    await act('withdrawPaper', shown[0].id, officer())
    expect((await open(path)).status).to.equal(404)
  })

  it('the same copy sent twice at once is one paper', async () => {
    const copy = samplePdf({ catalog: '/Lang(twice)' })
    const sent = await Promise.all([1, 2, 3, 4].map(() => send(copy, { use: 'MASKED' })))
    expect(sent.map(({ status }) => status)).to.deep.equal([201, 201, 201, 201])
    expect(new Set(sent.map((one) => one.id)).size).to.equal(1)
  })

  it('a masked picture is kept without what a camera wrote into it', async () => {
    const camera = pngChunk('tEXt', Buffer.from('Author\0虚构摄影者'))
    const picture = Buffer.concat([SAMPLE_PNG.subarray(0, 33), camera, SAMPLE_PNG.subarray(33)])
    const { id: copy = '' } = await send(picture, { use: 'MASKED' })
    expect((await open(`/v1/papers/${copy}`, officer())).bytes.equals(SAMPLE_PNG)).to.equal(true)
  })

  it('the party downloads the signed copy, and files its own with defence, objection and repair', async () => {
    const issue = 'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code slip } }'
    const variables = { input: { operator: one, reason: '随决定书送达' } }
    const issued = (await world.ask(issue, { token: officer(), variables })).data.issueAccessCode
    expect(Buffer.from(issued.slip, 'base64').subarray(0, 5).toString()).to.equal('%PDF-')
    const firm = visitor(world.url)
    await firm.post('/my', { accessCode: issued.code })
    const path = `/my/listings/${id}`
    const early = (await firm.get(path)).text
    expect(early).to.include('最早可以在 2027-02-05 申请信用修复').and.not.include('value="applyRepair"')
    expect((await firm.get(`${path}/documents/DECISION`)).headers.get('content-type')).to.equal('application/pdf')
    expect((await firm.get(`${path}/documents/NOTICE`)).status).to.equal(404)

    world.setNow(new Date('2027-03-01T02:00:00Z'))
    const again = (await world.ask(issue, { token: officer(), variables })).data.issueAccessCode.code
    await firm.post('/my', { accessCode: again })
    const csrf = await firm.csrf(path)
    const sent = { act: 'applyRepair', text: '罚款已缴清', csrf }
    const script = [samplePdf({ catalog: '/AA<<>>' })]
    const refused = await firm.attach(path, sent, script)
    expect([refused.status, refused.text.includes('含有脚本')]).to.deep.equal([422, true])
    expect(
      (
        await firm.attach(
          path,
          sent,
          Array.from({ length: 6 }, () => SAMPLE_PNG),
        )
      ).status,
    ).to.equal(422)
    expect((await firm.attach(path, sent, [SAMPLE_PNG, samplePdf()])).headers.get('location')).to.include(
      'done=applied',
    )
    const applied = (await firm.get(path)).text
    expect(applied)
      .to.match(/决定机关至迟在 2027-03-\d\d 答复是否受理/)
      .and.include('撤回申请')
    const [link = ''] = /\/my\/papers\/[\w-]+/.exec(applied) ?? []
    expect((await firm.get(link)).status).to.equal(200)
    const asked = `{ listing(id: "${id}") { attachments { id about storedBy } } }`
    const { attachments } = (await world.ask(asked, { token: officer() })).data.listing
    expect(attachments).to.have.length(2)
    expect(attachments[0]).to.include({ about: 'REPAIR', storedBy: one })
    expect((await open(`/v1/papers/${attachments[0].id}`, officer())).status).to.equal(200)
    expect((await open(`/v1/papers/${attachments[0].id}`, party(two))).status).to.equal(404)

    expect((await firm.attach(path, { act: 'attach', csrf }, [SAMPLE_PNG])).status).to.equal(303)
    const withdrawn = await firm.post(path, { act: 'withdrawRepair', csrf })
    expect(withdrawn.headers.get('location')).to.include('done=retracted')
    const after = (await firm.get(path)).text
    expect(after).to.include('value="applyRepair"').and.not.include('撤回申请').and.not.include('答复是否受理')
    expect((await firm.post(path, { act: 'withdrawRepair', csrf })).status).to.equal(422)
    const stored = async () => (await world.database.db('sealed_papers').count('* as n').first())?.['n']
    const before = await stored()
    const stray = await firm.attach(path, { act: 'attach', csrf }, [samplePdf({ catalog: '/Lang(stray)' })])
    expect([stray.status, stray.text.includes('没有正在办理的修复申请'), await stored()]).to.deep.equal([
      422,
      true,
      before,
    ])
  })
})
