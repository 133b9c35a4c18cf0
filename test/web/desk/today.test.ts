import { expect } from 'chai'
import { BROWSER_MS } from '../../support/browser.js'
import { addPerson, deskOfHub } from '../../support/desk.js'

describe('the page of today', function () {
  this.timeout(BROWSER_MS)
  const desk = deskOfHub(async (hub) => {
    await addPerson(hub, 'officer')
  })

  it('reads anew when its tab is shown again', async () => {
    const { page, open, close, faults, strays } = await desk.signIn('officer')
    await open('', '今日')
    const calendar = page.getByRole('table', { name: '待办' }).getByRole('row').filter({ hasText: '工作日历修订' })
    await page.getByRole('heading', { name: '待办' }).waitFor()
    expect(await calendar.count()).to.equal(0)
    let asked = 1
    page.on('request', (request) => {
      if ((request.postData() ?? '').includes('query Today')) asked += 1
    })
    // Within a minute the use of the page asks for nothing.
    await page.mouse.click(400, 400)
    const made = { days: '[]', reason: '虚构理由', proposed_by: '虚构管理', proposed_at: desk.hub.hub.now() }
    await desk.hub.hub.db('calendar_proposals').insert(made)
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
    await calendar.waitFor()
    expect(asked).to.equal(2)
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })
})
