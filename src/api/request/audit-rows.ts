/**
 * What the trail is told of an answer, before it leaves. Every question of whoever is signed in leaves a row; so does every
 * act, one before it is done and one with its outcome, so that nothing is done of which no row tells.
 */
import { type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import { unwrapResolverError } from '@apollo/server/errors'
import { type GraphQLError, type OperationDefinitionNode, OperationTypeNode } from 'graphql'
import type { Viewer } from '../../domain/access/viewer.js'
import { digestOf, type TrailKind } from '../../domain/audit/audit-log.js'
import { redact } from '../../domain/records/privacy.js'
import { INTERNAL, isRefusal, Refusal } from '../../foundation/errors.js'
import { withoutAccessCodes } from '../../foundation/text/access-code.js'
import type { Context } from './context.js'
import type { ApiParts } from './dependencies.js'
import { remembering, TEXT_MOST } from './purpose.js'
import type { Asked } from './request-context.js'
import { codesIn } from './seen-operators.js'

/** Members of a list of variables that are kept. */
const MEMBERS_MOST = 20

const DONE = 'DONE'

const questions = new Map<string, string>()

export interface Kept {
  kind: TrailKind
  asked: string
  outcome?: string
  shown?: Iterable<string>
  /** What leaves, or came; absent where it is not known before it has left. */
  content?: string | Buffer
}

/** `name`: as it was given; `known`: it is registered. What was refused for coming too often is counted by address alone. */
export const keepAttempt = (
  { attempts, keys }: Pick<ApiParts, 'attempts' | 'keys'>,
  { now: at, requestId: request, address }: Pick<Asked, 'now' | 'requestId' | 'address'>,
  { door, name, known, code }: { door: string; name: string; known: boolean; code: string },
): Promise<void> => {
  const folded = code === 'TOO_MANY_REQUESTS' ? '' : name.normalize('NFKC').toLowerCase()
  const mark = folded === '' ? '' : keys.mark(`attempt ${folded}`)
  return attempts.refused({ at, request, door, mark, known: known && folded !== '' ? name : null, address, code })
}

/** A row of whoever asks, durable when this returns. Refusal TRAIL_UNAVAILABLE. */
export const keep = (
  { trail }: Pick<ApiParts, 'trail'>,
  { now: at, requestId: request, purpose }: Pick<Asked, 'now' | 'requestId' | 'purpose'>,
  { sub, role, agency }: Pick<Viewer, 'sub' | 'role' | 'agency'>,
  { kind, asked, outcome = DONE, shown = [], content }: Kept,
): Promise<void> => {
  const digest = content === undefined ? null : digestOf(content)
  const who = { client: sub ?? 'public', role, agency }
  // Of what is yet to be done nobody knows what will come of it.
  const came = kind === 'ACT' ? null : outcome
  return trail.row({ kind, at, ...who, purpose, request, asked, outcome: came, shown, digest })
}

/**
 * Of a GraphQL answer. Whoever has no token leaves a row only with a token that it is given. Refusal TRAIL_UNAVAILABLE: the
 * answer must not leave.
 */
export const keepAnswer = async (context: Context, answer: string | Buffer): Promise<void> => {
  const { viewer, asking, seen, parts } = context
  if (asking.said === '') return
  if (viewer.sub === null && asking.issuedTo === null) return
  const who = asking.issuedTo === null ? viewer : ({ sub: asking.issuedTo, role: 'party', agency: null } as const)
  const kind = asking.issuedTo !== null ? 'TOKEN' : asking.isAct ? 'OUTCOME' : 'ANSWER'
  const outcome = asking.faults.length === 0 ? DONE : [...new Set(asking.faults)].sort().join(' ')
  const shown = await codesIn(parts, seen).catch(() => {
    throw new Refusal('TRAIL_UNAVAILABLE')
  })
  await keep(parts, context, who, { kind, asked: asking.said, outcome, shown, content: answer })
}

/** Before an operation is carried out, whoever carries it out: what is asked, as the trail keeps it. */
export const learn = (
  { asking, parts }: Pick<Context, 'asking' | 'parts'>,
  operation: OperationDefinitionNode,
  source: string,
  variables: Record<string, unknown>,
): void => {
  asking.isAct = operation.operation === OperationTypeNode.MUTATION
  asking.said = saidIn(operation, source, variables, parts.keys.mark)
}

/** What was refused of it, or broke. */
export const learnFaults = ({ asking }: Pick<Context, 'asking'>, errors: readonly GraphQLError[]): void => {
  asking.faults.push(...errors.map(codeOf))
}

/** Apollo's way to these; and an act's row is kept before it is done. */
export const trailing: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ contextValue, operation, source = '', request }) => {
      if (operation !== undefined) learn(contextValue, operation, source, request.variables ?? {})
    },
    didEncounterErrors: async ({ contextValue, errors }) => learnFaults(contextValue, errors),
    responseForOperation: async ({ contextValue }) => {
      const { viewer, asking, parts } = contextValue
      if (!asking.isAct || viewer.sub === null) return null
      try {
        await keep(parts, contextValue, viewer, { kind: 'ACT', asked: asking.said })
        return null
      } catch (error) {
        if (!isRefusal(error)) throw error
        asking.faults.push(error.code)
        const errors = [{ message: error.message, extensions: { code: error.code } }]
        return {
          http: { status: error.status, headers: new HeaderMap() },
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
  return typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR' ? code : INTERNAL.code
}

/** The question and its variables as they are kept: without numbers of persons and access codes, and bounded. */
const saidIn = (
  operation: OperationDefinitionNode,
  source: string,
  variables: Record<string, unknown>,
  mark: (id: string) => string,
): string => {
  // An act's text may hold a secret, and need not be remembered: few are made.
  const query =
    operation.operation === OperationTypeNode.QUERY
      ? remembering(questions, source, () => made(source, mark))
      : made(source, mark)
  const given =
    Object.keys(variables).length === 0 ? '' : cut(JSON.stringify(without(redact(short(variables, mark), mark))), mark)
  return given === '' ? query : `${query}\n${given}`
}

/** What was asked in the address of a door, as the trail keeps it. */
export const askedAt = (door: string, told: string, mark: (id: string) => string): string =>
  made(`${door}/${told}`, mark)

const made = (source: string, mark: (id: string) => string): string =>
  cut(withoutAccessCodes(redact(source.replace(/\s+/g, ' ').trim(), mark)), mark)

/** A text that is cut ends with its length and the keyed hash of the whole, by which a copy of the question can be told from another. */
const cut = (text: string, mark: (id: string) => string): string =>
  text.length <= TEXT_MOST ? text : `${text.slice(0, TEXT_MOST)}… ${text.length} ${mark(text)}`

/** A long list is kept as its first members, its length and the keyed hash of the whole. */
const short = (value: unknown, mark: (id: string) => string): unknown => {
  if (Array.isArray(value)) {
    const first = value.slice(0, MEMBERS_MOST).map((member) => short(member, mark))
    return value.length > MEMBERS_MOST ? [...first, `… ${value.length} ${mark(JSON.stringify(value))}`] : first
  }
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, short(member, mark)]))
}

const without = (value: unknown): unknown => {
  if (typeof value === 'string') return withoutAccessCodes(value)
  if (Array.isArray(value)) return value.map(without)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, without(member)]))
}
