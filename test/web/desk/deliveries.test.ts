import { expect } from 'chai'
import { type MarketplaceStandIn, startMarketplaceStandIn } from '../../../src/sandbox/marketplace.js'
import * as webhooks from '../../../src/store/standing/webhooks.js'
import { addWebhook } from '../../../src/work/standing/changes/webhooks.js'
import { confirmedClient } from '../../support/accounts.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'
import { type Delivering, delivering } from '../../support/delivering.js'
import { atDesk, deskBuilt } from '../../support/desk.js'

const NARROW = { width: 360, height: 800 }

describe('the pages of deliveries', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let all: Delivering
  let markets: MarketplaceStandIn[] = []
  before(async () => {
    await deskBuilt()
    all = await delivering()
  })
  after(async () => {
    await Promise.all(markets.map((one) => one.close()))
    await all?.hub.stop()
  })

  const stateOf = async (listing: string, platform: string, action: string): Promise<string> =>
    (
      await all.hub.hub
        .db('deliveries')
        .where({ subject_id: listing, platform, action })
        .orderBy('number', 'desc')
        .first()
    ).state

  it('an officer finds a refused delivery, sees its history, sends it again, and finds it confirmed', async () => {
    const { page, open, faults, strays, close } = await atDesk(visitor, all.hub, 'officer')
    await open('/deliveries?state=REFUSED', '推送')
    const panel = page.getByRole('region', { name: '全国信用信息共享平台' })
    await panel.getByRole('link', { name: '1001 · 1 件' }).click()
    await page.waitForURL(/code=1001/)
    await page.getByRole('link', { name: all.standing.name }).click()
    await page.getByRole('heading', { level: 1, name: `新增：${all.standing.name}` }).waitFor()
    const answers = page.getByRole('table', { name: '平台的答复，逐行' })
    expect(await answers.locator('tbody tr').textContent()).to.match(/未接受.*1001.*第 \d+ 行/)
    await page.getByText('对象自推送以来没有变化').waitFor()
    const elsewhere = page.getByRole('table', { name: '同一对象的全部推送' })
    await elsewhere.locator('tbody tr').nth(3).waitFor()
    expect(await elsewhere.locator('tbody tr').count()).to.equal(4)
    expect(await violations(page)).to.deep.equal([])

    await page.getByRole('button', { name: '重新推送', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: '重新推送' })
    await dialog.getByText('以原业务键重新推送全国信用信息共享平台（新增，第 1 次）').waitFor()
    const confirm = dialog.getByRole('button', { name: '确认重新推送' })
    expect(await confirm.isDisabled()).to.equal(true)
    await dialog.getByLabel('理由').fill('平台已登记该主体')
    await confirm.click()
    await page.getByText('officer 重新推送：平台已登记该主体').waitFor()
    expect(await stateOf(all.standing.listing, 'national', 'ADD')).to.equal('OWED')
    all.platform('national').behave({ refuse: null })
    await all.hub.hub.push(['national'], { cause: 'command' })
    await page.getByRole('button', { name: '刷新' }).click()
    await page.getByText('平台确认', { exact: true }).waitFor()
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })

  it('an officer sees in the ledger who has not confirmed a removal, and closes it with a reason', async () => {
    const { page, open, faults, close } = await atDesk(visitor, all.hub, 'officer')
    await open('/deliveries/retractions', '撤回台账')
    await page.getByText('尚有 1 项未了结').waitFor()
    const row = page.getByRole('row', { name: all.removed.name })
    await row.getByText('未确认：信用中国').waitFor()
    await row.getByRole('button', { name: all.removed.name }).click()
    const receivers = page.getByRole('table', { name: '信用平台' })
    expect(await receivers.getByRole('row', { name: '全国信用信息共享平台' }).textContent()).to.include('已确认')
    await receivers.getByRole('button', { name: '办结：信用中国' }).click()
    const dialog = page.getByRole('dialog', { name: '办结' })
    await dialog.getByText('该平台可能仍在展示').waitFor()
    await dialog.getByLabel('理由', { exact: false }).fill('平台书面答复已撤下')
    await dialog.getByRole('button', { name: '确认办结' }).click()
    await receivers.getByText('平台书面答复已撤下', { exact: false }).waitFor()
    // The measures of the entry are still to be lifted.
    await page.getByText('尚有 1 项未了结').waitFor()
    await all.hub.hub.db('matters').where({ listing_id: all.removed.listing }).update({ state: 'LIFTED' })
    await page.reload()
    await page.getByText('全部已了结').waitFor()
    expect(await stateOf(all.removed.listing, 'creditchina', 'REMOVE')).to.equal('CLOSED')
    expect(faults).to.deep.equal([])
    await close()
  })

  it('the timetable gives each button a name of its own, also where a platform has two jobs', async () => {
    const { page, open, close } = await atDesk(visitor, all.hub, 'administrator')
    await open('/administration/timetable', '时刻表')
    const named = page.getByRole('button', { name: /^立即运行：/ })
    await named.first().waitFor()
    const names = await named.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
    expect(names).to.include.members(['立即运行：推送（信用中国）', '立即运行：比对平台的展示（信用中国）'])
    expect(new Set(names).size).to.equal(names.length)
    await close()
  })

  it('an officer pauses and resumes a platform, and a refused form keeps what was typed', async () => {
    const { page, open, close } = await atDesk(visitor, all.hub, 'officer')
    await open('/deliveries?platform=jilin', '推送')
    const panel = page.getByRole('region', { name: '吉林省信用信息数据交换平台' })
    await panel.getByRole('button', { name: '暂停推送' }).click()
    const dialog = page.getByRole('dialog', { name: '暂停推送' })
    await dialog.getByText('移出照常推送', { exact: false }).waitFor()
    await dialog.getByLabel('事由').fill('平台升级')
    const paused = { platform: 'jilin', paused_at: new Date(), paused_by: 'another', paused_reason: '另一人已暂停' }
    await all.hub.hub.db('platform_states').insert(paused).onConflict('platform').merge()
    await dialog.getByRole('button', { name: '确认暂停推送' }).click()
    await dialog.locator('.refusal').waitFor()
    expect(await dialog.getByLabel('事由').inputValue()).to.equal('平台升级')
    await dialog.getByRole('button', { name: /返\s?回/ }).click()
    await page.getByRole('button', { name: '刷新' }).click()
    await panel.getByText('已暂停新增和变更：另一人已暂停').waitFor()
    await panel.getByRole('button', { name: '恢复推送' }).click()
    const resume = page.getByRole('dialog', { name: '恢复推送' })
    await resume.getByLabel('事由').fill('升级完成')
    await resume.getByRole('button', { name: '确认恢复推送' }).click()
    await panel
      .getByRole('table', { name: /人工处理/ })
      .getByText('升级完成')
      .waitFor()
    await close()
  })

  it('an officer settles a discrepancy that a comparison found', async () => {
    const { db } = all.hub.hub
    await db.raw(
      `update deliveries set notice = jsonb_set(notice, '{operator,name}', '"虚构旧名有限公司"')
       where subject_id = ? and platform = 'jilin' and state = 'CONFIRMED'`,
      [all.standing.listing],
    )
    await all.hub.hub.reconcile(['jilin'], { cause: 'command' })
    const { page, open, faults, close } = await atDesk(visitor, all.hub, 'officer')
    await open('/deliveries/discrepancies', '比对与不符')
    const row = page.getByRole('row', { name: all.standing.name })
    await row.getByText('展示不符').waitFor()
    expect(await row.textContent()).to.include('名称不符')
    await row.getByRole('button', { name: /办\s?结/ }).click()
    const dialog = page.getByRole('dialog', { name: '办结' })
    await dialog.getByLabel('核实的结果').fill('名称已核对')
    await dialog.getByRole('button', { name: '确认办结' }).click()
    await page.getByText('没有待办的发现').waitFor()
    expect((await db('findings').first('note')).note).to.equal('名称已核对')
    expect(faults).to.deep.equal([])
    await close()
  })

  it('an officer declares a platform wiped, and all entries in force are sent there again', async () => {
    const { db } = all.hub.hub
    const sent = () =>
      db('deliveries')
        .where({ platform: 'creditjilin', action: 'ADD', subject_id: all.standing.listing })
        .orderBy('number')
    const before = await sent().select('state')
    expect(before.map(({ state }) => state)).to.deep.equal(['CONFIRMED'])
    const { page, open, faults, close } = await atDesk(visitor, all.hub, 'officer')
    await open('/deliveries?platform=creditjilin', '推送')
    const panel = page.getByRole('region', { name: '信用吉林网' })
    await panel.getByRole('button', { name: '声明内容丢失' }).click()
    const dialog = page.getByRole('dialog', { name: '声明内容丢失' })
    await dialog.getByText('声明不能撤销', { exact: false }).waitFor()
    await dialog.getByLabel('事由', { exact: false }).fill('平台来函：数据库重建')
    expect(await violations(page)).to.deep.equal([])
    await dialog.getByRole('button', { name: '确认声明内容丢失' }).click()
    await panel.getByText('已声明内容丢失，下次推送时重新推送全部有效条目：平台来函：数据库重建').waitFor()
    await all.hub.hub.push(['creditjilin'], { cause: 'command' })
    await page.getByRole('button', { name: '刷新' }).click()
    await panel.getByText('已声明内容丢失，下次推送时', { exact: false }).waitFor({ state: 'hidden' })
    expect((await sent().select('state')).map(({ state }) => state))
      .to.have.length(2)
      .and.include('CONFIRMED')
    expect(faults).to.deep.equal([])
    await close()
  })

  it('an entry that a platform no longer shows is hidden, and a reviewer settles the discrepancy at its listing', async () => {
    const { db } = all.hub.hub
    all.platform('national').behave({ lose: all.standing.name })
    await all.hub.hub.reconcile(['national'], { cause: 'command' })
    const { page, open, faults, close } = await atDesk(visitor, all.hub, 'reviewer')
    await open('/deliveries/discrepancies', '比对与不符')
    await page.getByText('有 1 条因平台不再展示而待核实', { exact: false }).waitFor()
    const row = page.getByRole('row', { name: all.standing.name })
    await row.getByText('以恢复公示或移出').waitFor()
    await row.getByRole('link', { name: '在名单办结' }).click()
    await page.getByRole('heading', { level: 1, name: all.standing.name }).waitFor()
    await page
      .getByRole('list', { name: '由您办理' })
      .getByRole('button', { name: /^恢复公示/ })
      .click()
    const form = page.getByRole('form', { name: '恢复公示' })
    await form.getByText('立即重新在公开的失信名单上显示。').waitFor()
    await form.getByLabel('事由').fill('平台来电：误删')
    await form.getByRole('button', { name: '确认恢复公示' }).click()
    await page.getByText('已办理：恢复公示').waitFor()
    await open('/deliveries/discrepancies', '比对与不符')
    await page.getByText('没有待办的发现').waitFor()
    const finding = await db('findings').where({ what: 'MISSING' }).first('did', 'settled_by', 'note')
    expect(finding).to.deep.equal({ did: 'HIDDEN', settled_by: 'reviewer', note: 'unhideListing' })
    all.platform('national').behave({ lose: null })
    expect(faults).to.deep.equal([])
    await close()
  })

  it('an administrator sees the state of each marketplace’s webhook and why one is disabled', async () => {
    const { db, keys, now } = all.hub.hub
    markets = [await startMarketplaceStandIn(), await startMarketplaceStandIn()]
    const made = []
    for (const [n, { hook: url }] of markets.entries()) {
      const client = ['虚构集市甲', '虚构集市乙'][n] ?? ''
      await confirmedClient(db, { name: client, role: 'marketplace' }, [], now())
      made.push(await addWebhook(db, keys, { client, url, allow: ['127.0.0.1/32'], now: now() }))
    }
    await webhooks.disableWebhook(db, made[1]?.webhook.id ?? 0, 'FAILING', now())
    const { page, open, faults, close } = await atDesk(visitor, all.hub, 'administrator')
    await open('/deliveries/webhooks', '平台回调')
    const table = page.getByRole('table', { name: '平台回调' })
    expect(await table.getByRole('row', { name: '虚构集市甲' }).textContent()).to.match(/127\.0\.0\.1.*正常/)
    await table.getByRole('row', { name: '虚构集市乙' }).getByText('停用：', { exact: false }).waitFor()
    await page.getByRole('button', { name: '呼叫记录：虚构集市甲' }).click()
    const log = page.getByRole('region', { name: '呼叫记录：虚构集市甲' })
    await log.getByText('还没有呼叫过这个地址。').waitFor()
    await log.getByRole('button', { name: '试送' }).click()
    await page.getByRole('button', { name: '确认试送' }).click()
    expect(await log.getByRole('status').filter({ hasText: '试送：' }).textContent()).to.match(
      /^试送：未[\u4e00-\u9fff，：]+$/,
    )
    await log.getByRole('row', { name: /试送/ }).waitFor()
    await log.getByRole('button', { name: '重发' }).click()
    await page.getByRole('textbox', { name: /变更序号/ }).fill('第一条')
    await page.getByRole('button', { name: '确认重发' }).click()
    await page.getByText('请填写序号，例如 41，或者 41-57。').waitFor()
    await page.getByRole('button', { name: '返回' }).click()
    expect(await violations(page)).to.deep.equal([])
    expect(faults).to.deep.equal([])
    await close()
  })

  it('an auditor sees monthly figures and downloads them, and has no buttons for settling', async () => {
    const { page, open, faults, strays, close } = await atDesk(visitor, all.hub, 'auditor')
    await open('/deliveries/timeliness', '推送及时率')
    const link = page.getByRole('link', { name: /下载.*的表格/ })
    const file = await page.request.get((await link.getAttribute('href')) ?? '')
    expect([file.status(), file.headers()['content-type']]).to.deep.equal([
      200,
      'text/csv; charset=utf-8; header=present',
    ])
    await page.locator('figure canvas').first().waitFor()
    await open('/deliveries', '推送')
    await page.getByRole('region', { name: '信用中国' }).waitFor()
    expect(await page.getByRole('button', { name: '暂停推送' }).count()).to.equal(0)
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })

  for (const [path, title] of [
    ['/deliveries', '推送'],
    ['/deliveries?late=true', '推送'],
    ['/deliveries/retractions?listing=', '撤回台账'],
    ['/deliveries/timeliness', '推送及时率'],
    ['/deliveries/discrepancies?view=all', '比对与不符'],
    ['/deliveries/webhooks', '平台回调'],
  ] as const) {
    it(`axe finds no violation on ${path}, which fits a narrow screen`, async () => {
      const { page, open, faults, close } = await atDesk(visitor, all.hub, 'administrator', { viewport: NARROW })
      await open(path.endsWith('=') ? `${path}${all.removed.listing}` : path, title)
      await page.waitForLoadState('networkidle')
      expect(await violations(page)).to.deep.equal([])
      expect([await isTooWide(page), faults]).to.deep.equal([false, []])
      await close()
    })
  }
})
