import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { tidyAuditLog } from '../../../src/work/audit/tidy-audit-log.js'
import { endFirstPartition } from '../../support/audit-partitions.js'
import { BROWSER_MS, violations } from '../../support/browser.js'
import { deskOfHub } from '../../support/desk.js'

const ROWS = 3
const PAST_TERM_MS = 400 * 86_400_000

describe('the audit log at the desk', function () {
  this.timeout(BROWSER_MS)
  /** Not the folder where the hub looks for the content. */
  const folder = mkdtempSync(join(tmpdir(), 'hub-elsewhere-'))
  after(() => rmSync(folder, { recursive: true }))
  const desk = deskOfHub(async (hub) => {
    const token = await hub.token('officer')
    for (let n = 0; n < ROWS; n += 1) await hub.ask('{ agencies { id } }', {}, token)
    await endFirstPartition(hub.hub.db)
    const later = () => new Date(hub.hub.now().getTime() + PAST_TERM_MS)
    await tidyAuditLog(hub.hub.db, { cause: 'timetable', now: later, archiveDir: folder })
  })

  it('marks the rows whose file is lost, says why, and shows all others', async () => {
    const { page, open, close, faults, strays } = await desk.signIn('auditor')
    await open('/administration/audit-log', '查询痕迹')
    const alert = page.getByRole('alert').filter({ hasText: '内容缺失' })
    await alert.waitFor()
    expect(await alert.textContent()).to.match(/第 1–\d+ 行的内容缺失.*存档文件，而文件缺失或损坏/)
    const log = page.getByRole('region', { name: '痕迹' })
    expect(
      await log.getByRole('row').filter({ hasText: 'officer' }).filter({ hasText: '内容缺失' }).count(),
    ).to.be.at.least(ROWS)
    await log.getByRole('row').filter({ hasText: '已答复' }).first().waitFor()
    await page.getByRole('button', { name: '查看第 1 行' }).click()
    await page.getByRole('dialog', { name: '第 1 行' }).getByText('请从备份恢复该文件').waitFor()
    expect([await violations(page), faults, strays]).to.deep.equal([[], [], []])
    await close()
  })
})
