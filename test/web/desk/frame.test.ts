import http from 'node:http'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { Locator, Page } from 'playwright-core'
import { confirmedPerson } from '../../support/accounts.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'
import { addPerson, atDesk, deskBuilt, endSession, fillSignIn, PASSWORD } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'

/** Most bytes of the first load of the desk, as transferred, and most requests. */
const FIRST_LOAD_BYTES = 500_000
const FIRST_LOAD_REQUESTS = 40
/** Clicks before the test gives up waiting for the dialog. */
const TRIES = 40
/** How long one click waits for the dialog, milliseconds. */
const PATIENCE_MS = 4_000

/** Entries of the navigation that lie over the one before, and a navigation that leaves the window. */
const NAVIGATION_FAULTS = `(() => {
  const side = document.querySelector('nav.side')
  const { top, bottom } = side.getBoundingClientRect()
  const faults = top < 0 || bottom > innerHeight ? ['the navigation lies at ' + top + '–' + bottom] : []
  let before = { name: 'the top', bottom: -Infinity }
  for (const one of side.querySelectorAll('.ant-menu-item-group-title, .ant-menu-item, summary')) {
    if (!one.checkVisibility()) continue
    const at = one.getBoundingClientRect()
    if (at.top < before.bottom - 1) faults.push(one.textContent + ' lies over ' + before.name)
    before = { name: one.textContent, bottom: at.bottom }
  }
  return faults
})()`

/** Reloads the data until the page notices that the session is gone. Returns the sign-in dialog. */
const signInAsked = async (page: Page): Promise<Locator> => {
  const dialog = page.getByRole('dialog', { name: '登录已失效，请重新登录' })
  // A loading button ignores clicks. The page’s own polling may also notice first, and then the dialog covers the button.
  for (let tried = 0; tried < TRIES && !(await dialog.isVisible()); tried += 1) {
    await page.getByRole('button', { name: '刷新' }).dispatchEvent('click')
    await dialog.waitFor({ timeout: PATIENCE_MS }).catch(() => undefined)
  }
  return dialog
}

