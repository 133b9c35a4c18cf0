import { expect } from 'chai'
import { BROWSER_MS, violations } from '../../support/browser.js'
import { deskOfHub } from '../../support/desk.js'

const SCRIPTS = '**/desk/assets/*.js'
const STYLES = '**/desk/assets/*.css'
const LOOK_MS = 500
const GONE = { status: 404, contentType: 'application/problem+json', body: '{}' }

describe('a desk whose hub was upgraded', function () {
  this.timeout(BROWSER_MS)
  const desk = deskOfHub()

  for (const { what, gone, title, path } of [
    { what: 'script', gone: SCRIPTS, title: '拒收条目', path: '/intake/rejects' },
    { what: 'style sheet', gone: STYLES, title: '身份认定', path: '/intake/identity' },
  ])
    it(`says that the page has to be loaded again where a ${what} of it is gone, and loads it once asked`, async () => {
      const { page, open, close } = await desk.signIn('officer', { serviceWorkers: 'block' })
      await open('', '今日')
      let loads = 0
      page.on('load', () => {
        loads += 1
      })
      await page.route(gone, (route) => route.fulfill(GONE))
      await page.getByRole('link', { name: title }).first().click()
      await page.getByText('系统已更新，请刷新页面。').waitFor()
      expect(await violations(page)).to.deep.equal([])
      expect(loads).to.equal(0)
      await page.unroute(gone)
      await page.getByRole('button', { name: '刷新页面' }).click()
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      expect(new URL(page.url()).pathname).to.equal(`/desk${path}`)
      await close()
    })

  it('says so too where the program itself is gone, and nothing while it loads', async () => {
    const { page, open, close } = await desk.signIn('officer')
    await open('', '今日')
    await page.route(SCRIPTS, (route) => route.fulfill(GONE))
    await page.reload()
    const words = page.locator('.not-begun')
    expect(await words.textContent()).to.include('系统可能已更新，请刷新页面。')
    const opacity = (): Promise<string> =>
      words.evaluate(
        (element: { ownerDocument: { defaultView: { getComputedStyle(of: unknown): { opacity: string } } } }) =>
          element.ownerDocument.defaultView.getComputedStyle(element).opacity,
      )
    expect(await opacity()).to.equal('0')
    while ((await opacity()) !== '1') await page.waitForTimeout(LOOK_MS)
    await page.unroute(SCRIPTS)
    await page.getByRole('button', { name: '刷新页面' }).click()
    await page.getByRole('heading', { level: 1, name: '今日' }).waitFor()
    await close()
  })
})
