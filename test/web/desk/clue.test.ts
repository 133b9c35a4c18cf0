import { mkdirSync } from 'node:fs'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'
import { type AtDesk, addPerson, atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'
import { SAMPLE_JPEG } from '../../support/sample-papers.js'

const NARROW = { viewport: { width: 320, height: 700 }, javaScriptEnabled: false }
const PICTURE = { name: '虚构照片.jpg', mimeType: 'image/jpeg', buffer: SAMPLE_JPEG }
const NUMBER = '虚构12315〔2026〕9号'
/** Folder for pictures of the pages; none are taken without it. */
const SHOTS = process.env['CLUE_SHOTS']

describe('a clue of the public, from the form to its end', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  before(async () => {
    await deskBuilt()
    hub = await startHub()
    await addPerson(hub, 'officer')
    await addPerson(hub, 'reviewer')
  })
  after(() => hub?.stop())

  const shoot = async (page: Page, name: string) => {
    if (SHOTS === undefined) return
    mkdirSync(SHOTS, { recursive: true })
    await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true })
  }
  const stateOf = async (page: Page, code: string): Promise<string> => {
    await page.goto('/clue/state')
    await page.getByLabel('查询码').fill(code)
    await page.getByRole('button', { name: '查询' }).click()
    return (await page.locator('p.state').textContent()) ?? ''
  }
  const act = async (page: Page, move: string, fields: Readonly<Record<string, string>> = {}) => {
    await page.getByRole('button', { name: move, exact: true }).click()
    const form = page.getByRole('form', { name: move })
    for (const [label, text] of Object.entries(fields)) await form.getByLabel(label).fill(text)
    await form.getByRole('button', { name: `确认${move}` }).click()
    await page.getByText(`已办理：${move}。`).waitFor()
  }
  const openMatter = async ({ page, open }: AtDesk) => {
    await open('/matters', '协作事项')
    await page.getByRole('row', { name: /公众/ }).getByRole('link').click()
    await page.getByRole('heading', { name: '线索提供人' }).waitFor()
  }

  it('without script at 320 px: axe finds nothing in either language, and nothing is wider than the screen', async () => {
    // axe needs scripts; the pages have none.
    const { page, strays, close } = await visitor.visit(hub.url, { viewport: NARROW.viewport })
    for (const path of ['/clue', '/clue/state', '/help/clue'])
      for (const lang of ['', '?lang=en']) {
        await page.goto(path + lang)
        expect(await violations(page), path + lang).to.deep.equal([])
        expect(await isTooWide(page), path + lang).to.equal(false)
        expect(await page.locator('script').count()).to.equal(0)
        await shoot(page, `${path.replaceAll('/', '-')}${lang === '' ? '-zh' : '-en'}-320`)
      }
    expect(strays).to.deep.equal([])
    await close()
  })

  it('a bureau carries it to its end, and the receipt code tells what it may', async () => {
    const citizen = await visitor.visit(hub.url, NARROW)
    const { page } = citizen
    await page.goto('/clue')
    await page.getByRole('link', { name: '我知道有人在卖假货' }).click()
    await page.getByLabel('店铺或者网址').fill('虚构小店')
    await page.getByRole('button', { name: '提交线索' }).click()
    await page.getByLabel('线索内容').fill('标注虚构商标的茶叶，我的电话 13943001077')
    await page.getByLabel('照片').setInputFiles(PICTURE)
    await page.getByLabel('怎么称呼您').fill('虚构热心人')
    await page.getByLabel('电话、邮箱或者地址').fill('13943001077')
    await page.getByRole('button', { name: '提交线索' }).click()
    await page.getByRole('heading', { name: '线索已收到' }).waitFor()
    await shoot(page, 'clue-receipt')
    const code = (await page.locator('main code').textContent()) ?? ''
    expect(await stateOf(page, code)).to.include('已收到')

    const officer = await atDesk(visitor, hub, 'officer')
    await openMatter(officer)
    const desk = officer.page
    await desk.getByRole('definition').filter({ hasText: '标注虚构商标的茶叶' }).waitFor()
    expect(await desk.getByText('虚构热心人').count()).to.equal(0)
    await shoot(desk, 'desk-clue')
    await desk.getByRole('button', { name: '查看联系方式' }).click()
    await desk.getByLabel('查看的事由').fill('核实茶叶的来源')
    await desk.getByRole('button', { name: '确认查看联系方式' }).click()
    await desk.getByText('虚构热心人').waitFor()
    expect(await violations(desk)).to.deep.equal([])
    await shoot(desk, 'desk-clue-contact')
    await act(desk, '签收承办')
    await act(desk, '登记12315编号', { 文号: NUMBER })
    expect(await stateOf(page, code))
      .to.include('已转12315')
      .and.include(NUMBER)

    const reviewer = await atDesk(visitor, hub, 'reviewer')
    await openMatter(reviewer)
    await act(reviewer.page, '不予立案', { 事由: '查无实据' })
    const ended = await stateOf(page, code)
    expect(ended).to.include('已办结').and.not.match(/立案/)
    await shoot(page, 'clue-state-ended')
    for (const one of [officer, reviewer, citizen]) {
      expect(one.strays).to.deep.equal([])
      await one.close()
    }
  })
})
