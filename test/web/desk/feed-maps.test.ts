import { expect } from 'chai'
import { usccOf } from '../../../seeds/world/codes.js'
import { BROWSER_MS, isTooWide, violations } from '../../support/browser.js'
import { type AtDesk, deskOfHub } from '../../support/desk.js'

const NARROW = { viewport: { width: 360, height: 800 } }
const CODE = usccOf('91', '220102', 7)
const TABLE = Buffer.from(`主体全称,社会信用代码,列入事由,备用\n长春绯簏运输有限公司,${CODE},拒不履行,无\n`)

describe('heading maps at the desk', function () {
  this.timeout(BROWSER_MS)
  const desk = deskOfHub()

  const checked = async ({ page, faults }: AtDesk) => {
    expect(await violations(page)).to.deep.equal([])
    expect(await isTooWide(page)).to.equal(false)
    expect(faults).to.deep.equal([])
  }

  it('F-4: an administrator maps the headings of a file, the hub reads the file by the map, and an officer ends the map at 360 px', async () => {
    const admin = await desk.signIn('administrator')
    const { page } = admin
    const upload = async () => {
      await page.getByLabel(/把文件拖到这里/).setInputFiles({ name: '名单.csv', mimeType: 'text/csv', buffer: TABLE })
      await page.getByRole('button', { name: /^预\s?览$/ }).click()
    }
    const choose = async (heading: string, field: string) => {
      await page.getByLabel(heading, { exact: true }).click()
      await page.keyboard.type(field)
      await page.keyboard.press('Enter')
    }
    await admin.open('/intake/uploads?feed=dishonest', '上传')
    await upload()
    await page.getByRole('link', { name: '把这个文件的表头对应到字段' }).click()
    // The browser logs every 4xx answer to its console.
    expect(admin.faults.splice(0).join()).to.contain('422')
    const form = page.getByRole('region', { name: '新的映射' })
    await form.getByText('刚才上传的文件中读到的表头').waitFor()
    await form.getByLabel('文件中的另一个表头').fill('经办科室')
    await form.getByRole('button', { name: '添加表头' }).click()
    await form.getByRole('button', { name: '删去：经办科室' }).click()
    expect(await form.getByRole('button', { name: '保存映射' }).isDisabled()).to.equal(true)
    await choose('主体全称', '企业名称')
    await choose('社会信用代码', '统一信用代码')
    await choose('列入事由', '失信领域')
    await checked(admin)
    await form.getByRole('button', { name: '保存映射' }).click()
    await page.getByRole('status').filter({ hasText: '映射已保存' }).waitFor()
    const table = page.getByRole('table', { name: /^映射 \d+ 的各行$/ })
    expect(await table.locator('tbody tr').allTextContents()).to.have.members([
      '主体全称企业名称',
      '社会信用代码统一信用代码',
      '列入事由失信领域',
      '备用（不采用）',
    ])
    await checked(admin)
    await admin.open('/intake/uploads?feed=dishonest', '上传')
    await upload()
    const preview = page.getByRole('region', { name: '预览' })
    await preview.getByText('2 预览：尚未接收').waitFor()
    expect(await preview.locator('.figures dd').first().textContent()).to.equal('1')
    await admin.close()

    const officer = await desk.signIn('officer', NARROW)
    await officer.open('/intake/feeds/dishonest', /失信/)
    await officer.page.getByRole('link', { name: '表头映射' }).click()
    await officer.page.getByRole('button', { name: /^停用：映射/ }).click()
    await officer.page.getByRole('button', { name: '确认停用' }).click()
    await officer.page
      .getByRole('status')
      .filter({ hasText: /映射 \d+ 已停用/ })
      .waitFor()
    await officer.page.getByText(/officer 于 .* 停用/).waitFor()
    await checked(officer)
    await officer.close()
    const kept = await desk.hub.hub.db('feed_maps').select('made_by', 'ended_by')
    expect(kept).to.deep.equal([{ made_by: 'administrator', ended_by: 'officer' }])
  })
})
