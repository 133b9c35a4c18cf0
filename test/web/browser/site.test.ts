import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { penalty, registration, uscc } from '../../api/record-drafts.js'
import { makeWorld, NOW, TODAY, type World } from '../../api/world.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'
import { firms, listFirms } from '../../support/site-world.js'

const LONGEST = `虚构${'极长'.repeat(98)}商行`
const NARROW = { width: 360, height: 740 }

describe('the public site in a browser', function () {
  this.timeout(BROWSER_MS)
  const { visit } = browser()
  let world: World
  let ids: string[]
  const given = [
    ...firms(TODAY, 70),
    {
      uscc: uscc(900),
      name: LONGEST,
      region: '222401',
      reason: `<b>粗体</b>𠀀𪚥${'长事由'.repeat(60)}`,
      authority: '虚构\u202E局\u202C（测试）市场监督管理局',
      documentNumber: '虚市监列〔2026〕900号',
      publishedOn: TODAY,
      contested: true,
    },
  ]
  before(async () => {
    world = await makeWorld({ demo: true })
    ids = await listFirms(world.database.db, given)
    await world.bring('registry', [registration(uscc(901), LONGEST)])
    const decided = Array.from({ length: 60 }, (_, n) => penalty(uscc(901), `虚市监处罚〔2026〕${n}号`))
    await world.bring('penalties', decided, NOW, world.rules)
    await world.publish()
    const kinds = ['clue', 'assist'].map((kind) => ({ kind, zh: '虚构种类', en: 'Invented kind', seatsOnly: false }))
    const cells = ['220104', '222401'].map((region) => ({ kind: 'clue', seat: `police@${region}`, opened: 12_345 }))
    const content = JSON.stringify({ kinds, cells })
    const issue = (n: number) => ({ month: '2026-01', issue: n, made_at: NOW, counted_sha256: `${n}`, content })
    await world.database.db('matter_figures').insert([issue(1), issue(2)])
  })
  after(() => world?.close())

  const paths = () => [
    '/',
    '/blacklist',
    '/blacklist?reason=counterfeit&sort=ending&from=2025-01-01',
    `/blacklist?name=${encodeURIComponent('查无此店')}`,
    `/blacklist/${ids[3]}`,
    `/blacklist/${ids.at(-1)}`,
    '/data',
    '/scorecard',
    '/penalties',
    '/pilots',
    '/penalties?kind=permit',
    '/clue',
    '/clue/state',
    '/help',
    '/help/deliveries',
    '/figures',
    '/nothing-here',
  ]
  const both = () => paths().flatMap((path) => [path, `${path}${path.includes('?') ? '&' : '?'}lang=en`])

  for (const colorScheme of ['light', 'dark'] as const)
    it(`axe finds no violation ${colorScheme === 'dark' ? 'in the dark' : 'in either language'}`, async () => {
      const { page, strays, close } = await visit(world.url, { colorScheme })
      const found: string[] = []
      // The dark scheme changes only colours, and both languages share them. One language is enough.
      for (const path of colorScheme === 'dark' ? [...paths(), '/developers'] : both()) {
        await page.goto(path)
        for (const one of await violations(page)) found.push(`${path} ${one}`)
      }
      await close()
      expect(found).to.deep.equal([])
      expect(strays).to.deep.equal([])
    })

  it('no page is wider than a telephone or requests another host', async () => {
    const { page, strays, close } = await visit(world.url, { viewport: NARROW })
    const wide: string[] = []
    for (const path of [...both(), '/developers', '/developers?lang=en']) {
      await page.goto(path)
      for (const details of await page.locator('details').all()) await details.evaluate('(one) => { one.open = true }')
      if (await isTooWide(page)) wide.push(path)
    }
    await close()
    expect(wide).to.deep.equal([])
    expect(strays).to.deep.equal([])
  })

  for (const javaScriptEnabled of [false, true])
    it(`a citizen finds a firm by a mistyped name and verifies its entry, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const firm = given[0]
      const mistyped = `${firm?.name.slice(0, 3)}误${firm?.name.slice(4)}`
      const { page, strays, faults, close } = await visit(world.url, { javaScriptEnabled, acceptDownloads: true })
      await page.goto('/')
      await page.getByRole('searchbox').fill(mistyped)
      await page.getByRole('button', { name: '查询' }).click()
      await page
        .getByRole('link', { name: firm?.name ?? '', exact: true })
        .first()
        .click()
      await page.waitForURL(/\/blacklist\/[0-9a-f-]{36}/)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).to.include(firm?.name)
      expect(await page.locator('.facts').first().textContent()).to.include(firm?.uscc)
      expect(await page.getByText('签名名单第 1 期所载').count()).to.equal(1)
      const entry = await page.locator('pre').textContent()
      await page.getByRole('link', { name: '核对整份名单和签名' }).click()
      await page.waitForURL('**/data*')
      const whole = await page.locator('#verify ~ ol pre').allInnerTexts()
      const folder = mkdtempSync(join(tmpdir(), 'hub-citizen-'))
      const { stdout } = await promisify(execFile)('bash', ['-c', [entry, ...whole].join('\n')], { cwd: folder })
      rmSync(folder, { recursive: true, force: true })
      const [reckoned, said, file, signature] = stdout.trim().split('\n')
      expect(reckoned).to.equal(said)
      expect([file, signature]).to.deep.equal(['OK', 'true'])
      await page.goto('/blacklist?reason=counterfeit')
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: '下载本次结果' }).click(),
      ])
      expect(download.suggestedFilename()).to.equal(`blacklist-${TODAY}.csv`)
      await close()
      expect(strays).to.deep.equal([])
      expect(faults).to.deep.equal([])
    })

  it('new pages fit 320 px in either language and work without script, and axe finds nothing there', async () => {
    const { page, close } = await visit(world.url, { viewport: { width: 320, height: 640 } })
    const found: string[] = []
    for (const path of ['/penalties', '/pilots', '/clue', '/clue/state', '/figures'].flatMap((one) => [
      one,
      `${one}?lang=en`,
    ])) {
      await page.goto(path)
      if (await isTooWide(page)) found.push(`${path} is too wide`)
      if ((await page.locator('script').count()) > 0) found.push(`${path} has a script`)
      for (const one of await violations(page, { sizes: true })) found.push(`${path} ${one}`)
    }
    await close()
    expect(found).to.deep.equal([])
  })

  it('a filter can be chosen and removed with the keyboard alone', async () => {
    const { page, close } = await visit(world.url)
    await page.goto('/blacklist')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.className')).to.equal('skip')
    await page.getByText('筛选与排序').focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('列入事由').focus()
    await page.keyboard.press('ArrowDown')
    await page.getByRole('button', { name: '应用' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/blacklist?reason=counterfeit#found')
    await page.locator('.chosen a').first().focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/blacklist')
    await close()
  })

  it('links lead from page to page of the list, and the address identifies the page', async () => {
    const { page, close } = await visit(world.url, { javaScriptEnabled: false })
    await page.goto('/blacklist?sort=oldest')
    const first = await page.locator('.entries h3').allInnerTexts()
    await page.getByRole('link', { name: '下一页' }).click()
    const second = await page.locator('.entries h3').allInnerTexts()
    expect(first.filter((name) => second.includes(name))).to.deep.equal([])
    await page.goto(page.url())
    expect(await page.locator('.entries h3').allInnerTexts()).to.deep.equal(second)
    await close()
  })

  it('markup appears as text, and the printed page omits what can only be clicked', async () => {
    const { page, faults, close } = await visit(world.url)
    await page.goto(`/blacklist/${ids.at(-1)}`)
    expect(await page.locator('.facts b').count()).to.equal(0)
    expect(await page.locator('.facts').first().textContent()).to.include('<b>粗体</b>𠀀𪚥')
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('header nav').isVisible()).to.equal(false)
    expect(await page.locator('.facts').first().isVisible()).to.equal(true)
    expect(await isTooWide(page)).to.equal(false)
    await close()
    expect(faults).to.deep.equal([])
  })
})
