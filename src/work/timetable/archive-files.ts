import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface ArchivedFile {
  path: string
  run: number
}

const WRITTEN = /^(\d{1,15})-.*\.jsonl\.gz$/
const UNFINISHED = '.part'

const namesIn = async (path: string): Promise<string[]> => (await readdir(path).catch(() => [])).sort()

/** Yields the files of one feed and month at a time, oldest first. */
export async function* archivesByMonth(folder: string): AsyncIterable<ArchivedFile[]> {
  for (const feed of await namesIn(folder))
    for (const year of await namesIn(join(folder, feed)))
      for (const month of await namesIn(join(folder, feed, year))) {
        const place = join(feed, year, month)
        const files = (await namesIn(join(folder, place))).flatMap((name) => {
          const run = WRITTEN.exec(name.endsWith(UNFINISHED) ? name.slice(0, -UNFINISHED.length) : name)?.[1]
          return run === undefined ? [] : [{ path: join(place, name), run: Number(run) }]
        })
        if (files.length > 0) yield files
      }
}

export const removeArchive = (folder: string, { path }: ArchivedFile): Promise<void> =>
  rm(join(folder, path), { force: true })
