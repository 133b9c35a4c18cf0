import { expect } from 'chai'
import { BROWSER_MS, isTooWide, violations } from '../../support/browser.js'
import { deskOfHub, fillSignIn, PASSWORD } from '../../support/desk.js'

/** Pages of administration: path, title, and a selector that matches once the content is loaded. */
const PAGES = [
  ['clients', '系统', 'tr.row, .empty'],
  ['people', '人员', 'tr.row'],
  ['authorities', '机关资料', '.empty, .panel'],
  ['lockouts', '登录锁定', '.empty'],
  ['timetable', '时刻表', '.day-line'],
  ['calendar', '工作日历', '.month'],
  ['rules', '规则表', '.rules'],
  ['audit-log', '查询痕迹', 'tr.row'],
  ['reminders', '提醒渠道', '.empty'],
  ['restored', '数据库恢复', '.time-line, .empty'],
  ['setup', '开始使用', 'ol.stack > li'],
  ['doctor', '检查', '.ant-alert'],
  ['settings', '本机关设置', 'dl.fields'],
  ['confirmations', '规则核实', 'ol.rules'],
] as const

describe('administration at the desk', function () {
  this.timeout(BROWSER_MS)
  const desk = deskOfHub()

  const tokenFor = async (name: string, secret: string): Promise<number> => {
    const answer = await fetch(`${desk.hub.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    return answer.status
  }

  /** A second administrator, with security duties, confirms `name` on the page of people or of systems. */
  const confirmed = async (path: 'people' | 'clients', name: string) => {
    const second = await desk.signIn('administrator', { name: '虚构安全', duty: 'security' })
    await second.open(`/administration/${path}`, path === 'people' ? '人员' : '系统')
    await second.page.getByRole('button', { name: `确认：${name}` }).click()
    await second.page.getByRole('dialog', { name: '确认' }).getByRole('button', { name: '确认', exact: true }).click()
    await second.page.getByRole('button', { name: `确认：${name}` }).waitFor({ state: 'detached' })
    await second.close()
  }

  it('an administrator states the data of an authority, and another one confirms it', async () => {
    const first = await desk.signIn('administrator')
    await first.open('/administration/authorities', '机关资料')
    await first.page.getByRole('button', { name: '登记机关' }).click()
    const form = first.page.getByRole('dialog', { name: '登记机关' })
    const filled = {
      '机关名称（与处罚决定书一致）': '虚构市市场监督管理局',
      地址: '虚构市测试路 1 号',
      电话: '0431-0000000',
      行政复议机关: '虚构市人民政府',
      管辖人民法院: '虚构铁路运输法院',
    }
    for (const [label, text] of Object.entries(filled)) await form.getByLabel(label, { exact: true }).fill(text)
    expect(await violations(first.page)).to.deep.equal([])
    await form.getByRole('button', { name: '提交确认' }).click()
    const waiting = first.page.getByRole('region', { name: '虚构市市场监督管理局' })
    await waiting.getByText('待确认的资料').waitFor()
    expect(await waiting.getByRole('button', { name: '确认资料' }).count()).to.equal(0)
    await first.close()
    const second = await desk.signIn('administrator', { name: '虚构第二管理员' })
    await second.open('/administration/authorities', '机关资料')
    await second.page.getByRole('button', { name: '确认资料' }).click()
    await second.page.getByRole('dialog', { name: '确认资料' }).getByRole('button', { name: '确认资料' }).click()
    await second.page.getByText('资料已生效。').waitFor()
    await second.page.getByText('虚构铁路运输法院').waitFor()
    expect(second.faults).to.deep.equal([])
    await second.close()
  })

  it('an administrator registers a system and changes its secret: each secret is shown once, and both work during the overlap', async () => {
    const { page, open, close, faults, strays } = await desk.signIn('administrator')
    await open('/administration/clients', '系统')
    await page.getByRole('button', { name: '登记系统' }).click()
    const form = page.getByRole('dialog', { name: '登记系统' })
    await form.getByRole('button', { name: '登记', exact: true }).click()
    await form.getByText('请填写名称。').waitFor()
    await form.getByLabel('名称（即客户端标识）').fill('虚构集市')
    await form.getByLabel('角色').click()
    await page.getByTitle('电子商务平台', { exact: true }).click()
    await form.getByLabel('区划').fill('220100')
    await page.keyboard.press('Tab')
    expect(await violations(page)).to.deep.equal([])
    await form.getByRole('button', { name: '登记', exact: true }).click()

    const told = page.getByRole('dialog', { name: '系统已登记' })
    await told.getByText('密钥只显示这一次').waitFor()
    expect(await violations(page)).to.deep.equal([])
    const first = (await told.locator('.secret').textContent()) ?? ''
    await page.keyboard.press('Escape')
    await told.getByRole('button', { name: '复制密钥' }).click()
    await told.getByText(/已复制|已选中/).waitFor()
    await told.getByRole('button', { name: '我已保存，关闭' }).click()
    await told.waitFor({ state: 'hidden' })
    expect(await tokenFor('虚构集市', first)).to.equal(400)
    expect(await page.getByRole('button', { name: '确认：虚构集市' }).isDisabled()).to.equal(true)
    await confirmed('clients', '虚构集市')
    await page.reload()
    expect(await tokenFor('虚构集市', first)).to.equal(200)

    await page.locator('tr.row', { hasText: '长春市' }).getByText('在用').waitFor()
    await page.getByRole('button', { name: '更换密钥：虚构集市' }).click()
    const asked = page.getByRole('dialog', { name: '更换密钥' })
    await asked.getByLabel('旧密钥继续有效（小时）').fill('48')
    await asked.getByText('旧密钥继续有效 48 小时，其间两个密钥都可以使用；').waitFor()
    expect(await violations(page)).to.deep.equal([])
    await asked.getByRole('button', { name: '确认更换密钥' }).click()
    const again = page.getByRole('dialog', { name: '新的密钥' })
    const second = (await again.locator('.secret').textContent()) ?? ''
    await again.getByRole('button', { name: '我已保存，关闭' }).click()
    await page.getByText(/待第二人确认/).waitFor()
    expect([await tokenFor('虚构集市', first), await tokenFor('虚构集市', second)]).to.deep.equal([200, 400])
    await confirmed('clients', '虚构集市')
    await page.reload()
    await page.getByText(/旧密钥有效至/).waitFor()
    expect(second).to.not.equal(first)
    expect([await tokenFor('虚构集市', first), await tokenFor('虚构集市', second)]).to.deep.equal([200, 200])

    await page.getByRole('button', { name: '更换密钥：虚构集市' }).click()
    await asked.getByLabel('旧密钥已泄露，或怀疑泄露').click()
    await asked.getByText('旧密钥和由它取得的令牌立即失效；').waitFor()
    await asked.getByRole('button', { name: '确认更换密钥' }).click()
    await again.getByRole('button', { name: '我已保存，关闭' }).click()
    await again.waitFor({ state: 'hidden' })
    expect([await tokenFor('虚构集市', first), await tokenFor('虚构集市', second)]).to.deep.equal([401, 401])
    expect(await page.content())
      .to.not.include(second)
      .and.to.not.include(first)

    await page.getByRole('button', { name: '停用：虚构集市' }).click()
    await page.getByRole('button', { name: '确认停用' }).click()
    await page.locator('tr.row', { hasText: '虚构集市' }).waitFor({ state: 'detached' })
    await page.getByLabel('含已停用').click()
    await page.getByText(/已停用 20/).waitFor()
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })

  it('an administrator adds a person, who signs in with the one-time password and chooses another', async () => {
    const { page, open, close, faults } = await desk.signIn('administrator')
    await open('/administration/people', '人员')
    await page.getByRole('button', { name: '登记人员' }).click()
    const form = page.getByRole('dialog', { name: '登记人员' })
    await form.getByLabel('姓名（登录名）').fill('虚构林一')
    await form.getByLabel('角色').click()
    await page.getByTitle('审计人员', { exact: true }).click()
    await form.getByRole('button', { name: '登记', exact: true }).click()
    const told = page.getByRole('dialog', { name: '人员已登记' })
    const password = (await told.locator('.secret').textContent()) ?? ''
    await told.getByRole('button', { name: '我已保存，关闭' }).click()
    const row = page.locator('tr.row', { hasText: '虚构林一' })
    await row.getByText(/待第二人确认/).waitFor()
    await confirmed('people', '虚构林一')
    await page.reload()
    await row.getByText(/待其换密码/).waitFor()
    expect(await page.getByRole('button', { name: '停用：administrator' }).isDisabled()).to.equal(true)

    const own = await desk.visitor.visit(desk.hub.url)
    await own.page.goto('/desk/administration/audit-log')
    await fillSignIn(own.page, '虚构林一', password)
    await own.page.getByLabel('新密码', { exact: true }).fill(PASSWORD)
    await own.page.getByLabel('再次输入新密码').fill(PASSWORD)
    await own.page.getByRole('button', { name: '登录' }).click()
    await own.page.getByRole('heading', { level: 1, name: '查询痕迹' }).waitFor()
    await own.close()

    await page.reload()
    await row.getByText('在用').waitFor()
    await page.getByRole('button', { name: '重设密码：虚构林一' }).click()
    await page.getByRole('button', { name: '确认重设密码' }).click()
    const reset = page.getByRole('dialog', { name: '密码已重设' })
    expect(await reset.locator('.secret').textContent()).to.not.equal(password)
    await reset.getByRole('button', { name: '我已保存，关闭' }).click()
    await row.getByText(/待第二人确认/).waitFor()
    expect(faults).to.deep.equal([])
    await close()
  })

  it('an administrator lifts a lockout early, and the desk offers no lifting for a lockout without a known name', async () => {
    const { db, now } = desk.hub.hub
    const shut = { failures: 10, last_at: now(), locked_until: new Date(now().getTime() + 900_000) }
    await db('lockouts').insert([
      { ...shut, key: 'one', kind: 'PERSON', name: '虚构林一', address: '192.0.2.7' },
      { ...shut, key: 'two', kind: 'CLIENT', name: null, address: '192.0.2.8' },
    ])
    const { page, open, close, faults } = await desk.signIn('administrator')
    await open('/administration/lockouts', '登录锁定')
    await page.getByRole('button', { name: '解除锁定：虚构林一' }).click()
    await page.getByText('“虚构林一”可以立即再试，不论来自何处；').waitFor()
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('button', { name: '确认解除锁定' }).click()
    await page.getByRole('status').filter({ hasText: '虚构林一的锁定已解除' }).waitFor()
    await page.getByRole('row', { name: '192.0.2.7' }).waitFor({ state: 'detached' })
    expect(await page.getByRole('button', { name: /^解除锁定/ }).count()).to.equal(0)
    expect(await db('lockouts').whereIn('key', ['one', 'two']).select('key')).to.deep.equal([{ key: 'two' }])
    await db('lockouts').where({ key: 'two' }).del()
    expect(faults).to.deep.equal([])
    await close()
  })

  it('an administrator runs a job and follows it to its end, pauses it with a reason, and resumes it', async () => {
    const { page, open, close, faults } = await desk.signIn('administrator')
    desk.hub.hub.tick()
    await open('/administration/timetable', '时刻表')
    const row = page.getByRole('table', { name: '拉取' }).locator('tr', { hasText: '产品质量监督抽查' }).first()
    await row.getByRole('button', { name: /^立即运行/ }).click()
    await page.getByRole('button', { name: '确认立即运行' }).click()
    await page.getByRole('status').filter({ hasText: '已完成' }).waitFor()
    await row.getByText(/administrator/).waitFor()

    await row.getByRole('button', { name: /^暂停/ }).click()
    const asked = page.getByRole('dialog', { name: '暂停' })
    expect(await asked.getByRole('button', { name: '确认暂停' }).isDisabled()).to.equal(true)
    await asked.getByLabel('事由').fill('虚构：来源正在迁移')
    expect(await violations(page)).to.deep.equal([])
    await asked.getByRole('button', { name: '确认暂停' }).click()
    await row.getByText('虚构：来源正在迁移').waitFor()
    await row.getByText('已暂停', { exact: true }).waitFor()
    expect(await row.getByRole('img').getAttribute('aria-label')).to.include('已暂停')
    await row.getByRole('button', { name: /^恢复/ }).click()
    await page.getByRole('button', { name: '确认恢复' }).click()
    await row.getByRole('button', { name: /^暂停/ }).waitFor()
    expect(await row.getByText('已暂停', { exact: true }).count()).to.equal(0)
    const publish = page.locator('tr', { hasText: '公示' }).getByRole('button', { name: '暂停：公示' })
    expect(await publish.isDisabled()).to.equal(true)
    expect(faults).to.deep.equal([])
    await close()
  })

  it('section 7: an administrator proposes calendar days by keyboard, and another person decides', async () => {
    const { page, open, close, faults } = await desk.signIn('administrator')
    await open('/administration/calendar?year=2027', '工作日历')
    await page.locator('[data-on="2027-01-01"]').focus()
    for (const key of ['ArrowDown', 'ArrowLeft', 'Space']) await page.keyboard.press(key)
    await page.getByText('2027-01-07 周四 改为放假').waitFor()
    await page.getByText('没有正在计算的名单期限因此改变。', { exact: true }).waitFor()
    await page.getByRole('button', { name: '提出修订', exact: true }).click()
    const asked = page.getByRole('dialog', { name: '提出修订' })
    await asked.getByLabel(/依据/).fill('虚构通知〔2026〕9号')
    await asked.getByRole('button', { name: '确认提出修订' }).click()
    await page.getByText('修订已提出，待另一人决定。').waitFor()
    await page.getByText('由您提出的修订须由另一人决定；您可以撤回。').waitFor()
    expect(await page.getByRole('button', { name: '使修订生效' }).count()).to.equal(0)
    expect(await page.locator('[data-on="2027-01-07"]').getAttribute('aria-label')).to.not.include('休息日')
    expect(faults).to.deep.equal([])
    await close()

    const other = await desk.signIn('officer')
    await other.open('/administration/calendar?year=2027', '工作日历')
    const waiting = other.page.getByRole('region', { name: '待决定的修订' })
    await waiting.getByText('2027-01-07 周四 改为放假').waitFor()
    await waiting.getByText('没有正在计算的名单期限因此改变。', { exact: true }).waitFor()
    expect(await violations(other.page)).to.deep.equal([])
    await waiting.getByRole('button', { name: '使修订生效' }).click()
    await other.page.getByRole('button', { name: '确认使修订生效' }).click()
    await other.page.getByText('日历已修订，改变期限 0 项。').waitFor()
    const amended = other.page
      .getByRole('table', { name: '修订', exact: true })
      .locator('tr', { hasText: '2027-01-07' })
    expect(await amended.textContent())
      .to.include('虚构通知〔2026〕9号')
      .and.to.include('administrator')
      .and.to.include('officer')
    expect(await other.page.locator('[data-on="2027-01-07"]').getAttribute('aria-label')).to.include('休息日')
    const history = other.page.getByRole('table', { name: '提出的修订' }).locator('tr', { hasText: '2027-01-07' })
    expect(await history.textContent()).to.include('已生效')
    expect(other.faults).to.deep.equal([])
    await other.close()
  })

  it('one administrator proposes the operator of the site, and another confirms', async () => {
    const { page, open, close } = await desk.signIn('administrator')
    await open('/administration/settings', '本机关设置')
    await page.getByLabel('主办单位的新值').fill('虚构信用中心')
    await page.getByRole('button', { name: '提出改动（1 项）' }).click()
    await page.getByLabel('依据').fill('虚构通知〔2026〕9号')
    await page.getByRole('button', { name: /^确认提出改动/ }).click()
    await page.getByText('由您提出的须由另一人确认；您可以撤回。').waitFor()
    await close()
    const other = await desk.signIn('administrator', { name: '虚构安全', duty: 'security' })
    await other.open('/administration/settings', '本机关设置')
    const waiting = other.page.getByRole('region', { name: '待确认：设置' })
    await waiting.getByText('主办单位：由未设定改为“虚构信用中心”').waitFor()
    await waiting.getByRole('button', { name: '确认', exact: true }).click()
    await other.page.getByRole('dialog', { name: '确认' }).getByRole('button', { name: '确认', exact: true }).click()
    await other.page.getByText('已确认，随即生效。').waitFor()
    expect(await (await fetch(desk.hub.url)).text()).to.include('虚构信用中心')
    await other.close()
  })

  it('an auditor can only read, verifies the audit log, and sees which row was altered', async () => {
    await desk.hub.token('marketplace', '虚构市场')
    const { page, open, close, faults, strays } = await desk.signIn('auditor')
    for (const [path, title, ready] of PAGES) {
      await open(`/administration/${path}`, title)
      await page.locator(ready).first().waitFor()
      for (const deed of [
        /^登记/,
        /^更换密钥/,
        /^停用/,
        /^重设密码/,
        /^立即运行/,
        /^暂停/,
        /^提出修订/,
        /^使修订生效/,
        /^声明/,
      ])
        expect(await page.getByRole('button', { name: deed }).count(), `${path} ${deed}`).to.equal(0)
    }
    await open('/administration/audit-log?kind=TOKEN&client=虚构市场', '查询痕迹')
    await page
      .getByRole('button', { name: /^查看第/ })
      .first()
      .click()
    const drawer = page.getByRole('dialog', { name: /^第 \d+ 行$/ })
    await drawer.getByText('虚构市场').waitFor()
    expect(await violations(page)).to.deep.equal([])
    await drawer.getByRole('button', { name: '关闭' }).click()

    await page.getByRole('button', { name: '校验全部痕迹' }).click()
    await page.getByText(/全部 .* 行都与写下时一致/).waitFor()
    expect(await violations(page)).to.deep.equal([])
    await desk.hub.hub.db.transaction(async (tx) => {
      await tx.raw('set local session_replication_role = replica')
      await tx.raw(`update trail set client = '虚构他人' where number = 3`)
    })
    await page.getByRole('button', { name: '校验全部痕迹' }).click()
    await page.getByText('第 3 行有问题').waitFor()
    await page.getByText('这一行的内容不是当初写下的：被改动过。').waitFor()
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('button', { name: '查看第 3 行' }).last().click()
    await page.getByRole('dialog', { name: '第 3 行' }).getByText('虚构他人').waitFor()
    expect(new URL(page.url()).searchParams.get('open')).to.equal('3')
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })

  it('an officer sees no people and no audit log, but the timetable, the calendar and the rules', async () => {
    const { page, open, close } = await desk.signIn('officer')
    await open('/administration/rules?table=lists', '规则表')
    const links = await page.getByRole('navigation', { name: '主导航' }).getByRole('link').allTextContents()
    expect(links).to.include.members(['时刻表', '工作日历', '规则表', '数据库恢复'])
    expect(links.filter((link) => ['系统', '人员', '登录锁定', '查询痕迹'].includes(link))).to.deep.equal([])
    await open('/administration/people', '无权查看')
    await close()
  })

  it('axe finds no violation on any page, and none is wider than a phone', async () => {
    const { page, close, open, faults, strays } = await desk.signIn('administrator', {
      name: '虚构安全',
      duty: 'security',
      viewport: { width: 1440, height: 900 },
    })
    for (const [path, title, ready] of PAGES) {
      await page.setViewportSize({ width: 1440, height: 900 })
      await open(`/administration/${path}${path === 'clients' ? '?ended=true' : ''}`, title)
      await page.locator(ready).first().waitFor()
      expect(await violations(page), path).to.deep.equal([])
      await page.setViewportSize({ width: 360, height: 800 })
      expect(await isTooWide(page), path).to.equal(false)
    }
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })
})
