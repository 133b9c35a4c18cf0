/**
 * `npm run pictures [NAME …]` makes the pictures of `/help` anew, all or the named ones: the demo with invented firms, the
 * desk at 1280 px, in the light. Pictures are parts of pages, so that their words can be read.
 */
import { hash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Locator, Page } from 'playwright-core'
import { readConfig } from '../../src/config.js'
import { runDemo } from '../../src/demo/demo.js'
import { addDays, shanghaiDate } from '../../src/foundation/time/dates.js'
import type { Hub } from '../../src/hub/hub.js'
import { issueAccessCode } from '../../src/work/access/party-access.js'
import { registerPerson } from '../../src/work/access/people.js'
import { makeMove } from '../../src/work/listing/listing.js'
import { receiveMatters } from '../../src/work/matters/keep-move.js'
import { openMatter } from '../../src/work/matters/matters.js'
import { proposeSettings } from '../../src/work/office/settings.js'
import { proposeOverride } from '../../src/work/scoring/override.js'
import { keepCard } from '../../src/work/scoring/scorecards.js'
import { globalOf } from '../api/global-ids.js'
import { freshDatabase, stopCluster } from '../support/database.js'
import { addPerson, type DeskRole, deskBuilt, fillSignIn } from '../support/desk.js'
import { HELP_SHOTS, type HelpShot } from '../support/help-shots.js'
import { csv, firmsOf, line, of, rowOf } from '../support/penalty-rows.js'
import { launchChinese, savePicture } from '../support/picture.js'
import { STRICTER, stricter } from '../support/stricter.js'

const FOLDER = fileURLToPath(new URL('../../src/web/help/pictures/', import.meta.url))
const PORT = 4_123
const BASE = `http://localhost:${PORT}`
/** High enough that nothing has to be scrolled. */
const WINDOW = { width: 1_280, height: 2_600 }
/** Room around the chosen part of a page, and its greatest height, in pixels. */
const [MARGIN, HEIGHT_MOST] = [8, 700]
/** Largest picture, in bytes. */
const SIZE_MOST = 80_000
const LIKE = 20
const GOOD = 150
/** Cases of the demo that pictures show, by their state. */
const CASES = {
  defence: 'DEFENCE',
  notified: 'NOTIFIED',
  scored: 'PUBLISHED',
  repair: 'REPAIR_APPLIED',
  hidden: 'HIDDEN',
  removed: 'REMOVED',
  decided: 'DECIDED',
}
/** Invented people, one a role. */
const PEOPLE: Record<string, { role: DeskRole; duty?: 'systems' | 'security' }> = {
  王经办: { role: 'officer' },
  李复核: { role: 'reviewer' },
  赵管理: { role: 'administrator', duty: 'systems' },
  孙安全: { role: 'administrator', duty: 'security' },
  周审计: { role: 'auditor' },
}

const take = async (page: Page, parts: readonly Locator[], name: string, most = HEIGHT_MOST): Promise<void> => {
  for (const part of parts.toReversed()) await part.scrollIntoViewIfNeeded()
  const boxes = await Promise.all(parts.map((part) => part.boundingBox()))
  const known = boxes.filter((box) => box !== null)
  const [x, y] = [Math.min(...known.map((box) => box.x)) - MARGIN, Math.min(...known.map((box) => box.y)) - MARGIN]
  const right = Math.max(...known.map((box) => box.x + box.width)) + MARGIN
  const bottom = Math.max(...known.map((box) => box.y + box.height)) + MARGIN
  const from = { x: Math.max(0, x), y: Math.max(0, y) }
  const clip = {
    ...from,
    width: Math.min(WINDOW.width, right) - from.x,
    height: Math.min(bottom - from.y, most),
  }
  savePicture(await page.screenshot({ clip }), FOLDER, name, SIZE_MOST)
}

/** A neighbouring province asks, and the officer has looked at the queue. */
const askForAssistance = async ({ db, rules, keys, now }: Hub): Promise<string> => {
  const province = 'market-regulator@220000'
  const input = {
    ...{ kind: 'assist', to: province, reference: '辽虚市监协〔2026〕7号' },
    fields: { purpose: 'EVIDENCE', request: '请协助核实虚构商行的进货票据，并提供其供货商的名称。' },
    attachments: [{ type: 'LETTER', name: '协查函.pdf', sha256: hash('sha256', '虚构'), bytes: 48_213 }],
  }
  const asker = { by: '虚构辽宁', role: 'agency', seat: 'market-regulator@210000' } as const
  const { stored } = await openMatter({ db, rules, keys }, asker, input, now())
  await receiveMatters({ db, rules, keys }, { seat: province, ids: [stored.id], way: 'QUEUE', now: now() })
  return stored.id
}

/** A measure that is due to be lifted, and a person of the organisation that holds it. */
const findMeasure = async (at: { hub: Hub; url: string }): Promise<string> => {
  const { db, rules, keys, now } = at.hub
  const found = await db('matters')
    .where({ kind: 'measure', state: 'LIFT_DUE' })
    .orderBy('number')
    .first('id', 'content')
  const seat: string = found.content.seats.holder
  const [agency = '', region = ''] = seat.split('@')
  await addPerson(at, 'agency', { name: '钱财政', agency, region })
  await receiveMatters({ db, rules, keys }, { seat, ids: [found.id], way: 'QUEUE', now: now() })
  return found.id
}

