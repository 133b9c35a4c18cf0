/** The schema as clients of the edition of October 2021 can load it by introspection. */
import { DirectiveLocation, GraphQLDeprecatedDirective, GraphQLDirective, GraphQLSchema } from 'graphql'

/**
 * graphql-js 16.15 tells `DIRECTIVE_DEFINITION` as a location of `@deprecated`, which no published edition knows: graphql-core
 * 3.2, and with it Python's gql, refuses the whole schema. Nothing here deprecates a directive, so that nothing is lost.
 */
const DEPRECATED = new GraphQLDirective({
  ...GraphQLDeprecatedDirective.toConfig(),
  locations: GraphQLDeprecatedDirective.locations.filter((one) => one !== DirectiveLocation.DIRECTIVE_DEFINITION),
})

export const readable = (schema: GraphQLSchema): GraphQLSchema => {
  const config = schema.toConfig()
  const directives = config.directives.map((one) => (one.name === DEPRECATED.name ? DEPRECATED : one))
  return new GraphQLSchema({ ...config, directives })
}
