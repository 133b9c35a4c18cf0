/**
 * `npx tsx test/web/screenshots.ts [FOLDER]` takes pictures of the main pages of the public site and of the desk. Without
 * FOLDER it writes to `.readme` the pictures that `README.md` and `src/web/README.md` show. With FOLDER it writes more there.
 */
import { mkdirSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { makeWorld, TODAY } from '../api/world.js'
import { stopCluster } from '../support/database.js'
import { deskShots } from '../support/desk-shots.js'
import { keep, launchChinese } from '../support/picture.js'
import { firms, listFirms } from '../support/site-world.js'

const [WIDE, NARROW] = [1_100, 360]

interface Shot {
  name: string
  path: string
  width: number
  /** Most height in pixels. A lower page is taken whole. */
  height: number
  dark?: boolean
  shown?: boolean
}

const shotsOf = (id: string): Shot[] => [
  { name: 'front', path: '/', width: WIDE, height: 1_200, shown: true },
  {
    name: 'blacklist',
    path: `/blacklist?name=${encodeURIComponent('电子商務')}`,
    width: WIDE,
    height: 900,
    shown: true,
  },
  { name: 'filters', path: '/blacklist?reason=counterfeit&sort=ending', width: WIDE, height: 1_000 },
  { name: 'entry', path: `/blacklist/${id}`, width: WIDE, height: 1_150, shown: true },
  { name: 'entry-narrow', path: `/blacklist/${id}`, width: NARROW, height: 1_000, shown: true },
  { name: 'front-narrow', path: '/?lang=en', width: NARROW, height: 1_000 },
  { name: 'front-dark', path: '/', width: WIDE, height: 1_200, dark: true },
  { name: 'blacklist-narrow', path: '/blacklist?reason=counterfeit', width: NARROW, height: 1_300 },
  { name: 'entry-whole', path: `/blacklist/${id}?lang=en`, width: WIDE, height: 2_100 },
  { name: 'sorry', path: '/nothing-here', width: WIDE, height: 800 },
  { name: 'data', path: '/data', width: WIDE, height: 1_300 },
  { name: 'scorecard', path: '/scorecard', width: WIDE, height: 760 },
]

const take = async (browser: Browser, base: string, folder: string, shot: Shot): Promise<void> => {
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width: shot.width, height: shot.height },
    javaScriptEnabled: false,
    colorScheme: shot.dark ? 'dark' : 'light',
  })
  const page = await context.newPage()
  await page.goto(shot.path)
  await keep(page, folder, shot)
  await context.close()
}

const siteShots = async (browser: Browser): Promise<void> => {
  const world = await makeWorld({ demo: true })
  try {
    const ids = await listFirms(world.database.db, firms(TODAY))
    await world.publish()
    for (const shot of shotsOf(ids[3] ?? '').filter(({ shown }) => named !== undefined || shown))
      await take(browser, world.url, folder, shot)
  } finally {
    await world.close()
  }
}

const [named] = process.argv.slice(2)
const folder = named ?? '.readme'
mkdirSync(folder, { recursive: true })
const browser = await launchChinese()
try {
  await siteShots(browser)
  await deskShots(browser, folder, named !== undefined)
} finally {
  await browser.close()
  await stopCluster()
}
