import { readdirSync, readFileSync, statSync } from 'node:fs'
import { expect } from 'chai'
import { helpOfPage } from '../../src/web/desk/frame/page-help.js'
import { HELP_GROUPS, HELP_TASKS, helpPath } from '../../src/web/words/help-tasks.js'
import { makeWorld, type World } from '../api/world.js'
import { screenWords } from '../support/screen-words.js'

/** Names of formats and programs without a Chinese word. */
const NAMES = [
  ...['Atom', 'Cookie', 'CSV', 'Excel', 'IP', 'JPEG', 'JSON', 'Lines', 'MB', 'PDF', 'PNG', 'SHA', 'TypeScript'],
  ...['Python', 'curl', 'Word', 'XLSX', 'XML', 'https', 'kB'],
]

const TEXTS = new URL('../../src/web/help/', import.meta.url)
/** Largest picture and all of them together, in bytes. */
const [PICTURE_MOST, PICTURES_MOST] = [80_000, 2_000_000]
const textOf = (lang: string, task: string) => readFileSync(new URL(`${lang}/${task}.md`, TEXTS), 'utf8')
const picturesOf = (text: string) => [...text.matchAll(/!\[([^\]]*)\]\(([^)]*)\)/g)]
const namedIn = (text: string) => [...text.matchAll(/「([^」]+)」/g)].map(([, name]) => name ?? '')

describe('/help', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  const get = async (path: string) => {
    const answer = await fetch(`${world.url}${path}`, { headers: { accept: 'text/html' }, redirect: 'manual' })
    const text = await answer.text()
    return { status: answer.status, text, article: /<article[\s\S]*<\/article>/.exec(text)?.[0] ?? '', answer }
  }

  it('has a text in both languages for each task, and no text without a task', () => {
    for (const lang of ['zh', 'en'])
      expect(readdirSync(new URL(`${lang}/`, TEXTS)).sort()).to.deep.equal(
        HELP_TASKS.map((task) => `${task}.md`).sort(),
      )
  })

  it('lists every task under its readers', async () => {
    const { status, text } = await get('/help')
    expect(status).to.equal(200)
    for (const { id, zh, tasks } of HELP_GROUPS) {
      const section = text.slice(text.indexOf(`<h2 id="${id}">${zh}</h2>`)).split('</section>')[0] ?? ''
      expect([...section.matchAll(/href="\/help\/([\w-]+)"/g)].map(([, task]) => task)).to.deep.equal([...tasks])
    }
  })

  for (const task of HELP_TASKS)
    it(`explains in Chinese without English words, and in English: ${task}`, async () => {
      const [zh, en] = [await get(helpPath(task)), await get(`${helpPath(task)}?lang=en`)]
      expect([zh.status, en.status]).to.deep.equal([200, 200])
      expect(zh.text).to.match(/<title>[^<]*[\u4e00-\u9fff]{2}[^<]*<\/title>/)
      const words = zh.article.replaceAll(/<code[^>]*>[\s\S]*?<\/code>|<[^>]+>/g, ' ')
      expect(words.match(/[A-Za-z]+/g)?.filter((word) => !NAMES.includes(word)) ?? []).to.deep.equal([])
      expect(en.text).to.match(/<title>[\x20-\x7e]+<\/title>/)
      expect(en.article).to.match(/^<article lang="en">/)
      expect(en.article, 'links keep the language').to.not.match(/href="\/(?![^"]*lang=en)/)
    })

  it('names buttons, tabs and fields as screens show them', () => {
    const screen = screenWords()
    const unknown = (lang: string, task: string) =>
      namedIn(textOf(lang, task))
        .filter((name) => !screen.shows(name))
        .map((name) => `${lang}/${task}: ${name}`)
    expect(['zh', 'en'].flatMap((lang) => HELP_TASKS.flatMap((task) => unknown(lang, task)))).to.deep.equal([])
    for (const shown of ['复核', '确认复核', '登记人员', '提出改动（3 项）', '案件'])
      expect(screen.shows(shown), shown).to.equal(true)
    for (const none of ['提交复核单', '确认没有这一步', '登记没有这一类'])
      expect(screen.shows(none), none).to.equal(false)
  })

  it('shows pictures with a text instead of them, which browsers may keep', async () => {
    const files = readdirSync(new URL('pictures/', TEXTS))
    const used = new Set<string>()
    for (const lang of ['zh', 'en'])
      for (const task of HELP_TASKS)
        for (const [, instead, path] of picturesOf(textOf(lang, task))) {
          expect(instead, `${lang}/${task} ${path}`).to.have.length.above(2)
          used.add(path ?? '')
        }
    expect([...used].sort()).to.deep.equal(files.map((file) => `/help/pictures/${file}`).sort())
    const sizes = files.map((file) => statSync(new URL(`pictures/${file}`, TEXTS)).size)
    expect(Math.max(...sizes)).to.be.at.most(PICTURE_MOST)
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.at.most(PICTURES_MOST)
    for (const path of used) {
      const { answer } = await get(path)
      expect(answer.status, path).to.equal(200)
      expect(answer.headers.get('content-type')).to.equal('image/png')
      expect(answer.headers.get('cache-control')).to.equal('public, max-age=3600')
      const headers = { 'if-none-match': answer.headers.get('etag') ?? '', 'cache-control': 'max-age=0' }
      expect((await fetch(`${world.url}${path}`, { headers })).status).to.equal(304)
    }
    for (const path of ['/help/pictures/none.png', '/help/pictures/..%2Fzh%2Ffind.md'])
      expect((await get(path)).status, path).to.equal(404)
  })

  it('links only to pages of help that exist', async () => {
    for (const task of HELP_TASKS)
      for (const [, path] of (await get(helpPath(task))).article.matchAll(/href="(\/help[^"#]*)/g))
        expect((await get(path ?? '')).status, `${task}: ${path}`).to.equal(200)
  })

  it('is linked from each page of the desk', () => {
    const routes = readFileSync(new URL('../desk/routes.ts', TEXTS), 'utf8')
    const paths = [...routes.matchAll(/^ {4}path: '([^']*)'/gm)].map(([, path]) => path ?? '')
    expect(paths).to.include.members(['', 'listings/:id', 'account'])
    expect(paths.filter((path) => helpOfPage(path) === '/help')).to.deep.equal([])
  })

  it('answers earlier addresses with the present ones', async () => {
    for (const [before, now] of [
      ['desk', 'sign-in'],
      ['listings', 'case'],
      ['intake', 'rejects'],
      ['administration', 'people'],
    ])
      for (const lang of ['', '?lang=en']) {
        const { status, answer } = await get(`/help/${before}${lang}`)
        expect([status, answer.headers.get('location')]).to.deep.equal([301, `/help/${now}${lang}`])
      }
  })

  it('answers 404 to an unknown page name', async () => {
    for (const path of ['/help/none', '/help/..%2Fzh%2Ffind', '/help/find.md', '/help/toString'])
      expect((await get(path)).status, path).to.equal(404)
  })

  it('is linked from every page, from the party’s sign-in, and in the site map', async () => {
    expect((await get('/')).text).to.include('<a href="/help">')
    expect((await get('/my')).text).to.include('href="/help/my-record"')
    const map = await (await fetch(`${world.url}/sitemap.xml`)).text()
    for (const path of ['/help', ...HELP_TASKS.map(helpPath)]) expect(map).to.include(`${path}</loc>`)
  })
})
