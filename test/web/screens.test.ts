/**
 * Every page, as each role sees it: what it says, and that nothing is out of sight. SCREENS=full opens every form too and
 * looks in every size and theme (`npm run soak -- screens`); SCREENS_PART is a pattern of role and path, such as `officer /listings`,
 * `public /help`, `public forms` or `party REMOVED`.
 */
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { BROWSER_MS, browser, contrastFaults } from '../support/browser.js'
import { deniedWordsIn } from '../support/denied-words.js'
import { DESK_ROLES, deskBuilt } from '../support/desk.js'
import { pathsFor, walkDesk } from '../support/desk-walk.js'
import { type FurnishedDesk, furnishedDesk } from '../support/furnished-desk.js'
import { walkPublicPages } from '../support/public-walk.js'
import {
  cutFaults,
  PUBLIC_SCREENS,
  rulesOfPopups,
  SCREENS,
  screenFaults,
  setScreen,
  wordFaults,
} from '../support/screens.js'
import { draftTexts, exportTexts, messageTexts } from '../support/written-texts.js'

const IS_FULL = process.env['SCREENS'] === 'full'
const PART = new RegExp(process.env['SCREENS_PART'] ?? '')
/** Characters that each written text has at least: a reader that finds nothing would find no fault. */
const SHORTEST = 20
const FULL_MS = 4 * 3_600_000
/** Widths that differ most in what fits. */
const SAMPLED = SCREENS.filter(({ width }) => [1_024, 512].includes(width))
/** Pages that between them hold every piece of the desk. */
const FULL_OF_COLOURS = /^(?:|operator\/\w+|listings\/[\w-]+|intake\/rejects|deliveries|administration\/calendar)$/
/** States of cases that a party reads most about, and whose papers hold most. */
const PARTIES = ['NOTIFIED', 'PUBLISHED', 'REPAIR_APPLIED', 'REMOVED']
const WRITTEN = ['PUBLISHED', 'REMOVED']
/** Pages for programmers. */
const PROGRAMS = /\/developers/
/** A case holds the drafts of its documents. */
const DRAFTS = /\/listings\/[\w-]{36}/

describe('every page', function () {
  this.timeout(IS_FULL ? FULL_MS : 2 * BROWSER_MS)
  const visitor = browser()
  let all: FurnishedDesk
  before(async () => {
    await deskBuilt()
    all = await furnishedDesk()
  })
  after(() => all?.hub.stop())

  /** Also printed at once, because the whole takes an hour. */
  const told = (where: string, own: readonly string[]): string[] => {
    if (IS_FULL || own.length > 0) process.stderr.write(`${[where, ...own].join('\n  ')}\n`)
    return own.map((fault) => `${where} ${fault}`)
  }
  /** Every screen, once for each text. */
  const wholeLook = (faults: string[], options: (where: string) => Parameters<typeof screenFaults>[1]) => {
    const seen = new Set<string>()
    return async (where: string, page: Page) => {
      const text = await page.evaluate<string>('document.body.innerText + document.querySelectorAll("input").length')
      if (!seen.has(text)) faults.push(...told(where, await screenFaults(page, options(where))))
      seen.add(text)
    }
  }

  it('of the desk shows no id, enum name or English sentence, keeps every action in sight, and is legible in the dark', async () => {
    const faults: string[] = []
    const sample = async (where: string, page: Page) => {
      const own = (await wordFaults(page, { draft: DRAFTS.test(where) })).map((word) => `says ${word}`)
      for (const screen of SAMPLED) {
        await setScreen(page, screen)
        for (const fault of await cutFaults(page)) own.push(`at ${screen.width}: ${fault}`)
      }
      if (FULL_OF_COLOURS.test(where.split(' /')[1] ?? '')) {
        await page.emulateMedia({ colorScheme: 'dark' })
        for (const fault of await contrastFaults(page)) own.push(`in the dark: ${fault}`)
        await page.emulateMedia({ colorScheme: 'light' })
      }
      faults.push(...told(where, own))
    }
    const look = IS_FULL
      ? wholeLook(faults, (where) => ({
          draft: DRAFTS.test(where),
          focus: !where.includes('›'),
          ...(where.includes('›') && { rules: rulesOfPopups }),
        }))
      : sample
    const visited = new Set<string>()
    for (const role of DESK_ROLES) {
      const paths = (await pathsFor(role, all)).filter(
        (path) => (IS_FULL || !visited.has(path)) && PART.test(`${role} /${path}`),
      )
      for (const path of paths) visited.add(path)
      faults.push(...(await walkDesk({ visitor, all, role, paths, opens: IS_FULL, look })))
    }
    expect(faults).to.deep.equal([])
  })

  it('of the public site and of a party fits a telephone and shows no id, enum name or other language', async () => {
    const faults: string[] = []
    const sample = async (where: string, page: Page) => {
      const own = PROGRAMS.test(where) ? [] : (await wordFaults(page, { draft: true })).map((word) => `says ${word}`)
      await setScreen(page, { width: 360, height: 740, zoom: 1 })
      faults.push(...told(where, [...own, ...(await cutFaults(page))]))
    }
    const look = IS_FULL
      ? wholeLook(faults, (where) => ({
          screens: PUBLIC_SCREENS,
          chinese: !/lang=en| en$/.test(where) && !PROGRAMS.test(where),
        }))
      : sample
    faults.push(
      ...(await walkPublicPages({
        visitor,
        all,
        langs: IS_FULL ? ['zh', 'en'] : ['zh'],
        parties: IS_FULL ? Object.keys(all.cases) : PARTIES,
        part: PART,
        look,
      })),
    )
    expect(faults).to.deep.equal([])
  })

  it('of a draft, a case file, an exported list or a message shows no id, enum name or English', async () => {
    const states = IS_FULL ? Object.keys(all.cases) : WRITTEN
    const texts = [
      ...(await draftTexts(all, states)),
      ...(await exportTexts(all, states)),
      ...(await messageTexts(all)),
    ]
    expect(texts.filter(({ text }) => text.length < SHORTEST).map(({ where }) => where)).to.deep.equal([])
    const faults = texts.flatMap(({ where, text, draft }) =>
      [...new Set(deniedWordsIn(text, { draft }))].map((word) => `${where} says ${word}`),
    )
    expect(faults).to.deep.equal([])
  })
})
