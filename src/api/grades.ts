/** Who sees score and grade of whom: authorities and the party itself, a marketplace of its own sellers, a credit service where it is authorised. */
import { oldestHolding } from '../domain/sellers.js'
import { may } from '../domain/viewer.js'
import * as authorisations from '../store/authorisations.js'
import type { Reads } from '../store/bulk.js'
import type { Filter } from '../store/directory.js'
import * as sellers from '../store/sellers.js'
import { type Context, viewerOn } from './context.js'

interface Graded {
  id: number
  uscc: string | null
  shop: string | null
}

/** The one question behind every field that tells of a score. Whether the score itself may be told is another: `mayTell`. */
export const seesGrade = async (context: Context, operator: Graded): Promise<boolean> => seeing(context, operator)

/** What it depends on: nothing, the marketplace's list, or the operator's authorisation. */
type Depends = boolean | 'LIST' | 'AUTHORISATION'

const dependsOn = (context: Context, operator: Pick<Graded, 'uscc' | 'shop'>): Depends => {
  const viewer = viewerOn(context, operator)
  if (may(viewer, 'see_grade')) return true
  if (viewer.sub === null) return false
  if (may(viewer, 'see_sellers_grade')) return 'LIST'
  return may(viewer, 'see_authorised_grade') && 'AUTHORISATION'
}

/** As `seesGrade`, without a promise where nothing need be looked up. */
export const seeing = (context: Context, operator: Graded): boolean | Promise<boolean> => {
  const depends = dependsOn(context, operator)
  if (typeof depends === 'boolean') return depends
  const key = { client: context.viewer.sub ?? '', operator: operator.id }
  return depends === 'LIST' ? context.load.isSeller(key) : context.load.authorises(key)
}

/** As `seesGrade`, of many at once; null: nobody. `own`: found by its own USCC, as nearly all are. */
export const seeingMany = async (
  context: Context,
  db: Reads,
  operators: readonly ((Graded & { own: boolean }) | null)[],
): Promise<boolean[]> => {
  const depends = operators.map((operator) => operator !== null && dependsOn(context, operator))
  const [client, { today }] = [context.viewer.sub ?? '', context]
  const asked = (by: Depends) =>
    operators.filter((one, place) => one !== null && depends[place] === by) as (Graded & { own: boolean })[]
  const [onList, authorising] = [asked('LIST'), asked('AUTHORISATION')]
  const among = new Set<number>()
  if (onList.length > 0) {
    const of = { client, oldest: oldestHolding(today) }
    const named = await sellers.amongOwn(
      db,
      of,
      onList.flatMap(({ own, uscc }) => (own && uscc !== null ? [uscc] : [])),
    )
    for (const { id, own, uscc } of onList) if (own && named.has(uscc ?? '')) among.add(id)
    const others = onList.filter(({ id }) => !among.has(id)).map(({ id }) => id)
    if (others.length > 0) for (const id of await sellers.among(db, of, others)) among.add(id)
  }
  if (authorising.length > 0) {
    const ids = authorising.map(({ id }) => id)
    for (const id of await authorisations.among(db, { client, today }, ids)) among.add(id)
  }
  return operators.map((one, place) =>
    typeof depends[place] === 'boolean' ? depends[place] === true : among.has(one?.id ?? 0),
  )
}

/** Whose grade a filter may ask about: else it would tell what the answer does not. */
export const gradedAmong = ({ viewer, today }: Context): Pick<Filter, 'sellersOf' | 'authorisedTo'> => {
  if (may(viewer, 'see_sellers_grade')) return { sellersOf: { client: viewer.sub ?? '', oldest: oldestHolding(today) } }
  return may(viewer, 'see_authorised_grade') ? { authorisedTo: viewer.sub } : {}
}
