import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { resolve } from 'node:path'
import { expect } from 'chai'
import { FACTS } from '../../src/domain/records/facts.js'
import { readCardText } from '../../src/domain/scoring/method.js'
import type { Scorecard } from '../../src/domain/scoring/scorecard.js'
import { splitLanguages } from '../../src/foundation/text/words.js'
import { html } from '../../src/web/frame/html.js'
import { renderPage, sitePage } from '../../src/web/frame/page.js'
import { cardPage } from '../../src/web/scorecard/page.js'
import { hashCard, keepCard, loadScorecard } from '../../src/work/scoring/scorecards.js'
import { makeWorld, NOW, type World } from '../api/world.js'

const VERSIONS = ['ecommerce-1', 'general-1']

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

describe('the page of a scorecard', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  const get = async (path: string) => {
    const answer = await fetch(`${world.url}${path}`, { headers: { accept: 'text/html' } })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  /** Status of a conditional request. `fetch` would add `cache-control: no-cache`, so it uses `node:http`. */
  const again = (path: string, etag: string | null): Promise<number | undefined> =>
    new Promise((done, reject) => {
      const headers = { accept: 'text/html', 'if-none-match': etag ?? '' }
      http.get(`${world.url}${path}`, { headers }, (answer) => done(answer.resume().statusCode)).on('error', reject)
    })
  const adopt = (version: string, effectiveOn: string) =>
    world.database.db.raw(
      `insert into scorecard_adoptions (scorecard_hash, state, effective_on, reason, proposed_by, proposed_at, decided_by, decided_at, note)
       select hash, 'ADOPTED', ?, '<b>试行良好</b>', 'officer-1', ?, 'reviewer-1', ?, null from scorecards where version = ?`,
      [effectiveOn, NOW, NOW, version],
    )

  it('shows the card in force to everybody, with the headers of a public page and no script', async () => {
    const { status, text, headers } = await get('/scorecard')
    expect(status).to.equal(200)
    expect(headers.get('cache-control')).to.equal('public, max-age=60, must-revalidate')
    expect(headers.get('content-security-policy')).to.include("default-src 'none'")
    expect(headers.get('etag')).to.be.a('string')
    expect(text).to.include('现行评分卡（2026-03-02）').and.include('ecommerce-1')
    expect(text)
      .to.include('<html lang="zh-CN">')
      .and.not.match(/<script|style=|https?:/)
    expect(await again('/scorecard', headers.get('etag'))).to.equal(304)
  })

  it('says whose proposal the weights are, and that a score never lists anybody', async () => {
    const { text } = await get('/scorecard')
    expect(text).to.include('为本枢纽的建议')
    expect(text).to.include('评分本身从不构成列入任何名单的依据')
    expect((await get('/scorecard?lang=en')).text).to.include('never a ground for any listing')
  })

  for (const version of VERSIONS) {
    it(`shows every part of ${version}`, async () => {
      const card = loadScorecard(version)
      const { status, text } = await get(`/scorecard/${version}`)
      expect(status).to.equal(200)
      const said = textOf(text) + textOf((await get(`/scorecard/${version}?lang=en`)).text)
      const units = card.rules.flatMap((rule) => (rule.kind === 'units' ? rule.units : []))
      for (const one of [...everyWord(card), ...units.map(({ fact }) => FACTS[fact].zh), ...units.map(pointsOf)])
        expect(said, one).to.include(one)
      for (const { windowDays } of units) if (windowDays !== null) expect(said).to.include(`${windowDays} 日`)
      expect(text).to.include(hashCard(card))
    })

    it(`serves ${version} as the JSON bytes whose hash the page states`, async () => {
      const { status, text, headers } = await get(`/scorecard/${version}.json`)
      expect(status).to.equal(200)
      expect(headers.get('content-type')).to.match(/^application\/json/)
      expect(sha256(text)).to.equal(hashCard(loadScorecard(version)))
      expect(headers.get('etag')).to.equal(`"${sha256(text)}"`)
      expect(JSON.parse(text)).to.deep.equal(loadScorecard(version))
      expect(await again(`/scorecard/${version}.json`, headers.get('etag'))).to.equal(304)
    })
  }

  it('answers 404 to a version that nobody knows, however it is written', async () => {
    const asked = ['none-1', 'none-1.json', "'", '..%2fecommerce-1', 'ecommerce-1.json.json', 'a'.repeat(500), '%00']
    for (const path of asked) {
      const { status, text } = await get(`/scorecard/${path}`)
      expect(status, path).to.equal(404)
      expect(text).to.include('没有这个页面')
    }
  })

  it('does not list a broken file among the versions', async () => {
    const version = 'broken-page-test'
    const path = resolve('schema/scorecards', `${version}.json`)
    try {
      writeFileSync(path, '{ "version": ')
      const { text } = await get('/scorecard')
      expect(text).to.include('/scorecard/general-1').and.not.include(version)
      expect((await get(`/scorecard/${version}`)).status).to.equal(404)
    } finally {
      rmSync(path)
    }
  })

  it('shows another card from the day of its activation, and the earlier cards stay available', async () => {
    const { db } = world.database
    const now = new Date(NOW)
    const second: Scorecard = { ...loadScorecard('ecommerce-1'), version: 'ecommerce-0', base: 610 }
    await keepCard(db, second, now)
    await adopt('ecommerce-0', '2026-03-10')
    const before = await get('/scorecard')
    expect(before.text).to.include('<code>ecommerce-1</code>').and.include('2026-03-10')
    expect((await get('/scorecard/ecommerce-0')).text).to.include('并非现行评分卡（2026-03-02）')
    world.setNow(new Date('2026-03-10T02:00:00Z'))
    const after = await get('/scorecard')
    const old = await get('/scorecard/ecommerce-1')
    world.setNow(NOW)
    expect(after.text)
      .to.include('现行评分卡（2026-03-10）')
      .and.include('<code>ecommerce-0</code>')
      .and.include('610 分')
    expect(old.status).to.equal(200)
    expect(old.text).to.include('并非现行评分卡（2026-03-10）')
    // The public page omits who activated the card and their reason.
    expect(after.text).not.to.include('officer-1').and.not.include('试行良好')
  })

  it('escapes every text of a card', () => {
    const evil = '<img src=x onerror=1>"&\''
    const plain = loadScorecard('ecommerce-1')
    const card = JSON.parse(JSON.stringify(plain), (key, value) =>
      typeof value === 'string' && ['zh', 'en'].includes(key) ? evil : value,
    ) as Scorecard
    const shown = { card: { ...card, restsOn: [evil] }, hash: 'x', inForce: true, day: '2026-03-02', adoptions: [] }
    const text = renderPage(cardPage({ ...shown, versions: ['ecommerce-1'] }))
    expect(text).not.to.include('<img')
    expect(text).to.include('&lt;img src=x onerror=1&gt;&quot;&amp;&#39;')
  })

  it('its tables have captions, row and column headers and roles for screen readers', async () => {
    const { text } = await get('/scorecard')
    const tables = text.match(/<table[^>]*>[\s\S]*?<\/table>/g) ?? []
    expect(tables.length).to.be.greaterThan(8)
    for (const each of tables) {
      expect(each).to.match(/^<table role="table"(?: class="narrow")?>\n<caption>\S/)
      expect(each).not.to.match(/<t[hd](?![^>]*role=)/)
      expect(each.match(/<th [^>]*scope="row"/g)?.length).to.equal((each.match(/<tr /g)?.length ?? 0) - 1)
    }
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map((match) => match[1])
    expect(new Set(ids).size).to.equal(ids.length)
    for (const [, target] of text.matchAll(/href="#([^"]+)"/g)) expect(ids).to.include(target)
    const heads = [...text.matchAll(/<h([1-6])/g)].map((match) => Number(match[1]))
    expect(heads[0]).to.equal(1)
    for (const [i, level] of heads.entries()) expect(level - (heads[i - 1] ?? 0)).to.be.at.most(1)
  })

  it('is linked from the front page and from every other page', async () => {
    // The front page links to it in its header, text and footer.
    expect((await get('/')).text.match(/href="\/scorecard"/g)).to.have.length(3)
    expect(renderPage(sitePage({ zh: '某页', en: 'some page' }, html``))).to.include('href="/scorecard"')
  })
})

const textOf = (text: string): string =>
  text
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

const pointsOf = ({ points }: { points: number }): string =>
  points > 0 ? `+${points}` : String(points).replace('-', '−')

/** Every text of the card except the sentences of reasons, which address an operator. */
const everyWord = (card: Scorecard): string[] => [
  card.name.zh,
  card.name.en,
  readCardText(card.about.zh),
  card.about.en,
  ...card.restsOn.map((title) => splitLanguages(title).zh),
  `${card.base} 分`,
  ...card.grades.flatMap(({ zh, en }) => [zh, en]),
  ...card.dimensions.flatMap(({ zh, en }) => [readCardText(zh), en]),
  ...card.missing.flatMap(({ zh, en }) => [zh, en]),
  ...[...card.rules, ...card.vetoes].flatMap(({ id, legalBasis }) => [
    id,
    ...legalBasis.map((title) => splitLanguages(title).zh),
  ]),
  ...card.rules.flatMap((rule) => (rule.kind === 'units' && rule.cap !== null ? [pointsOf({ points: rule.cap })] : [])),
  ...card.lines.map(({ below }) => String(below)),
]
