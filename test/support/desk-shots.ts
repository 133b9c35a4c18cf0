import type { Browser, Page } from 'playwright-core'
import type { World } from '../../seeds/world.js'
import { feeds } from '../../src/agencies/index.js'
import { keepCard } from '../../src/work/scoring/scorecards.js'
import { type Delivering, delivering } from './delivering.js'
import { cookieFor, type DeskRole, deskBuilt } from './desk.js'
import { csv, firmsOf, line, of, rowOf } from './penalty-rows.js'
import { keep } from './picture.js'
import { STRICTER, stricter } from './stricter.js'

const WIDE = 1_280

interface DeskShot {
  name: string
  role: DeskRole
  path: string
  height: number
  /** An element that shows when the page is complete. */
  ready: string
  does?: (page: Page) => Promise<unknown>
  shown?: boolean
}

const shotsOf = ({ code, listing }: { code: string; listing: string }): DeskShot[] => [
  { name: 'desk-today', role: 'officer', path: '/', height: 1_000, ready: '.panels', shown: true },
  { name: 'desk-operator', role: 'officer', path: `/operator/${code}`, height: 1_300, ready: 'canvas', shown: true },
  {
    name: 'desk-time-line',
    role: 'officer',
    path: `/operator/${code}`,
    height: 800,
    ready: 'canvas',
    does: (page) => page.evaluate(`document.getElementById('time').closest('section').scrollIntoView()`),
    shown: true,
  },
  { name: 'desk-operator-whole', role: 'officer', path: `/operator/${code}`, height: 3_600, ready: 'canvas' },
  { name: 'desk-listing', role: 'officer', path: `/listings/${listing}`, height: 1_100, ready: '.stack', shown: true },
  { name: 'desk-board', role: 'officer', path: '/listings', height: 800, ready: 'tr.row', shown: true },
  { name: 'desk-rejects', role: 'officer', path: '/intake/rejects', height: 900, ready: '.picked h2', shown: true },
  {
    name: 'desk-identity',
    role: 'officer',
    path: '/intake/identity?feed=penalties',
    height: 1_150,
    ready: 'table.compare',
    does: async (page) => {
      await page.locator('tr.row:has(.good) .pick').first().click()
      await page.locator('.candidate').first().waitFor()
    },
    shown: true,
  },
  { name: 'desk-deliveries', role: 'officer', path: '/deliveries', height: 1_000, ready: 'canvas', shown: true },
  {
    name: 'desk-trial',
    role: 'officer',
    path: `/scorecards/trial?version=${STRICTER}`,
    height: 1_100,
    ready: 'canvas',
    shown: true,
  },
  {
    name: 'desk-audit-log',
    role: 'auditor',
    path: '/administration/audit-log',
    height: 900,
    ready: 'tr.row',
    does: async (page) => {
      await page.getByRole('button', { name: '校验全部痕迹' }).click()
      await page.getByText(/全部 .* 行都与写下时一致/).waitFor()
    },
    shown: true,
  },
]

export const deskShots = async (browser: Browser, folder: string, all: boolean): Promise<void> => {
  await deskBuilt()
  const world = await worldOfDesk()
  try {
    const code = world.hub.world.dishonestExample
    const listing = world.standing.listing
    for (const shot of shotsOf({ code, listing }).filter(({ shown }) => all || shown)) {
      const context = await browser.newContext({
        baseURL: world.hub.url,
        viewport: { width: WIDE, height: shot.height },
        locale: 'zh-CN',
        timezoneId: 'Asia/Shanghai',
        reducedMotion: 'reduce',
      })
      await context.addCookies([await cookieFor(world.hub, shot.role)])
      const page = await context.newPage()
      await page.goto(`/desk${shot.path}`)
      await page.locator(shot.ready).first().waitFor()
      await page.locator('.loading').first().waitFor({ state: 'detached' })
      await page.waitForLoadState('networkidle')
      await shot.does?.(page)
      await keep(page, folder, shot)
      await context.close()
    }
  } finally {
    await world.hub.stop()
  }
}

/** A world after one whole cycle, with every queue of the desk filled. */
export const worldOfDesk = async (here?: World): Promise<Delivering> => {
  const world = await delivering([...feeds.keys()], here)
  const { hub } = world.hub
  const [row, firms] = [await rowOf(hub.db), await firmsOf(hub.db, 3)]
  const bytes = csv(firms.map((firm, n) => line(row, 901 + n, of(firm))))
  await hub.pull('penalties', { cause: 'command', file: { bytes, name: '十一月处罚.csv' } })
  await keepCard(hub.db, stricter(), hub.now())
  await hub.score({ cause: 'command' })
  await hub.publish({ cause: 'command' })
  await hub.reconcile(
    world.hub.platforms.map(({ id }) => id),
    { cause: 'command' },
  )
  return world
}
