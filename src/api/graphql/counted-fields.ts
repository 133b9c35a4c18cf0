import { defaultFieldResolver, GraphQLObjectType, GraphQLSchema } from 'graphql'
import type { Metrics } from '../../foundation/metrics.js'

export const withFieldCounts = (schema: GraphQLSchema, metrics: Pick<Metrics, 'field'>): GraphQLSchema => {
  const given = schema.toConfig()
  const roots = [given.query, given.mutation]
  return new GraphQLSchema({
    ...given,
    query: counting(given.query, metrics),
    mutation: counting(given.mutation, metrics),
    types: given.types.filter((type) => !roots.some((root) => root === type)),
    assumeValid: true,
  })
}

const counting = (
  root: GraphQLObjectType | null | undefined,
  metrics: Pick<Metrics, 'field'>,
): GraphQLObjectType | null | undefined => {
  if (!root) return root
  const { fields, ...rest } = root.toConfig()
  const all = Object.entries(fields).map(([name, field]) => {
    const { resolve = defaultFieldResolver } = field
    const count = metrics.field(name)
    const resolved: typeof resolve = (...given) => {
      count()
      return resolve(...given)
    }
    return [name, { ...field, resolve: resolved }] as const
  })
  return new GraphQLObjectType({ ...rest, fields: Object.fromEntries(all) })
}
