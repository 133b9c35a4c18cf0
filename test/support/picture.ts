/** Saves a screenshot of a page. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { inPalette } from './palette-png.js'

/** Largest picture of a page, bytes. */
const SIZE_MOST = 150_000

/** A `shown` picture appears in `README.md` or `src/web/README.md`. */
export const keep = async (page: Page, folder: string, shot: { name: string; shown?: boolean }): Promise<void> => {
  const path = join(folder, `${shot.name}.png`)
  const picture = inPalette(await page.screenshot())
  writeFileSync(path, picture)
  process.stdout.write(`${path} ${Math.ceil(picture.length / 1000)} kB\n`)
  if (shot.shown && picture.length > SIZE_MOST) throw new Error(`${path} is too large`)
}
