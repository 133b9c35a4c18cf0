import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import {
  assertValidSchema,
  type GraphQLFormattedError,
  type GraphQLSchema,
  isEnumType,
  OperationTypeNode,
} from 'graphql'
import type { Viewer } from '../../domain/access/viewer.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { INTERNAL_ERROR, isRefusal, Refusal } from '../../foundation/errors.js'
import { auditAnswer, auditPlugin, noteAuditedOperation, writeJsonWithoutAccessCodes } from '../request/audit-rows.js'
import { type GraphqlContext, makeContext, readAnswerCost } from '../request/context.js'
import { CLEARED_SESSION_COOKIE, readSessionCookie } from '../request/cookies.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { formatError, logFaults, writeGraphqlRefusal } from '../request/graphql-errors.js'
import {
  isNestedTooDeep,
  JSON_NESTING_MOST,
  QUERY_TOKENS_MOST,
  queryLimitsRule,
  REQUEST_BYTES_MOST,
} from '../request/limits.js'
import { suggestRetry } from '../request/problem-details.js'
import { countUnitsBeyondFirst } from '../request/quotas.js'
import type { SignInLimits } from '../request/rate-limit.js'
import { type HttpRequestContext, readBody } from '../request/request-context.js'
import { makeRequestDatabase, withRequestDb } from '../request/request-database.js'
import { admitViewer } from '../request/viewer.js'
import { makeSchema } from './schema.js'

/** Answers this long (characters) are encoded once, for auditing and sending. */
const LONG_ANSWER = 16_000

/**
 * A cross-site page could send these headers only after a refused CORS preflight. Only Bearer `Authorization` is
 * accepted.
 */
const SENT_BY_NO_PAGE = ['apollo-require-preflight', 'x-apollo-operation-name', 'authorization', 'x-csrf-token']

const JSON_TYPE = 'application/json; charset=utf-8'

/**
 * GraphQL over HTTP requires status 200 for these errors in `application/json`, but 400 in
 * `application/graphql-response+json` and for clients that accept neither.
 */
const WELL_FORMED: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
])
/** Apollo writes `errors`, if any, before `data`. */
const WITHOUT_ERRORS = '{"data":'
const NAMES_JSON = /\bapplication\/json\b/i

type CompiledAnswers = ReturnType<NonNullable<ApiDependencies['answerPath']['compiledQueries']>>

interface GraphqlAnswer {
  status: number
  headers: Iterable<[string, string]>
  text: string
  context: GraphqlContext | null
}

interface GraphqlResult {
  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
  data: any
  errors: readonly GraphQLFormattedError[]
}

export type GraphqlEndpoint = Awaited<ReturnType<typeof makeGraphqlEndpoint>>

let validSchema: GraphQLSchema | null = null

/** Built once a process: it takes a third of a second. */
const sharedSchema = (): GraphQLSchema => {
  if (validSchema !== null) return validSchema
  const schema = makeSchema()
  assertValidSchema(schema)
  validSchema = schema
  return schema
}

export const makeGraphqlEndpoint = async (parts: ApiDependencies, limits: SignInLimits) => {
  const { quotas, answerPath } = parts
  const schema = sharedSchema()
  const compiled = answerPath.compiledQueries?.(schema)
  const apollo = makeApollo(schema, parts)
  await apollo.start()
  const contextFor = (asked: HttpRequestContext, viewer: Viewer, began = performance.now()): GraphqlContext => {
    const { requestId, response } = asked
    const acts = (): boolean => context.auditNotes.isAct
    const own = withRequestDb(parts, () => makeRequestDatabase(parts.answers, { requestId, response, acts }))
    const context = makeContext(own, { asked, viewer, limits }, { reader: response, began })
    return context
  }
  const answerQuestion = async (request: IncomingMessage, asked: HttpRequestContext): Promise<void> => {
    const { response } = asked
    const viewer = await admitted(request, parts, response)
    const question = { body: await readJson(request, response), accept: request.headers.accept ?? '' }
    const began = performance.now()
    const contextOf = () => contextFor(asked, viewer, began)
    const { status, headers, text, context } =
      (await answerCompiled(compiled, question, contextOf)) ??
      (await answerByApollo({ apollo, compiled }, request, { ...question, asked }, contextOf))
    // A short answer is sent as text, in one packet with its headers.
    const content = text.length < LONG_ANSWER ? text : Buffer.from(text)
    if (context?.auditNotes.isAct) await parts.awaitReaders()
    if (context !== null) {
      const cost = readAnswerCost(context)
      response.setHeader('Query-Cost', String(cost))
      const units = countUnitsBeyondFirst(cost)
      if (units > 0) quotas.chargeWithoutRefusing(asked, viewer.sub, units)
      await auditAnswer(context, content)
    }
    for (const [name, value] of headers) response.setHeader(name, value)
    response.statusCode = status
    response.end(content)
  }
  return {
    stop: () => apollo.stop(),
    labelOf: (type: string, value: string): string => labelIn(schema, type, value),
    ask: async (
      asked: HttpRequestContext,
      viewer: Viewer,
      question: { query: string; variables?: Record<string, unknown> },
    ): Promise<GraphqlResult> => {
      const context = contextFor(asked, viewer)
      const { body } = await apollo.executeOperation(question, { contextValue: context })
      if (body.kind !== 'single') throw new Error('an answer in pieces')
      const { data = null, errors = [] } = body.singleResult
      if (context.auditNotes.isAct) await parts.awaitReaders()
      await auditAnswer(context, JSON.stringify(body.singleResult))
      return { data, errors }
    },
    answer: async (request: IncomingMessage, asked: HttpRequestContext): Promise<void> => {
      await answerQuestion(request, asked).catch((error) => answerRefused(asked, error))
    },
  }
}

