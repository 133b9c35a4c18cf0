import { expect } from 'chai'
import { registerPerson } from '../../../src/work/access/people.js'
import { BROWSER_MS, browser, violations } from '../../support/browser.js'
import { atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'

describe('people at the desk', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  before(async () => {
    await deskBuilt()
    hub = await startHub()
  })
  after(() => hub?.stop())

  it('whoever confirms an account first reads its role, agency and region', async () => {
    const given = { name: '虚构待确认', role: 'officer', agency: 'market-regulator', region: '220100' }
    const { db, now } = hub.hub
    await registerPerson(db, given, [given.agency], { by: '虚构登记人', byCommand: false, now: now() })
    const { page, open, close, faults } = await atDesk(visitor, hub, 'administrator', { duty: 'security' })
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
})
