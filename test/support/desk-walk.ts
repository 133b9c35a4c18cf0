/** Walks through the pages of the desk as a person of each role, and opens what can be opened on them. */
import { readFileSync } from 'node:fs'
import type { Page, Request } from 'playwright-core'
import { type Act, may } from '../../src/domain/access/viewer.js'
import { globalOf } from '../api/global-ids.js'
import type { browser } from './browser.js'
import { atDesk, type DeskRole } from './desk.js'
import type { FurnishedDesk } from './furnished-desk.js'

const ROUTES = readFileSync(new URL('../../src/web/desk/routes.ts', import.meta.url), 'utf8')
const ROUTE = /^ {4}path: '([^']*)'[\s\S]*?acts: \['(\w+)'/gm
const PAGES = [...ROUTES.matchAll(ROUTE)].map(([, path = '', act = '']) => ({ path, act: act as Act }))
const VIEWER = { sub: 'x', agency: null, region: null }
/** An address below the desk without a page. Every page is opened anew after it. */
const BETWEEN = '/none'
/** These controls leave the page or end the session of the person who walks. */
const LEFT_ALONE = /^(刷新页面|退出登录|停用|打开导航)/
/** Answers that would end accounts, systems or the walk itself. */
const UNANSWERED = /停用|解除|重设|移除|声明|结束|删除|恢复|唤醒|密码/
const CLICK_MS = 4_000
/** A page that never falls quiet is looked at all the same. */
const QUIET_MS = 15_000
/** Milliseconds without a change after which a page is quiet. */
const STILL_MS = 300
const OPENERS =
  'main button, main summary, main [role=combobox], main [role=tab], main .ant-segmented-item, main .ant-collapse-header, main .ant-radio-wrapper'
/** Every page has the same menu of the account, so one page is enough. */
const OPENERS_OF_FIRST = `${OPENERS}, .top .account`
const ANSWERS = '.ant-modal-footer .ant-btn-primary, main form button[type=submit], .ant-modal form button[type=submit]'

/** Pages that the role may open, with a case of every state. */
export const pathsFor = async (role: DeskRole, { hub, cases, standing }: FurnishedDesk): Promise<string[]> => {
  const { db } = hub.hub
  const matters: { id: string }[] = await db('matters').distinctOn('kind', 'state', 'opened_by').select('id')
  const [run, delivery] = [await db('runs').where({ job: 'pull' }).first('id'), await db('deliveries').first('id')]
  const filled: Record<string, string[]> = {
    ':code': [hub.world.dishonestExample],
    ':feed': ['penalties'],
    ':version': ['general-1'],
    'listings/:id': [...Object.values(cases), standing.listing],
    'intake/runs/:id': [globalOf('Run', run.id)],
    'deliveries/:id': [globalOf('Delivery', delivery.id)],
    'matters/:id': matters.map(({ id }) => globalOf('Matter', id)),
  }
  return PAGES.filter(({ act }) => may({ ...VIEWER, role }, act)).flatMap(({ path }) => {
    const name = /:(?:code|feed|version)/.exec(path)?.[0]
    if (name) return (filled[name] ?? []).map((value) => path.replace(name, value))
    return path.endsWith(':id') ? (filled[path] ?? []).map((value) => path.replace(':id', value)) : [path]
  })
}

/** The page of a program is idle once for the browser, so its quiet is told by its own changes and requests. */
const QUIET = `new Promise((done) => {
  let timer
  const since = performance.now()
  const isOver = () => performance.now() - since > ${QUIET_MS}
  const begin = () => { clearTimeout(timer); timer = setTimeout(end, ${STILL_MS}) }
  const end = () => {
    if (document.querySelector('.loading, .ant-spin-spinning') && !isOver()) return begin()
    changes.disconnect()
    done()
  }
  const changes = new MutationObserver(() => { if (!isOver()) begin() })
  changes.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
  begin()
})`
const inFlight = new WeakMap<Page, Set<Request>>()

const watchRequests = (page: Page): void => {
  const open = new Set<Request>()
  inFlight.set(page, open)
  page.on('request', (one) => open.add(one))
  const close = (one: Request) => open.delete(one)
  page.on('requestfinished', close).on('requestfailed', close)
}

const settled = async (page: Page): Promise<void> => {
  const latest = Date.now() + QUIET_MS
  do await page.evaluate(QUIET)
  while ((inFlight.get(page)?.size ?? 0) > 0 && Date.now() < latest)
}

