import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLSchema,
  getNullableType,
  isListType,
  isNonNullType,
} from 'graphql'
import type { Viewer } from '../../domain/access/viewer.js'
import { Refusal } from '../../foundation/errors.js'
import { findViewerOfEntry, type ListingView } from '../listing/listing-view.js'
import { type GraphqlContext, viewerTowards } from '../request/context.js'
import { listObjectFields } from '../request/costs.js'
import type { OperatorAtTime } from '../request/operator-at-time.js'
import { requireSignedIn } from '../request/viewer.js'
import { accessTableFaults, FIELD_ACCESS, type FieldAccess, isForEveryRole, mayAnswerField } from './fields.js'

type GuardedField = GraphQLField<unknown, GraphqlContext>
type ViewerOrPromise = Viewer | Promise<Viewer>

const VIEWERS: Record<string, (source: never, context: GraphqlContext) => ViewerOrPromise> = {
  Operator: ({ operator }: OperatorAtTime, context: GraphqlContext) => viewerTowards(context, operator),
  Listing: (view: ListingView, context: GraphqlContext) => findViewerOfEntry(context, view),
}
const asItIs = (_: never, { viewer }: GraphqlContext): ViewerOrPromise => viewer

const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation'])

/** Refuses a forbidden root field, answers any other forbidden field as empty. */
export const withAccessChecks = (schema: GraphQLSchema): GraphQLSchema => {
  const fields = listObjectFields(schema)
  const faults = accessTableFaults(fields.map(([type, { name }]) => `${type.name}.${name}`))
  if (faults.length > 0) throw new Error(`who may see what (src/api/access/fields.ts): ${faults.join('; ')}`)
  for (const [{ name: type }, field] of fields) {
    const row = FIELD_ACCESS.get(`${type}.${field.name}`) as FieldAccess
    if (isForEveryRole(row) || row.byAnswer) continue
    if (ROOTS.has(type)) guardRootField(field, row)
    else guardMember(field, row, VIEWERS[type] ?? asItIs)
  }
  return schema
}

const guardRootField = (field: GuardedField, row: FieldAccess): void => {
  const resolve = field.resolve ?? defaultFieldResolver
  field.resolve = (source, args, context, question) => {
    requireSignedIn(context.viewer)
    if (!mayAnswerField(row, context.viewer)) throw new Refusal('FORBIDDEN')
    return resolve(source, args, context, question)
  }
}

const guardMember = (
  field: GuardedField,
  row: FieldAccess,
  viewerIn: (source: never, context: GraphqlContext) => ViewerOrPromise,
): void => {
  const resolve = field.resolve ?? defaultFieldResolver
  const nothing = nothingIn(field)
  field.resolve = (source, args, context, question) => {
    const viewer = viewerIn(source as never, context)
    const answer = (found: Viewer) =>
      mayAnswerField(row, found) ? resolve(source, args, context, question) : nothing()
    return viewer instanceof Promise ? viewer.then(answer) : answer(viewer)
  }
}

const nothingIn = ({ name, type }: GuardedField): (() => unknown) => {
  if (isListType(getNullableType(type))) return () => []
  if (isNonNullType(type)) throw new Error(`${name} cannot be withheld: it is never null`)
  return () => null
}
