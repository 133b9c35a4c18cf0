import { type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import { unwrapResolverError } from '@apollo/server/errors'
import { type GraphQLError, OperationTypeNode } from 'graphql'
import type { Viewer } from '../../domain/access/viewer.js'
import { type AuditLogKind, digestAnswer } from '../../domain/audit/audit-log.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { INTERNAL_ERROR, isRefusal, Refusal } from '../../foundation/errors.js'
import { withoutAccessCodes } from '../../foundation/text/access-code.js'
import { findCodesOfSeenOperators, type GraphqlContext } from './context.js'
import type { ApiDependencies } from './dependencies.js'
import { retryHeaders } from './problem-details.js'
import { cachedText, type HttpRequestContext, makeTextCache, PURPOSE_LENGTH_MOST } from './request-context.js'
import { withoutSecretArguments, withoutSecretVariables } from './secret-arguments.js'

const MEMBERS_MOST = 20

const DONE = 'DONE'

const questions = makeTextCache()

export interface RequestAuditEntry {
  kind: AuditLogKind
  asked: string
  outcome?: string
  shown?: Iterable<string>
  content?: string | Buffer
}

/** Audits a refused sign-in. `name` is stored only if registered (`known`), and not for TOO_MANY_REQUESTS. */
export const auditRefusedSignIn = (
  { attempts, keys }: Pick<ApiDependencies, 'attempts' | 'keys'>,
  { now: at, requestId: request, address }: Pick<HttpRequestContext, 'now' | 'requestId' | 'address'>,
  { door, name, known, code }: { door: string; name: string; known: boolean; code: string },
): Promise<void> => {
  const folded = code === 'TOO_MANY_REQUESTS' ? '' : name.normalize('NFKC').toLowerCase()
  const mark = folded === '' ? '' : keys.pseudonymOf(`attempt ${folded}`)
  return attempts.refused({
    at,
    request,
    endpoint: door,
    mark,
    known: known && folded !== '' ? name : null,
    address,
    code,
  })
}

/** The row is durable when the promise resolves. Refusals TRAIL_UNAVAILABLE, STORAGE_FULL. */
export const writeAuditRow = (
  { auditLog }: Pick<ApiDependencies, 'auditLog'>,
  { now: at, requestId: request, purpose }: Pick<HttpRequestContext, 'now' | 'requestId' | 'purpose'>,
  { sub, role, agency }: Pick<Viewer, 'sub' | 'role' | 'agency'>,
  { kind, asked, outcome = DONE, shown = [], content }: RequestAuditEntry,
): Promise<void> => {
  const digest = content === undefined ? null : digestAnswer(content)
  const who = { client: sub ?? 'public', role, agency }
  const came = kind === 'ACT' ? null : outcome
  return auditLog.row({ kind, at, ...who, purpose, request, asked, outcome: came, shown, digest })
}

/** No row for an anonymous request unless it is issued a token. Once it refuses, the answer must not leave. */
export const auditAnswer = async (context: GraphqlContext, answer: string | Buffer): Promise<void> => {
  const { viewer, auditNotes, seen, parts } = context
  if (auditNotes.text === '') return
  if (viewer.sub === null && auditNotes.issuedTo === null) return
  const who =
    auditNotes.issuedTo === null ? viewer : ({ sub: auditNotes.issuedTo, role: 'party', agency: null } as const)
  const kind = auditNotes.issuedTo !== null ? 'TOKEN' : auditNotes.isAct ? 'OUTCOME' : 'ANSWER'
  const outcome = auditNotes.faults.length === 0 ? DONE : [...new Set(auditNotes.faults)].sort().join(' ')
  const codesShown = await findCodesOfSeenOperators(parts, seen).catch(() => {
    throw new Refusal('TRAIL_UNAVAILABLE')
  })
  await writeAuditRow(parts, context, who, {
    kind,
    asked: auditNotes.text,
    outcome,
    shown: codesShown,
    ...(!auditNotes.isSealed && { content: answer }),
  })
}

export const noteAuditedOperation = (
  { auditNotes, parts }: Pick<GraphqlContext, 'auditNotes' | 'parts'>,
  kind: OperationTypeNode,
  source: string,
  variables: Record<string, unknown>,
): void => {
  auditNotes.isAct = kind === OperationTypeNode.MUTATION
  auditNotes.text = auditedOperation(auditNotes.isAct, source, variables, parts)
}

const noteErrors = ({ auditNotes }: Pick<GraphqlContext, 'auditNotes'>, errors: readonly GraphQLError[]): void => {
  auditNotes.faults.push(...errors.map(codeOf))
}

export const auditPlugin: ApolloServerPlugin<GraphqlContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ contextValue, operation, source = '', request }) => {
      if (operation !== undefined)
        noteAuditedOperation(contextValue, operation.operation, source, request.variables ?? {})
    },
    didEncounterErrors: async ({ contextValue, errors }) => noteErrors(contextValue, errors),
    responseForOperation: async ({ contextValue }) => {
      const { viewer, auditNotes, parts } = contextValue
      if (!auditNotes.isAct || viewer.sub === null) return null
      try {
        await writeAuditRow(parts, contextValue, viewer, { kind: 'ACT', asked: auditNotes.text })
        return null
      } catch (error) {
        if (!isRefusal(error)) throw error
        auditNotes.faults.push(error.code)
        const errors = [{ message: error.message, extensions: { code: error.code } }]
        return {
          http: { status: error.status, headers: new HeaderMap(retryHeaders(error.code)) },
          body: { kind: 'single', singleResult: { errors } },
        }
      }
    },
  }),
}

