/**
 * A real Chromium for a suite: Debian's or the one in CHROMIUM. Without one the suite is skipped with a message; under
 * `CI=true` it fails.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
/** No network traffic of its own; root runs without a sandbox. */
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
]
/** Milliseconds to wait for an element or page on a loaded machine. */
const PATIENCE_MS = 120_000
/** Timeout that includes starting the browser. */
export const BROWSER_MS = 300_000

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Visit {
  page: Page
  /** Requested addresses outside the host under test. */
  strays: string[]
  /** Errors thrown in the page or printed by its console. */
  faults: string[]
  close(): Promise<void>
}

/** One browser for the suite. `visit` opens a fresh context without cookies. */
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

/** Evaluated as text, because the page's objects have no types here. */
const audit = (
  sizes: boolean,
): string => `axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: ${sizes} } } }).then(({ violations }) =>
  violations.map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.slice(0, 3).map(({ html }) => html).join(' | ')))`

/** Findings of axe-core with best practices, one line each; `sizes` adds tap targets. */
export const violations = async (page: Page, { sizes = false } = {}): Promise<string[]> => {
  // An expression passes a strict script policy.
  await page.evaluate(AXE)
  return page.evaluate<string[]>(audit(sizes))
}

/** True if a page is wider than its window, as seen at 360 px. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth')
