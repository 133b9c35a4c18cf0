/** Checks of one screen: what it says, that nothing is out of sight, colours, and the way of the focus. Pages have no types here. */
import type { Page } from 'playwright-core'
import { contrastFaults, violations } from './browser.js'
import { deniedWordsIn } from './denied-words.js'

/** A zoom of 200 % shows half as many CSS pixels, each of twice the size. */
export interface Screen {
  width: number
  height: number
  zoom: 1 | 2
}

export const SCREENS: readonly Screen[] = [1_920, 1_280, 1_024].flatMap((width) => [
  { width, height: 800, zoom: 1 },
  { width: width / 2, height: 400, zoom: 2 },
])
export const PUBLIC_SCREENS: readonly Screen[] = [
  ...SCREENS,
  { width: 360, height: 740, zoom: 1 },
  { width: 320, height: 256, zoom: 2 },
]

export const setScreen = async (page: Page, { width, height, zoom }: Screen): Promise<void> => {
  await page.setViewportSize({ width, height })
  if (zoom === 1) return
  const devtools = await page.context().newCDPSession(page)
  const metrics = { width, height, deviceScaleFactor: zoom, mobile: false }
  await devtools.send('Emulation.setDeviceMetricsOverride', metrics)
  await devtools.detach()
}

const TEXT = `(() => {
  const copy = document.body.cloneNode(true)
  for (const one of copy.querySelectorAll('code, pre, kbd, textarea, style, script, .asked, .code, .item-fields, [hidden], .ant-select-dropdown [role=option]')) one.remove()
  return [...copy.querySelectorAll('*')].flatMap((one) => [
    ...[...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data),
    ...['aria-label', 'title', 'placeholder', 'alt'].map((name) => one.getAttribute(name) ?? ''),
  ]).join('\\n')
})()`

export const wordFaults = async (page: Page, { draft = false } = {}): Promise<string[]> => [
  ...new Set(deniedWordsIn(await page.evaluate<string>(TEXT), { draft })),
]

/** Actions and fields that the window or a box that scrolls sideways cuts off, and words that their cell does. Of a long link, its beginning is enough. */
const CUT = `(async () => {
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)
  const faults = []
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth > clientWidth) faults.push('the page scrolls sideways: ' + scrollWidth + ' > ' + clientWidth)
  for (const one of document.querySelectorAll('button, .ant-btn, input, select, textarea, summary, [role=combobox], [role=tab], a[href]')) {
    const { left, right, width, height } = one.getBoundingClientRect()
    if (width < 2 || height < 2 || !one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
    if (one.closest('.skip, .unseen, .hidden')) continue
    let [from, to] = [0, clientWidth]
    for (let box = one.parentElement; box; box = box.parentElement) {
      const at = box.getBoundingClientRect()
      if (getComputedStyle(box).overflowX !== 'visible') [from, to] = [Math.max(from, at.left), Math.min(to, at.right)]
    }
    const isCut = one.matches('a[href]:not(.ant-btn)')
      ? Math.min(right, to) - Math.max(left, from) < Math.min(width, 40) - 2
      : left < from - 2 || right > to + 2
    if (isCut) faults.push((one.ariaLabel || one.textContent || one.className).slice(0, 60) + ' ' + Math.round(left) + '–' + Math.round(right) + ' outside ' + Math.round(from) + '–' + Math.round(to))
  }
  for (const one of document.querySelectorAll('.virtual-box .cell'))
    if (one.scrollWidth > one.clientWidth + 1) faults.push('a cell cuts off ' + one.textContent.slice(0, 60))
  const stray = [...document.body.children].filter((one) => one.tagName === 'TEXTAREA' && one.checkVisibility())
  return [...new Set(faults)].slice(0, 5).concat(stray.map(() => 'a stray textarea'))
})()`

export const cutFaults = (page: Page): Promise<string[]> => page.evaluate<string[]>(CUT)

