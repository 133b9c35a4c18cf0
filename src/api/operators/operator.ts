import { may, maySeeOperator, RECORD_KINDS_SEEN, type Viewer } from '../../domain/access/viewer.js'
import { maskCode, maskName } from '../../domain/listing/masked-names.js'
import { parseCode } from '../../domain/operators/codes.js'
import { RECORD_KINDS, type RecordKind } from '../../domain/records/records.js'
import * as mergers from '../../store/operators/mergers.js'
import * as operators from '../../store/operators/operators.js'
import type { PointInTime } from '../../store/records/versions.js'
import { listVisibleListings } from '../listing/listing-view.js'
import { makeRecordView } from '../records/records.js'
import { makeConnection, type PageArgs, readPageSize } from '../request/connection.js'
import {
  choosePointInTime,
  type FieldResolver,
  type GraphqlContext,
  isPastMoment,
  viewerTowards,
} from '../request/context.js'
import { makeGlobalId, readNumberInCursor } from '../request/ids.js'
import { makeOperatorAtTime, type OperatorAtTime } from '../request/operator-at-time.js'
import { NO_ID } from '../request/viewer.js'
import { maySeeScore, type ScoreView } from '../scoring/score.js'
import { seesGrade } from '../standing/grades.js'
import { selectsFreshness, standingOf } from '../standing/standing.js'

const codeIn = ({ uscc, shop }: operators.StoredOperator): string => uscc ?? shop ?? ''

interface OperatorArgs {
  code: string
  asOf?: string | null
  knownAt?: Date | null
}

const operatorByCode = async (_: unknown, { code, ...when }: OperatorArgs, context: GraphqlContext) => {
  const found = parseCode(code)
  if (found === null) return null
  const asked = choosePointInTime(context, when)
  const operator = await leadsTo(context, found, asked)
  const wasKnown = operator !== undefined && operator.createdAt <= asked.knownAt
  return wasKnown && maySeeOperator(context.viewer, operator) ? makeOperatorAtTime(operator, asked) : null
}

const leadsTo = async (context: GraphqlContext, code: { scheme: string; code: string }, when: PointInTime) => {
  if (!isPastMoment(context, when)) return (await context.lookups.operators([code]))[0] ?? undefined
  const { db } = context.parts
  const own = await mergers.idOfBearer(db, code, when.knownAt)
  const owner = await mergers.survivorAt(db, own ?? NO_ID, when.knownAt)
  return (await operators.operatorsById(db, [owner])).get(owner)
}

const kindsOf = (viewer: Viewer, kind: RecordKind | null | undefined): readonly RecordKind[] =>
  RECORD_KINDS.filter((each) => RECORD_KINDS_SEEN[viewer.role].includes(each) && (kind == null || each === kind))

const recordsOf = async (
  { operator, when }: OperatorAtTime,
  args: PageArgs & { kind?: RecordKind | null },
  context: GraphqlContext,
) => {
  const viewer = viewerTowards(context, operator)
  const removed = may(viewer, 'see_removed')
  const question = { operator: operator.id, when, kinds: kindsOf(viewer, args.kind), removed }
  const page = { first: readPageSize(args) + 1, after: readNumberInCursor(args.after) }
  const found = question.kinds.length === 0 ? [] : await context.load.records({ ...question, ...page })
  const count = () => (question.kinds.length === 0 ? 0 : context.load.recordCount(question))
  return makeConnection(
    found.map((version) => makeRecordView(context, version, when)),
    args,
    (record) => record.cursor,
    count,
  )
}

const registered = async <F extends 'name' | 'region' | 'status'>(
  { operator, when }: OperatorAtTime,
  field: F,
  context: GraphqlContext,
): Promise<string | null> => {
  if (!isPastMoment(context, when)) return operator[field]
  const then = await context.load.registration({ operator: operator.id, when })
  if (then === null) return field === 'status' ? 'UNKNOWN' : operator[field]
  const value = then.body[field === 'region' ? 'region_code' : field]
  return typeof value === 'string' ? value : null
}

export const seesInnerListings = (context: GraphqlContext, operator: operators.StoredOperator): boolean =>
  may(viewerTowards(context, operator), 'see_inner_listings')

const sees = (context: GraphqlContext, operator: operators.StoredOperator): boolean =>
  maySeeOperator(context.viewer, operator)

const namesBefore = async ({ operator }: OperatorAtTime, _: unknown, context: GraphqlContext) => {
  const names = sees(context, operator) ? await context.load.formerNames(operator.id) : []
  return seesInnerListings(context, operator) ? names : names.map((one) => ({ ...one, name: maskName(one.name) }))
}

export const operatorResolvers = {
  Query: { operator: operatorByCode },
  Operator: {
    id: ({ operator }) => makeGlobalId('Operator', operator.id),
    uscc: ({ operator }, _, context) =>
      seesInnerListings(context, operator) ? operator.uscc : maskCode(operator.uscc),
    shop: ({ operator }) => operator.shop,
    name: async (of, _, context) => {
      const name = await registered(of, 'name', context)
      return seesInnerListings(context, of.operator) ? name : maskName(name)
    },
    kind: ({ operator }) => operator.kind,
    region: (of, _, context) => registered(of, 'region', context),
    registrationStatus: async (of, _, context) => {
      const status = sees(context, of.operator) ? await registered(of, 'status', context) : null
      return status === 'UNKNOWN' ? null : status
    },
    regNo: async ({ operator }, _, context) => {
      const codes = sees(context, operator) ? await context.load.codes(operator.id) : []
      return codes.find(({ scheme }) => scheme === 'reg_no')?.code ?? null
    },
    codes: async ({ operator }, _, context) => {
      const codes = sees(context, operator) ? await context.load.codes(operator.id) : []
      if (seesInnerListings(context, operator)) return codes
      return codes.filter(({ scheme, code }) => scheme !== 'uscc' || maskCode(code) !== null)
    },
    formerNames: async (of, _, context) => (await namesBefore(of, _, context)).map(({ name }) => name),
    namesBefore,
    standing: ({ operator, when }, _, context, question) =>
      standingOf(context, codeIn(operator), when.asOf, selectsFreshness(question)),
    records: recordsOf,
    score: async ({ operator, when }, _, context): Promise<ScoreView | null> => {
      const viewer = viewerTowards(context, operator)
      const latest = (await seesGrade(context, operator))
        ? await context.load.score({ operator: operator.id, when })
        : null
      const found = latest && (await maySeeScore(context, viewer, latest.id)) ? latest : null
      const reasons = may(viewer, 'see_score_reasons') ? found?.reasons : []
      return found && { ...found, reasons: reasons ?? [], when }
    },
    listings: ({ operator, when }, _, context) => listVisibleListings(context, operator, when),
  } satisfies Record<string, FieldResolver<OperatorAtTime>>,
}