/** The pictures show more than the demo has: people with names, like rejects, and access codes of two firms. */
const furnish = async (hub: Hub): Promise<Record<string, string>> => {
  const { db, rules, keys } = hub
  for (const [name, given] of Object.entries(PEOPLE))
    await addPerson({ hub, url: BASE }, given.role, { name, ...given })
  const firms = await firmsOf(db, LIKE)
  const row = await rowOf(db)
  const [first] = firms
  const wrong = firms.map((firm, n) => line(row, 700 + n, { ...of(firm, { coded: true }), CF_JDRQ: '2026年13月45日' }))
  const good = Array.from({ length: GOOD }, (_, n) => line(row, 900 + n, first ? of(first, { coded: true }) : {}))
  await hub.pull('penalties', { cause: 'command', file: { bytes: csv([...wrong, ...good]), name: '十一月处罚.csv' } })
  const known: Record<string, string> = {}
  for (const [name, state] of Object.entries(CASES)) {
    const { rows } = await db.raw(
      'select l.id, o.uscc from listings l join operators o on o.id = l.operator_id where l.state = ? order by l.id limit 1',
      [state],
    )
    known[name] = rows[0].id
    const made = { operator: rows[0].uscc, reason: '随决定书送达', by: '王经办', now: hub.now() }
    known[`${name} firm`] = rows[0].uscc
    known[`${name} code`] = (await issueAccessCode(db, rules, keys, made)).code
  }
  const now = hub.now()
  // A decision that is served without its repair notice leaves a concern.
  const served = { name: 'serveListing', by: '王经办', role: 'officer', input: { on: shanghaiDate(now) } } as const
  await makeMove(db, rules, { id: known['decided'] ?? '', ...served, now })
  await registerPerson(db, { name: '吴经办', role: 'officer' }, [], { by: '赵管理', byCommand: false, now })
  await keepCard(db, stricter(), now)
  const values = [
    { name: 'SITE_ADDRESS', value: '虚构市演示路 1 号' },
    { name: 'SITE_TELEPHONE', value: '0431-00000000' },
  ]
  await proposeSettings(db, hub, { values, reason: '本机关三定方案', by: '赵管理', now })
  const adjusted = { operator: known['hidden firm'] ?? '', grade: 'D', endsOn: addDays(shanghaiDate(now), 90) } as const
  await proposeOverride(db, rules, { ...adjusted, reason: '正在核查的举报较多', by: '王经办', now })
  const matter = globalOf('Matter', await askForAssistance(hub))
  const measure = globalOf('Matter', await findMeasure({ hub, url: BASE }))
  const file = csv(
    wrong.map((one, n) => ({
      ...one,
      CF_WSH: `测市监处罚〔2026〕${800 + n}号`,
      ...(n > 1 && { CF_JDRQ: '2026-10-20' }),
    })),
  )
  return { ...known, matter, measure, card: STRICTER, file: file.toString() }
}

const wanted = process.argv.slice(2)
const isWanted = ({ name }: HelpShot): boolean => wanted.length === 0 || wanted.includes(name)

const openPage = async (browser: Browser): Promise<Page> => {
  const context = await browser.newContext({
    baseURL: BASE,
    viewport: WINDOW,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
  })
  return context.newPage()
}

const signIn = async (page: Page, by: string, known: Record<string, string>): Promise<void> => {
  const code = known[`${by} code`]
  if (code !== undefined) {
    await page.goto('/my')
    await page.locator('#access-code').fill(code)
    await page.getByRole('button', { name: '进入' }).click()
    await page.locator('.mine').waitFor()
  } else if (by !== '') {
    await page.goto('/desk')
    await fillSignIn(page, by)
    await page.locator('main#page h1').first().waitFor()
  }
}

const shoot = async (page: Page, shot: HelpShot, known: Record<string, string>): Promise<void> => {
  await signIn(page, shot.by, known)
  await page.goto(shot.path.replaceAll(/\{([\w ]+)\}/g, (_, name: string) => known[name] ?? ''))
  await page.locator(shot.ready).first().waitFor()
  await page.locator('.loading').first().waitFor({ state: 'detached' })
  await page.waitForLoadState('networkidle')
  await shot.does?.(page, known)
  const parts = shot.parts.map((part) => page.locator(part).first())
  if (isWanted(shot)) await take(page, parts, shot.name, shot.most)
  await shot.after?.(page)
}

const shots = HELP_SHOTS.filter((shot) => isWanted(shot) || shot.after !== undefined)
mkdirSync(FOLDER, { recursive: true })
await deskBuilt()
const test = await freshDatabase()
const folder = mkdtempSync(join(tmpdir(), 'hub-pictures-'))
const browser = await launchChinese()
const faults: string[] = []
const config = readConfig({ PORT: String(PORT), DATABASE_URL: test.url, DATA_DIR: folder, LOG_LEVEL: 'silent' })
try {
  await runDemo(
    config,
    () => undefined,
    async (hub, begin, end) => {
      await begin()
      const known = await furnish(hub)
      for (const shot of shots) {
        const page = await openPage(browser)
        await shoot(page, shot, known).catch((error: unknown) => faults.push(`${shot.name}: ${error}`))
        await page.context().close()
      }
      await hub.close()
      await end?.()
    },
  )
} finally {
  await browser.close()
  await test.drop()
  rmSync(folder, { recursive: true, force: true })
  await stopCluster()
}
for (const fault of faults) process.stderr.write(`${fault}\n`)
process.exitCode = faults.length === 0 ? 0 : 1
