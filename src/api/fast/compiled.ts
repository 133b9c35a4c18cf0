/**
 * Queries that come again and again are compiled (graphql-jit); the answers are those of graphql-js to the byte. Whatever the
 * compiler is known to do otherwise is never given to it: see `isCompilable`. An answer with an error in it is thrown away
 * and made again by graphql-js.
 */
import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server'
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
import { bounded } from './lru.js'

/** Questions of which it is known how often they came. */
const QUESTIONS_MOST = 1_000
/** Longer ones are not compiled, characters. */
const LONGEST = 10_000
/** Fields of one question with its fragments written out: each place of a fragment is compiled for itself. */
const FIELDS_MOST = 1_000
/** A question is compiled when it has come so often: compiling costs some hundred executions of the same. */
const HITS_BEFORE = 20

export interface Asked<C> {
  document: DocumentNode
  /** The document as it was asked. */
  text: string
  operationName: string | null | undefined
  variables: Record<string, unknown> | undefined
  context: C
}

type Run = CompiledQuery['query']

interface Known {
  hits: number
  /** Null: it never will be; undefined: not yet. */
  run: Run | null | undefined
  /** The one of its document, once it is compiled. */
  operation?: OperationDefinitionNode | undefined
}

type GatewayInterface<C extends BaseContext> = ApolloServerOptionsWithGateway<C>['gateway']

/** By the hook that Apollo has for whoever executes queries in its place. */
export const asGateway = <C extends BaseContext>(
  schema: GraphQLSchema,
  { execute }: Executor<C>,
): GatewayInterface<C> => {
  let tell: Parameters<GatewayInterface<C>['onSchemaLoadOrUpdate']>[0] = () => undefined
  return {
    onSchemaLoadOrUpdate: (listener) => {
      tell = listener
      return () => undefined
    },
    load: async () => {
      tell({ apiSchema: schema, coreSupergraphSdl: '' })
      return {
        executor: ({ document, source, request, context }) =>
          execute({
            document,
            text: source,
            operationName: request.operationName,
            variables: request.variables,
            context: context as unknown as C,
          }),
      }
    },
    stop: async () => undefined,
  }
}

/** A question as it came, not yet looked at. */
export interface Question {
  query: string
  operationName: string | undefined
  variables: Record<string, unknown> | undefined
}

export interface Executor<C> {
  execute(asked: Asked<C>): Promise<ExecutionResult>
  /**
   * By a compiled query, if it is one that came often, was found valid, and has an answer without errors; else null. With the
   * context in which it was answered, for its row of the trail.
   */
  quick(question: Question, contextOf: () => C): Promise<{ answer: ExecutionResult; context: C } | null>
  /** Answers given by compiled queries, and all. */
  counts: { compiled: number; all: number }
}

export interface ExecutorOptions<C> {
  hitsBefore?: number
  /** Makes a context fit for a second execution: nothing spent, nothing seen. */
  afresh: (context: C) => void
  /** Notes in the context what is asked, for the row of the audit log. */
  learn: (context: C, operation: OperationDefinitionNode, source: string, variables: Record<string, unknown>) => void
}

/** `twin`: the same schema made again, for the compiler alone, whose fields are guarded in it. */
export const makeExecutor = <C>(
  schema: GraphQLSchema,
  twin: GraphQLSchema,
  { hitsBefore = HITS_BEFORE, afresh, learn }: ExecutorOptions<C>,
): Executor<C> => {
  const compilable = guarded(twin)
  const questions = bounded<Known>(QUESTIONS_MOST)
  const counts = { compiled: 0, all: 0 }

  const known = ({ document, text, operationName }: Asked<C>): Known | null => {
    // An operation called nothing is none: the compiler would take the only one there is, and graphql-js refuses it.
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
  /** Null where the answer has errors: they are told as graphql-js tells them. */
  const answered = async (found: Known | null, context: C, variables: Question['variables']) => {
    if (!found?.run || found.hits <= hitsBefore) return null
    const answer = await found.run(undefined, context, variables ?? {})
    if (!answer.errors) {
      counts.compiled += 1
      return answer
    }
    // Whoever only ever causes faults is not answered twice each time.
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
      afresh(context)
      return execute({ schema, document, contextValue: context, variableValues: variables, operationName })
    },
    quick: async ({ query, operationName, variables }, contextOf) => {
      const found = query.length > LONGEST ? undefined : questions.get(nameOf(query, operationName))
      if (!found?.run || !found.operation) return null
      const context = contextOf()
      // Apollo's plugin does the same for questions that it parses itself.
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

/** Values that may not stand in a compiled document; a variable, a whole number, a boolean and a word of an enum may. */
const VALUES: ReadonlySet<string> = new Set([Kind.STRING, Kind.FLOAT, Kind.NULL, Kind.LIST, Kind.OBJECT])
/** Variables of these, and lists of them, are read alike by both; of input objects and days that is not so. */
const VARIABLES: ReadonlySet<string> = new Set(['String', 'ID', 'Int', 'Boolean'])

/**
 * One query and its fragments. Texts written into a query are not compiled, since the compiler writes them into a program,
 * where a text of a certain form would be run (0.8.9); nor are directives (answers differ where fragments are skipped),
 * variables with defaults or of types that are read otherwise, names that a plain object does not hold as graphql-js's does,
 * and whatever may be of several types.
 */
export const isCompilable = (schema: GraphQLSchema, document: DocumentNode): boolean => {
  if (operationsIn(document).length !== 1 || fieldsIn(document) > FIELDS_MOST) return false
  const types = new TypeInfo(schema)
  let fits = true
  const enter = (node: ASTNode): void => {
    if (!mayStand(node) || isAbstractType(getNamedType(types.getType()))) fits = false
  }
  visit(document, visitWithTypeInfo(types, { enter }))
  return fits
}

const operationsIn = ({ definitions }: DocumentNode): OperationDefinitionNode[] =>
  definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)

/** Of the whole document, each fragment written out wherever it is spread. Fragments do not go round in circles: see validation. */
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

const mayStand = (node: ASTNode): boolean => {
  if (node.kind === Kind.OPERATION_DEFINITION) return node.operation === 'query'
  if (node.kind === Kind.VARIABLE_DEFINITION) return !node.defaultValue && VARIABLES.has(nameIn(node.type))
  if (node.kind === Kind.NAME) return node.value === '__typename' || !(node.value.startsWith('__') || node.value in {})
  return node.kind !== Kind.INLINE_FRAGMENT && node.kind !== Kind.DIRECTIVE && !VALUES.has(node.kind)
}

const nameIn = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameIn(type.type))

/** Leaves that views give as methods. Another one is answered all the same, by graphql-js each time. */
const METHODS: ReadonlySet<string> = new Set(['totalCount', 'objected', 'completeUntil'])

/**
 * Compiled code takes what lies in a field as it is where no resolver stands: there a method or a promise would be taken for
 * an empty object. Fields of objects therefore have one; leaves are looked at by `serializers`.
 */
const guarded = (schema: GraphQLSchema): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) if (isOpen(field)) field.resolve = defaultFieldResolver
  }
  return schema
}

const isOpen = ({ name, type, resolve }: GraphQLField<unknown, unknown>): boolean =>
  resolve === undefined && (METHODS.has(name) || !isLeafType(getNamedType(type)))

/** As each type writes its values; what is a method or a promise is an error, and so answered by graphql-js. */
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
