/**
 * What the trail is told of an answer, before it leaves. Every question of whoever is signed in leaves a row; so does every
 * act, one before it is done and one with its outcome, so that nothing is done of which no row tells.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import { unwrapResolverError } from '@apollo/server/errors'
import { type GraphQLError, type OperationDefinitionNode, OperationTypeNode } from 'graphql'
import { withoutAccessCodes } from '../domain/access-code.js'
import { redact } from '../domain/privacy.js'
import type { TrailKind } from '../domain/trail.js'
import type { Viewer } from '../domain/viewer.js'
import { INTERNAL, isRefusal, Refusal } from '../errors.js'
import type { Asked } from './asked.js'
import type { Context } from './context.js'
import type { ApiParts } from './parts.js'
import { codesIn } from './shown.js'

/** Longest purpose, characters. */
const PURPOSE_MOST = 200
/** Longest text of a question and of its variables that is kept, characters; and members of a list. */
const TEXT_MOST = 2_000
const MEMBERS_MOST = 20
/** Questions whose kept text is remembered: programs ask the same one with other variables. */
const REMEMBERED = 300

const DONE = 'DONE'

/** What a GraphQL request asks, once it is known. */
export interface Asking {
  isAct: boolean
  said: string
  /** Codes of what was refused or broke. */
  faults: string[]
  /** Subject of the token that it was given; null: none. */
  issuedTo: string | null
}

export const noAsking = (): Asking => ({ isAct: false, said: '', faults: [], issuedTo: null })

/** Header X-Purpose: free text, as UTF-8 or percent-encoded; without numbers of persons, and bounded. Null: none was given. */
export const purposeIn = ({ headers }: IncomingMessage, mark: (id: string) => string): string | null => {
  const given = [headers['x-purpose'] ?? ''].flat().join(' ')
  if (given === '') return null
  const text = withoutAccessCodes(redact(decoded(given).replace(/\p{C}+/gu, ' '), mark))
  const kept = [...text.trim()].slice(0, PURPOSE_MOST).join('')
  return kept === '' ? null : kept
}

/** Headers come as single bytes; most senders mean UTF-8. */
const decoded = (header: string): string => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'))
    return decodeURIComponent(text)
  } catch {
    return header
  }
}

export interface Kept {
  kind: TrailKind
  asked: string
  outcome?: string
  shown?: Iterable<string>
  /** What leaves, or came; absent where it is not known before it has left. */
  content?: string | Buffer
}

/** A row of whoever asks, durable when this returns. Refusal TRAIL_UNAVAILABLE. */
export const keep = (
  { trail }: Pick<ApiParts, 'trail'>,
  { now: at, requestId: request, purpose }: Pick<Asked, 'now' | 'requestId' | 'purpose'>,
  { sub, role, agency }: Pick<Viewer, 'sub' | 'role' | 'agency'>,
  { kind, asked, outcome = DONE, shown = [], content }: Kept,
): Promise<void> => {
  const digest = content === undefined ? null : createHash('sha256').update(content).digest()
  const who = { client: sub ?? 'public', role, agency }
  return trail.row({ kind, at, ...who, purpose, request, asked, outcome, shown, digest })
}

/**
 * Of a GraphQL answer. Whoever has no token leaves a row only with a token that it is given. Refusal TRAIL_UNAVAILABLE: the
 * answer must not leave.
 */
export const keepAnswer = async (context: Context, answer: string): Promise<void> => {
  const { viewer, asking, seen, parts } = context
  if (asking.said === '') return
  if (viewer.sub === null && asking.issuedTo === null) return
  const who = asking.issuedTo === null ? viewer : ({ sub: asking.issuedTo, role: 'party', agency: null } as const)
  const kind = asking.issuedTo !== null ? 'TOKEN' : asking.isAct ? 'OUTCOME' : 'ANSWER'
  const outcome = asking.faults.length === 0 ? DONE : [...new Set(asking.faults)].sort().join(' ')
  const shown = await codesIn(parts.db, seen).catch(() => {
    throw new Refusal('TRAIL_UNAVAILABLE')
  })
  await keep(parts, context, who, { kind, asked: asking.said, outcome, shown, content: answer })
}

/** Learns what is asked, what was refused of it, and keeps an act's row before it is done. */
export const trailing: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ contextValue, operation, source = '', request }) => {
      if (operation === undefined) return
      const { asking, parts } = contextValue
      asking.isAct = operation.operation === OperationTypeNode.MUTATION
      asking.said = saidIn(operation, source, request.variables ?? {}, parts.keys.mark)
    },
    didEncounterErrors: async ({ contextValue, errors }) => {
      contextValue.asking.faults.push(...errors.map(codeOf))
    },
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

const remembered = new Map<string, string>()

/** The question and its variables as they are kept: without numbers of persons and access codes, and bounded. */
const saidIn = (
  operation: OperationDefinitionNode,
  source: string,
  variables: Record<string, unknown>,
  mark: (id: string) => string,
): string => {
  // An act's text may hold a secret, and need not be remembered: few are made.
  const query = operation.operation === OperationTypeNode.QUERY ? textOf(source, mark) : made(source, mark)
  const given = Object.keys(variables).length === 0 ? '' : cut(JSON.stringify(without(redact(short(variables), mark))))
  return given === '' ? query : `${query}\n${given}`
}

const textOf = (source: string, mark: (id: string) => string): string => {
  const known = remembered.get(source)
  if (known !== undefined) return known
  const text = made(source, mark)
  if (source.length > TEXT_MOST) return text
  const [oldest] = remembered.size >= REMEMBERED ? remembered.keys() : []
  if (oldest !== undefined) remembered.delete(oldest)
  remembered.set(source, text)
  return text
}

const made = (source: string, mark: (id: string) => string): string =>
  cut(withoutAccessCodes(redact(source.replace(/\s+/g, ' ').trim(), mark)))

const cut = (text: string): string => (text.length <= TEXT_MOST ? text : `${text.slice(0, TEXT_MOST)}…`)

/** Of a long list its first members, and how many there were. */
const short = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const first = value.slice(0, MEMBERS_MOST).map(short)
    return value.length > MEMBERS_MOST ? [...first, `… ${value.length}`] : first
  }
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, short(member)]))
}

const without = (value: unknown): unknown => {
  if (typeof value === 'string') return withoutAccessCodes(value)
  if (Array.isArray(value)) return value.map(without)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, without(member)]))
}
