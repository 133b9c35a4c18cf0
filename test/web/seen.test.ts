/** Public pages, a party's pages and documents show one language a page, and names instead of ids. */
import { expect } from 'chai'
import REFUSALS from '../../schema/refusals.json' with { type: 'json' }
import DENIALS from '../../schema/words/denials.json' with { type: 'json' }
import { splitLanguages } from '../../src/foundation/text/words.js'
import { globalOf } from '../api/global-ids.js'
import { publishListing } from '../api/listed-world.js'
import { mirrored, penalty, registration, uscc } from '../api/record-drafts.js'
import { makeWorld, operatorId, recordId, scored, TODAY, type World } from '../api/world.js'
import { deniedWordsIn, textOfPage } from '../support/denied-words.js'
import { firms, listFirms } from '../support/site-world.js'

const NUMBER = '虚市监处罚〔2024〕1号'
const HAN = /\p{Script=Han}[^<>]*/gu
/** Text of a Chinese name, law or authority on an English page. */
const MARKED = /<(\w+)[^>]*\slang="zh-CN"[^>]*>(?:(?!<\/\1>)[\s\S])*<\/\1>/g

describe('what people read', () => {
  let world: World
  let cookie = ''
  let own = ''
  const one = uscc(1)
  const officer = () => world.token('officer', 'officer-1')
  const act = async (name: string, type: string, input: object) => {
    const query = `mutation($input: ${type}!) { ${name}(input: $input) { __typename ${name === 'issueAccessCode' ? 'code' : ''} } }`
    const { data, errors } = await world.ask(query, { token: officer(), variables: { input } })
    expect(errors, name).to.equal(undefined)
    return data[name]
  }
  const post = (path: string, fields: Record<string, string>) =>
    fetch(`${world.url}${path}`, {
      method: 'POST',
      headers: { accept: 'text/html' },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    })

  before(async () => {
    world = await makeWorld({ demo: true })
    await world.bring('registry', [registration(one, '虚构青禾有限公司')])
    await world.bring('penalties', [penalty(one, NUMBER)])
    await world.bring('dishonest', [mirrored(one, 'E1', '2026-01-05')])
    const record = await recordId(world, `${NUMBER}/${one}`)
    await scored(world, await operatorId(world, one), 430, 'C', [record])
    own = await publishListing(world, one, NUMBER)
    await act('openObjection', 'OpenObjectionInput', {
      operator: one,
      record: globalOf('Record', record),
      statement: '不是本店',
    })
    await listFirms(world.database.db, firms(TODAY, 12))
    await world.publish()
    const { code } = await act('issueAccessCode', 'AccessCodeInput', { operator: one, reason: '随决定书送达' })
    cookie = ((await post('/my', { accessCode: code })).headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  })
  after(() => world?.close())

  const paths = () => [
    ...[
      '/',
      '/blacklist',
      '/blacklist?region=370200',
      '/blacklist?reason=counterfeit',
      '/penalties',
      '/pilots',
      '/penalties?kind=permit',
      `/blacklist/${own}`,
    ],
    ...['/data', '/scorecard', '/scorecard/ecommerce-1', '/check', '/about', '/help', '/help/my-record', '/nothing'],
    ...['lists', 'recovery', 'clocks', 'audit-log', 'registration-states'].map((name) => `/about/rules/${name}`),
    ...['/my', '/my/records', '/my/asked-by', `/my/listings/${own}`],
    ...['/blacklist?region=x', '/blacklist?format=xls', '/blacklist/00000000-0000-4000-8000-000000000000'],
  ]
  const read = async (path: string): Promise<string> => {
    const headers = { accept: 'text/html', ...(path.startsWith('/my') && { cookie }) }
    return (await fetch(`${world.url}${path}`, { headers })).text()
  }

  it('on Chinese pages: no id, no enum name, no English, no word that a term has replaced', async () => {
    const found: Record<string, string[]> = {}
    const look = (where: string, html: string, draft = false) => {
      const denied = deniedWordsIn(textOfPage(html), { draft })
      if (denied.length > 0) found[where] = denied
    }
    for (const path of paths()) look(path, await read(path))
    look('a wrong code', await (await post('/my', { accessCode: 'XXXXX' })).text())
    look('nothing to check', await (await post('/check', { codes: '' })).text())
    look('what was checked', await (await post('/check', { codes: `${one}\nabc\n"x` })).text())
    const asked = `{ listing(id: "${own}") { documents { kind html } } }`
    const { data } = await world.ask(asked, { token: officer() })
    for (const { kind, html } of data.listing.documents) look(kind, html, true)
    expect(data.listing.documents.length).to.be.greaterThan(2)
    expect(found).to.deep.equal({})
  })

  it('on English pages: no Chinese but what is published so, marked as Chinese', async () => {
    const found: Record<string, string[]> = {}
    for (const path of paths().filter((one) => !one.startsWith('/help/'))) {
      const html = await read(`${path}${path.includes('?') ? '&' : '?'}lang=en`)
      const rest = html.replace(MARKED, '').replace(/<(pre|code|option|title|textarea)\b[\s\S]*?<\/\1>/g, '')
      const chinese = rest.replace(/<[^>]+>/g, ' ').match(HAN) ?? []
      if (chinese.length > 0) found[path] = chinese.slice(0, 5)
    }
    expect(found).to.deep.equal({})
  })

  it('carries the chosen theme from page to page', async () => {
    const dark = await read('/blacklist?theme=dark')
    expect(dark).to.include('<html data-theme="dark"').and.include('href="/about?theme=dark"')
    expect(dark).to.include('name="theme" value="dark"').and.include('href="/data/blacklist.atom"')
    expect(await read('/blacklist')).not.to.include('data-theme')
  })
})

describe('refusals', () => {
  /** Told to operators of the hub and to programs. */
  const OPERATORS =
    /^(CONFIG|USAGE|PORT|HOST|FILE|FOLDER|DATABASE|MIGRATION|STANDBY|RULES|KEYS|CONTENT_TYPE|MEDIA_TYPE|NOT_ACCEPTABLE|CHANGES|WEBHOOK|UNAUTHENTICATED|CONTENT_UNREADABLE|ROWS_UNREADABLE|SCORECARD|DATE_INVALID|SELLERS)/
  const sentences = [
    ...Object.entries(REFUSALS).map(([code, { sentence }]) => [code, sentence ?? ''] as const),
    ...Object.entries(DENIALS).map(([code, { zh, en }]) => [code, `${zh}。${en}.`] as const),
  ].filter(([code]) => !OPERATORS.test(code))

  it('speak to people in Chinese without codes, ids or English', () => {
    const faults = sentences
      .map(([code, sentence]) => [code, splitLanguages(sentence.replace(/\{\w+\}/g, '三')).zh] as const)
      .filter(([, zh]) => zh !== '' && (/[A-Za-z_]{3,}/.test(zh) || !/\p{Script=Han}/u.test(zh)))
    expect(faults).to.deep.equal([])
  })
})
