import {
  type ASTNode,
  type DocumentNode,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  TypeInfo,
  type TypeNode,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit'
import { LRUCache } from '../../foundation/lru.js'
import { isRecord } from '../../foundation/text/json.js'

const QUERIES_MOST = 1_000
const QUERY_CHARACTERS_MOST = 10_000
const ACCEPT_CHARACTERS_MOST = 300
const FIELDS_MOST = 1_000
/** Answers before a query is compiled, which costs as much as some hundred answers. */
const ANSWERS_BEFORE = 20

interface GraphqlRequestBody {
  query: string
  operationName: string | undefined
  variables: Record<string, unknown> | undefined
}

interface CountedQuery {
  answers: number
  type: string
  run: CompiledQuery['query'] | null | undefined
}

export type CompiledQueries = ReturnType<typeof makeCompiledQueries>

export const makeCompiledQueries = (
  schema: GraphQLSchema,
  { answersBefore = ANSWERS_BEFORE, longest = QUERY_CHARACTERS_MOST } = {},
) => {
  addGuardResolvers(schema)
  const queries = new LRUCache<string, CountedQuery>({ max: QUERIES_MOST })
  return {
    /** Null when Apollo must answer, with a new context. */
    answer: async <C>(given: unknown, accept: string, contextOf: (body: GraphqlRequestBody) => C) => {
      const body = questionIn(given)
      const query = body === null || body.query.length > longest ? undefined : queries.get(keyOf(body, accept))
      if (body === null || !query?.run || query.answers < answersBefore) return null
      const context = contextOf(body)
      const { data, errors } = await query.run(undefined, context, body.variables ?? {})
      if (!errors) return { text: `${JSON.stringify({ data })}\n`, type: query.type, context }
      // Restart the count, so a query that always fails is not always executed twice.
      query.answers = 0
      return null
    },
    learn: (given: unknown, accept: string, type: string): void => {
      const body = questionIn(given)
      if (body === null || body.query.length > longest || accept.length > ACCEPT_CHARACTERS_MOST) return
      const key = keyOf(body, accept)
      const query = queries.get(key) ?? { answers: 0, type, run: undefined }
      query.answers += 1
      if (query.run === undefined && query.answers >= answersBefore) query.run = compiled(schema, body)
      queries.set(key, query)
    },
  }
}

const questionIn = (body: unknown): GraphqlRequestBody | null => {
  if (!isRecord(body) || 'extensions' in body) return null
  const { query } = body
  const [operationName, variables] = [body['operationName'] ?? undefined, body['variables'] ?? undefined]
  // graphql-js refuses an empty operationName; the compiler would not.
  const isNamed = operationName === undefined || (typeof operationName === 'string' && operationName !== '')
  if (typeof query !== 'string' || !isNamed) return null
  return variables === undefined || isRecord(variables) ? { query, operationName, variables } : null
}

const keyOf = ({ query, operationName = '' }: GraphqlRequestBody, accept: string): string =>
  `${accept.length}:${accept}${operationName.length}:${operationName}${query}`

const compiled = (schema: GraphQLSchema, { query, operationName = '' }: GraphqlRequestBody) => {
  const document = parse(query)
  if (!isCompilable(schema, document)) return null
  const made = compileQuery(schema, document, operationName, { customSerializers: serializers(schema) })
  return isCompiledQuery(made) ? made.query : null
}

const VALUES: ReadonlySet<string> = new Set([Kind.STRING, Kind.FLOAT, Kind.NULL, Kind.LIST, Kind.OBJECT])
/** Variable types that graphql-js and the compiler coerce alike, also in lists. */
const VARIABLES: ReadonlySet<string> = new Set(['String', 'ID', 'Int', 'Boolean'])

/**
 * The compiler (0.8.9) pastes string literals into generated code, where crafted text would run. Also false where answers
 * could differ: directives, variables with defaults or other types, inherited names, abstract types.
 */
export const isCompilable = (schema: GraphQLSchema, document: DocumentNode): boolean => {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  if (operations.length !== 1 || fieldsIn(document) > FIELDS_MOST) return false
  const types = new TypeInfo(schema)
  let fits = true
  const enter = (node: ASTNode): void => {
    if (!isAllowedNode(node) || isAbstractType(getNamedType(types.getType()))) fits = false
  }
  visit(document, visitWithTypeInfo(types, { enter }))
  return fits
}

const fieldsIn = ({ definitions }: DocumentNode): number => {
  const fragments = new Map(
    definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])),
  )
  const known = new Map<string, number>()
  const inFragment = (name: string): number => {
    const set = fragments.get(name)?.selectionSet
    const fields = known.get(name) ?? (set ? inSet(set) : 0)
    known.set(name, fields)
    return fields
  }
  const inSet = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, one) => {
      if (one.kind === Kind.FRAGMENT_SPREAD) return sum + inFragment(one.name.value)
      return sum + 1 + (one.selectionSet ? inSet(one.selectionSet) : 0)
    }, 0)
  return definitions.reduce(
    (sum, one) => (one.kind === Kind.OPERATION_DEFINITION ? sum + inSet(one.selectionSet) : sum),
    0,
  )
}

const isAllowedNode = (node: ASTNode): boolean => {
  if (node.kind === Kind.OPERATION_DEFINITION) return node.operation === 'query'
  if (node.kind === Kind.VARIABLE_DEFINITION) return !node.defaultValue && VARIABLES.has(nameIn(node.type))
  if (node.kind === Kind.NAME) return node.value === '__typename' || !(node.value.startsWith('__') || node.value in {})
  return node.kind !== Kind.INLINE_FRAGMENT && node.kind !== Kind.DIRECTIVE && !VALUES.has(node.kind)
}

const nameIn = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameIn(type.type))

/** Leaf fields whose value is a method or a promise. */
const METHODS: ReadonlySet<string> = new Set(['totalCount', 'countUpTo', 'objected', 'completeUntil'])

/** Compiled code turns a method or promise into an empty object unless the field has a resolver. */
const addGuardResolvers = (schema: GraphQLSchema): void => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) if (isOpen(field)) field.resolve = defaultFieldResolver
  }
}

const isOpen = ({ name, type, resolve }: GraphQLField<unknown, unknown>): boolean =>
  resolve === undefined && (METHODS.has(name) || !isLeafType(getNamedType(type)))

/** Serialising a method or a promise throws, so graphql-js answers instead. */
const serializers = (schema: GraphQLSchema): Record<string, (value: unknown) => unknown> => {
  const types = Object.values(schema.getTypeMap()).filter(isLeafType)
  return Object.fromEntries(
    types.map((type) => [
      type.name,
      (value: unknown) => {
        if (typeof value === 'function') throw new TypeError('a method')
        if (value instanceof Promise) {
          value.catch(() => undefined)
          throw new TypeError('a promise')
        }
        return type.serialize(value)
      },
    ]),
  )
}
