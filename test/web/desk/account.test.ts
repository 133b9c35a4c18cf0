import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { codeOfStep, stepAt } from '../../../src/foundation/keys/one-time-codes.js'
import { type MailServerStandIn, startMailServer } from '../../../src/sandbox/mail-server.js'
import { confirmedPerson } from '../../support/accounts.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'
import { atDesk, deskBuilt, fillSignIn, PASSWORD } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'
import { addAuthenticator } from '../../support/passkeys.js'
import { freePort } from '../../support/ports.js'
import { bytesOfBase32 } from '../../support/sign-ins.js'

describe('the own account at the desk', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  let mail: MailServerStandIn
  before(async () => {
    await deskBuilt()
    mail = await startMailServer()
    hub = await startHub({
      ...{ secondFactor: 'administrators', port: await freePort() },
      mail: { host: mail.host, port: mail.port, secure: false, user: null, password: null, sender: 'hub@mail.test' },
    })
  })
  after(async () => {
    await hub?.stop()
    await mail?.close()
  })

  const signOut = async (page: Page, name: string) => {
    await page.getByRole('button', { name, exact: true }).click()
    await page.getByText('退出登录').click()
    await page.getByLabel('姓名（登录名）').waitFor()
  }

  it('an administrator’s first sign-in leads to a passkey, which then signs in alone', async () => {
    const given = { name: '首任', role: 'administrator', duty: 'security' }
    const { one_time_password } = await confirmedPerson(hub.hub.db, given, [], hub.hub.now())
    const { page, close, faults } = await visitor.visit(hub.url)
    await addAuthenticator(page)
    await page.goto('/desk')
    await fillSignIn(page, '首任', one_time_password)
    await page.getByLabel('新密码', { exact: true }).fill(PASSWORD)
    await page.getByLabel('再次输入新密码').fill(PASSWORD)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: '启用第二重验证' }).waitFor()
    await page.getByText('您的账号须启用第二重验证').waitFor()
    expect(await violations(page, { sizes: true })).to.deep.equal([])
    await page.getByLabel('通行密钥的名称').fill('办公室电脑')
    await page.getByRole('button', { name: '建立通行密钥' }).click()
    const codes = page.getByRole('dialog', { name: '您的恢复码' })
    const shown = (await codes.locator('code').textContent()) ?? ''
    expect(shown.split('\n')).to.have.length(10)
    expect(await violations(page, { sizes: true })).to.deep.equal([])
    await codes.getByRole('button', { name: '我已保存，关闭' }).click()
    await page.getByRole('heading', { level: 1, name: '今日' }).waitFor()
    await signOut(page, '首任')
    await page.getByRole('button', { name: '使用通行密钥' }).click()
    await page.getByRole('heading', { level: 1, name: '今日' }).waitFor()
    await signOut(page, '首任')
    await fillSignIn(page, '首任')
    await page.getByText('密码正确，还需第二重验证').waitFor()
    expect(await violations(page, { sizes: true })).to.deep.equal([])
    await page.getByRole('button', { name: '出示通行密钥' }).click()
    await page.getByRole('heading', { level: 1, name: '今日' }).waitFor()
    await signOut(page, '首任')
    await fillSignIn(page, '首任')
    await page.getByLabel('恢复码', { exact: true }).fill(shown.split('\n')[0] ?? '')
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: '今日' }).waitFor()
    expect(faults.filter((fault) => !/status of 40[13]/.test(fault))).to.deep.equal([])
    await close()
  })

  it('an officer enrols one-time codes, sees and ends other sessions, and changes the password', async () => {
    const elsewhere = await atDesk(visitor, hub, 'officer', { fresh: true })
    const { page, open, close, faults } = await atDesk(visitor, hub, 'officer')
    await open('/', '今日')
    await page.getByRole('button', { name: 'officer', exact: true }).click()
    await page.getByRole('link', { name: '我的账号' }).click()
    await page.getByRole('heading', { level: 1, name: '我的账号' }).waitFor()
    await page.getByRole('table', { name: '我的登录' }).getByText('本次登录').waitFor()
    expect(await violations(page)).to.deep.equal([])

    await page.getByRole('button', { name: '结束其他登录', exact: true }).click()
    await page.getByRole('button', { name: '确认结束其他登录' }).click()
    await page.getByRole('button', { name: '结束其他登录', exact: true }).waitFor({ state: 'detached' })
    await elsewhere.page.goto('/desk')
    await elsewhere.page.getByLabel('姓名（登录名）').waitFor()
    await elsewhere.close()

    await page.getByRole('button', { name: '启用动态验证码' }).click()
    const dialog = page.getByRole('dialog', { name: '启用动态验证码' })
    const secret = ((await dialog.locator('code').textContent()) ?? '').replaceAll(' ', '')
    expect(await violations(page)).to.deep.equal([])
    await dialog.getByLabel('六位数字').fill(codeOfStep(bytesOfBase32(secret), stepAt(hub.hub.now())))
    await dialog.getByRole('button', { name: '启用', exact: true }).click()
    await page.getByRole('button', { name: '我已保存，关闭' }).click()
    await page.getByText('还有 10 个未用。').waitFor()

    await hub.hub.db('sessions').where({ person: 'officer' }).update({ proven_at: null })
    await page.getByRole('button', { name: '更换恢复码', exact: true }).click()
    await page.getByRole('button', { name: '确认更换恢复码' }).click()
    const proof = page.getByRole('dialog', { name: '请再次输入密码' })
    await proof.getByLabel('密码', { exact: true }).fill(PASSWORD)
    await proof.getByRole('button', { name: '继续' }).click()
    await page.getByRole('button', { name: '我已保存，关闭' }).click()

    await page.getByLabel('现在的密码').fill(PASSWORD)
    await page.getByLabel('新密码', { exact: true }).fill(`${PASSWORD} 2`)
    await page.getByLabel('再次输入新密码').fill(`${PASSWORD} 2`)
    await page.getByRole('button', { name: '更改密码' }).click()
    await page.getByText('密码已更改。').waitFor()
    await open('/', '今日')
    expect(faults.filter((fault) => !/status of 40[13]/.test(fault))).to.deep.equal([])
    await close()
  })

  it('a person registers a mail address by the code that comes, and chooses a digest and quiet hours', async () => {
    const { page, open, close, faults, strays } = await atDesk(visitor, hub, 'reviewer')
    await open('/', '今日')
    await page.locator('.account').click()
    await page.getByRole('link', { name: '提醒设置' }).click()
    await page.getByText('尚未登记邮箱，目前不会收到提醒。').waitFor()
    await page.getByLabel('邮箱地址').fill('reviewer@mail.test')
    await page.getByRole('button', { name: '发送确认码' }).click()
    await page.getByText('确认码已发到 reviewer@mail.test').waitFor()
    const code = /：(\d{6})/.exec(mail.mails.at(-1)?.text ?? '')?.[1] ?? ''
    await page.getByLabel('确认码', { exact: true }).fill(code)
    await page.getByRole('button', { name: '确认邮箱' }).click()
    await page.getByText('提醒发到：reviewer@mail.test').waitFor()

    await page.getByLabel('信用平台异常').uncheck()
    await page.getByLabel('发送时间').click()
    await page.getByTitle('每日 5 时汇总').click()
    await page.getByLabel('免打扰自').click()
    await page.getByTitle('免打扰自 6 时').click()
    expect(await violations(page)).to.deep.equal([])
    expect(await isTooWide(page)).to.equal(false)
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText('已保存。').waitFor()
    await page.reload()
    expect(await page.getByLabel('信用平台异常').isChecked()).to.equal(false)
    await page.getByTitle('至 15 时').waitFor()
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })
})
