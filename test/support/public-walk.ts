/** Opens every page that the public, a party and a new office see. Pages of a form come from sending it. */
import type { Page } from 'playwright-core'
import { HELP_TASKS, helpPath } from '../../src/web/words/help-tasks.js'
import { globalOf } from '../api/global-ids.js'
import type { browser } from './browser.js'
import type { FurnishedDesk } from './furnished-desk.js'
import { SAMPLE_JPEG } from './sample-papers.js'

type Look = (where: string, page: Page) => Promise<void>

const ISSUE = 'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }'
const NONE = '00000000-0000-4000-8000-000000000000'
const WRONG_CODE = '0123456789abcdef0123'

/** Addresses that need no form. */
const publicPaths = (all: FurnishedDesk): string[] => [
  ...[
    '/',
    '/blacklist',
    '/blacklist?reason=counterfeit&sort=ending',
    '/blacklist?name=%E6%9F%A5%E6%97%A0%E6%AD%A4%E5%BA%97',
  ],
  ...[
    '/blacklist?region=x',
    `/blacklist/${NONE}`,
    `/blacklist/${all.standing.listing}`,
    `/blacklist/${all.removed.listing}`,
  ],
  ...Object.values(all.cases).map((id) => `/blacklist/${id}`),
  ...['/check', '/data', '/scorecard', '/scorecard/ecommerce-1', '/scorecard/none', '/about', '/my', '/nothing-here'],
  ...['lists', 'recovery', 'clocks', 'audit-log', 'calendar', 'registration-states', 'none'].map(
    (name) => `/about/rules/${name}`,
  ),
  ...['/help', ...HELP_TASKS.map(helpPath), '/help/none'],
  ...['/verify', `/verify?code=${WRONG_CODE}`, '/developers', '/clue', '/clue/state'],
  ...['/figures', '/figures?month=2026-05', '/figures?month=2026-05&issue=1', '/figures?month=2020-01'],
  ...[
    '/penalties',
    '/penalties?kind=permit',
    '/penalties?name=%E6%9F%A5%E6%97%A0%E6%AD%A4%E5%BA%97',
    '/penalties?kind=x',
  ],
  ...['/pilots', '/pilots?region=222400', '/pilots?region=220300'],
]

const send = async (page: Page, path: string, fields: Record<string, string>, file?: string): Promise<void> => {
  await page.goto(path)
  for (const [selector, value] of Object.entries(fields)) await page.fill(selector, value)
  if (file !== undefined)
    await page.setInputFiles('#file', { name: 'x.pdf', mimeType: 'application/pdf', buffer: Buffer.from(file) })
  await page.evaluate(`document.querySelectorAll('[required]').forEach((one) => one.removeAttribute('required'))`)
  await page
    .locator('main form button:not(.plain)')
    .nth(file === undefined ? 0 : 1)
    .click()
  await page.waitForLoadState()
}

interface Walk {
  visitor: ReturnType<typeof browser>
  all: FurnishedDesk
  langs: readonly ('zh' | 'en')[]
  /** States of the cases whose parties sign in. */
  parties: readonly string[]
  /** Pattern of the pages to open, such as `public /help` or `party REMOVED`. */
  part: RegExp
  look: Look
}

export const walkPublicPages = async ({ visitor, all, langs, parties, part, look }: Walk): Promise<string[]> => {
  const { page, faults, strays, close } = await visitor.visit(all.hub.url, { viewport: { width: 1_280, height: 800 } })
  for (const lang of langs) {
    for (const path of publicPaths(all).filter((one) => part.test(`public ${one}`))) {
      await page.goto(inLanguage(path, lang))
      await openDetails(page)
      await look(`public ${inLanguage(path, lang)}`, page)
    }
    if (part.test('public forms')) await sendForms(page, all, lang, look)
    if (part.test('public clue')) await walkClue(page, all, lang, look)
    const cases = Object.entries(all.cases).filter(([state]) => parties.includes(state) && part.test(`party ${state}`))
    await walkParties(page, all, { lang, cases, look })
  }
  await close()
  return [...strays, ...faults.filter((fault) => !/status of 4\d\d/.test(fault))]
}

const inLanguage = (path: string, lang: string): string =>
  lang === 'zh' ? path : `${path}${path.includes('?') ? '&' : '?'}lang=en`

