/** Two administrators set the mail server and a group robot at the desk, and see what a test mail meets. */
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { type GroupRobots, startGroupRobots } from '../../../src/sandbox/group-robots.js'
import { type MailServerStandIn, startMailServer } from '../../../src/sandbox/mail-server.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'
import { atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'

const REASON = '虚构通知〔2026〕10号'
const SECOND = { name: '虚构安全', duty: 'security' } as const

describe('mail server and robots at the desk', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  let mail: MailServerStandIn
  let robots: GroupRobots
  before(async () => {
    await deskBuilt()
    mail = await startMailServer()
    robots = await startGroupRobots(mail)
    hub = await startHub()
  })
  after(async () => {
    await hub?.stop()
    await mail?.close()
    await robots?.close()
  })

  /** Another administrator confirms what waits, on this page. */
  const confirmOn = async (path: string, title: string, kind: string, look: (page: Page) => Promise<void>) => {
    const { page, open, close, faults } = await atDesk(visitor, hub, 'administrator', SECOND)
    await open(path, title)
    await page
      .getByRole('region', { name: `待确认：${kind}` })
      .getByRole('button', { name: '确认', exact: true })
      .click()
    await page.getByRole('dialog', { name: '确认' }).getByRole('button', { name: '确认', exact: true }).click()
    await page.getByText('已确认，随即生效。').waitFor()
    await look(page)
    expect(faults).to.deep.equal([])
    await close()
  }

  it('are proposed by one administrator and confirmed by another; a test mail says what it met', async () => {
    const { page, open, close, strays } = await atDesk(visitor, hub, 'administrator')
    await open('/administration/settings', '本机关设置')
    const values = {
      邮件服务器: `smtp://hub@hub.test@127.0.0.1:${mail.port}`,
      邮件服务器的密码: 'xY7-not-to-be-seen-again',
      发件邮箱: 'hub@hub.test',
      回调地址可用的内部网段: '127.0.0.0/8',
    }
    for (const [setting, value] of Object.entries(values))
      await page.getByLabel(`${setting}的新值`, { exact: true }).fill(value)
    await page.getByRole('button', { name: '提出改动（4 项）' }).click()
    await page.getByLabel('依据').fill(REASON)
    await page.getByRole('button', { name: /^确认提出改动/ }).click()
    await page.getByText('由您提出的须由另一人确认；您可以撤回。').waitFor()
    expect(await page.content()).to.not.include(values.邮件服务器的密码)
    expect([await violations(page), strays]).to.deep.equal([[], []])
    await close()

    await confirmOn('/administration/settings', '本机关设置', '设置', async (other) => {
      const test = other.getByRole('button', { name: '发送测试邮件' })
      await test.click()
      await other.getByText('邮件服务器已收下测试邮件，请查看发件邮箱。').waitFor()
      expect(mail.mails.at(-1)).to.include({ to: 'hub@hub.test', subject: '【信用枢纽】测试邮件' })
      mail.behave({ refuseLogin: true })
      await test.click()
      await other.getByText('测试邮件没有送出。账号或者密码不对').waitFor()
      expect([await violations(other), await isTooWide(other)]).to.deep.equal([[], false])
      mail.behave({ refuseLogin: false })
    })
  })

  it('robots hear nothing before another administrator has confirmed them', async () => {
    const networks = { name: 'WEBHOOK_ALLOW', shown: '127.0.0.0/8', sealed: null }
    await hub.hub.db.raw(
      `with next as (update office_revision set revision = revision + 1 returning revision)
       insert into office_proposals (kind, content, reason, proposed_by, proposed_at, state, decided_by, decided_at, revision)
       select 'SETTINGS', ?::jsonb, '依据', 'x', now(), 'IN_FORCE', 'y', now(), revision from next`,
      [JSON.stringify({ values: [networks] })],
    )
    await hub.hub.office.refresh()
    const { page, open, close, faults, strays } = await atDesk(visitor, hub, 'administrator')
    await open('/administration/reminders', '提醒渠道')
    await page.getByRole('button', { name: '登记群机器人' }).click()
    const form = page.getByRole('dialog', { name: '登记群机器人' })
    await form.getByLabel('群名称').fill('值班群')
    await form.getByLabel('形式').click()
    await page.getByTitle('钉钉').click()
    await form.getByLabel('机器人地址（webhook）').fill(robots.dingtalk.address)
    await form.getByLabel('加签密钥').fill(robots.dingtalk.secret)
    await form.getByLabel('依据').fill(REASON)
    expect(await violations(page)).to.deep.equal([])
    await form.getByRole('button', { name: '发送测试消息并提出' }).click()
    await page.getByText('测试消息已发到“值班群”；改动已提出，待另一名管理员确认。').waitFor()
    await page.getByText('还没有登记群机器人。').waitFor()
    expect(robots.messages).to.have.length(1)
    expect(await isTooWide(page)).to.equal(false)
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
    await confirmOn('/administration/reminders', '提醒渠道', '群机器人', async (other) => {
      await other.getByRole('cell', { name: '值班群' }).waitFor()
      expect(await violations(other)).to.deep.equal([])
    })
  })
})
