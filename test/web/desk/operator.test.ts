import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { publishDemoCase } from '../../../src/sandbox/officers.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'
import { atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'

/** A name with HTML and quotes, a right-to-left override and rare characters. Pages must show it as written and run nothing. */
const HOSTILE = `"><img src=x onerror="document.title='hit'">‮𠮷𪚥'); drop table operators;--${'长'.repeat(150)}`

describe('the page of an operator', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  let bad: { code: string; name: string }
  before(async () => {
    await deskBuilt()
    hub = await startHub()
    const feeds = ['registry', 'individuals', 'penalties', 'quality', 'trademarks', 'shops']
    for (const feed of feeds) await hub.hub.pull(feed, { cause: 'command' })
    await hub.hub.score({ cause: 'command' })
    const code = hub.world.dishonestExample
    await publishDemoCase(hub.hub.db, hub.hub.rules, code, hub.hub.now())
    await hub.hub.score({ cause: 'command' })
    bad = { code, name: hub.world.operators.find(({ uscc }) => uscc === code)?.name ?? '' }
  })
  after(() => hub?.stop())

  it('an operator is found from any page by a short name or a code, with the keyboard alone', async () => {
    const { page, open, close, faults } = await atDesk(visitor, hub, 'officer')
    await open('/', '今日')
    await page.keyboard.press('/')
    await page.keyboard.type(bad.name.slice(2, 6))
    await page.locator('.found', { hasText: bad.code }).waitFor()
    expect(await violations(page)).to.deep.equal([])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: bad.name }).waitFor()
    expect(new URL(page.url()).pathname).to.equal(`/desk/operator/${bad.code}`)
    await page.keyboard.press('/')
    await page.keyboard.type(hub.world.goodExample)
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/operator/${hub.world.goodExample}`)
    // Enter pressed before the first result opens the best match once it arrives.
    await page.keyboard.press('/')
    await page.keyboard.type(bad.name.slice(2, 6))
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/operator/${bad.code}`)
    expect(faults).to.deep.equal([])
    await close()
  })

  it('the heading of a page that is drawn late takes no focus from a field in which somebody is typing', async () => {
    const { page, open, close } = await atDesk(visitor, hub, 'officer')
    await open('/', '今日')
    await page.keyboard.press('/')
    await page.keyboard.type('长春')
    // A click by program leaves the focus where it is, as a page does that is drawn after the next key.
    await page.evaluate(`document.querySelector('a[href="/desk/operators"]').click()`)
    await page.getByRole('heading', { level: 1, name: '经营者' }).waitFor()
    await page.keyboard.type('91')
    expect(await page.getByRole('combobox', { name: '查找' }).inputValue()).to.equal('长春91')
    await close()
  })

  it('T-2: an officer issues, replaces and revokes the party’s access code, which opens that party’s file only', async () => {
    const { page, open, close, faults, strays } = await atDesk(visitor, hub, 'officer')
    const entered = async (code: string) => {
      const party = await visitor.visit(hub.url)
      await party.page.goto('/my')
      await party.page.getByLabel('登录码').fill(code)
      const answered = party.page.waitForEvent('load')
      await party.page.getByRole('button', { name: '进入' }).click()
      await answered
      const isIn = (await party.page.getByText(bad.name).count()) > 0
      await party.close()
      return isIn
    }
    await open(`/operator/${bad.code}`, bad.name)
    const door = page.getByRole('region', { name: '当事人的登录码' })
    const issued = async (action: string, reason: string): Promise<string> => {
      await door.getByRole('button', { name: action }).click()
      const asked = page.getByRole('dialog', { name: action })
      await asked.getByLabel('理由').fill(reason)
      await asked.getByRole('button', { name: `确认${action}` }).click()
      const told = page.getByRole('dialog', { name: '登录码已签发' })
      const code = (await told.locator('code.secret').textContent()) ?? ''
      expect(await violations(page)).to.deep.equal([])
      await told.getByRole('button', { name: '我已保存，关闭' }).click()
      await door.getByText(`签发：${reason}`).waitFor()
      return code
    }
    const first = await issued('签发登录码', '随列入决定书送达')
    expect(await entered(first)).to.equal(true)
    const second = await issued('补发登录码', '当事人称遗失')
    expect([await entered(first), await entered(second)]).to.deep.equal([false, true])
    expect(await page.content()).to.not.include(second)
    await door.getByRole('button', { name: '撤销登录码' }).click()
    const dialog = page.getByRole('dialog', { name: '撤销登录码' })
    await dialog.getByLabel('理由').fill('误发他人')
    await dialog.getByRole('button', { name: '确认撤销登录码' }).click()
    await door.getByText('登录码已撤销。').waitFor()
    expect(await entered(second)).to.equal(false)
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
    const auditor = await atDesk(visitor, hub, 'auditor')
    await auditor.open(`/operator/${bad.code}`, bad.name)
    const read = auditor.page.getByRole('region', { name: '当事人的登录码' })
    await read.getByText('随列入决定书送达').waitFor()
    expect(await read.getByRole('button').count()).to.equal(0)
    await auditor.close()
  })

  it('an officer proposes a grade with an end, a reviewer confirms it from the work queue, and the officer withdraws it', async () => {
    const { goodExample: code } = hub.world
    const officer = await atDesk(visitor, hub, 'officer')
    await officer.open(`/operator/${code}`, /./)
    const own = officer.page.getByRole('region', { name: '等级调整' })
    await own.getByRole('button', { name: '提出等级调整' }).click()
    const asked = officer.page.getByRole('dialog', { name: '提出等级调整' })
    await asked.getByRole('radio', { name: /^C 级/ }).check()
    await asked.getByLabel('理由').fill('核查中发现重大风险')
    expect(await violations(officer.page)).to.deep.equal([])
    await asked.getByRole('button', { name: '确认提出等级调整' }).click()
    await own.getByText(/其他复核人/).waitFor()

    const reviewer = await atDesk(visitor, hub, 'reviewer')
    await reviewer.open('/', '今日')
    await reviewer.page.getByRole('link', { name: '等级调整，待复核，我的 1 件' }).click()
    await reviewer.page.getByRole('columnheader', { name: '经办人' }).waitFor()
    await reviewer.page
      .getByRole('row', { name: /等级调整，待复核/ })
      .getByRole('link')
      .click()
    await reviewer.page.getByText('核查中发现重大风险').waitFor()
    expect(await violations(reviewer.page)).to.deep.equal([])
    await reviewer.page.setViewportSize({ width: 360, height: 740 })
    expect(await isTooWide(reviewer.page)).to.equal(false)
    await reviewer.page.getByRole('button', { name: '决定调整' }).click()
    await reviewer.page.getByRole('button', { name: '确认决定调整' }).click()
    await reviewer.page.getByText('没有符合条件的等级调整。').waitFor()

    await officer.page.reload()
    await officer.page.getByText(/（经人工调整）/).waitFor()
    await own.getByRole('button', { name: '撤回调整' }).click()
    const back = officer.page.getByRole('dialog', { name: '撤回调整' })
    await back.getByText(/即刻失效/).waitFor()
    await back.getByLabel('理由').fill('风险已排除')
    await back.getByRole('button', { name: '确认撤回调整' }).click()
    await officer.page.getByText(/（经人工调整）/).waitFor({ state: 'detached' })
    for (const one of [officer, reviewer]) {
      expect([one.faults, one.strays]).to.deep.equal([[], []])
      await one.close()
    }
  })

  it('shows that the operator is listed, its score with reasons that add up to the value, and the recovery path', async () => {
    const { page, open, close, faults, strays } = await atDesk(visitor, hub, 'officer')
    await open(`/operator/${bad.code}`, bad.name)
    await page.getByText('在公示的失信名单上').waitFor()
    const [, value = ''] = /(\d+) 分/.exec((await page.locator('.value').textContent()) ?? '') ?? []
    await page.getByText('以表格查看').click()
    const points = await page.locator('figure tbody tr td:nth-child(2)').allTextContents()
    const sum = points.reduce((total, text) => total + Number(text.replace('−', '-')), 0)
    expect(sum).to.equal(Number(value)).and.to.be.within(1, 999)
    await page.locator('figure canvas').waitFor()
    await page.getByRole('table', { name: '信用状况提升建议' }).locator('tbody tr').nth(1).waitFor()
    const named = page.getByRole('table', { name: '各条名单' })
    expect(await named.getByRole('row').nth(1).textContent()).to.include('公示中')
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })

  it('shows the source row behind each value', async () => {
    const { page, open, close } = await atDesk(visitor, hub, 'auditor')
    await open(`/operator/${bad.code}`, bad.name)
    await page.getByRole('button', { name: '住所的来源' }).click()
    const source = page.getByRole('tooltip')
    await source.getByText('吉林省市场监督管理厅').waitFor()
    const [row] = await hub.hub.db('versions').where({ kind: 'registration' }).whereRaw(`body->>'uscc' = ?`, [bad.code])
    await source.getByText(`第 ${row.row_number} 行`, { exact: false }).waitFor()
    const fine = page.locator('details.record', { hasText: '销售侵犯注册商标专用权的商品' }).first()
    await fine.locator('summary').click()
    await fine.getByText('罚款（元）').waitFor()
    expect(await fine.textContent()).to.match(/来源：吉林省信用办.*第 \d+ 行/)
    await close()
  })

  it('shows a past day, and what the hub knew at a past instant', async () => {
    const { page, open, close } = await atDesk(visitor, hub, 'officer')
    await open(`/operator/${bad.code}?asOf=2025-06-01`, bad.name)
    await page.getByText('以下为 2025-06-01 当日的状况').waitFor()
    const line = page.getByRole('list', { name: '时间线' })
    expect(await line.textContent())
      .to.include('2025-04-22')
      .and.to.not.include('2026-09-01')
    await page.getByRole('button', { name: '回到现在' }).click()
    await line.getByText('2026-09-01').first().waitFor()
    await page.getByRole('radio', { name: '按入库时间' }).click()
    await page.waitForURL(/by=known/)
    await line
      .getByText(/事实自 2026-09-01 起/)
      .first()
      .waitFor()
    // Before its first record was known, the hub had no such operator.
    await open(`/operator/${bad.code}?knownAt=2020-01-01`, '没有这个经营者')
    await close()
  })

  it('prints a public credit report, whose JSON has the same content', async () => {
    const { page, open, close, faults } = await atDesk(visitor, hub, 'officer')
    await open(`/operator/${bad.code}`, bad.name)
    await page.getByRole('button', { name: '公共信用信息报告' }).click()
    await page.getByRole('heading', { level: 1, name: '公共信用信息报告' }).waitFor()
    await page.getByRole('heading', { level: 2, name: '二、行政管理信息' }).waitFor()
    await page.getByRole('heading', { level: 2 }).nth(8).waitFor()
    expect(await page.getByRole('heading', { level: 2 }).count()).to.equal(9)
    expect(await violations(page)).to.deep.equal([])
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('下载 JSON').click()])
    const report = JSON.parse(readFileSync(await download.path(), 'utf8'))
    expect(report).to.include({ title: '公共信用信息报告', madeBy: 'officer', complete: true, knownAt: null })
    expect(report.subject).to.include({ uscc: bad.code, name: bad.name })
    expect(report.blocks.score.reasons.reduce((sum: number, one: { points: number }) => sum + one.points, 0)).to.equal(
      report.blocks.score.value,
    )
    const penalties = report.blocks.administration.filter(({ kind }: { kind: string }) => kind === 'PENALTY')
    expect(penalties.length).to.be.at.least(2)
    for (const { source } of penalties) expect(source.row).to.be.at.least(1)
    await page.emulateMedia({ media: 'print' })
    for (const gone of [page.getByRole('navigation', { name: '主导航' }), page.getByText('下载 JSON')])
      expect(await gone.isVisible()).to.equal(false)
    expect(faults).to.deep.equal([])
    await close()
  })

  it('a hostile name appears as written on the page and in the report, and runs nothing', async () => {
    const { db } = hub.hub
    const code = hub.world.shopExample
    await db('operators').where({ uscc: code }).orWhere({ shop: code }).update({ name: HOSTILE })
    const { page, open, close, faults, strays } = await atDesk(visitor, hub, 'officer', {
      viewport: { width: 360, height: 800 },
    })
    for (const path of ['', '/report']) {
      await page.goto(`/desk/operator/${encodeURIComponent(code)}${path}`)
      const shown = page.getByText(HOSTILE, { exact: true }).first()
      await shown.waitFor()
      expect((await shown.textContent())?.trim()).to.equal(HOSTILE)
      expect(await page.locator('img').count()).to.equal(0)
      expect(await isTooWide(page), path).to.equal(false)
    }
    expect(await page.title()).to.not.equal('hit')
    await open('/operators', '经营者')
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })

  it('an agency does not see who queried the operator, and an unknown code gets a page that says so', async () => {
    const { page, open, close, faults } = await atDesk(visitor, hub, 'agency')
    await open(`/operator/${bad.code}`, bad.name)
    await page.getByRole('heading', { name: '基础信息' }).waitFor()
    expect(await page.getByRole('heading', { name: '谁查询过' }).count()).to.equal(0)
    expect(await page.getByRole('alert').count()).to.equal(0)
    await open('/operator/91220101MA0000000X', '没有这个经营者')
    expect(await violations(page)).to.deep.equal([])
    expect(faults).to.deep.equal([])
    await close()
  })

  for (const width of [1280, 360]) {
    it(`axe finds no violation, and the page is no wider than its window, at ${width} px`, async () => {
      const { page, open, close } = await atDesk(visitor, hub, 'reviewer', { viewport: { width, height: 800 } })
      await open(`/operator/${bad.code}`, bad.name)
      await page.getByRole('heading', { name: '谁查询过' }).waitFor()
      expect(await violations(page)).to.deep.equal([])
      expect(await isTooWide(page)).to.equal(false)
      await close()
    })
  }
})
