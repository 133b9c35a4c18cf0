/** Every page of the desk, at every width, in the light and in the dark: what it says, and that nothing is out of sight. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { globalOf } from '../../api/global-ids.js'
import { BROWSER_MS, browser, contrastFaults } from '../../support/browser.js'
import type { Delivering } from '../../support/delivering.js'
import { deniedWordsIn } from '../../support/denied-words.js'
import { atDesk, type DeskRole, deskBuilt } from '../../support/desk.js'
import { worldOfDesk } from '../../support/desk-shots.js'

/** 512 px is a window of 1024 px at a zoom of 200 %. */
const WIDTHS = [1_920, 1_280, 1_024, 512]
const HEIGHT = 800
const ROUTES = readFileSync(new URL('../../../src/web/desk/routes.ts', import.meta.url), 'utf8')
const PATHS = [...ROUTES.matchAll(/^ {4}path: '([^']*)'/gm)].map(([, path]) => path ?? '')
/** Pages that between them hold every piece of the desk. */
const FULL_OF_COLOURS = [
  '',
  'operator/:code',
  'listings/:id',
  'intake/rejects',
  'deliveries',
  'administration/calendar',
]
/** Pages that an officer may not open. */
const OTHERS: readonly [DeskRole, readonly string[]][] = [
  [
    'administrator',
    [
      'deliveries/webhooks',
      'administration/clients',
      'administration/people',
      'intake/uploads',
      'administration/lockouts',
    ],
  ],
  ['auditor', ['administration/audit-log']],
]

const TEXT = `(() => {
  const copy = document.body.cloneNode(true)
  for (const one of copy.querySelectorAll('code, pre, kbd, textarea, style, script, .support, .asked, .code, .item-fields, [hidden]')) one.remove()
  return [...copy.querySelectorAll('*')].flatMap((one) => [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data)).join('\\n')
})()`

/** Buttons and fields that are cut off at the side, by the window or by a box that scrolls, and a page that scrolls sideways. */
const CUT = `(async () => {
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)
  const faults = []
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth > clientWidth) faults.push('the page scrolls sideways: ' + scrollWidth + ' > ' + clientWidth)
  for (const one of document.querySelectorAll('button, .ant-btn, input, textarea, [role=combobox]')) {
    const { left, right, width, height } = one.getBoundingClientRect()
    if (width < 2 || height < 2 || !one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
    let [from, to] = [0, clientWidth]
    for (let box = one.parentElement; box; box = box.parentElement) {
      const at = box.getBoundingClientRect()
      if (getComputedStyle(box).overflowX !== 'visible') [from, to] = [Math.max(from, at.left), Math.min(to, at.right)]
    }
    if (left < from - 2 || right > to + 2) faults.push((one.textContent || one.ariaLabel || one.className) + ' ' + Math.round(left) + '–' + Math.round(right) + ' outside ' + Math.round(from) + '–' + Math.round(to))
  }
  const stray = [...document.body.children].filter((one) => one.tagName === 'TEXTAREA' && one.checkVisibility())
  return [...new Set(faults)].slice(0, 5).concat(stray.map(() => 'a stray textarea'))
})()`

describe('every page of the desk', function () {
  this.timeout(2 * BROWSER_MS)
  const visitor = browser()
  let all: Delivering
  let address: Record<string, string>
  before(async () => {
    await deskBuilt()
    all = await worldOfDesk()
    const { db } = all.hub.hub
    const [run, delivery] = [await db('runs').where({ job: 'pull' }).first('id'), await db('deliveries').first('id')]
    address = {
      ':code': all.hub.world.dishonestExample,
      ':feed': 'penalties',
      ':version': 'general-1',
      'listings/:id': all.standing.listing,
      'intake/runs/:id': globalOf('Run', run.id),
      'deliveries/:id': globalOf('Delivery', delivery.id),
    }
  })
  after(() => all?.hub.stop())

  const filled = (path: string): string => {
    const whole = path.replace(/:(?:code|feed|version)/, (name) => address[name] ?? name)
    return path.endsWith(':id') ? whole.replace(':id', address[path] ?? '') : whole
  }

  it('shows no id, enum name or English sentence, keeps every action in sight, and is legible in the dark', async () => {
    const faults: string[] = []
    const elsewhere = OTHERS.flatMap(([, paths]) => paths)
    const visits: [DeskRole, readonly string[]][] = [
      ['officer', PATHS.filter((path) => !elsewhere.includes(path))],
      ...OTHERS,
    ]
    for (const [role, paths] of visits) {
      const {
        page,
        open,
        faults: broken,
        close,
      } = await atDesk(visitor, all.hub, role, { viewport: { width: WIDTHS[0] ?? 0, height: HEIGHT } })
      await open('/none', '没有这个页面')
      for (const path of paths) {
        await page.evaluate(
          `document.querySelector('h1').dataset.left = ''; history.pushState({}, '', '/desk/${filled(path)}'); dispatchEvent(new PopStateEvent('popstate'))`,
        )
        await page.locator('h1:not([data-left])').waitFor()
        await page.locator('.loading').first().waitFor({ state: 'detached' })
        await page.waitForLoadState('networkidle')
        await page.locator('.loading').first().waitFor({ state: 'detached' })
        const where = `${role} /${path}`
        for (const word of new Set(
          deniedWordsIn(await page.evaluate<string>(TEXT), { draft: path === 'listings/:id' }),
        ))
          faults.push(`${where} says ${word}`)
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: HEIGHT })
          for (const one of await page.evaluate<string[]>(CUT)) faults.push(`${where} at ${width}: ${one}`)
        }
        if (!FULL_OF_COLOURS.includes(path)) continue
        // The tests of each page ask axe in the light. The dark changes only colours.
        await page.emulateMedia({ colorScheme: 'dark' })
        for (const one of await contrastFaults(page)) faults.push(`${where} in the dark: ${one}`)
        await page.emulateMedia({ colorScheme: 'light' })
      }
      faults.push(...broken)
      await close()
    }
    expect(faults).to.deep.equal([])
  })
})
