import { expect } from 'chai'
import { registerPerson } from '../../../src/work/access/people.js'
import { confirmedClient } from '../../support/accounts.js'
import { BROWSER_MS, violations } from '../../support/browser.js'
import { deskOfHub } from '../../support/desk.js'

describe('people at the desk', function () {
  this.timeout(BROWSER_MS)
  const desk = deskOfHub()

  it('whoever confirms an account first reads its role, agency and region', async () => {
    const given = { name: '虚构待确认', role: 'officer', agency: 'market-regulator', region: '220100' }
    const { db, now } = desk.hub.hub
    await registerPerson(db, given, [given.agency], { by: '虚构登记人', byCommand: false, now: now() })
    const { page, open, close, faults } = await desk.signIn('administrator', { duty: 'security' })
    await open('/administration/people', '人员')
    await page.getByRole('button', { name: '确认：虚构待确认' }).click()
    const facts = page.getByRole('dialog').locator('dl')
    await facts.getByText('长春市市场监督管理局').waitFor()
    const values = ['虚构待确认', '经办人', '长春市市场监督管理局', '长春市']
    expect(await facts.locator('dd').allTextContents()).to.deep.equal(values)
    expect(await violations(page)).to.deep.equal([])
    expect(faults).to.deep.equal([])
    await close()
  })

  it('all columns fit a screen of 1280 pixels, where the buttons covered the agency', async () => {
    const { page, open, close, faults } = await desk.signIn('administrator', {
      viewport: { width: 1280, height: 800 },
      fresh: true,
    })
    await open('/administration/people', '人员')
    await page.locator('tr.row').first().waitFor()
    const box = page.getByRole('region', { name: '人员' })
    expect(await box.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).to.equal(0)
    expect(await page.getByRole('columnheader', { name: '所属单位、区划' }).count()).to.equal(1)
    expect(faults).to.deep.equal([])
    await close()
  })

  it('a person of a partner is registered for one of its systems, which itself has no agency', async () => {
    const { db, now } = desk.hub.hub
    for (const [name, role] of [
      ['虚构快运', 'partner'],
      ['虚构集市', 'marketplace'],
    ] as const)
      await confirmedClient(db, { name, role }, [], now())
    const { page, open, close, faults } = await desk.signIn('administrator')
    await open('/administration/people', '人员')
    await page.getByRole('button', { name: '登记人员' }).click()
    const form = page.getByRole('dialog', { name: '登记人员' })
    await form.getByLabel('姓名（登录名）').fill('虚构快递员')
    await form.getByLabel('角色').click()
    await page.getByTitle('合作单位', { exact: true }).click()
    await form.getByRole('button', { name: '登记', exact: true }).click()
    await form.getByText('须写明所属单位。').waitFor()
    await form.getByLabel('所属单位').click()
    expect(await page.getByTitle('虚构集市', { exact: true }).count()).to.equal(0)
    await page.getByTitle('虚构快运', { exact: true }).click()
    await form.getByRole('button', { name: '登记', exact: true }).click()
    await page.getByRole('dialog', { name: '人员已登记' }).getByRole('button', { name: '我已保存，关闭' }).click()
    await page.locator('tr.row', { hasText: '虚构快递员' }).getByText('虚构快运').waitFor()
    await open('/administration/clients', '系统')
    await page.getByRole('button', { name: '登记系统' }).click()
    const system = page.getByRole('dialog', { name: '登记系统' })
    await system.getByLabel('所属单位').waitFor()
    await system.getByLabel('角色').click()
    await page.getByTitle('合作单位', { exact: true }).click()
    await system.getByLabel('所属单位').waitFor({ state: 'detached' })
    expect(faults).to.deep.equal([])
    await close()
  })
})
