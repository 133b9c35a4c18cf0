/** The losses of a promoted standby, and checks that the hub names exactly those. */
import type { makeHub } from '../../../src/hub/hub.js'
import type { PlatformStandIn } from '../../../src/sandbox/platforms/index.js'
import { rowsOf } from '../../support/world.js'

type Hub = Awaited<ReturnType<typeof makeHub>>

/** Rows of the audit log that were acknowledged and then lost: numbers above `after`, up to `noted`. */
export interface LostRows {
  after: number
  noted: number
}

/** Queries of an officer over HTTP. Each answered one has a row in the audit log. */
export const makeQuestions = (hub: Hub, web: string) => {
  let answered = 0
  // biome-ignore lint/suspicious/noExplicitAny: an answer's shape is its question's
  const ask = async (query: string): Promise<any> => {
    const claims = { sub: 'officer-1', role: 'officer', agency: null, region: null }
    const { token } = hub.keys.sign(claims, hub.now().getTime())
    const answer = await fetch(`${web}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    })
    const { data, errors } = (await answer.json()) as { data?: unknown; errors?: unknown }
    if (answer.status !== 200 || errors !== undefined) throw new Error(JSON.stringify(errors))
    answered += 1
    return data
  }
  return {
    answered: () => answered,
    ask,
    standing: (): Promise<void> => ask('{ standing(code: "91220102MA0Y3X1HXM") { status } }'),
  }
}

/** True if the audit log verifies and names exactly the lost rows as lost in a failover. */
export const namesRows = async (hub: Hub, lost: readonly LostRows[]): Promise<boolean> => {
  const { ok, walked, head, cuts } = await hub.verifyAuditLog({})
  const [rows] = await rowsOf(hub.db, 'select count(*)::int as walked, max(number)::int as head from trail')
  return (
    ok &&
    walked === rows?.['walked'] &&
    head?.number === rows['head'] &&
    isSaid(cuts, lost) &&
    cuts.every(({ excuse }) => excuse === 'FAILOVER')
  )
}

export const isSaid = (cuts: readonly LostRows[], lost: readonly LostRows[]): boolean =>
  JSON.stringify(cuts.map(({ after, noted }) => [after, noted])) ===
  JSON.stringify(lost.map(({ after, noted }) => [after, noted]))

/** True if an officer is told of the lost last delivery, or of the new server when none is lost. */
export const namesDelivery = async (
  ask: ReturnType<typeof makeQuestions>['ask'],
  { left, had }: { left: number; had: number },
): Promise<boolean> => {
  const { databaseRestored } = await ask('{ databaseRestored { cause deliveries { noted had } } }')
  const noted = databaseRestored?.deliveries.noted ?? 0
  const isNamed =
    noted > had
      ? databaseRestored?.cause === 'DELIVERY_NOTED' && left <= noted
      : databaseRestored?.cause === 'SERVER_CHANGED' && left <= had
  if (!isNamed) process.stderr.write(`${JSON.stringify({ left, had, databaseRestored })}\n`)
  return isNamed && databaseRestored.deliveries.had === had
}

/** Lost acts: entries that every platform shows or hides unlike the database. */
export const lostActs = async (hub: Hub, platforms: readonly PlatformStandIn[]): Promise<string[]> => {
  const shown = platforms.map((one) => new Set(one.entries().map(({ key }) => key)))
  const rows = await rowsOf(hub.db, 'select id, state from listings')
  return rows.flatMap(({ id, state }) => {
    const there = shown.filter((keys) => keys.has(String(id))).length
    return there === (state === 'PUBLISHED' ? 0 : platforms.length) ? [String(id)] : []
  })
}

/** Counts the entries in `ids` that are on no list of discrepancies since `since`. */
export const unnamed = async (hub: Hub, ids: readonly string[], since: Date): Promise<number> => {
  const found = await rowsOf(hub.db, 'select distinct key from findings where last_found_at >= ?', [since])
  const named = new Set(found.map(({ key }) => key))
  return ids.filter((id) => !named.has(id)).length
}

/** True if an altered row behind every loss is found and named. The row is restored. */
export const findsAltered = async (hub: Hub): Promise<boolean> => {
  const [row] = await rowsOf(hub.db, 'select max(number)::int as number from trail')
  const number = Number(row?.['number'])
  const alter = (by: number) =>
    hub.db.transaction(async (tx) => {
      await tx.raw('set local session_replication_role = replica')
      await tx.raw('update trail set count = count + ? where number = ?', [by, number])
    })
  await alter(1)
  const { ok, broken } = await hub.verifyAuditLog({})
  await alter(-1)
  return !ok && broken?.number === number && broken.fault === 'ALTERED'
}
