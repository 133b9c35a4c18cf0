import { expect } from 'chai'
import { COUNTERFEIT_PATTERN } from '../../src/domain/records/penalty.js'
import { readPublicListFigures } from '../../src/store/publication/public-figures.js'
import { makeWorld, TODAY, type World } from '../api/world.js'
import { linksIn, read } from '../support/reading.js'
import { firms, listFirms } from '../support/site-world.js'

const PACKED_MOST = 60_000

describe('every page of the public site', () => {
  let world: World
  let paths: string[]
  let ids: string[]
  const given = firms(TODAY, 130)
  before(async () => {
    world = await makeWorld()
    ids = await listFirms(world.database.db, given)
    await world.publish()
    paths = [
      '/',
      '/blacklist',
      '/blacklist?reason=counterfeit&sort=ending',
      `/blacklist/${ids[0]}`,
      '/data',
      '/scorecard',
      '/penalties',
      '/pilots',
      '/penalties?kind=permit',
      '/check',
      '/clue',
      '/clue/state',
      '/about',
      '/about/rules/lists',
      '/help',
      '/developers',
      '/figures',
      '/help/deliveries',
      '/my',
    ]
    paths = paths.flatMap((path) => [path, `${path}${path.includes('?') ? '&' : '?'}lang=en`])
  })
  after(() => world.close())

  const get = (path: string) => read(`${world.url}${path}`)

  it('is small, without scripts, inline styles, external requests or framing', async () => {
    for (const path of [...paths, '/nothing-here']) {
      const { headers, text, bytes } = await get(path)
      expect(bytes, path).to.be.lessThan(PACKED_MOST)
      expect(text, path).not.to.match(/<script|<style|\sstyle=|\son[a-z]+=/)
      const own = text.replace(/<pre[\s\S]*?<\/pre>/g, '').replaceAll(' href="https://www.12315.cn"', '')
      expect(own, path).not.to.match(/https?:|\/\/[a-z]/)
      const policy = String(headers['content-security-policy'])
      for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"])
        expect(policy).to.include(rule)
      expect(policy).not.to.include('unsafe').and.not.include('script-src')
      expect(headers['x-content-type-options']).to.equal('nosniff')
      // Forms of these pages need the Origin header that no-referrer would remove.
      expect(headers['referrer-policy']).to.equal(/^\/(?:my|clue)/.test(path) ? 'same-origin' : 'no-referrer')
      expect(headers['cross-origin-opener-policy']).to.equal('same-origin')
      expect(headers['set-cookie']).to.equal(undefined)
    }
  })

  it('declares its language and links to the other one and to the feed', async () => {
    for (const path of paths) {
      const { text } = await get(path)
      const english = path.includes('lang=en')
      expect(text, path).to.include(`<html lang="${english ? 'en' : 'zh-CN'}">`)
      expect(text, path).to.include(english ? 'lang="zh-CN" hreflang="zh-CN">中文</a>' : 'hreflang="en">English</a>')
      expect(text, path).to.match(
        /<link rel="alternate" type="application\/atom\+xml"[^>]* href="\/data\/blacklist.atom">/,
      )
      expect(text, path).to.include('<a class="skip" href="#content">').and.include('<main id="content"')
    }
  })

  it('has no broken link', async () => {
    const seen = new Set<string>()
    const waiting = [...paths]
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path) || seen.size > 250) continue
      seen.add(path)
      const { status, text, headers } = await get(path)
      expect(status, path).to.be.oneOf([200, 301])
      if (!String(headers['content-type']).startsWith('text/html')) continue
      waiting.push(...linksIn(text).map((link) => link.split('#')[0] ?? ''))
    }
    expect([...seen])
      .to.include('/site.css')
      .and.include('/icon.svg')
      .and.include('/data/blacklist.atom')
  })

  it('the front page shows figures, and only a count of removed entries', async () => {
    const { text } = await get('/')
    const listed = given.filter(({ left }) => left === undefined)
    const gone = given.filter(({ left }) => left !== undefined)
    const counterfeits = listed.filter(({ reason }) => COUNTERFEIT_PATTERN.test(reason))
    expect(text).to.include(`<strong>${listed.length}</strong> 条在公示期内`)
    expect(text).to.include(`<strong>${counterfeits.length}</strong> 条涉假冒或商标侵权`)
    expect(text).to.include('<strong>1</strong> 条有异议在核')
    expect(text).to.include(`<strong>${gone.length}</strong> 条已移出`)
    const repaired = gone.filter(({ left }) => left?.reason === 'REPAIRED')
    expect(text).to.include(`<strong>${repaired.length}</strong> 信用修复`)
    for (const { name, uscc } of gone) expect(text).not.to.include(name).and.not.include(uscc)
    const changchun = listed.filter(({ region }) => region.startsWith('2201')).length
    expect(text).to.match(new RegExp(`长春</text>[\\s\\S]{0,200}>${changchun}</text>`))
    const days = [...text.matchAll(/公示 <time datetime="([^"]+)"/g)].map((match) => match[1])
    expect(days).to.deep.equal(listed.slice(0, 6).map(({ publishedOn }) => publishedOn))
  })

  it('every chart has a name, a sentence, and a table of the same figures', async () => {
    const { text } = await get('/')
    const figures = text.split('<figure').slice(1)
    expect(figures).to.have.length(4)
    for (const figure of figures) {
      expect(figure).to.match(/role="img" aria-labelledby="(\S+) (\S+)"/)
      expect(figure).to.match(/<title id="[^"]+">[^<]+<\/title><desc id="[^"]+">[^<]+<\/desc>/)
      expect(figure).to.include('<table role="table"')
    }
    const [month] = [...(figures[0] ?? '').matchAll(/data-label="月末有效">(\d+)</g)].map((match) => Number(match[1]))
    expect(month).to.equal(given.filter(({ left }) => left === undefined).length)
    expect(figures[0])
      .to.include('本月截至今日')
      .and.match(/月（截至今日）/)
  })

  it('an entry that is hidden is in no bar of the chart', async () => {
    const { db } = world.database
    const counted = async () =>
      (await readPublicListFigures(db, TODAY)).months.reduce((n, { published, removed }) => n + published - removed, 0)
    const before = await counted()
    const hidden = db('listings').where({ id: ids[0] })
    const { state } = await hidden.clone().first('state')
    await hidden.clone().update({ state: 'HIDDEN' })
    expect(await counted()).to.equal(before - 1)
    await hidden.clone().update({ state })
  })

  it('the site map contains only permanent pages, and robots headers forbid archiving', async () => {
    const robots = await get('/robots.txt')
    expect(robots.text).to.include(`Sitemap: ${world.url}/sitemap.xml`).and.not.include('Disallow: /blacklist')
    const { text, headers } = await get('/sitemap.xml')
    expect(headers['content-type']).to.include('xml')
    expect(text).to.include(`<loc>${world.url}/blacklist</loc>`)
    expect(text).not.to.match(/[0-9a-f]{8}-[0-9a-f]{4}/)
    expect((await get('/')).headers['x-robots-tag']).to.equal('noarchive, nosnippet')
    expect((await get('/blacklist')).headers['x-robots-tag']).to.equal('noarchive, nosnippet')
    expect((await get('/blacklist?name=abc')).headers['x-robots-tag']).to.equal('noindex, noarchive')
  })

  it('printed commands ignore a forged Host header', async () => {
    const { text } = await read(`${world.url}/data`, { host: 'evil.example/$(id)' })
    expect(text).to.include('curl -s http://localhost/data')
    expect(text).not.to.include('evil')
  })
})