const labelIn = (schema: GraphQLSchema, type: string, value: string): string => {
  const known = schema.getType(type)
  const described = isEnumType(known) ? known.getValue(value)?.description : null
  return /^[^。；：]+/.exec(described ?? '')?.[0] ?? value
}

const answerRefused = ({ response, refused }: HttpRequestContext, error: unknown): void => {
  if (!isRefusal(error) && !(error instanceof BadRequest)) throw error
  refused.push(error.code)
  suggestRetry(response, error.code)
  response.writeHead(error.status, { 'Content-Type': JSON_TYPE })
  response.end(writeGraphqlRefusal(error.code, error.message))
}

class BadRequest extends Error {
  readonly status = 400
  readonly code = 'BAD_REQUEST'
}

interface AcceptedBody {
  body: unknown
  accept: string
}

const answerCompiled = async (
  compiled: CompiledAnswers | undefined,
  { body, accept }: AcceptedBody,
  contextOf: () => GraphqlContext,
): Promise<GraphqlAnswer | null> => {
  const answer = await compiled?.answer(body, accept, ({ query, variables = {} }) => {
    const context = contextOf()
    if (context.viewer.sub !== null) noteAuditedOperation(context, OperationTypeNode.QUERY, query, variables)
    return context
  })
  return answer ? { ...answer, status: 200, headers: [['content-type', answer.type]] } : null
}

const makeApollo = (schema: GraphQLSchema, { keys, log, answerPath: { documentStore } }: ApiDependencies) =>
  new ApolloServer<GraphqlContext>({
    schema,
    documentStore,
    introspection: true,
    csrfPrevention: { requestHeaders: SENT_BY_NO_PAGE },
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: QUERY_TOKENS_MOST },
    validationRules: [queryLimitsRule],
    formatError: (formatted, error) =>
      redactIdNumbers(JSON.parse(writeJsonWithoutAccessCodes(formatError(formatted, error))), keys.pseudonymOf),
    logger: log,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      faultsToLog,
      auditPlugin,
    ],
  })

const answerByApollo = async (
  { apollo, compiled }: { apollo: ApolloServer<GraphqlContext>; compiled: CompiledAnswers | undefined },
  request: IncomingMessage,
  { body, accept, asked: { url, refused } }: AcceptedBody & { asked: HttpRequestContext },
  contextOf: () => GraphqlContext,
): Promise<GraphqlAnswer> => {
  const { method = 'GET' } = request
  const asked = { method, headers: headersWithPreflight(request), search: url.search, body }
  let own: GraphqlContext | null = null
  const context = async () => {
    own = contextOf()
    return own
  }
  const answer = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest: asked, context })
  if (answer.body.kind !== 'complete') throw new Error('an answer in pieces')
  const text = answer.body.string
  const { status = 200 } = answer
  const codes = status === 200 ? [] : refusedIn(text)
  // Apollo calls no plugin for a request that it refuses early.
  if (refused.length === 0) refused.push(...codes)
  const type = answer.headers.get('content-type') ?? ''
  if (status === 200 && text.startsWith(WITHOUT_ERRORS)) compiled?.learn(body, accept, type)
  const isWellFormed = codes.length > 0 && codes.every((code) => WELL_FORMED.has(code))
  const isLenient = status === 400 && isWellFormed && NAMES_JSON.test(accept) && NAMES_JSON.test(type)
  return { status: isLenient ? 200 : status, headers: answer.headers, text, context: own }
}

const refusedIn = (text: string): string[] => {
  const { errors = [] } = JSON.parse(text) as { errors?: { extensions?: { code?: unknown } }[] }
  return errors.map(({ extensions }) => (typeof extensions?.code === 'string' ? extensions.code : INTERNAL_ERROR.code))
}

const faultsToLog: ApolloServerPlugin<GraphqlContext> = {
  requestDidStart: async () => ({
    didEncounterErrors: async ({ errors, contextValue }) => logFaults(errors, contextValue),
  }),
}

const admitted = async (request: IncomingMessage, parts: ApiDependencies, response: ServerResponse) => {
  try {
    return await admitViewer(request, parts)
  } catch (error) {
    if (!isRefusal(error) || error.status !== 401) throw error
    response.setHeader('WWW-Authenticate', 'Bearer realm="hub", error="invalid_token"')
    if (readSessionCookie(request.headers) !== null) response.setHeader('Set-Cookie', CLEARED_SESSION_COOKIE)
    throw error
  }
}

/** Returns undefined, which Apollo refuses, for another Content-Type than JSON. */
const readJson = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
  if (request.method !== 'POST') return undefined
  const bytes = await readBody(request, REQUEST_BYTES_MOST)
  if (bytes === null) {
    response.setHeader('Connection', 'close')
    throw new Refusal('CONTENT_TOO_LARGE', { limit: `${REQUEST_BYTES_MOST} bytes` })
  }
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(request.headers['content-type'] ?? '')) return undefined
  if (isNestedTooDeep(bytes)) {
    const most = `不得超过 ${JSON_NESTING_MOST} 层 at most ${JSON_NESTING_MOST} levels`
    throw new BadRequest(`请求体嵌套过深，${most}。The body is nested too deeply.`)
  }
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new BadRequest('请求体不是有效的 JSON。The body is not JSON.')
  }
}

/** Adds Apollo's CSRF header to a GET that has no session cookie to misuse. */
const headersWithPreflight = ({ method, headers }: IncomingMessage): HeaderMap => {
  const all = new HeaderMap(Object.entries(headers).map(([name, value = '']) => [name, [value].flat().join(', ')]))
  if (method === 'GET' && readSessionCookie(headers) === null) all.set('apollo-require-preflight', 'true')
  return all
}
