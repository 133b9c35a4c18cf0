/** Answers show a refusal's code, but of a fault only the request id. */
import { unwrapResolverError } from '@apollo/server/errors'
import type { GraphQLError, GraphQLFormattedError } from 'graphql'
import { INTERNAL_ERROR, isRefusal, Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { unavailableRefusal } from '../../store/db/db.js'
import { isCancelled } from '../../store/db/sqlstate.js'

const OF_THE_QUESTION = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
])

export const findRefusalOfThrown = (thrown: unknown): Refusal | null => {
  if (isRefusal(thrown)) return thrown
  return isCancelled(thrown) ? new Refusal('ANSWER_TIMEOUT') : null
}

const TOO_MANY = 'Too many errors processing variables'
/** V8's message for a too deeply nested query. */
const STACK = 'Maximum call stack size exceeded'

const isOfTheQuestion = ({ extensions, message }: Pick<GraphQLFormattedError, 'extensions' | 'message'>): boolean =>
  extensions?.['badInput'] === true || OF_THE_QUESTION.has(String(extensions?.['code'])) || message.startsWith(TOO_MANY)

export const logFaults = (
  errors: readonly GraphQLError[],
  { requestId, log, refused: noted }: { requestId: string; log: Log; refused: string[] },
): void => {
  for (const error of errors) {
    const thrown = unwrapResolverError(error)
    const refusal = findRefusalOfThrown(thrown) ?? unavailableRefusal(thrown)
    noted.push(refusal?.code ?? codeOf(error))
    if (refusal !== null || (thrown === error && isOfTheQuestion(error))) continue
    log.error({ err: thrown, path: error.path }, 'a field broke')
    error.extensions.requestId = requestId
  }
}

const codeOf = (error: GraphQLError): string => {
  const { code } = error.extensions
  if (typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR') return code
  return isOfTheQuestion(error) ? 'BAD_USER_INPUT' : INTERNAL_ERROR.code
}

export const formatError = (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
  const place = {
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
  }
  const thrown = unwrapResolverError(error)
  const refusal = findRefusalOfThrown(thrown) ?? unavailableRefusal(thrown)
  if (refusal !== null) return { message: refusal.message, ...place, extensions: refused(refusal) }
  const extensions = formatted.extensions ?? {}
  if (extensions.badInput === true) return { ...formatted, extensions: { code: 'BAD_USER_INPUT' } }
  if (formatted.message.startsWith(TOO_MANY)) return { ...formatted, extensions: { code: 'BAD_USER_INPUT' } }
  if (formatted.message === STACK && extensions.code === 'GRAPHQL_PARSE_FAILED')
    return { message: '查询嵌套过深。The query is nested too deeply.', extensions: { code: extensions.code } }
  if (isOfTheQuestion(formatted)) return { message: formatted.message, ...place, extensions: { code: extensions.code } }
  return {
    message: INTERNAL_ERROR.message,
    ...place,
    extensions: { code: INTERNAL_ERROR.code, requestId: extensions.requestId },
  }
}

const refused = ({ code, details }: Refusal) => ({ code, ...(Object.keys(details).length > 0 && { details }) })

export const writeGraphqlRefusal = (code: string, message: string): string =>
  JSON.stringify({ errors: [{ message, extensions: { code } }] })