const codeOf = (error: GraphQLError): string => {
  const thrown = unwrapResolverError(error)
  if (isRefusal(thrown)) return thrown.code
  const { code } = error.extensions
  return typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR' ? code : INTERNAL_ERROR.code
}

const auditedOperation = (
  isAct: boolean,
  source: string,
  variables: Record<string, unknown>,
  { keys: { pseudonymOf }, office }: Pick<ApiDependencies, 'keys' | 'office'>,
): string => {
  // The cache is keyed by the source, which may hold a mutation's secret.
  const redacted = (): string => redactedText(withoutSecretArguments(source), pseudonymOf)
  const query = isAct ? redacted() : cachedText(questions, source, redacted)
  if (Object.keys(variables).length === 0) return query
  const names = isAct ? office.settings.map(({ name }) => name) : []
  const shown = isAct ? withoutSecretVariables(source, variables, names) : variables
  const text = writeJsonWithoutAccessCodes(redactIdNumbers(shorten(shown, pseudonymOf), pseudonymOf))
  return `${query}\n${truncate(isAct ? withoutSecretArguments(text) : text, pseudonymOf)}`
}

export const redactRequestText = (endpoint: string, name: string, pseudonymOf: (id: string) => string): string =>
  redactedText(`${endpoint}/${name}`, pseudonymOf)

const redactedText = (source: string, pseudonymOf: (id: string) => string): string =>
  truncate(withoutAccessCodes(redactIdNumbers(source.replace(/\s+/g, ' ').trim(), pseudonymOf)), pseudonymOf)

export const writeJsonWithoutAccessCodes = (value: unknown): string =>
  JSON.stringify(value, (_, member) => (typeof member === 'string' ? withoutAccessCodes(member) : member))

/** Truncated text ends with its full length and keyed hash, for comparison. */
const truncate = (text: string, pseudonymOf: (id: string) => string): string =>
  text.length <= PURPOSE_LENGTH_MOST
    ? text
    : `${text.slice(0, PURPOSE_LENGTH_MOST)}… ${text.length} ${pseudonymOf(text)}`

const shorten = (value: unknown, pseudonymOf: (id: string) => string): unknown => {
  if (Array.isArray(value)) {
    const first = value.slice(0, MEMBERS_MOST).map((member) => shorten(member, pseudonymOf))
    return value.length > MEMBERS_MOST ? [...first, `… ${value.length} ${pseudonymOf(JSON.stringify(value))}`] : first
  }
  if (value === null || typeof value !== 'object') return value
  if (Object.values(value).every((member) => typeof member !== 'object')) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shorten(member, pseudonymOf)]))
}
