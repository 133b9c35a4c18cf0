import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { publishListing } from '../../api/listed-world.js'
import { penalty, registration, uscc } from '../../api/record-drafts.js'
import { makeWorld, operatorId, recordId, scored, type World } from '../../api/world.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../../support/browser.js'

const NARROW = { width: 360, height: 740 }
const NUMBER = '虚市监处罚〔2024〕1号'
const LONGEST = `虚构${'极长'.repeat(95)}商行<b>`
const ISSUE = 'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }'

describe('the check page and the party’s pages in a browser without scripts', function () {
  this.timeout(BROWSER_MS)
  const { visit } = browser()
  let world: World
  let folder: string
  let own: string
  const one = uscc(1)
  const officer = () => world.token('officer', 'officer-1')
  const accessCode = async (): Promise<string> =>
    (await world.ask(ISSUE, { token: officer(), variables: { input: { operator: one, reason: '随决定书送达' } } })).data
      .issueAccessCode.code
  const enter = async (page: Page, lang = '') => {
    await page.context().clearCookies()
    await page.goto(`/my${lang}`)
    await page.fill('#access-code', await accessCode())
    await page.click('main form button')
    await page.waitForSelector('.mine')
  }

  before(async () => {
    world = await makeWorld({ demo: true })
    folder = mkdtempSync(join(tmpdir(), 'hub-browser-'))
    await world.bring('registry', [registration(one, LONGEST), registration(uscc(2), '虚构白露有限公司')])
    await world.bring('penalties', [penalty(one, NUMBER)])
    const version = await recordId(world, `${NUMBER}/${one}`)
    await scored(world, await operatorId(world, one), 430, 'C', [version])
    own = await publishListing(world, one, NUMBER)
  })
  after(async () => {
    await world?.close()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  it('a marketplace’s clerk checks a pasted list of a thousand codes, reads the answers and downloads them as a table', async () => {
    const { page, strays, faults, close } = await visit(world.url, { javaScriptEnabled: false })
    await page.goto('/')
    await page.click('header >> text=批量核验')
    const codes = Array.from({ length: 1_000 }, (_, n) => uscc(n + 1))
    await page.fill('#codes', codes.join('\n'))
    await page.click('main button:has-text("核验") >> nth=0')
    await page.waitForSelector('table')
    expect(await page.locator('tbody tr').count()).to.equal(1_000)
    expect(await page.locator('tbody tr').first().textContent()).to.include('在名单上')
    expect(page.url()).to.equal(`${world.url}/check`)
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=下载结果（CSV）')])
    const table = readFileSync((await download.path()) ?? '', 'utf8')
    expect(table.trim().split('\r\n')).to.have.length(1_001)
    expect(table).to.include(`1,${one},${one},`)
    expect([...strays, ...faults]).to.deep.equal([])
    await close()
  })

  it('a clerk checks an uploaded file', async () => {
    const { page, close } = await visit(world.url, { javaScriptEnabled: false })
    const path = join(folder, '名单.csv')
    writeFileSync(path, `统一社会信用代码,名称\n${uscc(2)},虚构白露有限公司\n`)
    await page.goto('/check')
    await page.setInputFiles('#file', path)
    await page.click('main button:has-text("核验") >> nth=0')
    expect(await page.locator('tbody').textContent()).to.include('名称一致')
    await close()
  })

  it('axe finds no violation in either language, and no page is wider than a narrow screen', async () => {
    const { page, strays, close } = await visit(world.url, { viewport: NARROW })
    const found: string[] = []
    const look = async (what: string) => {
      for (const each of await violations(page)) found.push(`${what} ${each}`)
      if (await isTooWide(page)) found.push(`${what} is too wide`)
    }
    for (const lang of ['', '?lang=en']) {
      for (const path of ['/about', '/about/rules/lists', '/about/rules/audit-log', '/check', '/my']) {
        await page.goto(`${path}${lang}`)
        await look(`${path}${lang}`)
      }
      await page.goto(`/check${lang}`)
      await page.fill('#codes', `${one}\t${LONGEST}\nnonsense\n"x\nshop:`)
      await page.click('main form button >> nth=0')
      await page.waitForSelector('table')
      await look(`answers ${lang}`)
      await page.goto(`/check${lang}`)
      await page.click('main form button >> nth=0')
      await page.waitForSelector('[role=alert]')
      await look(`refused ${lang}`)
      await enter(page, lang)
      for (const path of ['/my', '/my/records', '/my/asked-by', `/my/listings/${own}`]) {
        await page.goto(`${path}${lang}`)
        await look(`${path}${lang}`)
      }
    }
    expect(found).to.deep.equal([])
    expect(strays).to.deep.equal([])
    await close()
  })

  it('a listed firm signs in with its access code, applies for repair and later downloads its certificate', async () => {
    world.setNow(new Date('2027-03-01T02:00:00Z'))
    const { page, strays, close } = await visit(world.url, { javaScriptEnabled: false })
    await enter(page)
    await page.click('.entries a')
    await page.fill('#text', '罚款已缴清，危害已消除，承诺守信经营。')
    await page.click('text=提交申请')
    await page.waitForSelector('[role=status]')
    expect(await page.locator('main').textContent()).to.include('已于 2027-03-01 提交')
    const steps: [string, object, 'officer' | 'reviewer'][] = [
      ['acceptRepair', { documentNumber: '虚市监修〔2027〕1号' }, 'officer'],
      ['removeListing', { removal: 'REPAIRED', reason: '已履行', documentNumber: '虚市监移〔2027〕1号' }, 'reviewer'],
    ]
    for (const [name, said, role] of steps) {
      const { errors } = await world.ask(
        `mutation($input: MoveInput!) { ${name}(input: $input) { listing { state } } }`,
        {
          token: world.token(role, `${role}-1`),
          variables: { input: { id: own, on: '2027-03-01', ...said } },
        },
      )
      expect(errors).to.equal(undefined)
    }
    await page.reload()
    await page.click('text=移出证明')
    expect(await page.locator('main').textContent()).to.include('自 2027-03-01 起不再公示')
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=下载签名文件')])
    expect(readFileSync((await download.path()) ?? '', 'utf8')).to.match(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    await page.click('text=退出')
    await page.goto('/my/records')
    expect(page.url()).to.equal(`${world.url}/my`)
    expect(await page.locator('#access-code').count()).to.equal(1)
    expect(strays).to.deep.equal([])
    await close()
  })

  it('axe finds no violation on the certificate', async () => {
    const { page, close } = await visit(world.url, { viewport: NARROW })
    await enter(page)
    for (const path of [`/my/listings/${own}`, `/my/listings/${own}/certificate`]) {
      await page.goto(path)
      expect(await violations(page), path).to.deep.equal([])
      expect(await isTooWide(page), path).to.equal(false)
    }
    await close()
  })
})
