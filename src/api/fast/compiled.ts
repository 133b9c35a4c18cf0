/**
 * Compiles frequent queries with graphql-jit. Answers equal those of graphql-js, which executes a failed query again.
 */
import {
  type ASTNode,
  type DocumentNode,
  defaultFieldResolver,
  type ExecutionResult,
  execute,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeInfo,
  type TypeNode,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit'
import { LRUCache } from '../../foundation/lru.js'

const QUESTIONS_MOST = 1_000
/** Longest query compiled, characters. */
const LONGEST = 10_000
/** Largest query compiled, in fields with fragments expanded: each spread is compiled separately. */
const FIELDS_MOST = 1_000
/** A query is compiled after this many executions, because compiling takes as long as some hundred of them. */
const HITS_BEFORE = 20

interface ExecutorRequest<C> {
  document: DocumentNode
  text: string
  operationName: string | null | undefined
  variables: Record<string, unknown> | undefined
  context: C
}

type CompiledRun = CompiledQuery['query']

interface CountedQuery {
  hits: number
  /** `null`: never compilable. `undefined`: not compiled yet. */
  run: CompiledRun | null | undefined
  operation?: OperationDefinitionNode | undefined
}

export interface QueryBody {
  query: string
  operationName: string | undefined
  variables: Record<string, unknown> | undefined
}

export interface QueryExecutor<C> {
  execute(asked: ExecutorRequest<C>): Promise<ExecutionResult>
  /** Returns null unless a compiled query answers without errors. */
  quick(question: QueryBody, contextOf: () => C): Promise<{ answer: ExecutionResult; context: C } | null>
  counts: { compiled: number; all: number }
}

export interface ExecutorOptions<C> {
  hitsBefore?: number
  resetContext: (context: C) => void
  learn: (context: C, operation: OperationDefinitionNode, source: string, variables: Record<string, unknown>) => void
}

/** `twin` is a second instance of `schema`: its fields get the guard resolvers that compiled queries need. */
export const makeQueryExecutor = <C>(
  schema: GraphQLSchema,
  twin: GraphQLSchema,
  { hitsBefore = HITS_BEFORE, resetContext, learn }: ExecutorOptions<C>,
): QueryExecutor<C> => {
  const compilable = withGuardResolvers(twin)
  const questions = new LRUCache<string, CountedQuery>({ max: QUESTIONS_MOST })
  const counts = { compiled: 0, all: 0 }

  const known = ({ document, text, operationName }: ExecutorRequest<C>): CountedQuery | null => {
    // graphql-js refuses an empty operationName; the compiler would not.
    if (text.length > LONGEST || operationName === '') return null
    const found = questions.get(nameOf(text, operationName)) ?? { hits: 0, run: undefined }
    if (found.hits === 0) questions.set(nameOf(text, operationName), found)
    found.hits += 1
    if (found.run === undefined && found.hits > hitsBefore) {
      found.run = compiled(compilable, document, operationName)
      found.operation = found.run ? operationsIn(document)[0] : undefined
    }
    return found
  }
  const answered = async (found: CountedQuery | null, context: C, variables: QueryBody['variables']) => {
    if (!found?.run || found.hits <= hitsBefore) return null
    const answer = await found.run(undefined, context, variables ?? {})
    if (!answer.errors) {
      counts.compiled += 1
      return answer
    }
    // Restart the count, so that a query that always fails is not executed twice each time.
    found.hits = 1
    return null
  }

  return {
    counts,
    execute: async (asked) => {
      counts.all += 1
      const { document, operationName, variables, context } = asked
      const answer = await answered(known(asked), context, variables)
      if (answer !== null) return answer
      resetContext(context)
      return execute({ schema, document, contextValue: context, variableValues: variables, operationName })
    },
    quick: async ({ query, operationName, variables }, contextOf) => {
      const found = query.length > LONGEST ? undefined : questions.get(nameOf(query, operationName))
      if (!found?.run || !found.operation) return null
      const context = contextOf()
      learn(context, found.operation, query, variables ?? {})
      const answer = await answered(found, context, variables)
      return answer && { answer, context }
    },
  }
}

const nameOf = (text: string, operationName: string | null | undefined): string =>
  operationName == null ? `:${text}` : `${operationName.length}:${operationName}${text}`

const compiled = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): CompiledQuery['query'] | null => {
  if (!isCompilable(schema, document)) return null
  const query = compileQuery(schema, document, operationName ?? '', { customSerializers: serializers(schema) })
  return isCompiledQuery(query) ? query.query : null
}

const VALUES: ReadonlySet<string> = new Set([Kind.STRING, Kind.FLOAT, Kind.NULL, Kind.LIST, Kind.OBJECT])
/** Variable types that graphql-js and the compiler coerce alike, also in lists. */
const VARIABLES: ReadonlySet<string> = new Set(['String', 'ID', 'Int', 'Boolean'])

/**
 * False for a query with string literals: the compiler (0.8.9) pastes them into generated code, where crafted text
 * would run. Also false where answers could differ: directives, variables with defaults or other types, inherited names
 * such as `constructor`, abstract types.
 */
export const isCompilable = (schema: GraphQLSchema, document: DocumentNode): boolean => {
  if (operationsIn(document).length !== 1 || fieldsIn(document) > FIELDS_MOST) return false
  const types = new TypeInfo(schema)
  let fits = true
  const enter = (node: ASTNode): void => {
    if (!isAllowedNode(node) || isAbstractType(getNamedType(types.getType()))) fits = false
  }
  visit(document, visitWithTypeInfo(types, { enter }))
  return fits
}

const operationsIn = ({ definitions }: DocumentNode): OperationDefinitionNode[] =>
  definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)

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

/** Leaf fields that are methods and that compiled queries can call. graphql-js answers queries with other methods. */
const METHODS: ReadonlySet<string> = new Set(['totalCount', 'objected', 'completeUntil'])

/**
 * Compiled code turns a method or promise into an empty object unless the field has a resolver, so object fields get
 * the default one.
 */
const withGuardResolvers = (schema: GraphQLSchema): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) if (isOpen(field)) field.resolve = defaultFieldResolver
  }
  return schema
}

const isOpen = ({ name, type, resolve }: GraphQLField<unknown, unknown>): boolean =>
  resolve === undefined && (METHODS.has(name) || !isLeafType(getNamedType(type)))

/** Serialising a method or a promise throws, so that graphql-js answers instead. */
const serializers = (schema: GraphQLSchema): Record<string, (value: unknown) => unknown> => {
  const types = Object.values(schema.getTypeMap()).filter(isLeafType)
  return Object.fromEntries(
    types.map((type) => [
      type.name,
      (value: unknown) => {
        if (typeof value === 'function') throw new TypeError('a method')
        if (isPromise(value)) {
          value.catch(() => undefined)
          throw new TypeError('a promise')
        }
        return type.serialize(value)
      },
    ]),
  )
}

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise
