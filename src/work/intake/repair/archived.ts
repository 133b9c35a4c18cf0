import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import type { AgencyFeed } from '../../../agencies/feed.js'
import type { DraftsOrProblems, SourceItem } from '../../../domain/records/records.js'
import { shanghaiDate } from '../../../foundation/time/dates.js'
import type * as ends from '../../../store/intake/repair/unended-records.js'
import { draftsOfItem } from '../read.js'

export interface ArchivedRun {
  archive: string
  dated: string | null
  startedAt: Date
}

export async function* readArchivedAgain(
  feed: AgencyFeed,
  { archive, dated, startedAt }: ArchivedRun,
  { archiveDir, pseudonymOf }: { archiveDir: string; pseudonymOf: (id: string) => string },
  wanted: (item: SourceItem) => boolean = () => true,
): AsyncIterable<{ item: SourceItem; mapped: DraftsOrProblems }> {
  const context = { dated, today: shanghaiDate(startedAt) }
  const file = createReadStream(join(archiveDir, archive))
  const lines = file.pipe(createGunzip())
  file.on('error', (error) => lines.destroy(error))
  for await (const line of createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY })) {
    const item = JSON.parse(line) as SourceItem
    if (wanted(item)) yield { item, mapped: draftsOfItem(feed, item, context, pseudonymOf) }
  }
}

export interface StoredRecordsRepair extends ends.RepairRun {
  feeds: readonly AgencyFeed[]
  pseudonymOf: (id: string) => string
  archiveDir: string
  today: string
  feedsToReread: Set<string>
  unproven: ends.RepairedRecord[]
}
