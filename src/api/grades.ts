/** Who sees score and grade of whom: authorities and the party itself, a marketplace of its own sellers, a credit service where it is authorised. */
import { oldestHolding } from '../domain/sellers.js'
import { may, type Owner } from '../domain/viewer.js'
import type { Filter } from '../store/directory.js'
import { type Context, viewerOn } from './context.js'

interface Graded extends Owner {
  id: number
}

/** The one question behind every field that tells of a score. Whether the score itself may be told is another: `mayTell`. */
export const seesGrade = async (context: Context, operator: Graded): Promise<boolean> => seeing(context, operator)

/** As `seesGrade`, without a promise where nothing need be looked up. */
export const seeing = (context: Context, operator: Graded): boolean | Promise<boolean> => {
  const viewer = viewerOn(context, operator)
  if (may(viewer, 'see_grade')) return true
  const client = viewer.sub
  if (client === null) return false
  if (may(viewer, 'see_sellers_grade')) return context.load.isSeller({ client, operator: operator.id })
  return may(viewer, 'see_authorised_grade') && context.load.authorises({ client, operator: operator.id })
}

/** Whose grade a filter may ask about: else it would tell what the answer does not. */
export const gradedAmong = ({ viewer, today }: Context): Pick<Filter, 'sellersOf' | 'authorisedTo'> => {
  if (may(viewer, 'see_sellers_grade')) return { sellersOf: { client: viewer.sub ?? '', oldest: oldestHolding(today) } }
  return may(viewer, 'see_authorised_grade') ? { authorisedTo: viewer.sub } : {}
}
