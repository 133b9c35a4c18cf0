/** The questions that anybody can ask without an argument. */
import {
  type GraphQLField,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql'
import { makeSchema } from '../../src/api/graphql/schema.js'

/** Levels of fields asked for below a question. */
const DEPTH = 6

/** Each question that needs no argument, with everything below it that needs none either. */
export const everyQuestion = (): { name: string; query: string }[] => {
  const fields = Object.values(makeSchema().getQueryType()?.getFields() ?? {})
  const questions = fields.flatMap((field) => {
    // One thing alone lies a level higher than those on a page.
    const type = getNamedType(field.type)
    const isPage = isObjectType(type) && 'nodes' in type.getFields()
    const below = selection(field, isPage ? DEPTH : DEPTH - 1)
    return below === null ? [] : [{ name: field.name, query: `{ ${below} }` }]
  })
  // Each of these reads all facts anew: asked of each operator once, not again behind each of its records.
  const costly = '{ operators { nodes { score { audit wayBack { zh en basis } lasting { zh en basis } } } } }'
  return [...questions, { name: 'scores', query: costly }]
}

const COSTLY = ['audit', 'wayBack', 'lasting']

/** A type that stands above already is not asked for again: it has no other fields there. */
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
  // A page's edges say what its nodes say.
  const inner = Object.values(type.getFields()).filter(({ name }) => name !== 'edges' && !COSTLY.includes(name))
  const below =
    depth === 0
      ? []
      : inner.map((each) => selection(each, depth - 1, [...above, type.name])).filter((each) => each !== null)
  return below.length === 0 ? null : `${field.name} { ${below.join(' ')} }`
}
