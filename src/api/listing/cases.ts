import { may, regionBoundOf } from '../../domain/access/viewer.js'
import { CASE_STATES, isCaseOver } from '../../domain/listing/case.js'
import { AUTHORITY_DEADLINES } from '../../domain/listing/deadlines.js'
import { LIST_COUNTED_MOST } from '../../foundation/pages.js'
import * as store from '../../store/listing/cases.js'
import { makeConnection, type PageArgs, readPageSize } from '../request/connection.js'
import type { GraphqlContext } from '../request/context.js'
import { makeCaseCursor, readCaseInCursor } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { readOperatorWords } from '../request/operator-words.js'
import { makeCaseView } from './listing-view.js'

const OPEN = CASE_STATES.filter((state) => !isCaseOver(state))

type CaseBoardFilter = {
  [K in 'states' | 'list' | 'region' | 'name' | 'late' | 'keeper' | 'penalty' | 'heavy']?: store.CaseFilter[K] | null
}

/** Ended cases need a request and the right to see removals. */
const filterOf = ({ viewer, today }: GraphqlContext, given: CaseBoardFilter | null | undefined): store.CaseFilter => {
  const { states = null, late = false, heavy = null, region, name, ...texts } = given ?? {}
  const { list = null, keeper = null, penalty = null } = refuseUnstorableText(texts)
  const seen = may(viewer, 'see_removed') ? CASE_STATES : OPEN
  const asked = states ?? OPEN
  return {
    states: seen.filter((state) => asked.includes(state)),
    list,
    ...readOperatorWords({ ...(region && { region }), ...(name && { name }) }),
    late: late ?? false,
    keeper,
    penalty,
    heavy,
    within: regionBoundOf(viewer),
    today,
    duties: AUTHORITY_DEADLINES,
  }
}

type CaseListArgs = PageArgs & { filter?: CaseBoardFilter | null; sort?: store.CaseSort | null }

const list = async (_: unknown, args: CaseListArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const filter = filterOf(context, args.filter)
  const sort = args.sort ?? 'NEWEST'
  const after = readCaseInCursor(args.after, sort === 'NEWEST')
  const found = await store.list(db, filter, { sort, first: readPageSize(args) + 1, after })
  const cases = found.map((one) => ({ ...makeCaseView(one), cursor: makeCaseCursor(one) }))
  return makeConnection(
    cases,
    args,
    ({ cursor }) => cursor,
    (most) => store.count(db, filter, most),
  )
}

const board = (_: unknown, args: { filter?: CaseBoardFilter | null }, context: GraphqlContext) =>
  store.countBoardColumns(context.parts.db, filterOf(context, args.filter), LIST_COUNTED_MOST)

export const caseResolvers = { Query: { cases: list, caseBoard: board } }