describe('the desk', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  before(async () => {
    await deskBuilt()
    hub = await startHub()
    for (const feed of ['registry', 'penalties']) await hub.hub.pull(feed, { cause: 'command' })
    await hub.hub.score({ cause: 'command' })
  })
  after(() => hub?.stop())

  it('answers every path below /desk with one page under a strict policy, and 404 to unknown files', async () => {
    const answer = await fetch(`${hub.url}/desk/anything/at/all`)
    expect(answer.status).to.equal(200)
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).to.include("script-src 'self';").and.to.not.include('unsafe')
    const html = await answer.text()
    const [, nonce = ''] = /nonce-([^']+)'/.exec(policy) ?? []
    expect(html).to.include(`content="${nonce}"`).and.to.include('id="session">null<')
    expect(await (await fetch(`${hub.url}/desk`)).text()).to.not.include(nonce)
    expect(answer.headers.get('cache-control')).to.equal('no-store')
    for (const path of ['/desk/assets/none.js', '/desk/assets/..%2findex.html'])
      expect((await fetch(`${hub.url}${path}`)).status, path).to.equal(404)
    expect((await fetch(`${hub.url}/desk/session`)).status).to.equal(401)
    expect((await fetch(`${hub.url}/desk/login`)).status).to.equal(405)
  })

  it('serves its files as immutable, compressed at build time', async () => {
    const html = await (await fetch(`${hub.url}/desk/listings`)).text()
    const [, script = ''] = /src="([^"]+\.js)"/.exec(html) ?? []
    const sent = (coding: string) =>
      new Promise<{ coding: string; bytes: Buffer; cache: string }>((resolve) => {
        http.get(`${hub.url}${script}`, { headers: { 'accept-encoding': coding } }, (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('end', () => {
            const { 'content-encoding': coding = 'none', 'cache-control': cache = '' } = answer.headers
            resolve({ coding, cache, bytes: Buffer.concat(chunks) })
          })
        })
      })
    const [plain, gz, br] = [await sent('identity'), await sent('gzip'), await sent('gzip, deflate, br')]
    expect([plain.coding, gz.coding, br.coding]).to.deep.equal(['none', 'gzip', 'br'])
    expect(gunzipSync(gz.bytes).equals(plain.bytes)).to.equal(true)
    expect(br.bytes.length).to.be.below(gz.bytes.length)
    expect(br.cache).to.equal('public, max-age=31536000, immutable')
  })

  it('requires a one-time password to be replaced at the first sign-in', async () => {
    const given = { name: '初次', role: 'officer', agency: 'market-regulator' }
    const { one_time_password } = await confirmedPerson(hub.hub.db, given, ['market-regulator'], hub.hub.now())
    const { page, close, faults } = await visitor.visit(hub.url)
    await page.goto('/desk')
    expect(await violations(page, { sizes: true })).to.deep.equal([])
    await fillSignIn(page, '初次', one_time_password)
    await page.getByText('这是一次性密码，请设定您自己的密码').waitFor()
    expect(await violations(page, { sizes: true })).to.deep.equal([])
    await page.getByLabel('新密码', { exact: true }).fill(PASSWORD)
    await page.getByLabel('再次输入新密码').fill(`${PASSWORD}!`)
    await page.getByRole('button', { name: '登录' }).click()
    await page.getByText('两次输入的新密码不一致。').waitFor()
    await page.getByLabel('再次输入新密码').fill(PASSWORD)
    await page.getByRole('button', { name: '登录' }).click()
    await page.getByRole('heading', { level: 1, name: '今日' }).waitFor()
    await page.getByRole('button', { name: '初次' }).click()
    await page.getByText('退出登录').click()
    await page.getByLabel('姓名（登录名）').waitFor()
    await fillSignIn(page, '初次', one_time_password)
    await page.locator('[data-code=SIGN_IN_REFUSED]').waitFor()
    // The browser logs refused requests to its console. Those are no faults of the page.
    expect(faults.filter((fault) => !/status of 40[13]/.test(fault))).to.deep.equal([])
    await close()
  })

  it('says on a demonstration’s pages that all data are invented, without an axe violation', async () => {
    const demo = await startHub({ demo: true })
    try {
      const { page, open, close } = await atDesk(visitor, demo, 'officer')
      await open('/', '今日')
      await page.getByRole('complementary', { name: '演示' }).getByText('所示数据全部虚构').waitFor()
      expect(await violations(page, { sizes: true })).to.deep.equal([])
      await close()
    } finally {
      await demo.stop()
    }
  })

  it('keeps what was typed when the session ends, and repeats the refused request after a new sign-in', async () => {
    const { page, close, open } = await atDesk(visitor, hub, 'officer', { name: 'in-the-middle' })
    await open('/operators', '经营者')
    const rows = page.locator('tr.row')
    await rows.first().waitFor()
    await endSession(hub, 'in-the-middle')
    await page.getByLabel('名称', { exact: true }).fill('有限公司')
    const dialog = page.getByRole('dialog', { name: '登录已失效，请重新登录' })
    await dialog.waitFor()
    expect(await violations(page, { sizes: true })).to.deep.equal([])
    expect(await dialog.getByLabel('姓名（登录名）').inputValue()).to.equal('in-the-middle')
    await dialog.getByLabel('密码', { exact: true }).fill(PASSWORD)
    await dialog.getByRole('button', { name: '登录' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.locator('tr.row', { hasText: '有限公司' }).first().waitFor()
    expect(await page.getByLabel('名称', { exact: true }).inputValue()).to.equal('有限公司')
    expect(new URL(page.url()).searchParams.get('name')).to.equal('有限公司')
    await close()
  })

  it('asks for a new sign-in when the browser has lost the session cookie, and shows no public answer instead', async () => {
    const { page, close, open } = await atDesk(visitor, hub, 'officer', { name: 'without-cookie' })
    await open('/', '今日')
    await page.context().clearCookies()
    await signInAsked(page)
    await close()
  })

  it('starts afresh when another person signs in over the page', async () => {
    const { page, close, open } = await atDesk(visitor, hub, 'officer', { name: 'one-person' })
    await addPerson(hub, 'auditor', { name: 'another-person' })
    await open('/', '今日')
    await endSession(hub, 'one-person')
    const dialog = await signInAsked(page)
    await dialog.getByLabel('姓名（登录名）').fill('another-person')
    await dialog.getByLabel('密码', { exact: true }).fill(PASSWORD)
    await dialog.getByRole('button', { name: '登录' }).click()
    await page.getByRole('button', { name: 'another-person' }).waitFor()
    await close()
  })

  it('signing out in an older window also ends the newer sign-in', async () => {
    const { page, close, open } = await atDesk(visitor, hub, 'officer', { name: 'of-two-windows', fresh: true })
    await open('/', '今日')
    const newer = await page.context().newPage()
    await newer.goto('/desk')
    await newer.evaluate(
      `fetch('/desk/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '${JSON.stringify({ name: 'of-two-windows', password: PASSWORD })}' })`,
    )
    await page.getByRole('button', { name: 'of-two-windows' }).click()
    await page.getByText('退出登录').click()
    await page.getByLabel('姓名（登录名）').waitFor()
    await newer.goto('/desk')
    await newer.getByLabel('姓名（登录名）').waitFor()
    await close()
  })

  it('T-2: warns in time before an idle session ends, and extends it on request', async () => {
    const { page, open, close } = await atDesk(visitor, hub, 'officer', { fresh: true })
    await page.clock.install()
    await open('/', '今日')
    expect(await page.getByText(/长时间未操作/).count()).to.equal(0)
    // A request that the page still makes by itself would count as activity.
    await page.waitForLoadState('networkidle')
    await page.clock.fastForward('26:00')
    await page.getByText(/长时间未操作，将于 \d\d:\d\d 自动退出/).waitFor()
    await page.getByRole('button', { name: '继续使用' }).click()
    await page.getByText(/长时间未操作/).waitFor({ state: 'hidden' })
    await page.clock.fastForward('11:31:00')
    await page.getByRole('button', { name: '继续使用' }).click()
    await page.getByText(/本次登录将于 \d\d:\d\d 到期/).waitFor()
    await close()
  })

  it('repeats a request that failed on the network, and explains in a sentence when the hub stays unreachable', async () => {
    const { page, open, close } = await atDesk(visitor, hub, 'officer', { fresh: true })
    let lost = 1
    await page.route('**/graphql', (route) => {
      lost -= 1
      return lost >= 0 ? route.abort() : route.continue()
    })
    await open('/', '今日')
    await page.getByRole('heading', { level: 2, name: '数据源' }).waitFor()
    lost = 100
    await page.getByRole('button', { name: '刷新' }).click()
    await page.getByRole('alert').getByText('无法连接到枢纽').waitFor()
    lost = 0
    await page.getByRole('button', { name: '再试一次' }).click()
    await page.getByRole('alert').waitFor({ state: 'hidden' })
    await close()
  })

  it('works by keyboard, with the focus on the title of each page', async () => {
    const { page, close, open, faults, strays } = await atDesk(visitor, hub, 'officer')
    await open('/', '今日')
    const focused = () => page.evaluate<string>('document.activeElement?.textContent ?? ""')
    await page.keyboard.press('Tab')
    expect(await focused()).to.equal('跳到正文')
    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await page.getByRole('heading', { level: 1, name: '经营者' }).waitFor()
    expect(await focused()).to.equal('经营者')
    expect(await page.title()).to.include('经营者')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: '快捷键' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: '快捷键' }).waitFor({ state: 'hidden' })
    await page.getByLabel('名称', { exact: true }).pressSequentially('gt?')
    expect(await page.getByLabel('名称', { exact: true }).inputValue()).to.equal('gt?')
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  })

  it('leads from each page to the help page of its task', async () => {
    const { page, open, close } = await atDesk(visitor, hub, 'officer')
    for (const [path, title, help] of [
      ['/', '今日', 'today'],
      ['/listings', '名单案件', 'case'],
      ['/intake/rejects', '拒收条目', 'rejects'],
    ] as const) {
      await open(path, title)
      expect(await page.locator('.page-help').getAttribute('href')).to.equal(`/help/${help}`)
    }
    await close()
  })

  it('a right-to-left name never reverses the text beside it', async () => {
    const { page, close, open } = await atDesk(visitor, hub, 'officer')
    await open('/', '今日')
    const [first = 0, last = 0] = await page.evaluate<number[]>(`(() => {
      const line = document.createElement('p')
      line.innerHTML = '<span>虚构\u202E有限公司</span><a>x</a> 1 <a>z</a>'
      document.querySelector('main').append(line)
      return [...line.querySelectorAll('a')].map((one) => one.getBoundingClientRect().left)
    })()`)
    expect(first).to.be.greaterThan(0).and.be.lessThan(last)
    await close()
  })

  it('shows an officer at most ten pages at first, and remembers that the others were opened', async () => {
    const { page, close, open } = await atDesk(visitor, hub, 'officer')
    await open('/', '今日')
    const links = page.getByRole('navigation', { name: '主导航' }).getByRole('link')
    expect(await links.count()).to.be.within(5, 10)
    await page
      .getByText(/^更多 \d+ 项$/)
      .first()
      .click()
    await links.filter({ hasText: '时刻表' }).waitFor()
    expect(await violations(page)).to.deep.equal([])
    await open('/operators', '经营者')
    await links.filter({ hasText: '时刻表' }).waitFor()
    await page.evaluate('localStorage.clear()')
    await close()
  })

  for (const width of [1024, 1280, 1920])
    it(`keeps the navigation in sight and its entries apart on a scrolled page at ${width} px`, async () => {
      const viewport = { width, height: 800 }
      const { page, close, open } = await atDesk(visitor, hub, 'officer', { viewport })
      await open('/', '今日')
      const more = page.getByText(/^更多 \d+ 项$/).first()
      for (const isOpen of [false, true]) {
        if (isOpen) await more.click()
        await page.evaluate(`document.querySelector('main').style.minHeight = '3000px'; scrollTo(0, 2000)`)
        expect(await page.evaluate(NAVIGATION_FAULTS), `open: ${isOpen}`).to.deep.equal([])
        await more.scrollIntoViewIfNeeded()
        expect(await page.evaluate('scrollY')).to.equal(2000)
      }
      await page.evaluate('localStorage.clear()')
      await close()
    })

  it('shows a page for an unknown address, with a link back', async () => {
    const { page, close, open } = await atDesk(visitor, hub, 'officer')
    await open('/no/such/page', '没有这个页面')
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('link', { name: '回到今日' }).click()
    await page.getByRole('heading', { level: 1, name: '今日' }).waitFor()
    await close()
  })

  it('shows each role only what it may see: an agency sees the clocks of its matters and no cases, a marketplace its matters alone', async () => {
    const agency = await atDesk(visitor, hub, 'agency')
    await agency.open('/', '今日')
    await agency.page.getByRole('heading', { level: 2, name: '待办' }).waitFor()
    await agency.page.getByRole('heading', { name: '期限', exact: true }).waitFor()
    expect(await agency.page.getByRole('table', { name: '将到期的期限' }).count()).to.equal(0)
    expect(await agency.page.getByText('线索，待提出').count()).to.equal(0)
    expect(await agency.page.getByRole('alert').count()).to.equal(0)
    await agency.close()
    const client = await atDesk(visitor, hub, 'marketplace')
    await client.open('/', '协作事项')
    expect(await client.page.getByRole('link', { name: '发起协作事项' }).count()).to.equal(1)
    expect(await client.page.locator('header.top input').count()).to.equal(0)
    expect(await client.page.getByRole('navigation').getByRole('link').allInnerTexts()).to.deep.equal(['协作事项'])
    await client.close()
  })

  for (const [role, width] of [
    ['officer', 1280],
    ['officer', 360],
    ['auditor', 360],
  ] as const) {
    it(`axe finds no violation, and no page is wider than its window, at ${width} px (${role})`, async () => {
      const { page, close, open, faults, strays } = await atDesk(visitor, hub, role, {
        viewport: { width, height: 800 },
      })
      for (const [path, title, ready] of [
        ['/', '今日', 'h2'],
        ['/worklist', '待办', 'h2, table, .empty'],
        ['/operators', '经营者', 'tr.row a, tr.row code'],
      ] as const) {
        await open(path, title)
        await page.locator(ready).first().waitFor()
        expect(await violations(page), path).to.deep.equal([])
        expect(await isTooWide(page), path).to.equal(false)
      }
      if (width < 960) {
        await page.getByRole('button', { name: '打开导航' }).click()
        await page.getByRole('dialog').getByRole('link', { name: '今日' }).waitFor()
        expect(await violations(page)).to.deep.equal([])
        await page.getByRole('dialog').getByRole('link', { name: '今日' }).click()
        await page.getByRole('heading', { level: 1, name: '今日' }).waitFor()
      }
      expect([faults, strays]).to.deep.equal([[], []])
      await close()
    })
  }

  it('loads first with at most 500 kB and 40 requests', async () => {
    const { page, close } = await atDesk(visitor, hub, 'officer', { fresh: true })
    await page.goto('/desk', { waitUntil: 'commit' })
    await page.getByRole('heading', { level: 2, name: '数据源' }).waitFor()
    const sizes = await page.evaluate<number[]>(
      `performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).map((one) => one.transferSize)`,
    )
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.within(100_000, FIRST_LOAD_BYTES)
    expect(sizes.length).to.be.at.most(FIRST_LOAD_REQUESTS)
    await close()
  })
})
