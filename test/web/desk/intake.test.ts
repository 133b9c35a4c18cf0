import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { RecordBody } from '../../../src/domain/records/records.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'
import { type AtDesk, atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'
import { csv, type Firm, firmsOf, type Line, line as lineOf, of, rowOf } from '../../support/penalty-rows.js'
import { wordFaults } from '../../support/screens.js'
import { codeOf } from '../../support/world.js'

const NARROW = { viewport: { width: 360, height: 800 } }
const REJECTS = 1_000
/** Rows of a file that takes some seconds to send and to read. */
const SLOW_ROWS = 2_000
const SLOW_BYTES_PER_SECOND = 300_000
/** Most table rows in the page's DOM at a time. */
const DRAWN_MOST = 60

describe('intake at the desk', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  let firms: Firm[]
  /** A row of the office's table, with every field filled. */
  let row: Line
  before(async () => {
    await deskBuilt()
    hub = await startHub()
    for (const feed of ['registry', 'quality', 'penalties']) await hub.hub.pull(feed, { cause: 'command' })
    await hub.hub.score({ cause: 'command' })
    firms = await firmsOf(hub.hub.db, 4)
    row = await rowOf(hub.hub.db)
  })
  after(() => hub?.stop())

  const line = (n: number, fields: Line): Line => lineOf(row, n, fields)
  const checked = async ({ page, faults, strays }: AtDesk) => {
    expect(await violations(page)).to.deep.equal([])
    expect(await isTooWide(page)).to.equal(false)
    expect([faults, strays]).to.deep.equal([[], []])
  }
  const status = (page: Page, text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor()

  it('an administrator uploads a file after its preview, and an officer corrects one reject and drops another', async () => {
    const [one, two, three, four] = firms as [Firm, Firm, Firm, Firm]
    const admin = await atDesk(visitor, hub, 'administrator')
    const { page } = admin
    await admin.open('/intake/uploads?feed=penalties', '上传')
    const file = csv([
      line(901, of(one)),
      line(902, of(two)),
      line(903, of(three, { coded: true })),
      line(904, { ...of(four), CF_XDR_SHXYM: four.code.slice(0, 17) }),
      line(905, { ...of(four, { coded: true }), CF_JDRQ: '' }),
    ])
    await page
      .getByLabel(/把文件拖到这里/)
      .setInputFiles({ name: '十一月处罚.csv', mimeType: 'text/csv', buffer: file })
    await page.getByRole('button', { name: /^预\s?览$/ }).click()
    const preview = page.getByRole('region', { name: '预览' })
    await preview.getByText('2 预览：尚未接收').waitFor()
    expect(await preview.locator('mark.fault').allTextContents()).to.deep.equal([
      `统一社会信用代码（CF_XDR_SHXYM）：${four.code.slice(0, 17)}`,
      '处罚决定日期（CF_JDRQ）：空',
    ])
    expect((await preview.locator('td.bad').first().boundingBox())?.width).to.be.above(200)
    expect(await preview.locator('.figures dd').allTextContents()).to.deep.equal(['5', '1', '0', '2', '2', '0'])
    expect(await hub.hub.db('runs').where({ cause: 'upload' }).count('* as n').first()).to.deep.equal({ n: 0 })
    await checked(admin)
    await page.getByRole('button', { name: '接收这个文件' }).click()
    await page.getByRole('button', { name: '确认接收这个文件' }).click()
    const result = page.getByRole('region', { name: '结果' })
    await result.getByText('3 结果：已接收').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      result.getByRole('link', { name: /下载逐行结果/ }).click(),
    ])
    expect(download.suggestedFilename()).to.match(/^rejects-penalties-.*csv$/)
    await result.getByRole('link', { name: /逐条处理拒收的 2 条/ }).waitFor()
    const path = await result.getByRole('link', { name: /逐条处理/ }).getAttribute('href')
    await admin.close()

    const officer = await atDesk(visitor, hub, 'officer')
    await officer.open(String(path).replace(/^\/desk/, ''), '拒收条目')
    const desk = officer.page
    const code = desk.getByLabel('统一社会信用代码（CF_XDR_SHXYM）', { exact: true })
    const day = desk.getByLabel('处罚决定日期（CF_JDRQ）', { exact: true })
    // Rejects are sorted newest first: the row without a day, then by key the row with the short code.
    await day.waitFor()
    expect(await day.getAttribute('aria-invalid')).to.equal('true')
    expect(await wordFaults(desk)).to.deep.equal([])
    await desk.getByText('缺少处罚决定日期。').waitFor()
    await desk.locator('h1').focus()
    await desk.keyboard.press('j')
    await desk.getByRole('heading', { name: /第 5 行/ }).waitFor()
    await code.fill('仍然不对')
    await desk.getByLabel('更正的理由').fill('据决定书原件补正')
    await desk.keyboard.press('Control+Enter')
    await status(desk, '仍有')
    // Text typed for one reject is still there after a look at another.
    await desk.keyboard.press('Alt+ArrowUp')
    await desk.getByRole('heading', { name: /第 6 行/ }).waitFor()
    await desk.getByLabel('处罚决定日期（CF_JDRQ）', { exact: true }).focus()
    await desk.keyboard.press('Alt+ArrowDown')
    await desk.getByRole('heading', { name: /第 5 行/ }).waitFor()
    expect(await code.inputValue()).to.equal('仍然不对')
    await code.fill(four.code)
    await desk.getByLabel('更正的理由').fill('据决定书原件补正')
    await code.press('Control+Enter')
    await status(desk, '已更正并接收：成为新的信用信息')
    await desk.getByRole('button', { name: /第 6 行/ }).click()
    await day.waitFor()
    await desk.getByRole('button', { name: '不再处理' }).click()
    await desk.getByRole('dialog').getByLabel('理由').fill('信源单位将重新报送')
    await desk.getByRole('button', { name: '确认不再处理' }).click()
    await status(desk, '不再处理')
    await checked(officer)
    const settled = await hub.hub
      .db('rejects')
      .whereNot({ state: 'OPEN' })
      .orderBy('id')
      .select('state', 'note', 'settled_by')
    expect(settled).to.deep.equal([
      { state: 'TAKEN', note: '据决定书原件补正', settled_by: 'officer' },
      { state: 'DROPPED', note: '信源单位将重新报送', settled_by: 'officer' },
    ])
    await officer.close()
  })

  it('an upload shows the share already sent, and then that the hub reads the file', async () => {
    const [, , three] = firms as [Firm, Firm, Firm, Firm]
    const admin = await atDesk(visitor, hub, 'administrator', { fresh: true })
    const { page } = admin
    await admin.open('/intake/uploads?feed=penalties', '上传')
    const buffer = csv(Array.from({ length: SLOW_ROWS }, (_, n) => line(20_000 + n, of(three, { coded: true }))))
    await page.getByLabel(/把文件拖到这里/).setInputFiles({ name: '大批处罚.csv', mimeType: 'text/csv', buffer })
    const network = await page.context().newCDPSession(page)
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: SLOW_BYTES_PER_SECOND,
    })
    await page.getByRole('button', { name: /^预\s?览$/ }).click()
    const share = page.getByText(/^正在发送 [1-9]\d?%：[\d,]+ \/ [\d,]+ KB$/)
    await share.waitFor()
    const value = Number(await page.getByRole('progressbar', { name: '进度' }).getAttribute('value'))
    expect(value).to.be.within(0.001, 0.999)
    await status(page, '已全部发送，正在读取并逐条检查')
    expect(await page.getByRole('progressbar', { name: '进度' }).getAttribute('value')).to.equal(null)
    await page.getByRole('button', { name: '停止等待' }).click()
    await page.getByRole('progressbar', { name: '进度' }).waitFor({ state: 'hidden' })
    await checked(admin)
    await admin.close()
  })

  it('an officer decides two identity proposals by keyboard and undoes one', async () => {
    const officer = await atDesk(visitor, hub, 'officer', { viewport: { width: 1440, height: 900 } })
    const { page } = officer
    await officer.open('/intake/identity?feed=penalties', '身份认定')
    const [one, two] = firms as [Firm, Firm]
    const openOf = async () =>
      hub.hub
        .db('unmatched')
        .where({ feed: 'penalties', state: 'OPEN' })
        .whereNotNull('proposed_operator')
        .count('* as n')
        .first()
    expect(await openOf()).to.deep.equal({ n: 2 })
    await page.getByRole('button', { name: one.name }).click()
    await page.getByRole('table', { name: '来件与主体对照' }).getByText('✓ 相符').first().waitFor()
    await page.locator('h1').focus()
    await checked(officer)
    await page.keyboard.press('a')
    await status(page, `${one.name}已归入 ${one.name}，共 1 条`)
    await page.getByRole('heading', { level: 2, name: two.name }).waitFor()
    await page.getByRole('table', { name: '来件与主体对照' }).getByText(two.representative).first().waitFor()
    await page.keyboard.press('a')
    await status(page, `${two.name}已归入`)
    expect(await openOf()).to.deep.equal({ n: 0 })
    await page.keyboard.press('u')
    await page.keyboard.type('认错了人')
    await page.keyboard.press('Enter')
    await status(page, `${two.name}的认定已撤销`)
    expect(await openOf()).to.deep.equal({ n: 1 })
    const decisions = await hub.hub.db('identity_decisions').orderBy('id').select('decided_by', 'undone_reason')
    expect(decisions).to.deep.equal([
      { decided_by: 'officer', undone_reason: null },
      { decided_by: 'officer', undone_reason: '认错了人' },
    ])
    expect(officer.faults).to.deep.equal([])
    await officer.close()
  })

  it('an officer assigns a record to a new operator by keyboard, and undoes it', async () => {
    const code = codeOf(901)
    await hub.hub.pull('penalties', {
      cause: 'command',
      file: { bytes: csv([line(911, { CF_XDR_MC: '虚构新立商贸有限公司', CF_XDR_SHXYM: '' })]), name: '补报.csv' },
    })
    const officer = await atDesk(visitor, hub, 'officer', { viewport: { width: 1440, height: 900 } })
    const { page } = officer
    await officer.open('/intake/identity?feed=penalties', '身份认定')
    await page.getByRole('button', { name: '虚构新立商贸有限公司' }).click()
    await page.getByRole('heading', { level: 2, name: '虚构新立商贸有限公司' }).waitFor()
    await page.locator('h1').focus()
    await page.keyboard.press('n')
    await status(page, '请先填写新主体的统一社会信用代码')
    await page.keyboard.type(code)
    await page.keyboard.press('Enter')
    await status(page, '没有该代码的主体')
    await page.keyboard.type('决定书载明的代码')
    await page.keyboard.press('Tab')
    await checked(officer)
    await page.keyboard.press('Enter')
    await status(page, `虚构新立商贸有限公司已归入新主体 ${code}，共 1 条`)
    const row = () => hub.hub.db('operators').where({ uscc: code }).first('name', 'known_to')
    expect(await row()).to.deep.equal({ name: '虚构新立商贸有限公司', known_to: null })
    await page.locator('h1').focus()
    await page.keyboard.press('u')
    await page.keyboard.type('代码抄错')
    await page.keyboard.press('Enter')
    await status(page, '虚构新立商贸有限公司的认定已撤销')
    expect((await row())?.known_to).to.be.instanceOf(Date)
    expect(officer.faults).to.deep.equal([])
    await officer.close()
  })

  it('an officer merges two operators from an identity proposal, and sees the result: one file under both codes', async () => {
    const [, , three, four] = firms as [Firm, Firm, Firm, Firm]
    const officer = await atDesk(visitor, hub, 'officer')
    const { page } = officer
    await officer.open('/intake/identity', '身份认定')
    await page.getByRole('link', { name: '合并主体' }).click()
    const [from, into] = [
      page.getByRole('region', { name: '被并入的主体' }),
      page.getByRole('region', { name: '并入到的主体' }),
    ]
    await from.getByLabel('它自己的代码').fill(four.code)
    await into.getByLabel('它自己的代码').fill(four.code)
    await into.getByRole('table').getByText(four.name).waitFor()
    expect(await page.getByRole('button', { name: /^合\s?并$/ }).isDisabled()).to.equal(true)
    await into.getByLabel('它自己的代码').fill(three.code)
    await into.getByRole('table').getByText(three.name).waitFor()
    await page.getByRole('button', { name: /^合\s?并$/ }).click()
    const dialog = page.getByRole('dialog', { name: '合并' })
    await dialog.getByText(`${four.name}的代码从此对应到${three.name}`).waitFor()
    await dialog.getByLabel('理由').fill('迁出后以新代码登记')
    await checked(officer)
    await dialog.getByRole('button', { name: '确认合并' }).click()
    await status(page, /已合并，转入 \d+ 条信用信息/)
    await officer.open(`/operator/${four.code}`, three.name)
    await page.getByText(four.name).first().waitFor()
    const [merger] = await hub.hub.db('identity_decisions').where({ verdict: 'MERGE' }).select('decided_by', 'reason')
    expect(merger).to.deep.equal({ decided_by: 'officer', reason: '迁出后以新代码登记' })
    expect(officer.faults).to.deep.equal([])
    await officer.close()
  })

  it('a reviewer rolls a run back from its feed, after seeing the effects', async () => {
    await hub.hub.score({ cause: 'command' })
    const reviewer = await atDesk(visitor, hub, 'reviewer')
    const { page } = reviewer
    await reviewer.open('/intake/feeds', '数据源')
    await checked(reviewer)
    await page
      .getByRole('table', { name: /省信用办/ })
      .getByRole('link', { name: /处罚/ })
      .first()
      .click()
    await page.getByRole('region', { name: '状况' }).getByText('每天 03:00').waitFor()
    await page
      .getByRole('table', { name: /的运行$/ })
      .getByText('十一月处罚.csv · administrator')
      .waitFor()
    await checked(reviewer)
    const upload = await hub.hub.db('runs').where({ cause: 'upload' }).first('id')
    await page.locator('tr', { hasText: '十一月处罚.csv · administrator' }).getByRole('link').click()
    await page.getByRole('heading', { level: 1, name: `第 ${upload.id} 号运行` }).waitFor()
    await page.getByRole('region', { name: '概况' }).getByRole('link', { name: '行政处罚信息' }).waitFor()
    const above = page.getByRole('navigation', { name: '位置' }).getByRole('link')
    expect(await above.allTextContents()).to.deep.equal(['今日', '数据源', '行政处罚信息'])
    await page.getByRole('button', { name: '预览撤回的后果' }).click()
    const scores = page.getByRole('table', { name: /^信用分/ })
    await scores.getByText('→').first().waitFor()
    const records = page.getByRole('table', { name: '信用信息' })
    const [, , three] = firms as [Firm, Firm, Firm]
    await records.getByText(three.name).first().waitFor()
    await checked(reviewer)
    const state = () => hub.hub.db('runs').where({ id: upload.id }).first('taken_back_by', 'taken_back_reason')
    expect(await state()).to.deep.equal({ taken_back_by: null, taken_back_reason: null })
    await page.getByRole('button', { name: '撤回本次拉取' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('撤去或恢复 2 条现行信用信息').waitFor()
    await dialog.getByLabel('事由').fill('整批误报')
    await dialog.getByRole('button', { name: '确认撤回本次拉取' }).click()
    await page.getByText('由 reviewer 撤回：整批误报').waitFor()
    expect(await state()).to.deep.equal({ taken_back_by: 'reviewer', taken_back_reason: '整批误报' })
    const left = await hub.hub.db('versions').where({ run_id: upload.id }).whereNull('known_to').select('body')
    expect(left.map(({ body }: { body: RecordBody }) => body['party_name'])).to.deep.equal([])
    await reviewer.close()
  })

  it(`a list of ${REJECTS} rejects keeps few rows in the DOM, and every page works at 360 px`, async () => {
    await hub.hub.db.raw(
      `insert into rejects (run_id, feed, page, row_number, field, rule, message, problems, item)
       select r.run_id, r.feed, 1, 1000 + n, r.field, r.rule, r.message, r.problems, r.item from generate_series(1, :many::int) n
       cross join (select * from rejects where feed = 'quality' limit 1) r`,
      { many: REJECTS } as never,
    )
    const officer = await atDesk(visitor, hub, 'officer', NARROW)
    const { page } = officer
    await officer.open('/intake/rejects?feed=quality', '拒收条目')
    await page.getByText('共 1,001 项').waitFor()
    await page.evaluate(`document.querySelector('.virtual-box').scrollTo({ top: 700 * 44 })`)
    await page.locator('tr.row', { hasText: '第 1300 行' }).first().waitFor()
    expect(await page.locator('.virtual-box tr').count()).to.be.within(5, DRAWN_MOST)
    await checked(officer)
    const run = await hub.hub.db('runs').where({ cause: 'upload' }).first('id')
    const id = Buffer.from(`Run:${run.id}`).toString('base64url')
    const pages: [string, string | RegExp][] = [
      ['/intake/feeds', '数据源'],
      ['/intake/feeds/penalties', /处罚/],
      [`/intake/runs/${id}`, /号运行/],
      ['/intake/identity', '身份认定'],
      ['/intake/merge', '合并主体'],
    ]
    for (const [path, title] of pages) {
      await officer.open(path, title)
      await page.waitForLoadState('networkidle')
      await checked(officer)
    }
    await officer.close()
  })
})
