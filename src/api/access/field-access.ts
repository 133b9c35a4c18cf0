/** Applies the access table (api/access/fields) to the schema. A forbidden root field is refused; any other is answered as empty. */
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLSchema,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import type { Viewer } from '../../domain/access/viewer.js'
import { Refusal } from '../../foundation/errors.js'
import { type ListingView, viewerOfEntry } from '../listing/listing-view.js'
import { type Context, viewerOn } from '../request/context.js'
import type { OperatorView } from '../request/operator-view.js'
import { signedIn } from '../request/viewer.js'
import { answers, FIELDS, faultsIn, isForAll, type Row } from './fields.js'

type Field = GraphQLField<unknown, Context>
type Found = Viewer | Promise<Viewer>

const VIEWERS: Record<string, (source: never, context: Context) => Found> = {
  Operator: ({ operator }: OperatorView, context: Context) => viewerOn(context, operator),
  Listing: (view: ListingView, context: Context) => viewerOfEntry(context, view),
}
const asItIs = (_: never, { viewer }: Context): Found => viewer

const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation'])

/** Throws at start when the table and the schema disagree. */
export const guarding = (schema: GraphQLSchema): GraphQLSchema => {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'))
  const named = types.flatMap((type) =>
    isObjectType(type)
      ? Object.values(type.getFields()).map((field) => ({ type: type.name, name: `${type.name}.${field.name}`, field }))
      : [],
  )
  const faults = faultsIn(named.map(({ name }) => name))
  if (faults.length > 0) throw new Error(`who may see what (src/api/access/fields.ts): ${faults.join('; ')}`)
  for (const { type, name, field } of named) {
    const row = FIELDS.get(name) as Row
    if (isForAll(row) || row.byAnswer) continue
    if (ROOTS.has(type)) atRoot(field, row)
    else within(field, row, VIEWERS[type] ?? asItIs)
  }
  return schema
}

/** Root fields are no secret, so a forbidden one is refused. Refusals UNAUTHENTICATED, FORBIDDEN. */
const atRoot = (field: Field, row: Row): void => {
  const resolve = field.resolve ?? defaultFieldResolver
  field.resolve = (source, args, context, question) => {
    signedIn(context.viewer)
    if (!answers(row, context.viewer)) throw new Refusal('FORBIDDEN')
    return resolve(source, args, context, question)
  }
}

const within = (field: Field, row: Row, viewerIn: (source: never, context: Context) => Found): void => {
  const resolve = field.resolve ?? defaultFieldResolver
  const nothing = nothingIn(field)
  field.resolve = (source, args, context, question) => {
    const viewer = viewerIn(source as never, context)
    const answer = (found: Viewer) => (answers(row, found) ? resolve(source, args, context, question) : nothing())
    return viewer instanceof Promise ? viewer.then(answer) : answer(viewer)
  }
}

const nothingIn = ({ name, type }: Field): (() => unknown) => {
  if (isListType(getNullableType(type))) return () => []
  if (isNonNullType(type)) throw new Error(`${name} cannot be withheld: it is never null`)
  return () => null
}
