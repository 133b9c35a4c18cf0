import { type GradesSeen, gradesSeen, may, type OperatorScope } from '../../domain/access/viewer.js'
import { oldestHoldingDate } from '../../domain/standing/sellers.js'
import type { ReadHandle } from '../../store/db/db.js'
import * as authorisations from '../../store/standing/authorisations.js'
import type { DirectoryFilter } from '../../store/standing/directory.js'
import * as sellers from '../../store/standing/sellers.js'
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
      return context.load.isSeller(subject)
    case 'AUTHORISED':
      return context.load.authorises(subject)
    case 'NONE':
      return false
  }
}

/** `own`: found by the operator's own USCC, as nearly all are. `marked`: on the client's seller list. */
type GradeCandidate = GradeSubject & { own: boolean; marked: boolean }

export const seesGrades = async (
  context: GraphqlContext,
  db: ReadHandle,
  operators: readonly (GradeCandidate | null)[],
): Promise<boolean[]> => {
  const grades = operators.map((operator) =>
    operator === null ? 'NONE' : gradesSeen(viewerTowards(context, operator)),
  )
  const [client, { today }] = [context.viewer.sub ?? '', context]
  const candidates = (by: GradesSeen) =>
    operators.filter((one, place) => one !== null && grades[place] === by) as GradeCandidate[]
  const [listed, authorising] = [candidates('SELLERS'), candidates('AUTHORISED')]
  const among = new Set(listed.flatMap(({ id, marked }) => (marked ? [id] : [])))
  const onList = listed.filter(({ marked }) => !marked)
  if (onList.length > 0) {
    const of = { client, oldest: oldestHoldingDate(today) }
    const named = await sellers.listedByOwnUscc(
      db,
      of,
      onList.flatMap(({ own, uscc }) => (own && uscc !== null ? [uscc] : [])),
    )
    for (const { id, own, uscc } of onList) if (own && named.has(uscc ?? '')) among.add(id)
    const others = onList.filter(({ id }) => !among.has(id)).map(({ id }) => id)
    if (others.length > 0) for (const id of await sellers.listedAmong(db, of, others)) among.add(id)
  }
  if (authorising.length > 0) {
    const ids = authorising.map(({ id }) => id)
    for (const id of await authorisations.authorisingAmong(db, { client, today }, ids)) among.add(id)
  }
  return operators.map((one, place) => grades[place] === 'ALL' || among.has(one?.id ?? 0))
}

export const gradeFilterOf = ({
  viewer,
  today,
}: GraphqlContext): Pick<DirectoryFilter, 'sellersOf' | 'authorisedTo'> => {
  if (may(viewer, 'see_sellers_grade'))
    return { sellersOf: { client: viewer.sub ?? '', oldest: oldestHoldingDate(today) } }
  return may(viewer, 'see_authorised_grade') ? { authorisedTo: viewer.sub } : {}
}
