import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql'

import { Refusal } from '../../foundation/errors.js'
import { findUnstorableText } from '../../foundation/text/storable.js'

export const REQUEST_BYTES_MOST = 1_000_000
/** JSON nested deeper than this could overflow the stack. */
export const JSON_NESTING_MOST = 100
export const QUERY_TOKENS_MOST = 10_000
export const QUERY_DEPTH_MOST = 15
export const QUERY_ALIASES_MOST = 50
export const ROOT_FIELDS_MOST = 50
export const QUERY_FIELDS_MOST = 10_000
export const QUERY_CODES_MOST = 1_000
export const QUERY_DIRECTIVES_MOST = 100
/** Validation compares every pair of a set. */
export const SELECTIONS_PER_SET_MOST = 200
export const DOCUMENT_FRAGMENTS_MOST = 200
export const DOCUMENT_OPERATIONS_MOST = 50
const LEVELS_MOST = 300
export const INTROSPECTION_FIELDS_MOST = 500
export const INTROSPECTION_ALIASES_MOST = 5

/** Throws INPUT_INVALID for text that PostgreSQL cannot store. */
export const refuseUnstorableText = <T>(input: T): T => {
  const fault = findUnstorableText(input)
  if (fault === null) return input
  throw new Refusal('INPUT_INVALID', { ...fault })
}

const [QUOTE, BACKSLASH] = ['"', '\\'].map((sign) => sign.charCodeAt(0))
const OPENING: ReadonlySet<number> = new Set(['[', '{'].map((sign) => sign.charCodeAt(0)))
const CLOSING: ReadonlySet<number> = new Set([']', '}'].map((sign) => sign.charCodeAt(0)))

export const isNestedTooDeep = (json: Buffer): boolean => {
  if (json.length < 2 * JSON_NESTING_MOST) return false
  let depth = 0
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at] ?? 0
    if (sign === QUOTE) at = endOfText(json, at)
    else if (OPENING.has(sign)) {
      depth += 1
      if (depth > JSON_NESTING_MOST) return true
    } else if (CLOSING.has(sign)) depth -= 1
  }
  return false
}

const endOfText = (json: Buffer, start: number): number => {
  let at = start + 1
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1
  return at
}

interface QueryExtent {
  depth: number
  fields: number
  all: number
  aliases: number
  directives: number
  breadth: number
  schema: { all: number; aliases: number }
}

const NOTHING: QueryExtent = {
  depth: 0,
  fields: 0,
  all: 0,
  aliases: 0,
  directives: 0,
  breadth: 0,
  schema: { all: 0, aliases: 0 },
}

const TOO_DEEP: QueryExtent = { ...NOTHING, depth: QUERY_DEPTH_MOST + 1 }

type ExtentBound = [zh: string, en: string, most: number, size: (of: QueryExtent) => number]

const EXTENT_BOUNDS: readonly ExtentBound[] = [
  ['查询层数', 'Depth of a query', QUERY_DEPTH_MOST, ({ depth }) => depth],
  ['根字段数', 'Root fields of a query', ROOT_FIELDS_MOST, ({ fields }) => fields],
  ['字段总数', 'Fields of a query', QUERY_FIELDS_MOST, ({ all }) => all],
  ['别名数', 'Aliases of a query', QUERY_ALIASES_MOST, ({ aliases }) => aliases],
  ['指令数', 'Directives of a query', QUERY_DIRECTIVES_MOST, ({ directives }) => directives],
  ['并列的字段数', 'Parts of one selection', SELECTIONS_PER_SET_MOST, ({ breadth }) => breadth],
  ['查询结构的字段数', 'Fields about the schema', INTROSPECTION_FIELDS_MOST, ({ schema }) => schema.all],
  ['查询结构的别名数', 'Aliases about the schema', INTROSPECTION_ALIASES_MOST, ({ schema }) => schema.aliases],
]

