/**
 * A real Chromium for a suite: the one in CHROMIUM, else Debian's. Without one the suite is skipped with a message;
 * under `CI=true` it fails.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  type Browser,
  type BrowserContextOptions,
  type ConsoleMessage,
  chromium,
  type Page,
  type Request,
} from 'playwright-core'

/** The headless shell draws no window: test/web/desk/operator.test.ts takes 34 CPU seconds with it instead of 47. */
const DEBIAN = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'] as const
export const CHROMIUM_PATH = process.env['CHROMIUM'] ?? DEBIAN.find((path) => existsSync(path)) ?? DEBIAN[1]
/** Chromium sends no requests of its own. As root it only starts without a sandbox. */
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
/** Timeout in milliseconds that includes starting the browser. */
export const BROWSER_MS = 300_000

/** A short page of the hub for pages not in use. `about:blank` would end the process, which has the desk's scripts loaded. */
const PARKING = '/healthz'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Visit {
  page: Page
  /** Requested addresses outside the host under test. */
  strays: string[]
  /** Errors thrown in the page or printed by its console. */
  faults: string[]
  close(): Promise<void>
}

let running: Promise<Browser> | undefined

export const closeBrowser = async (): Promise<void> => {
  const one = await running
  running = undefined
  await one?.close()
}

interface Browsing {
  visit(base: string, options?: BrowserContextOptions): Promise<Visit>
  /** As `visit`, in the emptied page of an earlier visit with the same options: a third of the processor time. */
  revisit(base: string, options?: BrowserContextOptions): Promise<Visit>
}

export const browser = (): Browsing => {
  let one: Browser | null = null
  const emptied = new Map<string, Page[]>()
  before(async function () {
    this.timeout(BROWSER_MS)
    if (!existsSync(CHROMIUM_PATH)) {
      if (process.env['CI']) throw new Error(`there is no browser at ${CHROMIUM_PATH}`)
      process.stderr.write(
        `\n  SKIPPED, for there is no browser at ${CHROMIUM_PATH}: ${this.test?.parent?.fullTitle()}\n\n`,
      )
      this.skip()
    }
    running ??= chromium.launch({ executablePath: CHROMIUM_PATH, args: FLAGS })
    one = await running
  })
  after(async () => {
    for (const context of one?.contexts() ?? []) await context.close()
  })

  const open = async (base: string, options: BrowserContextOptions): Promise<Page> => {
    if (one === null) throw new Error('asked for outside a test')
    const context = await one.newContext({ baseURL: base, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options })
    context.setDefaultTimeout(PATIENCE_MS)
    return context.newPage()
  }
  return {
    visit: async (base, options = {}) => {
      const page = await open(base, options)
      return { ...watch(page, base), close: () => page.context().close() }
    },
    revisit: async (base, options = {}) => {
      const key = JSON.stringify([base, options])
      const pages = emptied.get(key) ?? []
      emptied.set(key, pages)
      const page = pages.pop() ?? (await open(base, options))
      const { leave, ...watched } = watch(page, base)
      const size = page.viewportSize()
      return {
        ...watched,
        close: async () => {
          leave()
          await page.evaluate('localStorage.clear(); sessionStorage.clear()')
          await page.goto(PARKING)
          await page.context().clearCookies()
          await page.emulateMedia({ media: null })
          if (size) await page.setViewportSize(size)
          pages.push(page)
        },
      }
    },
  }
}

const watch = (page: Page, base: string): Omit<Visit, 'close'> & { leave(): void } => {
  const strays: string[] = []
  const faults: string[] = []
  const { host } = new URL(base)
  const asked = (request: Request) => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && url.host !== host) strays.push(request.url())
  }
  const failed = (error: Error) => faults.push(error.message)
  const printed = (message: ConsoleMessage) => {
    if (message.type() === 'error') faults.push(message.text())
  }
  page.on('request', asked).on('pageerror', failed).on('console', printed)
  const leave = () => {
    page.off('request', asked).off('pageerror', failed).off('console', printed)
  }
  return { page, strays, faults, leave }
}

/** Evaluated as text, because the page's objects have no types here. */
const audit = (
  sizes: boolean,
): string => `axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: ${sizes} } } }).then(({ violations }) =>
  violations.map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.slice(0, 3).map(({ html }) => html).join(' | ')))`

/** Violations found by axe-core, one line each, best practices included. `sizes` adds the size of tap targets. */
export const violations = async (page: Page, { sizes = false } = {}): Promise<string[]> => {
  // Evaluating the script works under a strict Content-Security-Policy, which would block a script element.
  if (await page.evaluate<boolean>(`typeof axe === 'undefined'`)) await page.evaluate(AXE)
  return page.evaluate<string[]>(audit(sizes))
}

const CONTRAST = `axe.run(document, { runOnly: ['color-contrast'] }).then(({ violations }) =>
  violations.flatMap(({ nodes }) => nodes.slice(0, 3).map(({ html, any }) => html.slice(0, 160) + ' ' + any[0]?.message)))`

export const contrastFaults = async (page: Page): Promise<string[]> => {
  if (await page.evaluate<boolean>(`typeof axe === 'undefined'`)) await page.evaluate(AXE)
  return page.evaluate<string[]>(CONTRAST)
}

export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth')
