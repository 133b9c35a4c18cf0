/**
 * A real Chromium for a suite: Debian's, or the one that CHROMIUM names. Where there is none the suite says aloud that it was
 * passed over; under `CI=true` that is a failure.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
/** Nothing of its own goes over the network; as root it has no sandbox. */
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
]
/** For an element to appear, or a page to come, milliseconds; a machine that others load is slow. */
const PATIENCE_MS = 120_000
/** Slower than other tests: a browser starts. */
export const BROWSER_MS = 300_000

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Visit {
  page: Page
  /** Addresses asked for that are not of the host under test. */
  strays: string[]
  /** Errors thrown in the page, and what its console calls an error. */
  faults: string[]
  close(): Promise<void>
}

/** One browser for the suite that calls this: `visit` opens a fresh context, without cookies. */
export const browser = (): { visit(base: string, options?: BrowserContextOptions): Promise<Visit> } => {
  let one: Browser | null = null
  before(async function () {
    this.timeout(BROWSER_MS)
    if (!existsSync(PATH)) {
      if (process.env['CI']) throw new Error(`there is no browser at ${PATH}`)
      process.stderr.write(`\n  SKIPPED, for there is no browser at ${PATH}: ${this.test?.parent?.fullTitle()}\n\n`)
      this.skip()
    }
    one = await chromium.launch({ executablePath: PATH, args: FLAGS })
  })
  after(() => one?.close())
  return {
    visit: async (base, options = {}) => {
      if (one === null) throw new Error('asked for outside a test')
      const context = await one.newContext({ baseURL: base, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options })
      context.setDefaultTimeout(PATIENCE_MS)
      const page = await context.newPage()
      const strays: string[] = []
      const faults: string[] = []
      const host = new URL(base).host
      page.on('request', (request) => {
        const url = new URL(request.url())
        if (url.protocol.startsWith('http') && url.host !== host) strays.push(request.url())
      })
      page.on('pageerror', (error) => faults.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text())
      })
      return { page, strays, faults, close: () => context.close() }
    },
  }
}

/** Evaluated in the page, as text: what stands in a page is not what this project's types know. */
const audit = (
  sizes: boolean,
): string => `axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: ${sizes} } } }).then(({ violations }) =>
  violations.map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.slice(0, 3).map(({ html }) => html).join(' | ')))`

/** What axe-core holds against the page as it stands, best practices included, with `sizes` the size of what is tapped too: one line each; none is good. */
export const violations = async (page: Page, { sizes = false } = {}): Promise<string[]> => {
  // As an expression: a page that lets no script of others in is not asked to.
  await page.evaluate(AXE)
  return page.evaluate<string[]>(audit(sizes))
}

/** Whether the page is wider than its window: then a reader at 360 px must scroll sideways. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth')