/** The focused element: whether it bears a mark of the focus, and whether something lies over it. */
const FOCUSED = `(() => {
  const one = document.activeElement
  if (one === null || one === document.body) return null
  const name = one.tagName + ' ' + (one.type ?? '') + ' ' + (one.ariaLabel || one.textContent || one.className || '').slice(0, 50)
  const around = [one, one.parentElement, one.parentElement?.parentElement, one.closest('.ant-select'), one.nextElementSibling, one.parentElement?.nextElementSibling].filter(Boolean)
  const marked = around.some((each) => ['', '::before', '::after'].some((part) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each, part || null)
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
  }))
  const { left, top, right, bottom, width, height } = one.getBoundingClientRect()
  // The middle of what the window shows: a long piece of code is higher than the window.
  const middle = (from, to, size) => (Math.max(from, 0) + Math.min(to, size)) / 2
  const shown = document.elementFromPoint(middle(left, right, innerWidth), middle(top, bottom, innerHeight))
  const inside = shown !== null && (one.contains(shown) || shown.contains(one) || one.closest('label')?.contains(shown) || one.closest('.ant-select, .ant-picker, .ant-upload')?.contains(shown))
  const faults = []
  if (!marked && !one.matches('h1, main, [tabindex="-1"], [type^=date]')) faults.push('no mark of the focus on ' + name)
  if (width > 2 && height > 2 && !inside) faults.push(name + ' is focused under ' + (shown ? shown.tagName + '.' + shown.className : 'nothing') + ' at ' + Math.round(left) + ',' + Math.round(top))
  return { faults, key: name + left + top }
})()`

/** Goes through the page with the Tab key. */
const focusFaults = async (page: Page, { most = 60 } = {}): Promise<string[]> => {
  const found = new Set<string>()
  await page.evaluate('document.activeElement?.blur(); scrollTo(0, 0)')
  for (let pressed = 0; pressed < most; pressed += 1) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate<{ faults: string[] } | null>(FOCUSED)
    if (at === null) break
    for (const fault of at.faults) found.add(fault)
  }
  return [...found]
}

const everyRule = (_fault: string): boolean => true
/** The lists of open fields lie outside the landmarks: a best practice of axe, no criterion of WCAG. */
export const rulesOfPopups = (fault: string): boolean => !fault.startsWith('region:')

const HAS_OPEN_LIST = `['select-dropdown', 'dropdown', 'picker-dropdown'].some((name) => document.querySelector('.ant-' + name + ':not(.ant-' + name + '-hidden)'))`

/** Everything that is wrong with the page as it stands, in every size and theme. */
export const screenFaults = async (
  page: Page,
  { screens = SCREENS, draft = false, chinese = true, focus = true, rules = everyRule } = {},
): Promise<string[]> => {
  const faults = chinese ? (await wordFaults(page, { draft })).map((word) => `says ${word}`) : []
  for (const screen of screens) {
    await setScreen(page, screen)
    const where = `${screen.width}${screen.zoom === 2 ? ' zoomed' : ''}`
    for (const fault of await cutFaults(page)) faults.push(`at ${where}: ${fault}`)
    // The narrowest and the usual screen differ most: one has a drawer, the other a column of navigation.
    if (![512, 1_280, 360, 320].includes(screen.width)) continue
    await page.evaluate('scrollTo(0, 0)')
    // What an open list half covers only looks small.
    const isCovered = await page.evaluate<boolean>(HAS_OPEN_LIST)
    const applies = (fault: string) => rules(fault) && !(isCovered && fault.startsWith('target-size:'))
    for (const fault of await violations(page, { sizes: true }))
      if (applies(fault)) faults.push(`at ${where}: ${fault}`)
    if (focus) for (const fault of await focusFaults(page)) faults.push(`at ${where}: ${fault}`)
  }
  await setScreen(page, screens.find(({ width }) => width === 1_280) ?? { width: 1_280, height: 800, zoom: 1 })
  await page.emulateMedia({ colorScheme: 'dark' })
  for (const fault of await contrastFaults(page)) faults.push(`in the dark: ${fault}`)
  await page.emulateMedia({ colorScheme: 'light' })
  return faults
}
