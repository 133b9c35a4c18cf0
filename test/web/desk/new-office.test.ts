import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { addDays, shanghaiDate } from '../../../src/foundation/time/dates.js'
import { type PlatformStandIn, startPlatformStandIns } from '../../../src/sandbox/platforms/index.js'
import { BROWSER_MS, browser } from '../../support/browser.js'
import { deskBuilt } from '../../support/desk.js'
import { type Colleague, firstSignIn, type NewOffice, startNewOffice } from '../../support/new-office.js'
import { codeOf } from '../../support/world.js'

/** The steps of the whole path, each in a browser. */
const PATH_MS = 4 * BROWSER_MS
const FIRM = { name: '长春虚构松柏电子商务有限公司', code: codeOf(1) }
const AUTHORITY = '虚构省市场监督管理局'
const PENALISED_DAYS_AGO = 40
const BEGAN_DAYS_AGO = 30
const REVIEWED_DAYS_AGO = 5
const LOOKS = 60
const LOOK_MS = 5_000

describe('a new office', function () {
  this.timeout(PATH_MS)
  const visitor = browser()
  let office: NewOffice
  let platforms: PlatformStandIn[] = []
  before(async () => {
    await deskBuilt()
    office = await startNewOffice()
    platforms = await startPlatformStandIns()
  })
  after(async () => {
    await office?.stop()
    await Promise.all(platforms.map((one) => one.close()))
  })

  const today = () => shanghaiDate(office.hub.now())
  const ago = (days: number) => addDays(today(), -days)
  const shot = async (page: Page, name: string) => {
    if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/${name}.png`, fullPage: true })
  }
  const step = (page: Page, title: string) =>
    page
      .getByRole('list', { name: '各步' })
      .getByRole('listitem')
      .filter({ has: page.getByRole('heading', { name: title }) })
  const guide = async (who: Colleague, done: string, ...next: string[]) => {
    await who.open('/administration/setup', '开始使用')
    await step(who.page, done).getByText('已办好').waitFor()
    await shot(who.page, `guide-${next[0]}`)
    expect(await who.page.locator('[aria-current=step] h2').textContent()).to.match(new RegExp(next.join('|')))
  }

  const register = async (by: Colleague, given: { name: string; role: string; duty?: string }): Promise<string> => {
    const { page } = by
    await by.open('/administration/people', '人员')
    await page.getByRole('button', { name: '登记人员' }).click()
    const dialog = page.getByRole('dialog', { name: '登记人员' })
    await dialog.getByLabel('姓名（登录名）').fill(given.name)
    await dialog.getByLabel('角色').click()
    await page.getByTitle(given.role, { exact: true }).click()
    if (given.duty) {
      await dialog.getByLabel('职责').click()
      await page.getByTitle(given.duty, { exact: true }).click()
    }
    await shot(page, `register-${given.role}`)
    await dialog.getByRole('button', { name: /^登\s?记$/ }).click()
    const once = page.getByRole('dialog', { name: '人员已登记' })
    const password = (await once.locator('code').textContent()) ?? ''
    await shot(page, `once-${given.role}`)
    await once.getByRole('button', { name: '我已保存，关闭' }).click()
    return password
  }
  const confirm = async (by: Colleague, names: readonly string[]) => {
    const { page } = by
    await by.open('/administration/people', '人员')
    for (const name of names) {
      await page.getByRole('button', { name: `确认：${name}` }).click()
      await page.getByRole('dialog', { name: '确认' }).getByRole('button', { name: '确认', exact: true }).click()
      await page.getByRole('button', { name: `确认：${name}` }).waitFor({ state: 'detached' })
    }
    await shot(page, 'people-confirmed')
  }
  const propose = async (page: Page, action: RegExp, reason: string) => {
    await page.getByRole('button', { name: action }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('依据').fill(reason)
    await dialog.getByRole('button', { name: /^确认/ }).click()
    await page.getByText(/待另一名管理员确认。/).waitFor()
  }
  const confirmProposal = async (by: Colleague, kind: string) => {
    await by.open('/administration/settings', '本机关设置')
    await shot(by.page, `confirm-${kind}`)
    await by.page
      .getByRole('region', { name: `待确认：${kind}` })
      .getByRole('button', { name: '确认', exact: true })
      .click()
    await by.page.getByRole('dialog', { name: '确认' }).getByRole('button', { name: '确认', exact: true }).click()
    await by.page.getByText('已确认，随即生效。').waitFor()
  }
  const upload = async ({ page, ...by }: Colleague, feed: string, file: { name: string; rows: string[][] }) => {
    await by.open(`/intake/uploads?feed=${feed}`, '上传')
    const text = file.rows.map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\r\n')
    await page.getByRole('checkbox', { name: '这是全量' }).check()
    await page
      .getByLabel(/把文件拖到这里/)
      .setInputFiles({ name: file.name, mimeType: 'text/csv', buffer: Buffer.from(text) })
    await page.getByRole('button', { name: /^预\s?览$/ }).click()
    await page.getByText('2 预览：尚未接收').waitFor()
    await shot(page, `upload-${feed}`)
    await page.getByRole('button', { name: '接收这个文件' }).click()
    await page.getByRole('button', { name: '确认接收这个文件' }).click()
    await page.getByText('3 结果：已接收').waitFor()
  }
  const run = async (by: Colleague, group: string, job: string) => {
    await by.open('/administration/timetable', '时刻表')
    const jobs = by.page.getByRole('table', { name: group, exact: true })
    await jobs.getByRole('button', { name: `立即运行：${job}` }).click()
    await by.page.getByRole('button', { name: '确认立即运行' }).click()
    await by.page.getByText('已完成。').waitFor()
    await shot(by.page, `run-${job}`)
  }
  const deed = async (page: Page, title: string, fill: Record<string, string>, tick = '') => {
    await page.getByRole('list', { name: '由您办理' }).getByRole('button', { name: title }).click()
    const form = page.getByRole('form', { name: title })
    for (const [label, value] of Object.entries(fill))
      await form.getByLabel(label, { exact: false }).first().fill(value)
    if (tick !== '') await form.getByRole('checkbox', { name: tick }).check()
    await shot(page, `deed-${title}`)
    await form.getByRole('button', { name: title.startsWith('确认') ? title : `确认${title}` }).click()
    await page.getByText(`已办理：${title}`).waitFor()
  }
  const fromQueue = async ({ page, ...by }: Colleague) => {
    await by.open('/worklist', '待办')
    await page.getByRole('table', { name: '待办' }).waitFor()
    await shot(page, `queue-${by.name}`)
    await page.getByRole('link', { name: FIRM.name }).first().click()
    await page.getByRole('heading', { level: 1, name: FIRM.name }).waitFor()
  }

  /** Deliveries leave each minute. */
  const pushed = async (page: Page, state: string) => {
    const row = page.getByRole('table', { name: '推送' }).getByRole('row').filter({ hasText: '全国信用信息共享平台' })
    for (let tried = 0; tried < LOOKS && !(await row.getByText(state).isVisible()); tried += 1) {
      await page.getByRole('button', { name: '刷新' }).click()
      await row
        .getByText(state)
        .waitFor({ timeout: LOOK_MS })
        .catch(() => undefined)
    }
    await row.getByText(state).waitFor()
  }
  const manifest = async (): Promise<object> => {
    const jws = await (await fetch(`${office.url}/data/manifest.jws`)).text()
    return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())
  }

  it('goes from an empty folder to a published trial entry, pushed to a test environment, and on into service, without touching a file', async () => {
    const setup = await visitor.visit(office.url)
    await setup.page.goto('/desk')
    await setup.page.getByLabel('设置码').fill(office.code)
    await setup.page.getByLabel('登录名').fill('系统甲')
    await shot(setup.page, 'setup')
    await setup.page.getByRole('button', { name: '登记' }).click()
    const password = (await setup.page.locator('code').textContent()) ?? ''
    await shot(setup.page, 'setup-done')
    await setup.close()
    const systems = await firstSignIn(visitor, office.url, { name: '系统甲', password })
    await shot(systems.page, 'today')
    await systems.page.getByRole('complementary', { name: '试运行' }).waitFor()

    const second = await register(systems, { name: '安全乙', role: '管理员', duty: '安全管理' })
    const security = await firstSignIn(visitor, office.url, { name: '安全乙', password: second })
    await guide(security, '两名管理员', '经办人和复核人')
    const passwords = new Map<string, string>()
    for (const [name, role] of [
      ['经办丙', '经办人'],
      ['经办丁', '经办人'],
      ['复核戊', '复核人'],
    ] as const)
      passwords.set(name, await register(systems, { name, role }))
    await confirm(security, [...passwords.keys()])
    const people: Colleague[] = []
    for (const [name, password] of passwords) people.push(await firstSignIn(visitor, office.url, { name, password }))
    const [proposer, decider, reviewer] = people as [Colleague, Colleague, Colleague]
    await guide(systems, '经办人和复核人', '本机关')

    await systems.open('/administration/settings', '本机关设置')
    for (const [label, value] of [
      ['主办单位', AUTHORITY],
      ['联系电话', '0431-00000000'],
    ] as const)
      await systems.page.getByLabel(`${label}的新值`).fill(value)
    await shot(systems.page, 'settings')
    await propose(systems.page, /提出改动/, '筹备会议纪要')
    await confirmProposal(security, '设置')
    await guide(systems, '本机关', '决定机关')

    await systems.open('/administration/authorities', '机关资料')
    await systems.page.getByRole('button', { name: '登记机关' }).click()
    const form = systems.page.getByRole('dialog')
    for (const [label, value] of [
      ['机关名称', AUTHORITY],
      ['地址', '长春市虚构路1号'],
      ['电话', '0431-00000000'],
      ['行政复议机关', '虚构省人民政府'],
      ['管辖人民法院', '虚构市虚构区人民法院'],
    ] as const)
      await form.getByLabel(label, { exact: label !== '机关名称' }).fill(value)
    await shot(systems.page, 'authority')
    await form.getByRole('button', { name: '提交确认' }).click()
    await systems.page.getByText('已提交，待另一位管理员确认。').waitFor()
    await security.open('/administration/authorities', '机关资料')
    await security.page.getByRole('button', { name: '确认资料' }).click()
    await security.page.getByRole('dialog', { name: '确认资料' }).getByRole('button', { name: '确认资料' }).click()
    await security.page.getByText('资料已生效。').waitFor()
    await guide(systems, '决定机关', '登记信息')

    await upload(systems, 'registry', {
      name: '登记信息.csv',
      rows: [
        [
          '企业名称',
          '统一社会信用代码',
          '注册日期',
          '企业类型',
          '法人代表',
          '注册资金',
          '经营范围',
          '所在省份',
          '地区',
          '注册地址',
        ],
        [
          FIRM.name,
          FIRM.code,
          '2018-06-08',
          '有限责任公司',
          '样甲',
          '20万人民币',
          '网上销售日用品',
          '吉林省',
          '长春市',
          '虚构路2号',
        ],
      ],
    })
    await guide(systems, '登记信息', '其他数据源')
    await upload(systems, 'penalties', {
      name: '行政处罚.csv',
      rows: [
        [
          '行政相对人名称',
          '行政相对人类别',
          '统一社会信用代码',
          '行政处罚决定书文号',
          '违法行为类型',
          '违法事实',
          '处罚依据',
          '处罚类别',
          '处罚内容',
          '处罚决定日期',
          '处罚有效期',
          '公示截止期',
          '处罚机关',
          '处罚机关统一社会信用代码',
          '数据来源单位',
          '数据来源单位统一社会信用代码',
          '当前状态',
        ],
        [
          FIRM.name,
          '法人及非法人组织',
          FIRM.code,
          '虚市监处罚〔2026〕1号',
          '销售侵犯注册商标专用权的商品',
          '销售侵犯注册商标专用权的商品，情节严重',
          '《中华人民共和国商标法》第六十条',
          '吊销许可证件',
          '吊销许可证件',
          ago(PENALISED_DAYS_AGO),
          '2099-12-31',
          addDays(today(), 1_000),
          AUTHORITY,
          '11220000013555128E',
          AUTHORITY,
          '11220000013555128E',
          '正常',
        ],
      ],
    })
    await guide(systems, '其他数据源', '信用平台')

    await systems.open('/administration/settings', '本机关设置')
    const national = platforms.find(({ id }) => id === 'national')
    await systems.page.getByLabel(/^全国信用信息共享平台：地址的新值/).fill(national?.url ?? '')
    await systems.page.getByLabel(/^全国信用信息共享平台：密钥的新值/).fill(national?.secret ?? '')
    await systems.page.getByLabel(/^全国信用信息共享平台：地址是否为测试环境的新值/).click()
    await systems.page.getByTitle('是', { exact: true }).click()
    await propose(systems.page, /提出改动/, '平台运行单位的测试环境')
    await confirmProposal(security, '设置')
    // The job of the timetable may have scored meanwhile, as it does every five minutes.
    await guide(systems, '信用平台', '评分', '规则')
    await run(systems, '评分、名单与公示', '评分')
    await guide(systems, '评分', '规则')

    await proposer.open('/listings', '名单案件')
    await shot(proposer.page, 'listings')
    await proposer.page.getByRole('link', { name: FIRM.name }).click()
    await shot(proposer.page, 'lead')
    await deed(proposer.page, '提出列入建议', {
      办理日期: ago(BEGAN_DAYS_AGO),
      事由: '销售侵犯注册商标专用权的商品，情节严重',
    })
    await deed(proposer.page, '告知当事人', { 送达之日: ago(BEGAN_DAYS_AGO), 文号: '虚市监信告〔2026〕1号' })
    await fromQueue(reviewer)
    await deed(reviewer.page, '复核', { 复核意见: '事实清楚，同意列入', 复核之日: ago(REVIEWED_DAYS_AGO) })
    await fromQueue(proposer)
    await proposer.page.getByRole('button', { name: /^移\s?交$/ }).click()
    const handover = proposer.page.getByRole('dialog', { name: '移交' })
    await handover.getByLabel('接手人').click()
    await proposer.page.getByTitle('经办丁', { exact: true }).click()
    await handover.getByLabel('说明').fill('请作出决定并公示')
    await handover.getByRole('button', { name: '确认移交' }).click()
    await proposer.page.getByText('经办人的变动 1 次').waitFor()
    await fromQueue(decider)
    await deed(decider.page, '作出列入决定', { 决定之日: ago(3), 文号: '虚市监信列〔2026〕1号' })
    await deed(decider.page, '送达', { 送达之日: ago(2) }, '信用修复告知书与决定书一并送达')
    await shot(decider.page, 'before-publication')
    await deed(decider.page, '公示', {})
    await run(systems, '评分、名单与公示', '公示')
    await guide(systems, '第一次公示', '规则')
    await shot(decider.page, 'published')
    await pushed(decider.page, '已确认')
    expect(national?.entries()).to.have.length(1)

    const outside = await visitor.visit(office.url)
    await outside.page.goto('/blacklist')
    await outside.page.getByRole('link', { name: FIRM.name }).waitFor()
    await outside.page.getByRole('complementary', { name: '试运行' }).waitFor()
    expect(await manifest()).to.include({ trial: true })
    await shot(outside.page, 'public')

    await decider.page.getByRole('button', { name: '立即暂停公示' }).click()
    const hiding = decider.page.getByRole('form', { name: '暂停公示' })
    await hiding.getByLabel('暂停公示的种类').click()
    await decider.page.getByTitle('疑有错误').click()
    await hiding.getByLabel('事由').fill('试运行的条目')
    await hiding.getByRole('button', { name: '确认暂停公示' }).click()
    await decider.page.getByText('已办理：暂停公示').waitFor()
    await reviewer.open('/listings?state=HIDDEN', '名单案件')
    await reviewer.page.getByRole('link', { name: FIRM.name }).click()
    await deed(reviewer.page, '确认暂停公示', {})
    await decider.page.getByRole('button', { name: '刷新' }).click()
    await decider.page.getByRole('list', { name: '由您办理' }).getByRole('button', { name: /^移出/ }).click()
    const removal = decider.page.getByRole('form', { name: '移出' })
    await removal.getByLabel('移出原因').click()
    await decider.page.getByTitle(/^更正/).click()
    await removal.getByLabel('事由').fill('试运行的条目')
    await removal.getByLabel('文号').fill('虚市监信移〔2026〕1号')
    await shot(decider.page, 'removal')
    await removal.getByRole('button', { name: '确认移出' }).click()
    await decider.page.getByText('已办理：移出').waitFor()

    await systems.open('/administration/settings', '本机关设置')
    await shot(systems.page, 'before-service')
    await systems.page.getByText('全国信用信息共享平台的地址仍是测试环境').waitFor()
    await systems.page.getByRole('button', { name: '取消该项：全国信用信息共享平台：地址是否为测试环境' }).click()
    await propose(systems.page, /提出改动/, '换成正式地址')
    await confirmProposal(security, '设置')
    await systems.open('/administration/settings', '本机关设置')
    await propose(systems.page, /声明正式运行/, '筹备完毕')
    await confirmProposal(security, '正式运行')
    await run(systems, '评分、名单与公示', '公示')
    // The first visitor's browser may keep the page for a minute.
    const later = await visitor.visit(office.url)
    await later.page.goto('/blacklist')
    await later.page.getByRole('heading', { level: 1 }).waitFor()
    expect(await later.page.getByRole('complementary', { name: '试运行' }).count()).to.equal(0)
    expect(await manifest()).to.not.have.property('trial')
  })
})
