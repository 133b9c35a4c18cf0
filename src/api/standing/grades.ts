import { gradesSeen, may, type OperatorScope } from '../../domain/access/viewer.js'
import { findOldestValidListDate } from '../../domain/standing/sellers.js'
import type { DirectoryFilter } from '../../store/standing/directory.js'
import { type GraphqlContext, viewerTowards } from '../request/context.js'

interface GradeSubject extends OperatorScope {
  id: number
}

export const seesGrade = async (context: GraphqlContext, operator: GradeSubject): Promise<boolean> => {
  const viewer = viewerTowards(context, operator)
  const subject = { client: viewer.sub ?? '', operator: operator.id }
  switch (gradesSeen(viewer)) {
    case 'ALL':
      return true
    case 'SELLERS':
      return context.load.isGradeOpen(subject)
    case 'AUTHORISED':
      return context.load.authorises(subject)
    case 'NONE':
      return false
  }
}

export const makeGradeFilter = ({
  viewer,
  today,
}: GraphqlContext): Pick<DirectoryFilter, 'sellersOf' | 'authorisedTo'> => {
  if (may(viewer, 'see_sellers_grade'))
    return { sellersOf: { client: viewer.sub ?? '', oldest: findOldestValidListDate(today) } }
  return may(viewer, 'see_authorised_grade') ? { authorisedTo: viewer.sub } : {}
}
