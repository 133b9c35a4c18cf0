import { expect } from 'chai'
import { LIST_COUNTED_MOST } from '../../../src/foundation/pages.js'
import { BROWSER_MS, browser } from '../../support/browser.js'
import { atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'

const ROWS = 100_000
/** Height of a row, in pixels. */
const ROW_PX = 40
/** Most rows in the DOM while scrolling. The cost of a step grows with them, not with the table. */
const DRAWN_MOST = 60

/** Scroll steps from top to bottom, one an animation frame. */
const STEPS = 200

/** Scrolls from top to bottom, one step a frame. Resolves to the most rows in the DOM and the height of the box. */
const SCROLL = `new Promise((resolve) => {
  const box = document.querySelector('.virtual-box')
  let most = 0
  const step = (n) => {
    box.scrollTop = (n / ${STEPS}) * (box.scrollHeight - box.clientHeight)
    most = Math.max(most, box.querySelectorAll('tr').length)
    if (n < ${STEPS}) return void requestAnimationFrame(() => step(n + 1))
    resolve({ most, height: box.scrollHeight })
  }
  step(0)
})`

describe('a table of the desk', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  before(async () => {
    await deskBuilt()
    hub = await startHub()
    await hub.token('marketplace', '虚构市场')
    await hub.hub.pull('registry', { cause: 'command' })
    await hub.hub.db.raw(
      `insert into operators (shop, kind, name, region, status, first_run, created_at)
       select 'shop:test:' || n, 'SHOP', '测试网店' || n, '220102', 'ACTIVE', (select min(id) from runs), now()
       from generate_series(1, :rows::int - (select count(*)::int from operators)) n`,
      { rows: ROWS } as never,
    )
  })
  after(() => hub?.stop())

  it(`a table of ${ROWS} rows counts 10,000 of them and keeps few in the DOM while scrolling`, async () => {
    const { page, open, close, faults } = await atDesk(visitor, hub, 'officer', {
      viewport: { width: 1280, height: 900 },
    })
    await open('/operators', '经营者')
    await page.getByText('共 10,000+ 项').waitFor()
    const seen = await page.evaluate<{ most: number; height: number }>(SCROLL)
    expect(seen.most).to.be.within(10, DRAWN_MOST)
    expect(seen.height).to.be.above(LIST_COUNTED_MOST * ROW_PX)
    // Far from the loaded rows the table offers to load more, instead of requesting a thousand pages.
    await page.getByRole('button', { name: '继续载入' }).waitFor()
    expect(await page.locator('table').first().getAttribute('aria-rowcount')).to.equal('-1')
    expect(faults).to.deep.equal([])
    await close()
  })

  it('keeps filter and scroll position in the address: a reload shows the same row in view', async () => {
    const { page, open, close } = await atDesk(visitor, hub, 'officer', { viewport: { width: 1280, height: 900 } })
    await open('/operators', '经营者')
    await page.getByText('共 10,000+ 项').waitFor()
    await page.evaluate(`document.querySelector('.virtual-box').scrollTo({ top: 150 * 44 })`)
    await page.waitForURL(/row=150/)
    const inView = page.locator('tr[aria-rowindex="154"]')
    const words = await inView.filter({ hasNotText: '…' }).first().textContent()
    await page.reload()
    await inView.filter({ hasText: words ?? '' }).waitFor()
    expect((await inView.boundingBox())?.y).to.be.within(0, 900)
    const name = hub.world.operators.find(({ uscc }) => uscc !== null)?.name ?? ''
    await page.getByLabel('名称', { exact: true }).fill(name)
    await page.locator('tr.row', { hasText: name }).first().waitFor()
    const url = new URL(page.url())
    expect([url.searchParams.get('name'), url.searchParams.get('row')]).to.deep.equal([name, null])
    await close()
  })

  for (const [path, title, width] of [
    ['people', '人员', 1280],
    ['clients', '系统', 1024],
  ] as const)
    it(`of ${path} shows the state beside the buttons at ${width} pixels, without scrolling`, async () => {
      const options = { viewport: { width, height: 900 } }
      const { page, open, close } = await atDesk(visitor, hub, 'administrator', options)
      await open(`/administration/${path}`, title)
      const edgeOf = (name: string) => page.getByRole('columnheader', { name, exact: true }).boundingBox()
      const [state, deeds] = [await edgeOf('状态'), await edgeOf('办理')]
      expect((state?.x ?? 0) + (state?.width ?? 0)).to.be.within(1, deeds?.x ?? 0)
      await close()
    })
})
