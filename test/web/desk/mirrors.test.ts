import { expect } from 'chai'
import { petitionsMirror } from '../../../src/agencies/market-regulator/petitions.js'
import { mirrorPetitions } from '../../../src/work/matters/petitions.js'
import { BROWSER_MS, violations } from '../../support/browser.js'
import { deskOfHub } from '../../support/desk.js'

describe('the mirror of 12315 at the desk', function () {
  this.timeout(BROWSER_MS)
  const desk = deskOfHub(async (hub) => {
    const { db, rules, keys, log, now } = hub.hub
    const letter = { 登记编号: '虚构乙', 类型: '表扬', 登记日期: '2026-02-02', 主体类型: '线下经营者' }
    const open = () => ({ items: petitionsMirror.read(Buffer.from(JSON.stringify([letter])), {}), file: null })
    const given = {
      feed: petitionsMirror,
      open,
      rules,
      keys,
      pseudonymOf: keys.pseudonymOf,
      log,
      now,
      cause: 'command' as const,
    }
    await mirrorPetitions(db, given)
  })

  it('is among the feeds, and an officer drops its reject, which is corrected elsewhere', async () => {
    const { page, open, close, faults, strays } = await desk.signIn('officer')
    await open('/intake/feeds', '数据源')
    const row = page.getByRole('row', { name: /12315 投诉举报/ })
    await row.getByText('外部系统的镜像').waitFor()
    await row.getByRole('link', { name: '12315 投诉举报（镜像）' }).click()
    await page.getByRole('heading', { level: 1, name: '12315 投诉举报（镜像）' }).waitFor()
    await page.getByText('每次全量').waitFor()
    expect(await page.getByRole('link', { name: /上传文件|表头映射/ }).count()).to.equal(0)
    await page.getByRole('region', { name: '状况' }).getByRole('link', { name: '1 条' }).click()
    const item = page.getByRole('form', { name: '拒收的条目' })
    await item.getByText('请在原系统更正，下次镜像时接收。').waitFor()
    expect(await item.getByRole('button', { name: '更正并接收' }).count()).to.equal(0)
    const grounds = await item
      .locator('input, textarea')
      .evaluateAll((all) =>
        all.map((field) => field.ownerDocument.defaultView?.getComputedStyle(field).backgroundColor),
      )
    expect([...new Set(grounds)], 'the faulty field is as grey as the others').to.have.length(1)
    expect(grounds).to.have.length.above(1)
    expect(await violations(page)).to.deep.equal([])
    await item.getByRole('button', { name: '不再处理' }).click()
    await page.getByLabel('理由').fill('虚构：不属办理范围')
    await page.getByRole('button', { name: '确认不再处理' }).click()
    await page.getByRole('status').filter({ hasText: '不再处理' }).waitFor()
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })
})
