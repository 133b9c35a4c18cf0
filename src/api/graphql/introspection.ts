import { DirectiveLocation, GraphQLDeprecatedDirective, GraphQLDirective, GraphQLSchema } from 'graphql'

/**
 * graphql-js 16.15 lists `DIRECTIVE_DEFINITION` as a location of `@deprecated`; graphql-core 3.2 (Python's gql) then refuses the whole
 * schema.
 */
const DEPRECATED = new GraphQLDirective({
  ...GraphQLDeprecatedDirective.toConfig(),
  locations: GraphQLDeprecatedDirective.locations.filter((one) => one !== DirectiveLocation.DIRECTIVE_DEFINITION),
})

export const withOctober2021Introspection = (schema: GraphQLSchema): GraphQLSchema => {
  const config = schema.toConfig()
  const directives = config.directives.map((one) => (one.name === DEPRECATED.name ? DEPRECATED : one))
  return new GraphQLSchema({ ...config, directives })
}
