import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { HELP_GROUPS, HELP_TASKS, helpPath } from '../../src/web/help/tasks.js'
import { makeWorld, type World } from '../api/world.js'

/** Names of formats and programs without a Chinese word. */
const NAMES = ['Atom', 'Cookie', 'CSV', 'Excel', 'JSON', 'Lines', 'SHA', 'https', 'kB']

const TEXTS = new URL('../../src/web/help/', import.meta.url)

describe('/help', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  const get = async (path: string) => {
    const answer = await fetch(`${world.url}${path}`, { headers: { accept: 'text/html' } })
    const text = await answer.text()
    return { status: answer.status, text, article: /<article[\s\S]*<\/article>/.exec(text)?.[0] ?? '' }
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
      const words = zh.article.replaceAll(/<code>[\s\S]*?<\/code>|<[^>]+>/g, ' ')
      expect(words.match(/[A-Za-z]+/g)?.filter((word) => !NAMES.includes(word)) ?? []).to.deep.equal([])
      expect(en.text).to.match(/<title>[\x20-\x7e]+<\/title>/)
      expect(en.article).to.match(/^<article lang="en">/)
      expect(en.article, 'links keep the language').to.not.match(/href="\/(?![^"]*lang=en)/)
    })

  it('answers 404 to an unknown page name', async () => {
    for (const path of ['/help/none', '/help/..%2Fzh%2Ffind', '/help/find.md'])
      expect((await get(path)).status, path).to.equal(404)
  })

  it('is linked from every page, from the party’s sign-in, and in the site map', async () => {
    expect((await get('/')).text).to.include('<a href="/help">')
    expect((await get('/my')).text).to.include('href="/help#party"')
    const map = await (await fetch(`${world.url}/sitemap.xml`)).text()
    for (const path of ['/help', ...HELP_TASKS.map(helpPath)]) expect(map).to.include(`${path}</loc>`)
  })
})
