/**
 * Seeds the synthetic world as of a month ago. The items pass the ordinary feeds, so that the demo's first pull shows new, changed and
 * unchanged records.
 */

import { feeds } from '../src/agencies/index.js'
import type { RecordDraft } from '../src/domain/records/records.js'
import { spellIndividual, spellRegistration } from '../src/sandbox/agencies/market-regulator.js'
import { spellShop } from '../src/sandbox/agencies/marketplaces.js'
import type { Db } from '../src/store/db/db.js'
import { makeEmptyKnownVersions } from '../src/store/intake/digest-index.js'
import { withStage } from '../src/store/intake/staged.js'
import * as operators from '../src/store/operators/operators.js'
import * as runs from '../src/store/timetable/runs.js'
import { mergeDelivery } from '../src/work/intake/merge.js'
import { makeStagedDraft } from '../src/work/intake/staged-draft.js'
import { EARLIER_ON, earlier, type WorldOperator, world } from './world.js'

/** Does nothing if the database has operators that it did not seed. An interrupted seeding is resumed. */
export const seed = async (db: Db): Promise<void> => {
  const seeded = await runs.doneSubjects(db, 'seed')
  if (seeded.size === 0 && (await operators.countOperators(db)) > 0) return
  const { operators: all } = earlier(world())
  const registered = all.filter((one) => one.uscc !== null)
  const individuals = registered.filter((one) => one.kind === 'individual')
  const others = registered.filter((one) => one.kind !== 'individual')
  const deliveries: [feed: string, drafts: () => RecordDraft[]][] = [
    ['registry', () => others.map(registration)],
    ['individuals', () => individuals.map(individual)],
    ['shops', () => all.flatMap(shops)],
  ]
  for (const [feed, drafts] of deliveries) if (!seeded.has(feed)) await seedFeed(db, feed, drafts())
}

const registration = (one: WorldOperator, i: number): RecordDraft =>
  mapThroughFeed('registry', i, spellRegistration(one, i))

const individual = (one: WorldOperator, i: number): RecordDraft =>
  mapThroughFeed('individuals', i, spellIndividual(one, i))

const shops = (one: WorldOperator): RecordDraft[] =>
  one.shops.map((shop, i) => mapThroughFeed('shops', i, spellShop(one, shop)))

const mapThroughFeed = (feed: string, i: number, fields: Record<string, unknown>): RecordDraft => {
  const mapped = feeds.get(feed)?.map({ page: null, row: i + 1, fields }, { dated: null, today: EARLIER_ON })
  const draft = mapped && 'drafts' in mapped ? mapped.drafts[0] : undefined
  if (draft === undefined) throw new Error(`an item of the seed is none of the feed ${feed}: ${JSON.stringify(mapped)}`)
  return draft
}

const seedFeed = async (db: Db, feed: string, drafts: readonly RecordDraft[]): Promise<void> => {
  const now = new Date()
  const run = await runs.startRun(db, { job: 'seed', subject: feed, cause: 'demo', now })
  if (run === null) return
  const rows = drafts.map((draft, i) => makeStagedDraft(i + 1, 0, { page: null, row: i + 1, fields: {} }, draft))
  const counts = await withStage(db, async (stage) => {
    for (const row of rows) stage.put(row)
    await stage.flush()
    return stage.transaction((tx) =>
      mergeDelivery(tx, {
        run,
        feed,
        whole: true,
        drafts: 0,
        contents: stage.contents,
        known: makeEmptyKnownVersions(),
        now,
      }),
    )
  })
  await runs.finishRun(db, run, {
    outcome: 'DONE',
    counts: { received: drafts.length, new: counts.NEW },
    now: new Date(),
  })
}
