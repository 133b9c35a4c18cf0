import { expect } from 'chai'
import { BROWSER_MS, browser, violations } from '../../support/browser.js'
import { atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'

describe('the page of a restored database', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  before(async () => {
    await deskBuilt()
    hub = await startHub()
  })
  after(() => hub?.stop())

  const compare = () =>
    hub.hub.reconcile(
      hub.platforms.map(({ id }) => id),
      { cause: 'command' },
    )

  it('lists the platforms that must be compared first and the releases refused, and is released by one who proposes and another who confirms', async () => {
    const { page, open, close } = await atDesk(visitor, hub, 'administrator')
    await open('/administration/restored', '数据库恢复')
    await page.getByRole('button', { name: '声明由备份恢复' }).click()
    await page.getByLabel(/事由/).fill('虚构：磁盘更换')
    await page.getByRole('button', { name: '确认声明由备份恢复' }).click()
    await page.getByText(/数据库由备份恢复，尚未解除/).waitFor()
    expect(await violations(page)).to.deep.equal([])
    await page.getByText('待比对').nth(3).waitFor()
    expect(await page.getByText('待比对').count()).to.equal(4)
    expect(await page.getByRole('button', { name: '提议解除' }).isDisabled()).to.equal(true)
    await compare()
    await page.getByRole('button', { name: '刷新' }).click()
    await page.getByText('待比对').first().waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: '提议解除' }).click()
    await page.getByLabel(/事由/).fill('虚构：已核对')
    await page.getByRole('button', { name: '确认提议解除' }).click()
    await page.getByText('由您提出的须由另一人确认').waitFor()
    expect(await violations(page)).to.deep.equal([])
    const second = await atDesk(visitor, hub, 'reviewer', { name: '虚构复核二' })
    await second.open('/administration/restored', '数据库恢复')
    await second.page.getByRole('button', { name: '不予同意' }).click()
    await second.page.getByLabel(/理由/).fill('虚构：一户尚未补办')
    await second.page.getByRole('button', { name: '确认不予同意' }).click()
    const refused = second.page.getByRole('region', { name: '解除的提议' })
    await refused.getByText(/不予同意.*虚构复核二.*：虚构：一户尚未补办/).waitFor()
    expect(await violations(second.page)).to.deep.equal([])
    await page.getByRole('button', { name: '刷新' }).click()
    await page.getByRole('button', { name: '声明又一次恢复' }).click()
    await page.getByLabel(/事由/).fill('虚构：备份有误，换用前一日的')
    await page.getByRole('button', { name: '确认声明又一次恢复' }).click()
    await page.getByText(/第 2 次发现/).waitFor()
    const found = page.getByRole('region', { name: '如何发现' })
    await found.getByText(/虚构：备份有误，换用前一日的/).waitFor()
    await found.getByText(/虚构：磁盘更换/).waitFor()
    expect(await page.getByRole('button', { name: '提议解除' }).isDisabled()).to.equal(true)
    expect(await violations(page)).to.deep.equal([])
    await compare()
    await page.getByRole('button', { name: '刷新' }).click()
    await page.getByText('待比对').first().waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: '提议解除' }).click()
    await page.getByLabel(/事由/).fill('虚构：已补办')
    await page.getByRole('button', { name: '确认提议解除' }).click()
    await page.getByText('由您提出的须由另一人确认').waitFor()
    await second.page.getByRole('button', { name: '刷新' }).click()
    await second.page.getByRole('button', { name: '确认', exact: true }).click()
    await second.page.getByRole('dialog').getByRole('button', { name: '确认', exact: true }).click()
    await second.page.getByText('没有待解除的恢复').waitFor()
    await second.page.getByText(/提议、虚构复核二 确认解除/).waitFor()
    await second.close()
    await close()
  })
})
