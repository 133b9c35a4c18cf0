import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readSheets } from '../../../src/foundation/text/xlsx.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'
import { type AtDesk, atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'
import { csv, type Firm, firmsOf, line as lineOf, of, rowOf } from '../../support/penalty-rows.js'

const LIKE = 20
const GOOD = 150
const WIDE = { viewport: { width: 1440, height: 900 } }

describe('many at once at the desk', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  let firms: Firm[]
  before(async () => {
    await deskBuilt()
    hub = await startHub()
    for (const feed of ['registry', 'quality', 'penalties']) await hub.hub.pull(feed, { cause: 'command' })
    await hub.hub.score({ cause: 'command' })
    firms = await firmsOf(hub.hub.db, LIKE + 1)
    const row = await rowOf(hub.hub.db)
    const lines = firms.map((firm, n) =>
      lineOf(row, 700 + n, {
        ...of(firm, { coded: true }),
        CF_JDRQ: '2026年13月45日',
        ...(n === 3 && { CF_NR_FK: '若干' }),
      }),
    )
    // A delivery of mostly bad rows is refused whole.
    const good = Array.from({ length: GOOD }, (_, n) => lineOf(row, 900 + n, of(firms[0] as Firm, { coded: true })))
    await hub.hub.pull('penalties', {
      cause: 'command',
      file: { bytes: csv([...lines, ...good]), name: '同样的问题.csv' },
    })
  })
  after(() => hub?.stop())

  const checked = async ({ page, faults, strays }: AtDesk) => {
    expect(await violations(page)).to.deep.equal([])
    expect(await isTooWide(page)).to.equal(false)
    expect([faults, strays]).to.deep.equal([[], []])
  }

  it('an officer corrects rejects of the same fault together, and the one that stays wrong is told', async () => {
    const officer = await atDesk(visitor, hub, 'officer', WIDE)
    const { page } = officer
    await officer.open('/intake/rejects?feed=penalties', '拒收条目')
    await page
      .getByRole('button', { name: /第 2 行/ })
      .first()
      .click()
    await page.getByRole('button', { name: /^成批更正同样的问题/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('全部填为的处罚决定日期（CF_JDRQ）').fill('2026-10-08')
    await dialog.getByText('日期写作 2026-03-02').waitFor()
    for (const { name } of firms.slice(0, 2)) await dialog.getByText(name).first().waitFor()
    await dialog.getByRole('button', { name: '全部填为此值' }).click()
    await dialog.getByLabel('更正的理由').fill('据决定书原件，日期录入有误')
    await dialog.getByRole('button', { name: '确认成批更正同样的问题' }).click()
    // Each wait has its own time, so that a slow machine gets through.
    for (const some of [/^已办 (?:[5-9]|1\d|20) 项/, /^已办 1\d|^已办 20/, /^已办 20 项，未办成 1 项，共 21 项/])
      await dialog.getByText(some).waitFor()
    await dialog.getByText(/仍有问题：/).waitFor()
    await dialog
      .getByRole('button', { name: /^关\s?闭$/ })
      .last()
      .click()
    // Only the one that stayed wrong is still listed.
    await page.getByText('已更正并接收 20 条。').waitFor()
    await page
      .getByRole('button', { name: /第 5 行/ })
      .first()
      .waitFor()
    expect(await page.getByRole('button', { name: /第 2 行/ }).count()).to.equal(0)
    const states = await hub.hub
      .db('rejects')
      .where({ note: '据决定书原件，日期录入有误' })
      .select('state', 'settled_by')
    expect(states).to.have.length(LIKE)
    expect(new Set(states.map(({ state, settled_by: by }) => `${state} ${by}`))).to.deep.equal(
      new Set(['TAKEN officer']),
    )
    await checked(officer)
    await officer.close()
  })

  it('leads show what could carry them, are exported as shown, and dropped together', async () => {
    const officer = await atDesk(visitor, hub, 'officer', WIDE)
    const { page } = officer
    await officer.open('/listings?state=LEAD', '名单案件')
    const table = page.getByRole('table', { name: '线索' })
    await table.getByText('较重行政处罚').first().waitFor()
    const before = await hub.hub.db('listings').where({ state: 'LEAD' }).count('* as n').first()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '导出 Excel' }).click(),
    ])
    expect(download.suggestedFilename()).to.match(/^名单案件-\d{4}-\d{2}-\d{2}\.xlsx$/)
    const [sheet] = readSheets(readFileSync(await download.path()), 'xlsx')
    expect([...(sheet?.() ?? [])]).to.have.length(Number(before?.['n']) + 1)
    for (const box of (await table.getByRole('checkbox').all()).slice(0, 2)) await box.check()
    await page.getByRole('button', { name: '不予列入（2）' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('事由').fill('未达到列入标准')
    await dialog.getByRole('button', { name: '确认不予列入' }).click()
    await dialog.getByText(/^已办 2 项，未办成 0 项/).waitFor()
    await checked(officer)
    await dialog
      .getByRole('button', { name: /^关\s?闭$/ })
      .last()
      .click()
    const dropped = await hub.hub.db('listings').where({ state: 'NOT_LISTED' }).select('facts')
    expect(dropped.map(({ facts }) => facts.notListed)).to.deep.equal(['BELOW_THRESHOLD', 'BELOW_THRESHOLD'])
    await officer.close()
  })
})
