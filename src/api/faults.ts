/** What outsiders are told when something is refused or broke: by name, or by request id; never a stack. */
import { unwrapResolverError } from '@apollo/server/errors'
import type { GraphQLError, GraphQLFormattedError } from 'graphql'
import { INTERNAL, isRefusal, Refusal } from '../errors.js'
import type { Log } from '../log.js'
import { isLost } from '../store/db.js'

/** Codes of Apollo's own that say what was wrong with the question. */
const OF_THE_QUESTION = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
])

const isOfTheQuestion = ({ extensions }: Pick<GraphQLError, 'extensions'>): boolean =>
  extensions.badInput === true || OF_THE_QUESTION.has(String(extensions.code))

/** The whole truth of a fault goes to the log; outside it is known by the request id alone. */
export const noteFaults = (
  errors: readonly GraphQLError[],
  { requestId, log }: { requestId: string; log: Log },
): void => {
  for (const error of errors) {
    const thrown = unwrapResolverError(error)
    if (isRefusal(thrown) || (thrown === error && isOfTheQuestion(error))) continue
    log.error({ err: thrown, path: error.path }, 'a field broke')
    error.extensions.requestId = requestId
  }
}

export const formatError = (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
  const place = {
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
  }
  const thrown = unwrapResolverError(error)
  if (isRefusal(thrown)) return { message: thrown.message, ...place, extensions: refused(thrown) }
  if (isLost(thrown)) {
    const away = new Refusal('UNAVAILABLE')
    return { message: away.message, ...place, extensions: refused(away) }
  }
  const extensions = formatted.extensions ?? {}
  if (extensions.badInput === true) return { ...formatted, extensions: { code: 'BAD_USER_INPUT' } }
  if (isOfTheQuestion({ extensions }))
    return { message: formatted.message, ...place, extensions: { code: extensions.code } }
  return {
    message: INTERNAL.message,
    ...place,
    extensions: { code: INTERNAL.code, requestId: extensions.requestId },
  }
}

const refused = ({ code, details }: Refusal) => ({ code, ...(Object.keys(details).length > 0 && { details }) })

/** An answer in GraphQL's shape to a request that never reached it. */
export const graphqlRefusal = (code: string, message: string): string =>
  JSON.stringify({ errors: [{ message, extensions: { code } }] })
