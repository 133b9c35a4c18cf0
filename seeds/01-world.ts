/**
 * The synthetic world as the hub knew it a month ago: the registry's enterprises, individual businesses and shops. The
 * registrations pass the registry's own door, so that the first pull of the demo shows what is new, changed and the same.
 */
import { feeds } from '../src/agencies/index.js'
import { shopCode } from '../src/domain/identity.js'
import type { Draft } from '../src/domain/records.js'
import { registryRow } from '../src/sandbox/agencies/market-regulator.js'
import type { Db } from '../src/store/db.js'
import * as operators from '../src/store/operators.js'
import * as runs from '../src/store/runs.js'
import * as staged from '../src/store/staged.js'
import { merge, toStage } from '../src/work/pull.js'
import { EARLIER_ON, earlier, type WorldOperator, world } from './world.js'

/** Leaves a database that knows operators of its own alone; goes on where an earlier seeding was killed. */
export const seed = async (db: Db): Promise<void> => {
  const seeded = await runs.done(db, 'seed')
  if (seeded.size === 0 && (await operators.count(db)) > 0) return
  const { operators: all } = earlier(world())
  const registered = all.filter((one) => one.uscc !== null)
  const individuals = registered.filter((one) => one.kind === 'individual')
  const others = registered.filter((one) => one.kind !== 'individual')
  const deliveries: [feed: string, drafts: () => Draft[]][] = [
    ['registry', () => others.map(registration)],
    ['individuals', () => individuals.map(registration)],
    ['shops', () => all.flatMap(shops)],
  ]
  for (const [feed, drafts] of deliveries) if (!seeded.has(feed)) await bring(db, feed, drafts())
}

const registration = (one: WorldOperator, i: number): Draft => {
  const item = { page: null, row: i + 1, fields: registryRow(one, i) }
  const mapped = feeds.get('registry')?.map(item, { dated: null, today: EARLIER_ON })
  const draft = mapped && 'drafts' in mapped ? mapped.drafts[0] : undefined
  if (draft === undefined) throw new Error(`the seed's registration of ${one.code} is no registration`)
  return draft
}

const shops = (one: WorldOperator): Draft[] =>
  one.shops.map((shop) => {
    const code = shopCode(shop.marketplace, shop.shopId)
    return {
      kind: 'shop',
      key: code,
      // A firm's shop leads to the firm; a natural person's shop is an operator of its own.
      subject: {
        uscc: one.uscc,
        orgCode: null,
        regNo: null,
        shop: one.uscc === null ? code : null,
        name: one.uscc === null ? shop.name : one.name,
      },
      body: {
        marketplace: shop.marketplace,
        shop_id: shop.shopId,
        name: shop.name,
        url: shop.url,
        category: shop.category,
        opened_on: shop.openedOn,
        real_name_matched: shop.realNameMatched,
      },
      validFrom: shop.openedOn,
      validTo: null,
      findings: [],
    }
  })

const bring = async (db: Db, feed: string, drafts: readonly Draft[]): Promise<void> => {
  const now = new Date()
  const run = await runs.start(db, { job: 'seed', subject: feed, cause: 'demo', now })
  if (run === null) return
  const rows = drafts.map((draft, i) => toStage(i + 1, 0, { page: null, row: i + 1, fields: {} }, draft))
  await staged.add(db, run, rows)
  const counts = await db.transaction((tx) => merge(tx, { run, feed, whole: true, now }))
  await runs.finish(db, run, { outcome: 'DONE', counts: { received: drafts.length, new: counts.NEW }, now: new Date() })
}
