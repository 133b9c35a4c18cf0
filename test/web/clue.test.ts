import { expect } from 'chai'
import type { ClueChannel } from '../../src/domain/matters/public-clues.js'
import { shanghaiDate } from '../../src/foundation/time/dates.js'
import { cluePage } from '../../src/web/clue/page.js'
import { renderPage } from '../../src/web/frame/page.js'
import { readClueChannel } from '../../src/work/matters/clues.js'
import { readMatterKinds } from '../../src/work/matters/kinds.js'
import { makeWorld, NOW, type World } from '../api/world.js'
import { addressOf, clueForm, sendForm, serveBehindProxy } from '../support/reporters.js'
import { SAMPLE_JPEG, SAMPLE_PNG, samplePdf } from '../support/sample-papers.js'

const FACTS = { shop: 'https://shop.example/?id=7', facts: '标注虚构商标的鞋，二十元一双' }
const HOUR_MS = 3_600_000

describe('/clue', () => {
  let world: World
  let proxied: Awaited<ReturnType<typeof serveBehindProxy>>
  let hours = 0
  let asked = 0
  const nextAddress = () => {
    asked += 1
    return addressOf(asked)
  }
  before(async () => {
    world = await makeWorld()
    proxied = await serveBehindProxy(world)
  })
  after(async () => {
    await proxied.close()
    await world.close()
  })
  // The limits empty themselves between tests.
  beforeEach(() => {
    hours += 1
    world.setNow(new Date(NOW.getTime() + hours * HOUR_MS))
  })

  const page = async (path: string) => (await fetch(`${world.url}${path}`)).text()
  const send = (body: FormData | URLSearchParams, headers = nextAddress()) =>
    sendForm(proxied.url, '/clue', body, headers)
  const ask = (code: string, headers = nextAddress()) =>
    sendForm(proxied.url, '/clue/state', new URLSearchParams({ code }), headers)
  const count = async (): Promise<number> =>
    (await world.database.db.raw('select count(*)::int as n from matters')).rows[0].n

  it('says first that it is no complaint, and leads who wants money back to 12315 without storing anything', async () => {
    const [zh, en] = [await page('/clue'), await page('/clue?lang=en')]
    expect(zh)
      .to.include('这里不受理投诉举报')
      .and.include('href="https://www.12315.cn"')
      .and.include('href="tel:12315"')
    expect(en)
      .to.include('This is not a complaint or report')
      .and.not.match(/[\u4e00-\u9fff](?![^<]*<\/(?:a|bdi)>)/)
    expect(zh.indexOf('这里不受理')).to.be.lessThan(zh.indexOf('<form'))
    expect(zh).not.to.include('<script')
    expect(await count()).to.equal(0)
  })

  it('shows a receipt code once, and tells by it that the clue was received', async () => {
    const { status, code, headers } = await send(clueForm(FACTS, [SAMPLE_JPEG, SAMPLE_PNG]))
    expect([status, headers.get('cache-control')]).to.deep.equal([201, 'no-store'])
    const sentOn = shanghaiDate(world.parts.now())
    expect((await ask(code ?? '')).text)
      .to.include('已收到，等待统一接收单位录入12315')
      .and.include(`<time datetime="${sentOn}">`)
    expect((await ask((code ?? '').replaceAll('-', ' ').toLowerCase())).status).to.equal(200)
    const stored = JSON.stringify((await world.database.db.raw('select * from matter_reporters')).rows)
    expect(stored).not.to.include(code ?? '')
  })

  it('is one clue when the form is sent twice, and the later code opens it', async () => {
    const reference = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'
    const before = await count()
    const [one, two] = [await send(clueForm({ ...FACTS, reference })), await send(clueForm({ ...FACTS, reference }))]
    expect(await count()).to.equal(before + 1)
    expect([(await ask(one.code ?? '')).status, (await ask(two.code ?? '')).status]).to.deep.equal([403, 200])
    const changed = await send(clueForm({ ...FACTS, facts: '另一件虚构的事', reference }))
    expect([changed.status, await count()]).to.deep.equal([201, before + 2])
  })

  it('keeps what was typed when something is missing or too long, and stores nothing', async () => {
    const before = await count()
    const missing = await send(clueForm({ shop: '虚构小店', name: '甲' }))
    expect(missing.status).to.equal(422)
    expect(missing.text).not.to.include('照片须重新选择')
    expect(missing.text).to.include('缺少线索内容').and.include('value="虚构小店"').and.include('value="甲"')
    expect((await send(clueForm({ ...FACTS, contact: '1'.repeat(201) }))).text).to.include('不得超过 200 个字符')
    expect((await send(clueForm({ ...FACTS, seen_on: '昨天' }))).text).to.include('何时所见，不是日期')
    const english = await sendForm(proxied.url, '/clue?lang=en', clueForm({ shop: 'x' }), nextAddress())
    expect(english.text).to.include('please mend it: Facts is missing')
    expect(await count()).to.equal(before)
  })

  it('takes five pictures of PNG and JPEG, and refuses pages, archives, polyglots and the sixth', async () => {
    const html = Buffer.from('<!doctype html><script>alert(1)</script>')
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')
    const zip = Buffer.from('504b0304140000000800', 'hex')
    const end = Buffer.concat([Buffer.from('504b0506', 'hex'), Buffer.alloc(18)])
    const within = (more: Buffer) => Buffer.concat([SAMPLE_JPEG.subarray(0, -2), more, SAMPLE_JPEG.subarray(-2)])
    const bad = [
      html,
      svg,
      zip,
      samplePdf(),
      within(html),
      within(svg),
      within(Buffer.concat([zip, end])),
      within(samplePdf()),
    ]
    const before = await count()
    for (const content of [...bad, SAMPLE_PNG.subarray(0, -1)])
      expect((await send(clueForm(FACTS, [content]))).status, content.toString('latin1', 0, 60)).to.equal(422)
    const five = [1, 2, 3, 4, 5].map((n) => within(Buffer.from(`<svG${n}`)))
    expect((await send(clueForm(FACTS, [...five, SAMPLE_PNG]))).text)
      .to.include('至多 5 张')
      .and.include('照片须重新选择')
    expect((await send(clueForm(FACTS, [within(Buffer.alloc(5 * 1024 * 1024))]))).status).to.equal(413)
    expect(await count()).to.equal(before)
    const files = async () => (await world.database.db.raw('select count(*)::int as n from matter_files')).rows[0].n
    const kept = await files()
    expect((await send(clueForm(FACTS, five))).status).to.equal(201)
    expect(await files()).to.equal(kept + 5)
  })

  it('takes no more pictures once the public has sent as many as a seat may on one day, and takes the text', async () => {
    await world.database.db.raw(
      `insert into matter_files (seat, sha256, media_type, bytes, content, stored_by, stored_at)
       select 'public', lpad(to_hex(n), 64, '0'), 'PNG', 1, '', 'public', ? from generate_series(1, 1000) n`,
      [world.parts.now()],
    )
    const refused = await send(
      clueForm(FACTS, [Buffer.concat([SAMPLE_JPEG.subarray(0, -2), Buffer.from([9]), SAMPLE_JPEG.subarray(-2)])]),
    )
    await world.database.db.raw('delete from matter_files where bytes = 1')
    expect([refused.status, refused.text.includes('今天不能再接收照片')]).to.deep.equal([422, true])
    expect((await send(clueForm(FACTS))).status).to.equal(201)
  })

  it('answers a wrong, a malformed and an empty code alike, with as many statements', async () => {
    const [wrong, malformed, empty] = ['00000-00000-00000-00000-00000', 'nonsense', '']
    const shapes = []
    for (const code of [wrong, malformed, empty]) {
      let status = 0
      const run = await world.statements(async () => {
        status = (await sendForm(world.url, '/clue/state', new URLSearchParams({ code }))).status
      })
      shapes.push([status, run.length])
    }
    expect(new Set(shapes.map(String)).size).to.equal(1)
    expect(shapes[0]?.[0]).to.equal(403)
  })

  it('refuses the 21st wrong code of an address, and admits another address and a right code there', async () => {
    const { code } = await send(clueForm(FACTS))
    const guesser = addressOf(900_001)
    const seen = []
    for (let n = 0; n < 25; n += 1) seen.push((await ask(`guess ${n}`, guesser)).status)
    expect(seen).to.deep.equal([...Array(20).fill(403), ...Array(5).fill(429)])
    expect((await ask(code ?? '', addressOf(900_002))).status).to.equal(200)
  })

  it('takes ten clues of an address and sixty in all at once, then names the time to wait', async () => {
    const one = addressOf(900_010)
    const seen = []
    for (let n = 0; n < 11; n += 1) seen.push((await send(clueForm({ facts: `虚构线索 ${n}` }), one)).status)
    expect(seen).to.deep.equal([...Array(10).fill(201), 429])
    let accepted = 0
    let last = await send(clueForm({ facts: '虚构' }), addressOf(901_000))
    for (let n = 1; n < 70; n += 1) {
      if (last.status === 201) accepted += 1
      last = await send(clueForm({ facts: `虚构线索 ${n}` }), addressOf(901_000 + n))
    }
    expect([accepted, last.status]).to.deep.equal([50, 429])
    expect(Number(last.headers.get('retry-after'))).to.be.within(1, 60)
  })

  it('refuses over the limit in the same words ahead of express as in it, each page with its own reference', async () => {
    const reference = /name="reference" value="([-0-9a-f]{36})"/
    const from = nextAddress()
    for (let n = 0; n < 10; n += 1) await send(clueForm({ ...FACTS, facts: `${FACTS.facts} ${asked} ${n}` }), from)
    for (const query of ['', '?lang=en', '?theme=dark', '?lang=en&theme=light']) {
      // Only express takes the path with a slash at its end.
      const told = await Promise.all(
        ['/clue', '/clue', '/clue/'].map((path) => sendForm(proxied.url, path + query, clueForm(FACTS), from)),
      )
      const [fast, again, general] = told.map(({ status, text, headers }) => {
        const { etag: _, 'x-request-id': __, date: ___, ...rest } = Object.fromEntries(headers)
        return { status, text: text.replace(reference, ''), rest }
      })
      expect([fast, again]).to.deep.equal([general, general])
      expect(fast?.status).to.equal(429)
      expect(new Set(told.map(({ text }) => reference.exec(text)?.[1])).size).to.equal(3)
    }
  })

  it('refuses a form of another site, a body that is no form, and one above its size', async () => {
    const before = await count()
    const foreign = { ...addressOf(902_001), 'sec-fetch-site': 'cross-site' }
    expect((await send(clueForm(FACTS), foreign)).status).to.equal(403)
    const answer = await fetch(`${proxied.url}/clue`, { method: 'POST', body: '{}', headers: addressOf(902_002) })
    expect(answer.status).to.equal(400)
    const large = await fetch(`${proxied.url}/clue`, {
      method: 'POST',
      body: Buffer.alloc(26 * 1024 * 1024),
      headers: { ...addressOf(902_003), 'content-type': 'multipart/form-data; boundary=x' },
    })
    expect(large.status).to.equal(413)
    expect(await count()).to.equal(before)
  })

  it('says which channel it is: closed shows 12315 alone, published says so', () => {
    const shown = (channel: ClueChannel['channel']) => {
      const of = { ...readClueChannel(), channel }
      const kind = readMatterKinds().get(of.kind) ?? { fields: {} }
      return renderPage(
        cluePage({ channel: of, kind, reference: 'x', typed: new Map(), refused: null, pictured: false }),
      )
    }
    expect(shown('closed')).to.include('12315').and.not.include('<form')
    expect(shown('published')).to.include('公布的举报渠道之一').and.include('<form').and.not.include('这里不受理')
  })
})
