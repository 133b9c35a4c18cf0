import { expect } from 'chai'
import { keepCard } from '../../../src/work/scoring/scorecards.js'
import { BROWSER_MS, isTooWide, violations } from '../../support/browser.js'
import { deskOfHub } from '../../support/desk.js'
import { STRICTER as NEW, stricter } from '../../support/stricter.js'

const NARROW = { width: 360, height: 800 }

describe('the pages of scorecards', function () {
  this.timeout(BROWSER_MS)
  const desk = deskOfHub(async (hub) => {
    for (const feed of ['registry', 'penalties']) await hub.hub.pull(feed, { cause: 'command' })
    await keepCard(hub.hub.db, stricter(), hub.hub.now())
  })

  it('an officer tries a card, sees whose scores change and why, and proposes it, but cannot decide', async () => {
    const { page, open, faults, strays, close } = await desk.signIn('officer')
    await open('/scorecards', '评分卡')
    await page.getByRole('link', { name: `试算 ${NEW}` }).click()
    await page.getByRole('heading', { level: 1, name: '试算' }).waitFor()
    const cards = page.getByRole('table', { name: '两张卡的不同' })
    await cards.getByText('较重行政处罚，每件').waitFor()
    expect(await cards.getByRole('row', { name: /较重行政处罚/ }).textContent()).to.match(/−160 分.*−320 分/)
    const down = page.getByRole('region', { name: '下降最多的' })
    await down.locator('details').first().waitFor()
    expect(await down.locator('details').count()).to.be.at.most(20)
    const reasons = down.locator('table').first()
    const points = await reasons.locator('tbody td:last-child').allTextContents()
    const sum = points.reduce((total, text) => total + Number(text.replace('−', '-')), 0)
    const said = (await down.locator('summary').first().textContent()) ?? ''
    expect(sum)
      .to.equal(-Number(/−(\d+) 分/.exec(said)?.[1]))
      .and.to.be.below(0)
    const moves = page.getByRole('table', { name: '等级的变动' })
    expect(await moves.getByRole('row').last().textContent()).to.include('试算后')
    expect(await violations(page)).to.deep.equal([])

    await page.getByRole('button', { name: '提议采用' }).click()
    const dialog = page.getByRole('dialog', { name: '提议采用' })
    await dialog.getByText('按试算，', { exact: false }).waitFor()
    await dialog.getByLabel('理由').fill('加重处罚的分值')
    await dialog.getByRole('button', { name: '确认提议采用' }).click()
    await page.getByText('采用与否由复核人或管理员决定。').waitFor()
    expect(await page.getByRole('button', { name: /^采\s?用$/ }).isDisabled()).to.equal(true)
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })

  it('a reviewer looks at the trial and activates the card, which is then in force', async () => {
    const { page, open, faults, close } = await desk.signIn('reviewer')
    await open('/scorecards', '评分卡')
    const waiting = page.getByRole('region', { name: `待决定：采用 ${NEW}` })
    await waiting.getByText('加重处罚的分值', { exact: false }).waitFor()
    await waiting.getByRole('link', { name: '看试算的全部' }).click()
    await page.getByRole('region', { name: '下降最多的' }).waitFor()
    await page.getByRole('button', { name: /^采\s?用$/ }).click()
    const dialog = page.getByRole('dialog', { name: '采用' })
    await dialog.getByText('过去的评分不变', { exact: false }).waitFor()
    await dialog.getByRole('button', { name: '确认采用' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await open('/scorecards', '评分卡')
    await page.getByRole('row', { name: NEW }).getByText('现行', { exact: true }).waitFor()
    const [adoption] = await desk.hub.hub.db('scorecard_adoptions').select('state', 'proposed_by', 'decided_by')
    expect(adoption).to.deep.equal({ state: 'ADOPTED', proposed_by: 'officer', decided_by: 'reviewer' })
    expect(faults).to.deep.equal([])
    await close()
  })

  it('the person who proposed a card cannot decide on it, whatever the role', async () => {
    const { page, open, close } = await desk.signIn('administrator')
    await open('/scorecards/trial?version=general-1', '试算')
    await page.getByRole('button', { name: '提议采用' }).click()
    await page.getByRole('dialog').getByLabel('理由').fill('通用')
    await page.getByRole('button', { name: '确认提议采用' }).click()
    await page.getByText('这是您提议的，须由另一人决定。').waitFor()
    expect(await page.getByRole('button', { name: '不予采用' }).isDisabled()).to.equal(true)
    await close()
  })

  for (const [path, title] of [
    ['/scorecards', '评分卡'],
    ['/scorecards/trial?version=general-1&against=ecommerce-1', '试算'],
    ['/scorecards/ecommerce-1', /评分卡（第 1 版）/],
  ] as const) {
    it(`axe finds no violation on ${path}, which fits a narrow screen`, async () => {
      const { page, open, faults, close } = await desk.signIn('auditor', { viewport: NARROW })
      await open(path, title)
      await page.waitForLoadState('networkidle')
      expect(await violations(page)).to.deep.equal([])
      expect([await isTooWide(page), faults]).to.deep.equal([false, []])
      await close()
    })
  }
})
