import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { CHROMIUM_PATH } from './browser.js'
import { inPalette } from './palette-png.js'

/** Largest picture of a page, bytes. */
const SIZE_MOST = 150_000

/** Chinese date fields, given chromium-l10n. */
export const launchChinese = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM_PATH,
    args: ['--no-sandbox', '--lang=zh-CN'],
    env: { ...process.env, LANGUAGE: 'zh_CN' },
  })

/** Writes the picture with at most 256 colours. Throws if it is larger than `most` bytes. */
export const savePicture = (png: Buffer, folder: string, name: string, most: number): void => {
  const path = join(folder, `${name}.png`)
  const picture = inPalette(png)
  writeFileSync(path, picture)
  process.stdout.write(`${path} ${Math.ceil(picture.length / 1000)} kB\n`)
  if (picture.length > most) throw new Error(`${path} is too large`)
}

/** A `shown` picture appears in `README.md` or `src/web/README.md`. */
export const keep = async (page: Page, folder: string, shot: { name: string; shown?: boolean }): Promise<void> =>
  savePicture(await page.screenshot(), folder, shot.name, shot.shown ? SIZE_MOST : Number.POSITIVE_INFINITY)
