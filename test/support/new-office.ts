/** A hub of a new office: an empty folder and an empty database, no stand-ins, no settings. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { readConfig } from '../../src/config.js'
import { type Hub, makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import type { browser, Visit } from './browser.js'
import { freshDatabase } from './database.js'
import { fillSignIn, PASSWORD } from './desk.js'
import { addAuthenticator } from './passkeys.js'
import { freePort } from './ports.js'

export interface NewOffice {
  hub: Hub
  url: string
  /** The setup code, as the start prints it at the server's terminal. */
  code: string
  stop(): Promise<void>
}

export const startNewOffice = async (): Promise<NewOffice> => {
  const test = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'hub-new-'))
  const port = await freePort()
  const config = readConfig({ PORT: String(port), DATABASE_URL: test.url, DATA_DIR: folder, LOG_LEVEL: 'silent' })
  const hub = await makeHub(config, { log: makeLog(config.log) })
  const url = await hub.serve()
  hub.tick()
  const code = hub.setupLines(url).join(' ').split(': ').at(-1) ?? ''
  return {
    ...{ hub, url, code },
    stop: async () => {
      await hub.close()
      await test.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface Colleague extends Visit {
  name: string
  /** Opens a page below /desk and waits for its title. */
  open(path: string, title: string | RegExp): Promise<void>
}

/** A browser of a person's own. Registers a passkey at the first sign-in, and signs in again with it alone. */
export const firstSignIn = async (
  visitor: ReturnType<typeof browser>,
  url: string,
  { name, password }: { name: string; password: string },
): Promise<Colleague> => {
  const visit = await visitor.visit(url)
  const { page } = visit
  await addAuthenticator(page)
  await page.goto('/desk')
  await fillSignIn(page, name, password)
  await page.getByLabel('新密码', { exact: true }).fill(PASSWORD)
  await page.getByLabel('再次输入新密码').fill(PASSWORD)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await enrolPasskey(page)
  await page.goto('/desk')
  await page.getByRole('button', { name, exact: true }).click()
  await page.getByText('退出登录').click()
  await page.getByRole('button', { name: '使用通行密钥' }).click()
  await page.getByRole('heading', { level: 1, name: '今日' }).waitFor()
  return {
    ...visit,
    name,
    open: async (path, title) => {
      await page.goto(`/desk${path}`)
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
    },
  }
}

/** Administrators must enrol before they enter the desk. Others do so at their own account. */
const enrolPasskey = async (page: Page): Promise<void> => {
  const required = page.getByRole('heading', { level: 1, name: '启用第二重验证' })
  const entered = page.getByRole('heading', { level: 1, name: '今日' })
  await required.or(entered).waitFor()
  if (await entered.isVisible()) await page.goto('/desk/account')
  await page.getByLabel('通行密钥的名称').fill('办公室电脑')
  await page.getByRole('button', { name: '建立通行密钥' }).click()
  await page.getByRole('button', { name: '我已保存，关闭' }).click()
}
