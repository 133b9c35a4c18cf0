/** Who sees score and grade of whom: authorities and the party itself, a marketplace of its own sellers, a credit service where it is authorised. */
import { oldestHolding } from '../domain/sellers.js'
import { may, type Viewer } from '../domain/viewer.js'
import type { Filter } from '../store/directory.js'
import type { Wanted } from '../store/standings.js'
import { type Context, viewerOn } from './context.js'

interface Graded {
  id: number
  uscc: string | null
  shop: string | null
}

/**
 * Whose score and grade a viewer sees: of all, of none, or of whom the lookup itself has to find out. The one question behind
 * every field that tells of a score. Whether the score itself may be told is another: `mayTell`.
 */
export const gradesFor = (viewer: Viewer): Wanted['grades'] => {
  if (may(viewer, 'see_grade')) return 'ALL'
  if (viewer.sub === null) return 'NONE'
  if (may(viewer, 'see_sellers_grade')) return 'SELLERS'
  return may(viewer, 'see_authorised_grade') ? 'AUTHORISED' : 'NONE'
}

/** Whether it sees those of this operator. */
export const seesGrade = async (context: Context, operator: Graded): Promise<boolean> => {
  const viewer = viewerOn(context, operator)
  const asked = { client: viewer.sub ?? '', operator: operator.id }
  switch (gradesFor(viewer)) {
    case 'ALL':
      return true
    case 'SELLERS':
      return context.load.isSeller(asked)
    case 'AUTHORISED':
      return context.load.authorises(asked)
    case 'NONE':
      return false
  }
}

/** Whose grade a filter may ask about: else it would tell what the answer does not. */
export const gradedAmong = ({ viewer, today }: Context): Pick<Filter, 'sellersOf' | 'authorisedTo'> => {
  if (may(viewer, 'see_sellers_grade')) return { sellersOf: { client: viewer.sub ?? '', oldest: oldestHolding(today) } }
  return may(viewer, 'see_authorised_grade') ? { authorisedTo: viewer.sub } : {}
}
