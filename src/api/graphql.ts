/**
 * POST /graphql, from node:http straight to Apollo: express stays out of its way. A GET is answered for queries under
 * Apollo's rule against forged requests; a browser gets a page that says where to ask.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import type { GraphQLFormattedError } from 'graphql'
import { withoutAccessCodes } from '../domain/access-code.js'
import { redact } from '../domain/privacy.js'
import type { Viewer } from '../domain/viewer.js'
import { isRefusal, Refusal } from '../errors.js'
import { type Asked, bodyOf } from './asked.js'
import { asGateway, makeExecutor } from './compiled.js'
import { type Context, makeContext } from './context.js'
import { formatError, graphqlRefusal, noteFaults } from './faults.js'
import { remembering } from './known-tokens.js'
import { BODY_BYTES, TOKENS_MOST, withinLimits } from './limits.js'
import type { Served } from './parts.js'
import type { Limits } from './rate-limit.js'
import { makeSchema } from './schema.js'
import { admit } from './viewer.js'

const JSON_TYPE = 'application/json; charset=utf-8'

export interface GraphqlDoor {
  answer(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void>
  stop(): Promise<void>
}

export const makeGraphql = async (parts: Served, limits: Limits): Promise<GraphqlDoor> => {
  const admitting = { db: parts.db, keys: remembering(parts.keys) }
  const schema = makeSchema()
  const apollo = new ApolloServer<Context>({
    gateway: asGateway(schema, makeExecutor(schema, makeSchema())),
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: TOKENS_MOST },
    validationRules: [withinLimits],
    // A fault in a question may repeat what was asked.
    formatError: (formatted, error) => redact(withoutCodes(formatError(formatted, error)), parts.keys.mark),
    logger: parts.log,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      faultsToLog,
    ],
  })
  await apollo.start()
  return {
    stop: () => apollo.stop(),
    answer: async (request, response, asked) => {
      const viewer = await admitted(request, response, admitting, asked)
      if (viewer === null) return
      const body = await readJson(request, response)
      if (body === null) return
      const {
        status,
        headers,
        body: answer,
      } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: request.method ?? 'GET',
          headers: headersOf(request),
          search: asked.url.search,
          body: body.value,
        },
        context: async () => makeContext(parts, { ...asked, viewer, limits }),
      })
      for (const [name, value] of headers) response.setHeader(name, value)
      response.statusCode = status ?? 200
      if (answer.kind === 'complete') response.end(answer.string)
      else {
        for await (const chunk of answer.asyncIterator) response.write(chunk)
        response.end()
      }
    },
  }
}

const withoutCodes = (error: GraphQLFormattedError): GraphQLFormattedError =>
  JSON.parse(JSON.stringify(error), (_, value) => (typeof value === 'string' ? withoutAccessCodes(value) : value))

const faultsToLog: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    didEncounterErrors: async ({ errors, contextValue }) => noteFaults(errors, contextValue),
  }),
}

/** A bad token refuses the whole request, its public fields too. */
const admitted = async (
  request: IncomingMessage,
  response: ServerResponse,
  parts: Parameters<typeof admit>[1],
  { now }: Asked,
): Promise<Viewer | null> => {
  try {
    return await admit(request.headers, parts, now)
  } catch (error) {
    if (!isRefusal(error)) throw error
    response.setHeader('WWW-Authenticate', 'Bearer realm="hub", error="invalid_token"')
    refuse(response, error.status, error.code, error.message)
    return null
  }
}

/** Null: already refused. Only JSON is read; what else a body may be, Apollo refuses by its type. */
const readJson = async (request: IncomingMessage, response: ServerResponse): Promise<{ value: unknown } | null> => {
  if (request.method !== 'POST') return { value: undefined }
  const bytes = await bodyOf(request, BODY_BYTES)
  if (bytes === null) {
    const { status, code, message } = new Refusal('CONTENT_TOO_LARGE', { limit: `${BODY_BYTES} bytes` })
    response.setHeader('Connection', 'close')
    refuse(response, status, code, message)
    return null
  }
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(request.headers['content-type'] ?? '')) return { value: undefined }
  try {
    return { value: JSON.parse(bytes.toString('utf8')) }
  } catch {
    refuse(response, 400, 'BAD_REQUEST', '请求体不是有效的 JSON。The body is not JSON.')
    return null
  }
}

const refuse = (response: ServerResponse, status: number, code: string, message: string): void => {
  response.writeHead(status, { 'Content-Type': JSON_TYPE }).end(graphqlRefusal(code, message))
}

const headersOf = (request: IncomingMessage): HeaderMap => {
  const headers = new HeaderMap()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return headers
}
