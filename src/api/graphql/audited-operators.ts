/**
 * Notes for the audit log which operators an answer shows: every field that returns such an object is wrapped. Objects loaded and then
 * withheld are not noted.
 */
import { defaultFieldResolver, type GraphQLSchema, getNamedType, isAbstractType, isObjectType } from 'graphql'
import { codesInItem } from '../../domain/audit/item-codes.js'
import type { Context } from '../request/context.js'
import { note, type Seen, type Whose } from '../request/seen-operators.js'

const by = <S>(read: (source: S) => Whose | readonly Whose[]) => read as (source: unknown) => Whose | readonly Whose[]

interface Operated {
  operatorId: number | null
}

const byOperator = by(({ operatorId: operator }: Operated) => ({ operator }))
const byListing = by(({ listingId: subject }: { listingId: string }) => ({ subject }))
const byItem = by(({ item, body }: { item?: unknown; body?: unknown }) =>
  codesInItem([item, body]).map((code) => ({ code })),
)
const bySubject = by(({ subjectId: subject }: { subjectId: string }) => ({ subject }))

/** Schema types about an operator, and how to find it. A test lists all other types. */
export const WHOSE: Record<string, (source: unknown) => Whose | readonly Whose[]> = {
  Operator: by(
    ({ operator: { id, uscc, shop } }: { operator: { id: number; uscc: string | null; shop: string | null } }) => ({
      operator: id,
      code: uscc ?? shop,
    }),
  ),
  Standing: by(({ whose }: { whose?: Whose }) => whose ?? {}),
  Listing: by(({ operatorId: operator, uuid: subject }: Operated & { uuid: string | null }) => ({ operator, subject })),
  Record: byOperator,
  Score: byOperator,
  RecordUndone: byOperator,
  ScoreUndone: byOperator,
  Overrule: byOperator,
  Objection: byOperator,
  WatchEntry: byOperator,
  AccessCode: byOperator,
  Trademark: byOperator,
  ProductSampling: byOperator,
  ProductRecall: byOperator,
  IdentityDecision: by(({ operatorId, mergedId }: Operated & { mergedId: number | null }) => [
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
  Retraction: bySubject,
  Discrepancy: by(({ key: subject }: { key: string }) => ({ subject })),
}

/** Anonymous requests note nothing. */
export const noting = (schema: GraphQLSchema): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      const handed = getNamedType(field.type)
      const read = WHOSE[handed.name]
      if (read === undefined && !isAbstractType(handed)) continue
      const resolve = field.resolve ?? defaultFieldResolver
      field.resolve = (source, args, context: Context, question) => {
        const value = resolve(source, args, context, question)
        if (context.viewer.sub === null) return value
        return isPromise(value)
          ? value.then((known) => noted(known, context.seen, read))
          : noted(value, context.seen, read)
      }
    }
  }
  return schema
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as Promise<unknown> | null)?.then === 'function'

const noted = (value: unknown, seen: Seen, read: (typeof WHOSE)[string] | undefined): unknown => {
  if (value == null) return value
  if (Array.isArray(value)) {
    return value.map((each) =>
      isPromise(each) ? each.then((known) => noted(known, seen, read)) : noted(each, seen, read),
    )
  }
  const whose = (read ?? WHOSE[(value as { __typename?: string }).__typename ?? ''])?.(value)
  if (whose === undefined) return value
  if (Array.isArray(whose)) for (const one of whose) note(seen, one)
  else note(seen, whose as Whose)
  return value
}
