import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import { uscc } from '../api/record-drafts.js'
import { makeWorld, TODAY, type World } from '../api/world.js'
import { idsIn, read, unescaped } from '../support/reading.js'
import { type Firm, listFirms } from '../support/site-world.js'

/** Names that try to break a page or a spreadsheet, and odd names that are legitimate. */
const NAMES = {
  markup: `虚构<script>alert(1)</script><img src=x onerror=alert(1)>&amp;"'\`有限公司`,
  leftward: '虚构\u202Eהתקוה\u202C（希望）有限公司',
  mark: '虚构\u200F\u200E左右\u2067有限公司',
  isolate: '虚构\u2067תקוה\u2066有限公司',
  formula: '=HYPERLINK("http://evil.example","虚构")',
  formulaBehindBlanks: ' \u00a0=1+1',
  formulaBehindNothing: '\u200b\u2060@SUM(A1:A9)',
  long: `虚构${'极长'.repeat(98)}商行`,
  rare: '虚构𠀀𪚥𠮷𡃁鱻有限公司',
  quotes: `虚构“引号”'单引'"双引",有限公司`,
} as const

describe('a hostile or odd name', () => {
  let world: World
  let ids: Record<string, string>
  before(async () => {
    world = await makeWorld()
    const firms = Object.values(NAMES).map(
      (name, n): Firm => ({
        uscc: uscc(500 + n),
        name,
        region: '220102',
        reason: name,
        authority: '虚构市市场监督管理局',
        documentNumber: `虚市监列〔2026〕${n}号`,
        publishedOn: TODAY,
      }),
    )
    const made = await listFirms(world.database.db, firms)
    ids = Object.fromEntries(Object.keys(NAMES).map((kind, n) => [kind, made[n] ?? '']))
    await world.publish()
  })
  after(() => world.close())

  const get = (path: string) => read(`${world.url}${path}`)

  for (const [kind, name] of Object.entries(NAMES))
    it(`${kind}: appears whole in its page, the list, the front page and the search, and injects nothing`, async () => {
      const paths = [
        '/',
        '/blacklist',
        '/blacklist?lang=en',
        `/blacklist/${ids[kind]}`,
        `/blacklist/${ids[kind]}?lang=en`,
      ]
      for (const path of [...paths, `/blacklist?name=${encodeURIComponent(name)}`]) {
        const { status, text } = await get(path)
        expect(status, path).to.equal(200)
        if (path !== '/')
          expect(
            [...text.matchAll(/<bdi[^>]*>([^<]*)<\/bdi>/g)].map((match) => unescaped(match[1] ?? '')),
            path,
          ).to.include(name)
        const bare = text.replace(/"[^"]*"/g, '""')
        expect(bare, path).not.to.match(/<script|<img|<[^>]+\sonerror/)
      }
    })

  it('is found when it is searched for, also with rare characters', async () => {
    for (const kind of ['rare', 'long', 'quotes', 'markup'] as const) {
      const name = NAMES[kind].slice(0, 100)
      expect(idsIn((await get(`/blacklist?name=${encodeURIComponent(name)}`)).text), kind).to.include(ids[kind])
    }
  })

  it('is isolated by Unicode characters in the title', async () => {
    const { text } = await get(`/blacklist/${ids['leftward']}`)
    expect(text).to.include(`<title>\u2068${NAMES.leftward}\u2069</title>`)
  })

  it('is the same in CSV, but never a formula', async () => {
    const { text } = await get('/blacklist?format=csv')
    const rows = parse(text, { columns: true, bom: true }) as Record<string, string>[]
    for (const [kind, name] of Object.entries(NAMES)) {
      const row = rows.find(({ id }) => id === ids[kind])
      expect(row?.['name'], kind).to.equal(kind.startsWith('formula') ? `'${name}` : name)
      for (const cell of Object.values(row ?? {})) expect(cell).not.to.match(/^[\s\p{Cf}]*[=+@-]/u)
    }
  })

  it('is the same in the feed', async () => {
    const { text } = await get('/data/blacklist.atom')
    const titles = [...text.matchAll(/<title>([^<]*)<\/title>/g)].map((match) => unescaped(match[1] ?? ''))
    expect(titles).to.include.members(Object.values(NAMES))
  })
})
