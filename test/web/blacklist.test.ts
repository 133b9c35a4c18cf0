import { expect } from 'chai'
import { keyIn } from '../api/global-ids.js'
import { publishListing } from '../api/listed-world.js'
import { penalty, registration, uscc } from '../api/record-drafts.js'
import { makeWorld, type World } from '../api/world.js'

describe('the public pages', () => {
  let world: World
  let kept: string
  let ended: string
  let lead: string
  const [one, two, three] = [uscc(1), uscc(2), uscc(3)]
  const name = `虚构<b>黑石</b>&"商'行"有限公司`

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(one, name),
      registration(two, '虚构已移出有限公司'),
      registration(three, '虚构线索有限公司'),
    ])
    await world.bring('penalties', [penalty(one, '虚市监处罚〔2026〕1号'), penalty(two, '虚市监处罚〔2026〕2号')])
    kept = await publishListing(world, one, '虚市监处罚〔2026〕1号')
    ended = await publishListing(world, two, '虚市监处罚〔2026〕2号')
    const token = world.token('officer')
    await world.ask(
      `mutation { removeListing(input: {id: "${ended}", on: "2026-03-01", removal: REVOKED, reason: "撤销"}) { listing { id } } }`,
      { token },
    )
    const opened = await world.ask(
      `mutation { openLead(input: {code: "${three}", list: "serious", reason: "举报", on: "2026-03-01"}) { listing { id } } }`,
      { token },
    )
    lead = opened.data.openLead.listing.id
  })
  after(() => world.close())

  const get = async (path: string) => {
    const answer = await fetch(`${world.url}${path}`, { headers: { accept: 'text/html' } })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }

  it('the list shows every entry with its facts, with markup escaped and without a script', async () => {
    const { status, text, headers } = await get('/blacklist')
    expect(status).to.equal(200)
    expect(headers.get('cache-control')).to.equal('public, max-age=60, must-revalidate')
    expect(text).to.include('虚构&lt;b&gt;黑石&lt;/b&gt;&amp;&quot;商&#39;行&quot;有限公司')
    expect(text).not.to.include('<b>')
    expect(text).not.to.match(/<script|style=|https?:/)
    for (const fact of [
      one,
      '销售假冒注册商标的商品',
      '虚构市市场监督管理局',
      '虚市监列〔2026〕1号',
      '2026-02-04',
      '2026-02-06',
      '2029-02-04',
    ]) {
      expect(text).to.include(fact)
    }
    expect(text).not.to.include('已移出')
    expect(text).to.include('<meta name="viewport"').and.include('<html lang="zh-CN">')
  })

  it('a searched name is escaped in the page', async () => {
    const found = await get(`/blacklist?name=${encodeURIComponent('<b>黑石')}`)
    expect(found.text).to.include(one).and.include('value="&lt;b&gt;黑石"')
    const none = await get(`/blacklist?name=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect(none.text).to.include('没有符合条件的记录').and.not.include('<script>')
    expect((await get('/blacklist?name=a&name=b')).status).to.equal(200)
    expect((await get('/blacklist?name=%00')).status).to.equal(200)
  })

  it('R-10: an invalid cursor, a NUL and a blank one are refused', async () => {
    for (const after of ['%00', '%20', 'x', '2026-01-01_%00', '%00_'])
      expect((await get(`/blacklist?after=${after}`)).status, after).to.equal(400)
    expect((await get('/blacklist?after=')).status).to.equal(200)
  })

  it('a page of the list ends in a link to the next', async () => {
    const { db } = world.database
    await db.raw(
      `with base as (select * from listings where id = ?), more as (
         insert into listings (list, operator_id, state, reason, facts, published_on, ends_on, created_at)
         select 'paging-' || n, b.operator_id, b.state, b.reason, b.facts, b.published_on, b.ends_on, b.created_at
         from base b, generate_series(1, 60) n returning id, published_on, ends_on)
       insert into public_entries (listing_id, body, body_hash, published_on, shown_from, ends_on)
       select m.id, p.body || jsonb_build_object('id', m.id), m.id::text, m.published_on, m.published_on, m.ends_on from more m, public_entries p where p.listing_id = ?`,
      [keyIn(kept), keyIn(kept)],
    )
    const entries = (text: string) =>
      [...text.matchAll(/href="\/blacklist\/([0-9a-f-]{36})"/g)].map((match) => match[1])
    const first = await get('/blacklist')
    const next = /rel="next" href="([^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&')
    const second = await get(next ?? '')
    await db.raw(`delete from public_entries where listing_id in (select id from listings where list like 'paging-%')`)
    expect(entries(first.text)).to.have.length(50)
    expect(entries(second.text)).to.have.length(11)
    expect(new Set([...entries(first.text), ...entries(second.text)]).size).to.equal(61)
    expect(second.text).not.to.include('rel="next"')
    expect((await get('/blacklist?after=nonsense')).status).to.equal(400)
  })

  it('an entry says why, on what basis and until when the firm is listed, and how to get off the list', async () => {
    const { status, text, headers } = await get(`/blacklist/${keyIn(kept)}`)
    expect(status).to.equal(200)
    expect(headers.get('x-robots-tag')).to.equal('noindex, noarchive')
    expect(text)
      .to.include('虚构&lt;b&gt;')
      .and.include('2029-02-04')
      .and.include('市场监管总局令第44号')
      .and.include('移出途径')
  })

  it('an ended entry answers 410 and names nobody', async () => {
    const { status, text, headers } = await get(`/blacklist/${keyIn(ended)}`)
    expect(status).to.equal(410)
    expect(headers.get('x-robots-tag')).to.equal('noindex, noarchive')
    expect(text).not.to.include('已移出有限公司').and.not.include(two)
  })

  it('an entry past its last day answers 410 even before the hub has recorded its removal', async () => {
    world.setNow(new Date('2029-02-05T00:00:00+08:00'))
    const { status } = await get(`/blacklist/${keyIn(kept)}`)
    const list = await get('/blacklist')
    world.setNow(new Date('2026-03-02T02:00:00Z'))
    expect(status).to.equal(410)
    expect(list.text).not.to.include(one)
  })

  it('a case never published gets the same answer as an unknown one', async () => {
    const answers = await Promise.all(
      [keyIn(lead), '00000000-0000-4000-8000-000000000000', 'x', "'", '..%2f..'].map((id) => get(`/blacklist/${id}`)),
    )
    for (const { status, text } of answers) {
      expect(status).to.equal(404)
      expect(text).to.equal(answers[0]?.text)
    }
  })

  it('the front page links to the list, and the hub itself serves the style sheet', async () => {
    expect((await get('/')).text).to.include('href="/blacklist"')
    const style = await get('/site.css')
    expect(style.headers.get('content-type')).to.match(/^text\/css/)
    expect(style.text).not.to.match(/https?:|@import/)
  })
})
