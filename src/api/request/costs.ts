/**
 * What a question may cost and what each field costs: one table, by which answers are charged, each field's description says
 * its cost, and `hub status --costs` prints it. A cost is about one object: one look-up of its share.
 */
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql'
import { COST_MOST, type Context, spend } from './context.js'
import * as limits from './limits.js'

interface Dearer {
  /** When it is asked for, instead of what a field of its type costs. */
  once?: number
  /** Times this argument's length, instead of `once`. */
  byArgument?: string
  /** For each of something that is known only once it is looked at; the field's resolver charges it (`charge`). */
  each?: Each
}

interface Each {
  cost: number
  /** The most that all of them cost together, so that no object is too dear to be asked about at all; absent: no bound. */
  most?: number
  zh: string
  en: string
}

/** Fields that cost otherwise than the rule says. */
const DEARER = {
  'Query.operators': { each: { cost: 500, zh: '按名称查找', en: 'search by name' } },
  'Query.blacklist': { each: { cost: 500, zh: '按名称筛选的一页或计数', en: 'page or count filtered by name' } },
  'Query.standings': { byArgument: 'codes' },
  // Does and undoes all that a take-back does.
  'Query.takeBackPreview': { once: 500 },
  'Listing.documents': { each: { cost: 10, zh: '文书', en: 'document' } },
  'Listing.publicText': { once: 11 },
  'Listing.clocks': { once: 4 },
  'Listing.outlooks': { once: 10 },
  'Delivery.again': { once: 6 },
  // Reads all facts of its operator anew.
  'Score.audit': { once: 100 },
  'Score.wayBack': { once: 101, each: { cost: 10, most: 5_000, zh: '所据事实', en: 'fact behind it' } },
  'Score.lasting': { once: 101, each: { cost: 5, most: 2_500, zh: '所据事实', en: 'fact behind it' } },
} as const satisfies Record<string, Dearer>

type Charged = {
  [K in keyof typeof DEARER]: (typeof DEARER)[K] extends { each: object } ? K : never
}[keyof typeof DEARER]

/** Parts of an object that take no look-up. */
const FREE: ReadonlySet<string> = new Set(['PageInfo', 'Words'])

export interface Cost {
  once: number
  byArgument: string | null
  /** For each object of a list. */
  item: number
  each: Each | null
}

/** Null: it costs nothing, as every leaf that is not in the table. */
export const costOf = (type: { name: string }, field: GraphQLField<unknown, Context>): Cost | null => {
  const dearer = (DEARER as Record<string, Dearer>)[`${type.name}.${field.name}`] ?? {}
  const { once } = dearer
  const [byArgument, each] = [dearer.byArgument ?? null, dearer.each ?? null]
  const named = getNamedType(field.type)
  const isFree = isLeafType(named) || FREE.has(named.name)
  if (isFree) return once === undefined ? null : { once, byArgument, item: 0, each }
  // A page costs what is on it, by whichever of the two it is read.
  if (type.name.endsWith('Edge') && field.name === 'node') return null
  const isPage = type.name.endsWith('Connection')
  const own = once ?? (byArgument !== null || isPage ? 0 : 1)
  return { once: own, byArgument, item: isListType(getNullableType(field.type)) && byArgument === null ? 1 : 0, each }
}

/** As it is printed: `1 + 1 × item`. */
export const written = ({ once, byArgument, item, each }: Cost): string =>
  [
    ...(once > 0 ? [String(once)] : []),
    ...(byArgument ? [`1 × ${byArgument}`] : []),
    ...(item > 0 ? [`${item} × 项 item`] : []),
    ...(each ? [`${each.cost} × ${each.zh} ${each.en}${each.most ? `（至多 at most ${each.most}）` : ''}`] : []),
  ].join(' + ')

/** What the resolver of such a field learns of its cost while it answers. Refusals: QUERY_TOO_COSTLY, ANSWER_TIMEOUT. */
export const charge = (context: Context, field: Charged, times = 1): void => {
  const { cost, most = Number.POSITIVE_INFINITY }: Each = DEARER[field].each
  spend(context, Math.min(cost * times, most))
}

/** Has each field charge what it costs: before it is answered, lists besides for what is in them. */
export const costing = (schema: GraphQLSchema): GraphQLSchema => {
  for (const [type, field] of fieldsOf(schema)) {
    const cost = costOf(type, field)
    if (cost === null) continue
    field.description = `${field.description ?? ''}\n费用 Cost: ${written(cost)}`
    const { once, byArgument, item } = cost
    const resolve = field.resolve ?? defaultFieldResolver
    field.resolve = (source, args, context, question) => {
      const before = byArgument === null ? once : once + (args[byArgument] as unknown[]).length
      if (before > 0) spend(context, before)
      const value = resolve(source, args, context, question)
      if (item === 0) return value
      return value instanceof Promise
        ? value.then((list) => counted(context, list, item))
        : counted(context, value, item)
    }
  }
  return schema
}

const counted = (context: Context, list: unknown, item: number): unknown => {
  if (Array.isArray(list) && list.length > 0) spend(context, list.length * item)
  return list
}

const fieldsOf = (schema: GraphQLSchema): [GraphQLObjectType, GraphQLField<unknown, Context>][] =>
  Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) =>
      Object.values(type.getFields()).map((field): [GraphQLObjectType, GraphQLField<unknown, Context>] => [
        type,
        field,
      ]),
    )

/** Bounds of a question as a whole, which are looked at before it is answered, and of an answer. */
const LIMITS = {
  cost: COST_MOST,
  bodyBytes: limits.BODY_BYTES,
  nesting: limits.NESTING_MOST,
  tokens: limits.TOKENS_MOST,
  depth: limits.DEPTH_MOST,
  rootFields: limits.ROOT_FIELDS_MOST,
  aliases: limits.ALIASES_MOST,
  fields: limits.FIELDS_MOST,
  directives: limits.DIRECTIVES_MOST,
  breadth: limits.BREADTH_MOST,
  fragments: limits.FRAGMENTS_MOST,
  operations: limits.OPERATIONS_MOST,
  schemaFields: limits.SCHEMA_FIELDS_MOST,
  schemaAliases: limits.SCHEMA_ALIASES_MOST,
  codes: limits.CODES_MOST,
}

const RULE = [
  '每个对象、列表或一页 1，列表和一页中的每一项另 1；其余字段不计费 an object, a list or a page costs 1, each item of a list or page 1 more, any other field nothing',
]

/** For `hub status --costs`. */
export const costsTold = (schema: GraphQLSchema): { value: object; lines: string[] } => {
  const costs = fieldsOf(schema).flatMap(([type, field]) => {
    const cost = costOf(type, field)
    return cost === null ? [] : [[`${type.name}.${field.name}`, cost] as const]
  })
  const widest = Math.max(...costs.map(([name]) => name.length))
  return {
    value: { limits: LIMITS, costs: Object.fromEntries(costs.map(([name, cost]) => [name, written(cost)])) },
    lines: [
      ...Object.entries(LIMITS).map(([name, most]) => `limit ${name.padEnd(12)} ${most}`),
      ...RULE,
      ...costs.map(([name, cost]) => `${name.padEnd(widest)} ${written(cost)}`),
    ],
  }
}