/** Empties a refused document, so no other validation rule sees it: some take quadratic time. */
export const queryLimitsRule = (context: ValidationContext): ASTVisitor => {
  const { ofSelection, ofFragment } = makeMeasure(context)
  let refused = false
  const refuse = (zh: string, en: string, most: number) => {
    refused = true
    context.reportError(new GraphQLError(`${zh}不得超过 ${most}。${en} may be at most ${most}.`))
  }
  const within = ({ operation, selectionSet }: OperationDefinitionNode): void => {
    // graphql-js would report this only during execution, as a fault.
    if (operation === OperationTypeNode.SUBSCRIPTION) {
      const where = 'GET /v1/changes'
      context.reportError(new GraphQLError(`没有订阅；变更见 ${where}。No subscriptions here; changes: ${where}.`))
    }
    const extent = ofSelection(selectionSet, 0)
    for (const [zh, en, most, size] of EXTENT_BOUNDS) if (size(extent) > most) refuse(zh, en, most)
  }

  return {
    Document: (document) => {
      const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION)
      const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
      if (fragments.length > DOCUMENT_FRAGMENTS_MOST)
        refuse('片段数', 'Fragments of a document', DOCUMENT_FRAGMENTS_MOST)
      if (operations.length > DOCUMENT_OPERATIONS_MOST)
        refuse('操作数', 'Operations of a document', DOCUMENT_OPERATIONS_MOST)
      for (const operation of operations) if (!refused) within(operation)
      // Unused fragments are measured too, because graphql-js validates them.
      for (const fragment of fragments) {
        if (!refused && ofFragment(fragment, 0).breadth > SELECTIONS_PER_SET_MOST)
          refuse('并列的字段数', 'Parts of one selection', SELECTIONS_PER_SET_MOST)
      }
      return refused ? { ...document, definitions: [] } : undefined
    },
  }
}

const makeMeasure = (context: ValidationContext) => {
  // Each fragment is measured once, so nested spreads do not take exponential time.
  const measured = new Map<string, QueryExtent>()

  const ofFragment = (fragment: FragmentDefinitionNode | null | undefined, level: number): QueryExtent => {
    if (!fragment) return NOTHING
    const name = fragment.name.value
    const known = measured.get(name)
    if (known) return known
    measured.set(name, NOTHING)
    const extent = ofSelection(fragment.selectionSet, level)
    measured.set(name, extent)
    return extent
  }

  const ofSelection = (set: SelectionSetNode, level: number): QueryExtent => {
    if (level > LEVELS_MOST) return TOO_DEEP
    const sum: QueryExtent = { ...NOTHING, breadth: set.selections.length, schema: { ...NOTHING.schema } }
    for (const part of set.selections) {
      const inner = ofPart(part, level)
      sum.depth = Math.max(sum.depth, inner.depth)
      sum.breadth = Math.max(sum.breadth, inner.breadth)
      sum.fields += inner.fields
      sum.all += inner.all
      sum.aliases += inner.aliases
      sum.directives += inner.directives + (part.directives?.length ?? 0)
      sum.schema.all += inner.schema.all
      sum.schema.aliases += inner.schema.aliases
    }
    return sum
  }

  const ofPart = (part: SelectionNode, level: number): QueryExtent => {
    if (part.kind === Kind.INLINE_FRAGMENT) return ofSelection(part.selectionSet, level + 1)
    if (part.kind === Kind.FRAGMENT_SPREAD) return ofFragment(context.getFragment(part.name.value), level + 1)
    const inner = part.selectionSet ? ofSelection(part.selectionSet, level + 1) : NOTHING
    const aliases = inner.aliases + (part.alias ? 1 : 0)
    const { directives, breadth } = inner
    if (part.name.value === '__typename') return { ...NOTHING, aliases }
    if (part.name.value.startsWith('__'))
      return { ...NOTHING, directives, breadth, schema: { all: inner.all + 1, aliases } }
    return { ...inner, depth: inner.depth + 1, fields: 1, all: inner.all + 1, aliases }
  }

  return { ofSelection, ofFragment }
}
