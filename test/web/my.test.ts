import { execFile } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { connect } from '../../src/store/db/db.js'
import { globalOf, keyIn } from '../api/global-ids.js'
import { publishListing } from '../api/listed-world.js'
import { penalty, registration, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, scored, type World } from '../api/world.js'
import { type Party, visitor } from '../support/party.js'

const ISSUE = 'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }'
const REVOKE = 'mutation($input: AccessCodeInput!) { revokeAccessCode(input: $input) { good } }'
const NUMBER = '虚市监处罚〔2024〕1号'
const HOSTILE = `虚构青禾"><script>alert(1)</script>有限公司`

describe("the party's pages (/my)", () => {
  let world: World
  let own: string
  let other: string
  let record: string
  const [one, two] = [uscc(1), uscc(2)]

  const officer = () => world.token('officer', 'officer-1')
  const issued = async (operator: string): Promise<string> =>
    (await world.ask(ISSUE, { token: officer(), variables: { input: { operator, reason: '随决定书送达' } } })).data
      .issueAccessCode.code
  const arrive = (): Party => visitor(world.url)
  const signedIn = async (operator = one): Promise<Party> => {
    const party = arrive()
    const answer = await party.post('/my', { accessCode: await issued(operator) })
    expect(answer.status).to.equal(303)
    return party
  }
  const move = (name: string, input: object, token = officer()) =>
    world.ask(`mutation($input: MoveInput!) { ${name}(input: $input) { listing { state } } }`, {
      token,
      variables: { input },
    })

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(one, HOSTILE), registration(two, '虚构白露有限公司')])
    await world.bring('penalties', [penalty(one, NUMBER), penalty(two, '虚市监处罚〔2026〕2号')])
    const version = await recordId(world, `${NUMBER}/${one}`)
    record = globalOf('Record', version)
    await scored(world, await operatorId(world, one), 430, 'C', [version])
    own = await publishListing(world, one, NUMBER)
    other = await publishListing(world, two, '虚市监处罚〔2026〕2号')
  })
  after(() => world.close())
  let hours = 0
  beforeEach(() => {
    hours += 1
    world.setNow(new Date(NOW.getTime() + hours * 3_600_000))
  })

  it('signs in by access code, with an HttpOnly, SameSite session cookie', async () => {
    const party = arrive()
    const { status, headers } = await party.post('/my?lang=en', { accessCode: (await issued(one)).toLowerCase() })
    expect(status).to.equal(303)
    expect(headers.get('location')).to.equal('/my?lang=en')
    expect(headers.get('set-cookie')).to.match(
      /^__Host-party=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=7200$/,
    )
    const { text } = await party.get('/my?lang=en')
    expect(text).to.include('430').and.include('on it').and.include('Sign out')
    expect(text).to.include('&lt;script&gt;').and.not.include('<script')
    expect(text).to.include('leaves a row for auditors').and.not.include('set no cookie')
    expect((await party.get('/about?lang=en')).text).to.include('set no cookie')
  })

  it('is never cached, indexed or compressed', async () => {
    const party = await signedIn()
    for (const path of ['/my', '/my/records', '/my/asked-by', `/my/listings/${own}`]) {
      const { status, headers } = await party.get(path, { 'accept-encoding': 'br, gzip' })
      expect(status, path).to.equal(200)
      expect(headers.get('cache-control')).to.equal('no-store')
      expect(headers.get('x-robots-tag')).to.equal('noindex, noarchive')
      expect(headers.get('content-encoding')).to.equal(null)
    }
    expect((await arrive().get('/my')).headers.get('cache-control')).to.equal('no-store')
  })

  it('shows the file with sources, score reasons, recovery path and who queried it', async () => {
    await world.ask(`{ operator(code: "${one}") { name } }`, { token: world.token('marketplace', 'guguji') })
    const party = await signedIn()
    const { text } = await party.get('/my')
    expect(text).to.include('恢复途径').and.include('虚构市市场监督管理局').and.include(`/my/listings/${own}`)
    const records = (await party.get('/my/records')).text
    expect(records).to.include('penalties.csv').and.include('第 2 行').and.include(NUMBER)
    for (const words of ['罚款（元）', '决定日期', '有效']) expect(records.split('</h1>')[1]).to.include(words)
    expect(records).to.not.match(/fine_yuan|decided_on|IN_FORCE|Fine/)
    const english = (await party.get('/my/records?lang=en')).text
    expect(english).to.include('Fine (yuan)').and.include('in force').and.not.include('罚款（元）')
    expect((await party.get('/my/asked-by')).text).to.include('谁查询过')
    const listing = (await party.get(`/my/listings/${own}`)).text
    expect(listing).to.include('虚市监告〔2026〕1号').and.not.include('officer-1')
  })

  it('P-B4: shows authorisations with their documents, and the party can withdraw one', async () => {
    const word = { document: '授权书 2026-01', sha256: 'cd'.repeat(32), givenOn: '2026-03-01', endsOn: '2027-03-01' }
    const record = (operator: string) =>
      world.ask('mutation($i: RecordAuthorisationInput!) { recordAuthorisation(input: $i) { id } }', {
        token: world.token('credit_service', '虚构评信'),
        variables: { i: { ...word, operator } },
      })
    const [mine, others] = [await record(one), await record(two)].map(({ data }) => data.recordAuthorisation.id)
    const party = await signedIn()
    const { text } = await party.get('/my')
    expect(text).to.include('虚构评信').and.include(word.document).and.include(word.sha256).and.include('撤回授权')
    const csrf = await party.csrf('/my')
    const withdraw = (id: string, fields: Record<string, string> = { csrf }) =>
      party.post(`/my/authorisations/${encodeURIComponent(id)}/withdraw`, fields)
    const asked = await party.get(`/my/authorisations/${encodeURIComponent(mine)}/withdraw`)
    expect(asked.text).to.include('要撤回对下列机构的授权吗').and.include('虚构评信')
    expect((await party.get(`/my/authorisations/${encodeURIComponent(others)}/withdraw`)).status).to.equal(404)
    expect((await withdraw(mine, {})).status, 'a form of another site').to.equal(403)
    expect((await withdraw(others)).status).to.equal(422)
    expect((await withdraw(mine)).status).to.equal(303)
    const { text: after } = await party.get('/my')
    expect(after).to.include('已由您撤回').and.not.include('撤回授权')
    const kept = await world.database.db('authorisations').select('withdrawn_by').orderBy('id')
    expect(kept.map((each) => each.withdrawn_by)).to.deep.equal(['party', null])
  })

  it('writes an audit log row for each view and act, without the access code', async () => {
    const accessCode = await issued(one)
    const party = arrive()
    await party.post('/my', { accessCode })
    await party.get('/my')
    const { data } = await world.ask('{ auditLog(first: 3) { nodes { kind client role asked shown } } }', {
      token: world.token('auditor'),
    })
    const [look, token] = data.auditLog.nodes
    expect(look).to.deep.include({ kind: 'ANSWER', client: one, role: 'party', shown: [one] })
    expect(token).to.deep.include({ kind: 'TOKEN', client: one, role: 'party' })
    expect(JSON.stringify(data)).not.to.include(accessCode)
  })

  it('answers wrong and revoked codes alike and locks out repeated attempts', async () => {
    const revoked = await issued(one)
    await world.ask(REVOKE, { token: officer(), variables: { input: { operator: one, reason: '遗失' } } })
    const party = arrive()
    const said = new Set<string>()
    for (const accessCode of [revoked, 'nonsense', '', '<b>&', `${revoked}0`]) {
      const { status, text, headers } = await party.post('/my', { accessCode })
      expect(status).to.equal(403)
      expect(headers.get('set-cookie')).to.equal(null)
      said.add(/role="alert"[^>]*>([^<]+)/.exec(text)?.[1] ?? '')
    }
    expect([...said]).to.have.length(1)
    let last = await party.post('/my', { accessCode: 'nonsense' })
    for (let n = 0; n < 25 && last.status === 403; n += 1) last = await party.post('/my', { accessCode: 'nonsense' })
    expect(last.status).to.equal(429)
    expect(Number(last.headers.get('retry-after'))).to.be.greaterThan(0)
  })

  it('ends the session on revocation, on timeout and on sign-out', async () => {
    const party = await signedIn()
    await issued(one)
    expect((await party.get('/my')).text)
      .to.include('登录已结束')
      .and.not.include('430')

    const idle = await signedIn()
    world.setNow(new Date(NOW.getTime() + hours * 3_600_000 + 31 * 60_000))
    expect((await idle.get('/my')).text).to.include('登录已结束')
    world.setNow(new Date(NOW.getTime() + hours * 3_600_000))

    const leaving = await signedIn()
    const cookie = leaving.cookie()
    const csrf = await leaving.csrf('/my')
    expect((await leaving.post('/my/sign-out', { csrf })).headers.get('set-cookie')).to.include('Max-Age=0')
    leaving.lay(cookie)
    expect((await leaving.get('/my')).text).not.to.include('430')
    expect((await leaving.get('/my/records')).status).to.equal(303)
  })

  it('issues a new session at sign-in and never reuses an old one', async () => {
    const party = arrive()
    const laid = `__Host-party=${'A'.repeat(43)}`
    party.lay(laid)
    await party.post('/my', { accessCode: await issued(one) })
    expect(party.cookie()).not.to.equal(laid)
    const before = party.cookie()
    await party.post('/my', { accessCode: await issued(two) })
    const follower = arrive()
    follower.lay(before)
    expect((await follower.get('/my')).text).to.include('登录已结束')
    follower.lay(laid)
    expect((await follower.get('/my')).text).to.include('登录已结束')
  })

  it("refuses forms without a CSRF token, with another session's token, or from another site", async () => {
    const party = await signedIn()
    const stranger = await signedIn(two)
    const path = `/my/listings/${own}`
    const sent = { act: 'applyRepair', text: '已履行' }
    for (const csrf of ['', 'x', await stranger.csrf('/my')]) {
      const { status, text } = await party.post(path, { ...sent, csrf })
      expect(status).to.equal(403)
      // The refusal page returns the typed text.
      expect(text).to.include('<pre tabindex="0">已履行</pre>')
      expect(text).not.to.include('已提交')
    }
    const headers = { 'sec-fetch-site': 'cross-site' }
    expect((await arrive().post('/my', { accessCode: await issued(two) }, headers)).status).to.equal(403)
    expect((await arrive().post(path, sent, headers)).status).to.equal(403)
  })

  it('never shows, acts on or certifies the entry of another party', async () => {
    const party = await signedIn()
    const csrf = await party.csrf('/my')
    for (const id of [other, globalOf('Listing', '00000000-0000-4000-8000-000000000000'), 'nonsense', '%00']) {
      for (const end of ['', '/certificate', '/certificate.jws', '/documents/NOTICE'])
        expect((await party.get(`/my/listings/${id}${end}`)).status, `${id}${end}`).to.be.oneOf([400, 404])
      const { status } = await party.post(`/my/listings/${id}`, { act: 'applyRepair', text: '已履行', csrf })
      expect(status, id).to.be.oneOf([400, 404])
    }
    const { data } = await world.ask(`{ listing(id: "${other}") { state } }`, { token: officer() })
    expect(data.listing.state).to.equal('PUBLISHED')
  })

  it('says why an application is too early and returns the typed text', async () => {
    const party = await signedIn()
    const csrf = await party.csrf(`/my/listings/${own}`)
    const text = '罚款已缴清 <b>"承诺"</b>'
    const answer = await party.post(`/my/listings/${own}`, { act: 'applyRepair', text, csrf })
    expect(answer.status).to.equal(422)
    expect(answer.text).to.include('role="alert"').and.include('罚款已缴清 &lt;b&gt;')
    const huge = await party.post(`/my/listings/${own}`, { act: 'applyRepair', text: '长'.repeat(100_000), csrf })
    expect(huge.status).to.equal(413)
  })

  it('returns the text of a form sent after the session ended', async () => {
    const party = await signedIn()
    const csrf = await party.csrf('/my')
    await issued(one)
    const answer = await party.post('/my/objections', { csrf, record, statement: '此处罚有误 <i>' })
    expect(answer.status).to.equal(401)
    expect(answer.text).to.include('此处罚有误 &lt;i&gt;').and.include('accessCode')
  })

  it('reports a timeout as busy, not as a wrong URL', async () => {
    const party = await signedIn()
    const watcher = connect(world.database.url)
    try {
      await watcher.transaction(async (tx) => {
        await tx.raw('lock table scores in access exclusive mode')
        const answer = party.get('/my')
        let cancelled = 0
        while (cancelled === 0) {
          const { rows } = await watcher.raw(
            `select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
          cancelled = rows.length
        }
        const { status, text } = await answer
        expect(status).to.equal(503)
        expect(text).to.include('暂时无法服务')
      })
    } finally {
      await watcher.destroy()
    }
  })

  it('accepts as many characters as the form allows, even with CRLF line ends', async () => {
    const party = await signedIn()
    const csrf = await party.csrf('/my')
    const most = Number(/id="statement"[^>]*maxlength="(\d+)"/.exec((await party.get('/my')).text)?.[1])
    const statement = `${'此处罚有误'.repeat(most / 10)}${'\r\n'.repeat(most / 2 - 1)}完`
    expect(statement.replaceAll('\r', '')).to.have.length(most)
    const answer = await party.post('/my/objections', { csrf, record, statement })
    expect(answer.headers.get('location')).to.equal('/my?done=objected')
    const [, path = ''] = /href="(\/my\/objections\/[^"]+\/withdraw)"/.exec((await party.get('/my')).text) ?? []
    expect((await party.post(path, { csrf })).status).to.equal(303)
  })

  it('takes an application for repair, shows its examination, and after the removal issues a certificate that anybody can verify', async () => {
    world.setNow(new Date('2027-03-01T02:00:00Z'))
    const party = await signedIn()
    const path = `/my/listings/${own}`
    const csrf = await party.csrf(path)
    const applied = await party.post(path, { act: 'applyRepair', text: '罚款已缴清，危害已消除，承诺守信', csrf })
    expect(applied.headers.get('location')).to.equal(`${path}?done=applied`)
    const [sent, again] = [`${path}?done=applied`, `${path}?done=retracted`]
    expect((await party.get(sent)).text)
      .to.include('已于 2027-03-01 提交')
      .and.include('尚待受理')
      .and.include('修复申请已提交')
    expect((await party.get(again)).text).to.not.include('修复申请已撤回')
    const withdrawal = await party.get(`${path}/withdraw`)
    expect(withdrawal.text)
      .to.include('要撤回 2027-03-01 提交的信用修复申请吗')
      .and.include('name="act" value="withdrawRepair"')
    expect((await party.get(`${path}/certificate`)).status).to.equal(404)
    await world.database.db.raw(
      `update deliveries set state = 'CONFIRMED', attempts = 1, sent_at = :at, confirmed_at = :at where subject_id = :id`,
      { at: new Date('2026-02-07T02:00:00Z'), id: keyIn(own) } as never,
    )
    await move('acceptRepair', { id: own, on: '2027-03-01', documentNumber: '虚市监修〔2027〕1号' })
    expect((await party.get(path)).text).to.include('已受理')
    const removed = await move(
      'removeListing',
      {
        id: own,
        on: '2027-03-01',
        removal: 'REPAIRED',
        reason: '已履行',
        documentNumber: '虚市监移〔2027〕1号',
      },
      world.token('reviewer', 'reviewer-1'),
    )
    expect(removed.errors).to.equal(undefined)
    const after = (await party.get(sent)).text
    expect(after).to.include('移出之后').and.include(`${path}/certificate`).and.not.include('修复申请已提交')
    expect(after, 'each measure that is not confirmed lifted').to.match(/吉林省财政厅.*：.*限制申请财政性资金项目/)
    const page = (await party.get(`${path}/certificate`)).text
    expect(page)
      .to.include('任何人如何核验')
      .and.include('全国信用信息共享平台')
      .and.include('市场监督管理严重违法失信名单')
    expect(page.slice(page.indexOf('<dl'), page.indexOf('<pre'))).to.not.match(/>serious|>national|OWED|REPAIRED/)
    const { text: jws, headers } = await party.get(`${path}/certificate.jws`)
    expect(headers.get('content-disposition')).to.match(/^attachment; filename="removal-certificate-2027-03-01\.jws"$/)
    // Section 7: runs the printed command in the folder where a browser saved the file under its suggested name.
    const folder = mkdtempSync(join(tmpdir(), 'hub-certificate-'))
    const [, name = ''] = /filename="([^"]+)"/.exec(headers.get('content-disposition') ?? '') ?? []
    writeFileSync(join(folder, name), jws)
    const printed = [...page.matchAll(/<pre[^>]*><code>([\s\S]*?)<\/code>/g)].at(-1)?.[1] ?? ''
    const command = printed
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&')
    const said = await promisify(execFile)('sh', ['-c', command], { cwd: folder })
    rmSync(folder, { recursive: true })
    expect(said.stdout.split('\n')[0]).to.equal('true')
    expect(JSON.parse(said.stdout.split('\n')[1] ?? '')).to.deep.include({ document: 'removal-certificate' })
    const [head = '', body = '', signature = ''] = jws.split('.')
    const { kid, typ } = JSON.parse(Buffer.from(head, 'base64url').toString())
    expect(typ).to.equal('removal-certificate+jws')
    const { keys } = (await (await fetch(`${world.url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] }
    const jwk = keys.find((each) => each.kid === kid)
    const key = createPublicKey({ format: 'jwk', key: jwk as never })
    const good = (text: string) =>
      verify(
        'sha256',
        Buffer.from(`${head}.${text}`),
        { key, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      )
    expect(good(body)).to.equal(true)
    expect(good(`${body}A`)).to.equal(false)
    const told = JSON.parse(Buffer.from(body, 'base64url').toString())
    expect(told).to.deep.include({ document: 'removal-certificate', party: { code: one, name: HOSTILE } })
    expect(told.entry).to.deep.include({ id: keyIn(own), removalReason: 'REPAIRED', removedOn: '2027-03-01' })
    const unlifted = told.told.measures.map((one: { organisation: { zh: string }; item: string }) => [
      one.organisation.zh,
      one.item,
    ])
    expect(unlifted).to.have.length(6)
    expect(unlifted).to.deep.include(['吉林省财政厅', '限制申请财政性资金项目'])
    expect(page).to.match(/吉林省财政厅.*：.*限制申请财政性资金项目/)
    expect(told.told.platforms).to.deep.include({
      platform: 'national',
      name: { zh: '全国信用信息共享平台', en: 'National Credit Information Sharing Platform' },
      state: 'OWED',
      toldAt: null,
      confirmedAt: null,
    })
    expect(after).to.include('全国信用信息共享平台').and.include('尚未确认')
  })
})
