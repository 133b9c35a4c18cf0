import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { isHeavyPenalty } from '../../../src/domain/records/penalty.js'
import { addDays, shanghaiDate } from '../../../src/foundation/time/dates.js'
import { publishDemoCase } from '../../../src/sandbox/officers.js'
import * as concerns from '../../../src/store/listing/concerns.js'
import * as listings from '../../../src/store/listing/listings.js'
import { makeMove, openCase } from '../../../src/work/listing/listing.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'
import { type AtDesk, addPerson, atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'
import { samplePdf } from '../../support/sample-papers.js'
import { cutFaults } from '../../support/screens.js'

/** The case began so many days ago that the party’s days for a defence are over, even across a holiday. */
const BEGAN_DAYS_AGO = 30
const AFTER_DEFENCE_DAYS = 25

describe('the pages of listings', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  /** Operators with a heavier penalty and no case. Each test takes its own. */
  let free: { code: string; name: string }[] = []
  const today = () => shanghaiDate(hub.hub.now())
  const ago = (days: number) => addDays(today(), -days)

  before(async () => {
    await deskBuilt()
    hub = await startHub()
    // Scored before the penalties come: a score after them would open their leads.
    await hub.hub.pull('registry', { cause: 'command' })
    await hub.hub.score({ cause: 'command' })
    await hub.hub.pull('penalties', { cause: 'command' })
    const { db } = hub.hub
    const found = await db('versions as v')
      .join('operators as o', 'o.id', 'v.operator_id')
      .where('v.kind', 'penalty')
      .whereNotNull('o.uscc')
      .orderBy('v.id')
      .select('v.body', 'o.uscc as code', 'o.name')
    const heavy = new Map(
      found.filter(({ body }) => isHeavyPenalty(body)).map(({ code, name }) => [code, { code, name }]),
    )
    free = [...heavy.values()]
    for (const role of ['officer', 'reviewer'] as const) await addPerson(hub, role)
  })
  after(() => hub?.stop())

  const take = () => {
    const one = free.shift()
    if (one === undefined) throw new Error('no operator with a heavier penalty is left')
    return one
  }
  /** A case that the stand-in officers carried to publication, and its address at the desk. */
  const published = async (one = take()) => {
    await publishDemoCase(hub.hub.db, hub.hub.rules, one.code, hub.hub.now())
    return { ...one, ...(await caseOf(one.code)) }
  }
  const caseOf = async (code: string) => {
    const { id: operator } = await hub.hub.db('operators').where({ uscc: code }).first('id')
    const [listing] = await listings.ofOperators(hub.hub.db, [operator])
    if (listing === undefined) throw new Error('no case')
    const { id, state } = listing
    return { uuid: id, id, path: `/listings/${id}`, state }
  }
  const publicPage = async (code: string) => (await fetch(`${hub.url}/blacklist?name=${code}`)).text()

  /** Makes a move on the page of a case. `tick` is the label of a checkbox to tick. */
  const deed = async (page: Page, title: string, fill: Record<string, string>, button = `确认${title}`, tick = '') => {
    await page.getByRole('list', { name: '由您办理' }).getByRole('button', { name: title }).click()
    const form = page.getByRole('form', { name: title })
    for (const [label, value] of Object.entries(fill))
      await form.getByLabel(label, { exact: false }).first().fill(value)
    if (tick !== '') await form.getByRole('checkbox', { name: tick }).check()
    await form.getByRole('button', { name: button }).click()
    await page.getByText(`已办理：${title}`).waitFor()
  }
  const inOrder = async ({ faults, strays, close }: AtDesk) => {
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  }

  it('a lead shows no score as the text that the public would read', async () => {
    const { db, rules } = hub.hub
    const codes = free.map(({ code }) => code)
    const { id: operatorId } = await db('operators').whereNotNull('uscc').whereNotIn('uscc', codes).first('id')
    // Leads of former releases rest on a score alone.
    const reason = '信用评分降至 449 分，低于线索线'
    const opening = { operatorId, list: 'serious', reason, by: 'score', role: 'clock', on: today() } as const
    const lead = await openCase(db, rules, { ...opening, now: hub.hub.now() })
    const officer = await atDesk(visitor, hub, 'officer')
    await officer.open(`/listings/${lead.id}`, /./)
    const text = officer.page.getByRole('region', { name: '公众所见' })
    await text.getByText('（关联处罚决定后，以其违法行为为事由）').waitFor()
    expect(await text.textContent()).to.not.include('评分')
    await inOrder(officer)
  })

  it('an officer takes a case from lead to publication, a reviewer confirms as the second person, and the public reads it', async () => {
    const { code, name } = take()
    const officer = await atDesk(visitor, hub, 'officer')
    const { page } = officer
    await officer.open(`/operator/${code}`, name)
    await page.getByRole('button', { name: '登记线索' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('事由').fill('群众举报售假')
    await dialog
      .getByRole('radio', { name: /（较重行政处罚）/ })
      .first()
      .check()
    expect(await violations(page)).to.deep.equal([])
    await dialog.getByRole('button', { name: '登记线索' }).click()
    await page.waitForURL(/\/desk\/listings\/[\w-]+$/)
    await page.getByRole('list', { name: '办理进程' }).getByText('关联决定').waitFor()

    await deed(page, '提出列入建议', { 办理日期: ago(BEGAN_DAYS_AGO), 事由: '销售侵犯注册商标专用权的商品，情节严重' })
    await deed(page, '告知当事人', { 送达之日: ago(BEGAN_DAYS_AGO), 文号: '虚市监信告〔2026〕7号' })
    const documents = page.getByRole('list', { name: '文书' })
    await documents.getByText(/^列入.*告知书$/).waitFor()
    await deed(page, '记录陈述申辩', { 办理日期: ago(BEGAN_DAYS_AGO - 1), 内容: '进货时不知情' })
    const others = page.getByText(/复核：由复核人办理；现在不能：陈述申辩尚未答复/)
    await others.waitFor()
    await deed(page, '答复陈述申辩', { 办理日期: ago(BEGAN_DAYS_AGO - 2), 内容: '不影响认定' })
    await page.getByText(/复核：由复核人办理$/).waitFor()

    const second = await atDesk(visitor, hub, 'reviewer')
    const fromQueue = async (desk: AtDesk) => {
      await desk.open('/worklist', '待办')
      await desk.page.getByRole('table', { name: '待办' }).waitFor()
      await desk.page.getByRole('link', { name }).click()
      await desk.page.getByRole('heading', { level: 1, name }).waitFor()
    }
    await fromQueue(second)
    await second.page
      .getByText('您可以办理')
      .or(second.page.getByText(/本单位现在只有您可以办理“.+，待复核”/))
      .first()
      .waitFor()
    await second.page.getByRole('button', { name: '退回补正' }).click()
    const back = second.page.getByRole('form', { name: '退回补正' })
    await back.getByLabel('退回到哪一步').click()
    await second.page.getByTitle('补充答复、听证或材料').click()
    await back.getByLabel('办理日期').fill(ago(BEGAN_DAYS_AGO - 2))
    await back.getByLabel('退回意见').fill('答复未说明证据')
    await back.getByRole('button', { name: '确认退回补正' }).click()
    await second.page.getByText('已办理：退回补正').waitFor()
    await fromQueue(officer)
    await page.getByText(/退回补正：答复未说明证据/).waitFor()
    await deed(page, '补正后再次提请复核', { 办理日期: ago(BEGAN_DAYS_AGO - 2), 补正情况: '已附进货查验记录' })
    await fromQueue(second)
    await second.page.getByRole('button', { name: /^复核/ }).click()
    const review = second.page.getByRole('form', { name: '复核' })
    await review.getByLabel('复核意见').fill('事实清楚，同意列入')
    await review.getByLabel('复核之日').fill(ago(BEGAN_DAYS_AGO - 2))
    await review.getByText(/现在办理会被拒绝：陈述申辩期限尚未届满（\d{4}-\d\d-\d\d 起可以）/).waitFor()
    expect(await review.getByRole('button', { name: '确认复核' }).isDisabled()).to.equal(true)
    await review.getByLabel('复核之日').fill(ago(BEGAN_DAYS_AGO - AFTER_DEFENCE_DAYS))
    await review.getByRole('button', { name: '确认复核' }).click()
    await second.page.getByText('已办理：复核').waitFor()
    const consent = second.page.getByRole('list', { name: '由您办理' }).getByRole('button', { name: '上级同意' })
    if (!(await consent.textContent())?.includes('现在不能'))
      await deed(second.page, '上级同意', {
        同意之日: ago(BEGAN_DAYS_AGO - AFTER_DEFENCE_DAYS),
        文号: '虚市监信函〔2026〕7号',
      })
    await inOrder(second)

    await page.getByRole('button', { name: '刷新' }).click()
    await deed(page, '作出列入决定', { 决定之日: ago(3), 文号: '虚市监信列〔2026〕7号' })
    expect(await publicPage(code)).to.not.include(name)
    await deed(page, '送达', { 送达之日: ago(2) }, '确认送达', '信用修复告知书与决定书一并送达')
    await page.getByText('信用修复告知书已一并送达').waitFor()
    await page.getByText('文件指纹取自：枢纽的草稿').waitFor()
    await page.getByText('现在没有公示；公示时公众将看到：').waitFor()
    await deed(page, '公示', {})
    await page.getByText('正在公示，公众看到的是：').waitFor()
    expect(await publicPage(code))
      .to.include(name)
      .and.to.include('虚市监信列〔2026〕7号')
    const owed = page.getByRole('table', { name: '推送' }).getByText('待推送或待回执')
    await owed.nth(3).waitFor()
    expect(await owed.count()).to.equal(4)

    // The officer reads and downloads the decision, and stores its signed copy; its number is not asked for again.
    const decision = documents
      .getByRole('listitem')
      .filter({ hasText: /^列入.*决定书/ })
      .first()
    await decision.getByRole('button', { name: '查看、打印草稿' }).click()
    await page.frameLocator('iframe').getByText('虚市监信列〔2026〕7号').first().waitFor()
    expect(await violations(page)).to.deep.equal([])
    await page
      .getByRole('dialog')
      .getByRole('button', { name: '返 回' })
      .or(page.getByRole('button', { name: '返回' }))
      .click()
    await decision.getByRole('button', { name: '存入签章件' }).click()
    const storing = page.getByRole('dialog')
    await storing.getByText('文号：虚市监信列〔2026〕7号').waitFor()
    const file = { name: 'decision.pdf', mimeType: 'application/pdf', buffer: samplePdf() }
    await storing.getByLabel(/^文件（PDF/).setInputFiles(file)
    expect(await violations(page)).to.deep.equal([])
    await storing.getByRole('button', { name: /存\s?入/ }).click()
    await decision.getByText(/虚市监信列〔2026〕7号，.*由 .*officer 于 .* 存入/).waitFor()
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      decision.getByRole('button', { name: '下载草稿 PDF' }).click(),
    ])
    expect(saved.suggestedFilename()).to.match(/^列入.*决定书\.pdf$/)
    await inOrder(officer)
  })

  it('an officer hides a wrong entry: it leaves the public page at once, and another person must confirm the hiding', async () => {
    const { code, name, path } = await published()
    expect(await publicPage(code)).to.include(name)
    const officer = await atDesk(visitor, hub, 'officer')
    const { page } = officer
    await officer.open(path, name)
    await page.getByRole('button', { name: '立即暂停公示' }).click()
    const form = page.getByRole('form', { name: '暂停公示' })
    await form.getByText('立即从公开的失信名单上消失').waitFor()
    await form.getByLabel('暂停公示的种类').click()
    await page.getByTitle('疑有错误').click()
    await form.getByLabel('事由').fill('同名主体，认错了')
    await form.getByRole('button', { name: '确认暂停公示' }).click()
    await page.getByText('已办理：暂停公示').waitFor()
    expect(await publicPage(code)).to.not.include(name)
    // The page tells the officer who hid it that another person must confirm.
    await page.getByRole('button', { name: /确认暂停公示.*现在不能：须由另一人办理/ }).waitFor()
    await inOrder(officer)
    const second = await atDesk(visitor, hub, 'reviewer')
    await second.open('/listings?state=HIDDEN', '名单案件')
    await second.page.getByRole('link', { name }).click()
    await deed(second.page, '确认暂停公示', {}, '确认暂停公示')
    await second.page.getByText('已由第二人确认').waitFor()
    await inOrder(second)
  })

  it('an entry whose repair rested on false materials is restored, and the public reads it again', async () => {
    const { db, rules, now } = hub.hub
    // The score has already opened a lead for this operator.
    const bad = await db('operators').where({ uscc: hub.world.dishonestExample }).first('uscc as code', 'name')
    const { code, name, uuid, path } = await published(bad)
    await makeMove(db, rules, {
      id: uuid,
      name: 'removeListing',
      by: 'reviewer-1',
      role: 'reviewer',
      input: { on: today(), removal: 'REVOKED', reason: '虚构', documentNumber: '虚市监移〔2026〕1号' },
      now: now(),
    })
    // Sets what a repair would leave. The test cannot repair, which is possible only one year after publication.
    await db.raw(
      `update listings set removal_reason = 'REPAIRED', facts = jsonb_set(facts, '{removal}', '"REPAIRED"') where id = ?`,
      [uuid],
    )
    expect(await publicPage(code)).to.not.include(name)
    const officer = await atDesk(visitor, hub, 'officer')
    const { page } = officer
    await officer.open(path, name)
    await deed(page, '撤销修复、恢复列入', { 文号: '虚市监复〔2026〕1号', 事由: '修复所凭材料系伪造' })
    await page.getByText('正在公示，公众看到的是：').waitFor()
    expect(await publicPage(code)).to.include(name)
    await inOrder(officer)
  })

  it('the desk explains a refused move and keeps what was typed', async () => {
    const { code, name, path } = await published()
    const officer = await atDesk(visitor, hub, 'officer')
    const { page } = officer
    await officer.open(path, name)
    await page.getByRole('button', { name: '移出' }).click()
    const form = page.getByRole('form', { name: '移出' })
    await form.getByLabel('移出原因').click()
    await page.getByTitle(/^撤销/).click()
    await form.getByLabel('事由').fill('认定的事实有误，经复查更正')
    // Another person moves the case in between.
    const { uuid } = await caseOf(code)
    await makeMove(hub.hub.db, hub.hub.rules, {
      id: uuid,
      name: 'hideListing',
      by: 'somebody-else',
      role: 'officer',
      input: { on: today(), hiding: 'OBJECTION', reason: '异议核实' },
      now: hub.hub.now(),
    })
    await form.getByRole('button', { name: '确认移出' }).click()
    await form.locator('[data-code=LISTING_MOVED_ON]').waitFor()
    await form.getByText(/^在此期间：somebody-else（经办人）于 .* 办理“暂停公示”/).waitFor()
    // The page now shows the changed case, keeps what was typed, and the move goes through.
    await page.getByRole('list', { name: '办理进程' }).getByText('异议核实中').waitFor()
    expect(await form.getByLabel('事由').inputValue()).to.equal('认定的事实有误，经复查更正')
    await form.getByRole('button', { name: '确认移出' }).click()
    await page.getByText('已办理：移出').waitFor()
    expect((await caseOf(code)).state).to.equal('REMOVED')
    await inOrder(officer)
  })

  it('an officer settles a changed record under a listing with a note, and another person than its opener decides an objection', async () => {
    const { code, name, uuid } = await published()
    const { db } = hub.hub
    const { decision_version: record } = await db('listings').where({ id: uuid }).first('decision_version')
    await db.transaction((tx) =>
      concerns.open(tx, { listingId: uuid, cause: 'ABSENT', record, run: null, at: hub.hub.now() }),
    )
    await hub.hub.score({ cause: 'command' })
    const token = await hub.token('officer')
    const { data } = await hub.ask(
      `{ operator(code: "${code}") { records(kind: PENALTY, first: 1) { nodes { id } } } }`,
      {},
      token,
    )
    const input = { operator: code, record: data.operator.records.nodes[0].id, statement: '处罚的不是本公司' }
    const open = 'mutation($input: OpenObjectionInput!) { openObjection(input: $input) { id } }'
    expect((await hub.ask(open, { input }, token)).errors).to.equal(undefined)

    const officer = await atDesk(visitor, hub, 'officer')
    await officer.open('/listings/concerns', '待核事项')
    const concern = officer.page.getByRole('list', { name: '待核事项' }).getByRole('listitem').filter({ hasText: name })
    await concern.getByText('整批报送中不再有该信息').waitFor()
    await concern.getByRole('button', { name: '办结此事项' }).click()
    await officer.page.getByLabel('核实的结果').fill('信源单位确认漏报')
    await officer.page.getByRole('button', { name: '确认办结此事项' }).click()
    await concern.waitFor({ state: 'detached' })
    await officer.open('/listings/objections', '异议')
    await officer.page.getByText('由复核人决定。').waitFor()
    await inOrder(officer)

    const reviewer = await atDesk(visitor, hub, 'reviewer')
    await reviewer.open('/listings/objections', '异议')
    const { page } = reviewer
    await page.getByText('处罚的不是本公司').waitFor()
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('button', { name: '处理异议' }).click()
    await page.getByRole('radio', { name: '成立，转信源单位更正' }).check()
    await page.getByText('转报送该信息的信源单位更正').waitFor()
    await page.getByLabel('说明').fill('处罚决定书载明的是另一公司')
    await page.getByRole('button', { name: '确认处理异议' }).click()
    await page.getByText('没有这种状态的异议').waitFor()
    const link = page.getByRole('navigation', { name: '主导航' }).getByRole('menuitem', { name: /^异议/ })
    await link.and(page.getByRole('menuitem', { name: '异议', exact: true })).waitFor()
    await reviewer.open('/listings/objections?state=UPHELD', '异议')
    await page.getByText(/reviewer 于 .* 办理：处罚决定书载明的是另一公司/).waitFor()
    await page.getByText('成立，待信源单位更正').waitFor()
    await reviewer.open(`/operator/${code}`, name)
    await page.getByText('有异议成立，待信源单位更正', { exact: true }).waitFor()
    await page.getByText(/^所争议的信息：行政处罚 .*〔/).waitFor()
    await inOrder(reviewer)
  })

  it('axe finds no violation, and no page is wider than its window, at 1280 and at 360 px; at 1280 no cell cuts off a day', async () => {
    const { path, name } = await published()
    for (const width of [1280, 360]) {
      const officer = await atDesk(visitor, hub, 'officer', { viewport: { width, height: 800 } })
      const { page, open } = officer
      for (const [at, title] of [
        ['/listings', '名单案件'],
        ...(width === 360
          ? ([
              ['/listings?view=due', '名单案件'],
              ['/listings/concerns', '待核事项'],
            ] as const)
          : []),
        [`${path}?deed=hideListing`, name],
      ] as const) {
        await open(at, title)
        await page.waitForLoadState('networkidle')
        expect(await violations(page), `${at} at ${width}`).to.deep.equal([])
        expect(await isTooWide(page), `${at} at ${width}`).to.equal(false)
        if (width === 1280) expect(await cutFaults(page), at).to.deep.equal([])
      }
      await inOrder(officer)
    }
  })
})