const sendForms = async (page: Page, all: FurnishedDesk, lang: string, look: Look): Promise<void> => {
  const { goodExample, dishonestExample } = all.hub.world
  await send(page, inLanguage('/check', lang), {
    '#codes': `${goodExample}\t虚构别名\n${dishonestExample}\nabc\n"x\nshop:`,
  })
  await look(`public answers of /check ${lang}`, page)
  await send(page, inLanguage('/check', lang), {})
  await look(`public nothing to check ${lang}`, page)
  await send(page, inLanguage('/verify', lang), {}, 'hello')
  await look(`public another file at /verify ${lang}`, page)
  await send(page, inLanguage('/my', lang), { '#access-code': 'XXXXX' })
  await look(`public a wrong access code ${lang}`, page)
}

/** A form sent empty, with something wrong, and well; a code that nobody has, and the one of the clue. */
const walkClue = async (page: Page, all: FurnishedDesk, lang: string, look: Look): Promise<void> => {
  const facts = { '#facts': `虚构：标注虚构商标的茶叶 ${lang}` }
  const [wrong, right] = [
    { name: '虚构.html', mimeType: 'image/png', buffer: Buffer.from('<p>') },
    { name: '虚构.jpg', mimeType: 'image/jpeg', buffer: SAMPLE_JPEG },
  ]
  const give = async (fields: Record<string, string>, pictures: readonly (typeof right)[]) => {
    await page.goto(inLanguage('/clue', lang))
    for (const [selector, value] of Object.entries(fields)) await page.fill(selector, value)
    await page.setInputFiles('#pictures', [...pictures])
    await page.evaluate(`document.querySelectorAll('[required]').forEach((one) => one.removeAttribute('required'))`)
    await page.click('main form button')
    await page.waitForLoadState()
  }
  await give({ '#shop': '虚构小店' }, [])
  await look(`public clue without facts ${lang}`, page)
  await give(facts, [wrong])
  await look(`public clue with another file ${lang}`, page)
  await give(facts, Array(6).fill(right))
  await look(`public clue with six pictures ${lang}`, page)
  await give({ ...facts, '#name': '虚构热心人' }, [right])
  await look(`public clue taken ${lang}`, page)
  for (const code of [WRONG_CODE, all.clueCode]) {
    await send(page, inLanguage('/clue/state', lang), { '#code': code })
    await look(`public clue code ${code === WRONG_CODE ? 'wrong' : 'known'} ${lang}`, page)
  }
}

const openDetails = (page: Page): Promise<unknown> =>
  page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true })`)

/** The file of the party of a case in every state, and what its forms answer when they are sent empty. */
const walkParties = async (
  page: Page,
  all: FurnishedDesk,
  { lang, cases, look }: { lang: 'zh' | 'en'; cases: readonly [string, string][]; look: Look },
): Promise<void> => {
  const { db } = all.hub.hub
  const token = await all.hub.token('officer', `issuer-${lang}`)
  const suffix = lang === 'zh' ? '' : '?lang=en'
  for (const [state, id] of cases) {
    const { uscc } = await db('operators as o')
      .join('listings as l', 'l.operator_id', 'o.id')
      .where('l.id', id)
      .first('o.uscc')
    const { data, errors } = await all.hub.ask(ISSUE, { input: { operator: uscc, reason: '送达' } }, token)
    if (errors) throw new Error(JSON.stringify(errors))
    await page.context().clearCookies()
    await page.goto(`/my${suffix}`)
    await page.fill('#access-code', data.issueAccessCode.code)
    await page.click('main form button')
    await page.waitForSelector('.mine')
    const own = [
      `/my/listings/${id}`,
      ...(state === 'REMOVED' ? [`/my/listings/${globalOf('Listing', id)}/certificate`] : []),
    ]
    for (const path of [`/my`, ...(state === 'PUBLISHED' ? ['/my/records', '/my/asked-by'] : []), ...own]) {
      await page.goto(`${path}${suffix}`)
      await openDetails(page)
      await look(`party ${state} ${path.replace(/listings\/[^/]+/, 'listings/:id')} ${lang}`, page)
    }
    for (const path of ['/my', `/my/listings/${id}`]) {
      await page.goto(`${path}${suffix}`)
      const forms = await page.locator('main form:not([action*="sign-out"]) button').count()
      for (let n = 0; n < forms; n += 1) {
        await page.goto(`${path}${suffix}`)
        await page.evaluate(`document.querySelectorAll('[required]').forEach((one) => one.removeAttribute('required'))`)
        const button = page.locator('main form:not([action*="sign-out"]) button').nth(n)
        // A form is gone once it was taken.
        if ((await button.count()) === 0) break
        await openDetails(page)
        await button.click()
        await page.waitForLoadState()
        await look(`party ${state} form ${n + 1} of ${path.replace(/listings\/[^/]+/, 'listings/:id')} ${lang}`, page)
      }
    }
  }
}
