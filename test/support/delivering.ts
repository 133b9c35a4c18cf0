/** A hub with deliveries in several states: confirmed, rejected, removed, differing. */

import type { World } from '../../seeds/world.js'
import { isHeavyPenalty } from '../../src/domain/records/penalty.js'
import type { RecordBody } from '../../src/domain/records/records.js'
import { shanghaiDate } from '../../src/foundation/time/dates.js'
import { publishDemoCase } from '../../src/sandbox/officers.js'
import type { PlatformStandIn } from '../../src/sandbox/platforms/index.js'
import { makeMove } from '../../src/work/listing/listing.js'
import { startHub, type TestHub } from './hub.js'

export interface Delivering {
  hub: TestHub
  /** The current entry that `national` rejected, and the removed one. */
  standing: { listing: string; name: string }
  removed: { listing: string; name: string }
  platform(id: string): PlatformStandIn
}

const FEEDS = ['registry', 'individuals', 'penalties']

/**
 * One entry is rejected by `national`. The other is confirmed everywhere, but `creditchina` has not confirmed its
 * removal.
 */
export const delivering = async (feeds: readonly string[] = FEEDS, world?: World): Promise<Delivering> => {
  // A comparison checks removals at once, without waiting until the display has settled.
  const hub = await startHub({ settleSeconds: 0, ...(world && { world }) })
  const { db, rules, now } = hub.hub
  for (const feed of feeds) await hub.hub.pull(feed, { cause: 'command' })
  const platform = (id: string): PlatformStandIn => {
    const found = hub.platforms.find((one) => one.id === id)
    if (found === undefined) throw new Error(`no platform ${id}`)
    return found
  }
  const [one, two] = await punished(hub)
  const removed = await entryOf(hub, two)
  await hub.hub.push(null, { cause: 'command' })
  platform('national').behave({ refuse: one })
  const standing = await entryOf(hub, one)
  await hub.hub.push(null, { cause: 'command' })
  platform('creditchina').behave({ outage: true })
  await makeMove(db, rules, {
    id: removed.listing,
    name: 'removeListing',
    by: 'reviewer-1',
    role: 'reviewer',
    input: {
      on: shanghaiDate(now()),
      removal: 'REVOKED',
      reason: '处罚决定被撤销',
      documentNumber: '虚市监撤〔2026〕1号',
    },
    now: now(),
  })
  await hub.hub.push(null, { cause: 'command' })
  // The second push also reads what the platforms display.
  await hub.hub.push(null, { cause: 'command' })
  return { hub, standing, removed, platform }
}

/** Codes of two operators with a heavy penalty. */
const punished = async ({ hub, world }: TestHub): Promise<[string, string]> => {
  const { rows } = await hub.db.raw(
    `select o.uscc, v.body from versions v join operators o on o.id = v.operator_id
     where v.kind = 'penalty' and v.known_to is null and o.uscc is not null order by v.id`,
  )
  const heavy = (rows as { uscc: string; body: RecordBody }[])
    .filter(({ body }) => isHeavyPenalty(body))
    .map(({ uscc }) => uscc)
  const other = heavy.find((code) => code !== world.dishonestExample)
  if (other === undefined) throw new Error('the world has but one that can be listed')
  return [world.dishonestExample, other]
}

const entryOf = async ({ hub }: TestHub, code: string): Promise<{ listing: string; name: string }> => {
  const lines = await publishDemoCase(hub.db, hub.rules, code, hub.now())
  const found = await hub
    .db('listings')
    .join('operators', 'operators.id', 'listings.operator_id')
    .where({ 'operators.uscc': code, 'listings.state': 'PUBLISHED' })
    .first('listings.id', 'operators.name')
  if (found === undefined) throw new Error(`no entry of ${code}: ${lines.join(' ')}`)
  return { listing: found.id, name: found.name }
}
