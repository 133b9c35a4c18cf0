import { defaultFieldResolver, type GraphQLSchema, getNamedType, isAbstractType } from 'graphql'
import { findCodesInItem } from '../../domain/audit/audit-log.js'
import { noteOperator, type OperatorReference, type SeenOperators } from '../request/context.js'
import { listObjectFields } from '../request/costs.js'

const by = <S>(read: (source: S) => OperatorReference | readonly OperatorReference[]) =>
  read as (source: unknown) => OperatorReference | readonly OperatorReference[]

interface WithOperator {
  operatorId: number | null
}

const byOperator = by(({ operatorId: operator }: WithOperator) => ({ operator }))
const byListing = by(({ listingId: subject }: { listingId: string }) => ({ subject }))
const byItem = by(({ item, body }: { item?: unknown; body?: unknown }) =>
  findCodesInItem([item, body]).map((code) => ({ code })),
)
const bySubject = by(({ subjectId: subject }: { subjectId: string }) => ({ subject }))

export const OPERATORS_BY_TYPE: Record<string, (source: unknown) => OperatorReference | readonly OperatorReference[]> =
  {
    Operator: by(
      ({ operator: { id, uscc, shop } }: { operator: { id: number; uscc: string | null; shop: string | null } }) => ({
        operator: id,
        code: uscc ?? shop,
      }),
    ),
    Standing: by(({ whose }: { whose?: OperatorReference }) => whose ?? {}),
    Listing: by(({ operatorId: operator, uuid: subject }: WithOperator & { uuid: string | null }) => ({
      operator,
      subject,
    })),
    Record: byOperator,
    Score: byOperator,
    RecordUndone: byOperator,
    ScoreUndone: byOperator,
    Override: byOperator,
    Objection: byOperator,
    WatchEntry: byOperator,
    AccessCode: byOperator,
    FoundDocument: byOperator,
    Matter: byOperator,
    Trademark: byOperator,
    ProductSampling: byOperator,
    ProductRecall: byOperator,
    IdentityDecision: by(({ operatorId, mergedId }: WithOperator & { mergedId: number | null }) => [
      { operator: operatorId },
      { operator: mergedId },
    ]),
    Reject: byItem,
    Unmatched: byItem,
    Concern: byListing,
    ListingUndone: byListing,
    Deadline: byListing,
    Delivery: bySubject,
    DueDelivery: bySubject,
    SealedPaper: by(({ listingId }: { listingId: string | null }) =>
      listingId === null ? {} : { subject: listingId },
    ),
    Retraction: bySubject,
    Discrepancy: by(({ key: subject }: { key: string }) => ({ subject })),
  }

export const withNotedOperators = (schema: GraphQLSchema): GraphQLSchema => {
  for (const [, field] of listObjectFields(schema)) {
    const handed = getNamedType(field.type)
    const read = OPERATORS_BY_TYPE[handed.name]
    if (read === undefined && !isAbstractType(handed)) continue
    const { resolve = defaultFieldResolver } = field
    field.resolve = (source, args, context, question) => {
      const value = resolve(source, args, context, question)
      if (context.viewer.sub === null) return value
      return isPromise(value)
        ? value.then((known) => noteOperators(known, context.seen, read))
        : noteOperators(value, context.seen, read)
    }
  }
  return schema
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as Promise<unknown> | null)?.then === 'function'

const noteOperators = (
  value: unknown,
  seen: SeenOperators,
  read: (typeof OPERATORS_BY_TYPE)[string] | undefined,
): unknown => {
  if (value == null) return value
  if (Array.isArray(value)) {
    return value.map((each) =>
      isPromise(each) ? each.then((known) => noteOperators(known, seen, read)) : noteOperators(each, seen, read),
    )
  }
  const whose = (read ?? OPERATORS_BY_TYPE[(value as { __typename?: string }).__typename ?? ''])?.(value)
  if (whose === undefined) return value
  if (Array.isArray(whose)) for (const one of whose) noteOperator(seen, one)
  else noteOperator(seen, whose as OperatorReference)
  return value
}
