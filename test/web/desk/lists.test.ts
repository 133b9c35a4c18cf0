/** Lists at the desk: whose a case is, filters that stay in the address, exports, and absences that an administrator records. */
import { expect } from 'chai'
import { publishDemoCase } from '../../../src/sandbox/officers.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'
import { type AtDesk, addPerson, atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'

const NARROW_PX = 1_024
/** Address and title of each list, a filter of it by label, and the name of its export. */
const LISTS: readonly [string, string, string][] = [
  ['/listings?view=due', '名单案件', '期限'],
  ['/deliveries', '推送', '内容'],
  ['/deliveries/retractions', '撤回台账', '对象种类'],
  ['/deliveries/discrepancies', '比对与不符', '种类'],
  ['/overrides', '等级调整', '等级'],
  ['/intake/identity', '身份认定', '来件所称名称或代码'],
  ['/operators', '经营者', '次序'],
]

describe('the lists of the desk', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub

  before(async () => {
    await deskBuilt()
    hub = await startHub()
    await hub.hub.pull('registry', { cause: 'command' })
    await hub.hub.pull('penalties', { cause: 'command' })
    for (const name of ['虚构经办', '虚构同事']) await addPerson(hub, 'officer', { name })
    const { db, rules, now } = hub.hub
    await publishDemoCase(db, rules, hub.world.dishonestExample, now())
    await db('listings').update({ keeper: '虚构同事' }).where({ state: 'PUBLISHED' })
  })
  after(() => hub?.stop())

  const inOrder = async ({ faults, strays, close }: AtDesk) => {
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  }

  it('show the keeper of each case, and only the own ones on request', async () => {
    const desk = await atDesk(visitor, hub, 'officer', { name: '虚构经办' })
    const { page, open } = desk
    await open('/listings', '名单案件')
    await page.getByRole('columnheader', { name: '经办人' }).waitFor()
    await page.getByRole('cell', { name: '虚构同事' }).waitFor()
    await page.getByLabel('经办人', { exact: true }).click()
    await page.getByTitle('只看我的').click()
    await page.getByText('没有符合条件的案件。').waitFor()
    const keep = (keeper: string) => hub.hub.db('listings').update({ keeper }).where({ state: 'PUBLISHED' })
    await keep('虚构经办')
    await page.reload()
    await page.getByRole('cell', { name: '虚构经办' }).waitFor()
    expect(await violations(page)).to.deep.equal([])
    await keep('虚构同事')
    await inOrder(desk)
  })

  it('lead from a found colleague to that person’s open cases', async () => {
    const desk = await atDesk(visitor, hub, 'officer', { name: '虚构经办' })
    const { page, open } = desk
    await open(`/search?text=${encodeURIComponent('虚构同事')}`, '查找')
    await page.getByRole('link', { name: '虚构同事' }).click()
    await page.getByRole('heading', { level: 1, name: '名单案件' }).waitFor()
    await page.getByRole('cell', { name: '虚构同事' }).waitFor()
    expect(new URL(page.url()).searchParams.get('keeper')).to.equal('虚构同事')
    await inOrder(desk)
  })

  it('are filtered and exported, fit a narrow window, and have no faults of access', async () => {
    const desk = await atDesk(visitor, hub, 'officer', { name: '虚构经办' })
    const { page, open } = desk
    await page.setViewportSize({ width: NARROW_PX, height: 800 })
    for (const [path, title, filter] of LISTS) {
      await open(path, title)
      const filters = page.getByRole('form', { name: '筛选' })
      await filters.getByLabel(filter, { exact: true }).waitFor()
      await filters.getByLabel('地区').waitFor()
      const download = page.waitForEvent('download')
      await page.getByRole('button', { name: '导出 CSV' }).click()
      expect((await download).suggestedFilename(), path).to.match(/\.csv$/)
      expect(await isTooWide(page), path).to.equal(false)
      expect(await violations(page), path).to.deep.equal([])
    }
    await inOrder(desk)
  })

  it('an administrator records the absence of a colleague with a deputy, and ends it', async () => {
    const desk = await atDesk(visitor, hub, 'administrator', { duty: 'systems' })
    const { page, open } = desk
    await open('/worklist', '待办')
    const form = page.getByRole('form', { name: '登记同事外出' })
    expect(await form.getByLabel('代办人').isDisabled()).to.equal(true)
    await form.getByLabel('外出人').click()
    const choose = (name: string) => page.getByTitle(name).and(page.locator(':visible')).last().click()
    await choose('虚构经办')
    await form.getByLabel('代办人').click()
    await choose('虚构同事')
    await form.getByLabel('至', { exact: true }).fill('2099-12-31')
    await form.getByRole('button', { name: /登\s?记/ }).click()
    await page.getByText(/虚构经办 .* 外出，由 虚构同事 代办/).waitFor()
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('button', { name: '结束 虚构经办 的外出代办' }).click()
    await page.getByText('现在没有人外出。').waitFor()
    await inOrder(desk)
  })
})