const goTo = async (page: Page, path: string): Promise<void> => {
  await show(page, path)
  await settled(page)
}

const show = async (page: Page, path: string): Promise<void> => {
  if (new URL(page.url()).pathname === `/desk${path}`) return
  await page.evaluate(
    `if (document.querySelector('h1')) document.querySelector('h1').dataset.left = ''; history.pushState({}, '', '/desk${path}'); dispatchEvent(new PopStateEvent('popstate'))`,
  )
  await page.locator('h1:not([data-left])').waitFor()
}

const namesOf = (openers: string): string => `(() => {
  const names = [...document.querySelectorAll(${JSON.stringify(openers)})]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled)
    .map((one) => (one.ariaLabel || one.textContent || one.id || '').trim())
  const kinds = new Map(names.map((name) => [name.replace(/[：:\\d].*/, '') || (/^\\d/.test(name) ? '0' : name), name]))
  return [...kinds.values()]
})()`

const markOf = (name: string): string => `(() => {
  document.querySelector('[data-walked]')?.removeAttribute('data-walked')
  const one = [...document.querySelectorAll(${JSON.stringify(OPENERS_OF_FIRST)})]
    .find((one) => !one.disabled && (one.ariaLabel || one.textContent || one.id || '').trim() === ${JSON.stringify(name)})
  one?.setAttribute('data-walked', '')
  return one !== undefined
})()`

type Look = (where: string, page: Page) => Promise<void>

interface Walk {
  visitor: ReturnType<typeof browser>
  all: FurnishedDesk
  role: DeskRole
  paths: readonly string[]
  /** Also presses every button and sends the forms that open as they are. */
  opens: boolean
  look: Look
}

/** Returns the faults that the pages threw, and what cannot be clicked. */
export const walkDesk = async ({ visitor, all, role, paths, opens, look }: Walk): Promise<string[]> => {
  const desk = await atDesk(visitor, all.hub, role, { viewport: { width: 1_280, height: 800 }, fresh: opens })
  const { page, faults } = desk
  const unreachable: string[] = []
  watchRequests(page)
  await desk.open(BETWEEN, '没有这个页面')
  for (const path of paths) {
    // The menu of the account outlives a page.
    await page.keyboard.press('Escape')
    // React keeps the heading between two pages of one pattern.
    if (path.includes('/')) await show(page, BETWEEN)
    await goTo(page, `/${path}`)
    const where = `${role} /${path}`
    await look(where, page)
    if (opens)
      unreachable.push(...(await openEach(page, path, where, look, path === paths[0] ? OPENERS_OF_FIRST : OPENERS)))
  }
  await desk.close()
  // A refused request is no fault of the page.
  const thrown = faults.filter((fault) => !/status of 4\d\d/.test(fault))
  return [...thrown.map((fault) => `${role}: ${fault}`), ...unreachable]
}

/** Returns what cannot be clicked. */
const openEach = async (
  page: Page,
  path: string,
  where: string,
  look: Look,
  openers: string,
): Promise<readonly string[]> => {
  const unreachable: string[] = []
  const names = await page.evaluate<string[]>(namesOf(openers))
  for (const name of names.filter((one) => !LEFT_ALONE.test(one))) {
    // The open menu of the account would lie over the buttons of the next page.
    await page.keyboard.press('Escape')
    await show(page, BETWEEN)
    await goTo(page, `/${path}`)
    const before = page.url()
    if (!(await page.evaluate<boolean>(markOf(name)))) continue
    const isClicked = await press(page, '[data-walked]')
    if (!isClicked) {
      unreachable.push(`${where} › ${name} cannot be clicked`)
      continue
    }
    if (new URL(page.url()).pathname !== new URL(before).pathname) continue
    await look(`${where} › ${name}`, page)
    if (UNANSWERED.test(name)) continue
    const answer = page.locator(ANSWERS).and(page.locator(':enabled')).first()
    if (!(await answer.isVisible())) continue
    await answer.click({ timeout: CLICK_MS }).catch(() => undefined)
    await settled(page)
    await look(`${where} › ${name} › sent as it is`, page)
  }
  return unreachable
}

const press = async (page: Page, selector: string): Promise<boolean> => {
  const done = await page
    .locator(selector)
    .click({ timeout: CLICK_MS })
    .then(() => true)
    .catch(() => false)
  await settled(page)
  return done
}
