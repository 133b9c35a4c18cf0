/** Queries without arguments that together select nearly everything the hub answers. */
import {
  type GraphQLField,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql'
import { makeSchema } from '../../src/api/graphql/schema.js'

/** Levels of fields selected below a query field. */
const DEPTH = 6

/** Each query field without required arguments, with all fields below it that have none either. */
export const everyQuestion = (): { name: string; query: string }[] => {
  const fields = Object.values(makeSchema().getQueryType()?.getFields() ?? {})
  const questions = fields.flatMap((field) => {
    // A single object needs one level less than a page, which has `nodes` in between.
    const type = getNamedType(field.type)
    const isPage = isObjectType(type) && 'nodes' in type.getFields()
    const below = selection(field, isPage ? DEPTH : DEPTH - 1)
    return below === null ? [] : [{ name: field.name, query: `{ ${below} }` }]
  })
  // Each of these fields reads all facts anew, so they are selected once per operator, not again below each record.
  const costly = '{ operators { nodes { score { audit wayBack { zh en basis } lasting { zh en basis } } } } }'
  return [...questions, { name: 'scores', query: costly }]
}

const COSTLY = ['audit', 'wayBack', 'lasting']

/** Leaves out a type that already occurs above, because its fields are the same. */
const selection = (
  field: GraphQLField<unknown, unknown>,
  depth: number,
  above: readonly string[] = [],
): string | null => {
  if (field.args.some(isRequiredArgument)) return null
  const type = getNamedType(field.type)
  if (isInterfaceType(type) || isUnionType(type)) return `${field.name} { __typename }`
  if (!isObjectType(type)) return field.name
  if (above.includes(type.name)) return null
  // The edges of a page repeat its nodes.
  const inner = Object.values(type.getFields()).filter(({ name }) => name !== 'edges' && !COSTLY.includes(name))
  const below =
    depth === 0
      ? []
      : inner.map((each) => selection(each, depth - 1, [...above, type.name])).filter((each) => each !== null)
  return below.length === 0 ? null : `${field.name} { ${below.join(' ')} }`
}
