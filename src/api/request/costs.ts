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
import { chargeCost, type GraphqlContext, QUERY_COST_MOST } from './context.js'
import * as limits from './limits.js'

interface FieldPrice {
  once?: number
  /** The length of this list argument is the cost. */
  byArgument?: string
  /** Cost per unit, if units are known only while resolving (`chargeField`). */
  each?: UnitPrice
}

interface UnitPrice {
  cost: number
  most?: number
  zh: string
  en: string
}

const FIELD_PRICES = {
  'Query.operators': { each: { cost: 500, zh: '按名称查找', en: 'search by name' } },
  'Query.blacklist': { each: { cost: 500, zh: '按名称筛选的一页或计数', en: 'page or count filtered by name' } },
  'Query.standings': { byArgument: 'codes' },
  'Query.rollbackPreview': { once: 500 },
  'Listing.documents': { each: { cost: 10, zh: '文书', en: 'document' } },
  'Listing.publicText': { once: 11 },
  'ListingDocument.draft': { once: 100 },
  'Listing.clocks': { once: 4 },
  'Listing.outlooks': { once: 10 },
  'Delivery.again': { once: 6 },
  'Score.audit': { once: 100 },
  'Score.wayBack': { once: 101, each: { cost: 10, most: 5_000, zh: '所据事实', en: 'fact behind it' } },
  'Score.lasting': { once: 101, each: { cost: 5, most: 2_500, zh: '所据事实', en: 'fact behind it' } },
} as const satisfies Record<string, FieldPrice>

type ChargedField = {
  [K in keyof typeof FIELD_PRICES]: (typeof FIELD_PRICES)[K] extends { each: object } ? K : never
}[keyof typeof FIELD_PRICES]

const FREE: ReadonlySet<string> = new Set(['PageInfo', 'Words'])

interface FieldCost {
  once: number
  byArgument: string | null
  item: number
  each: UnitPrice | null
}

const costOf = (type: { name: string }, field: GraphQLField<unknown, GraphqlContext>): FieldCost | null => {
  const dearer = (FIELD_PRICES as Record<string, FieldPrice>)[`${type.name}.${field.name}`] ?? {}
  const { once } = dearer
  const [byArgument, each] = [dearer.byArgument ?? null, dearer.each ?? null]
  const named = getNamedType(field.type)
  const isFree = isLeafType(named) || FREE.has(named.name)
  if (isFree) return once === undefined ? null : { once, byArgument, item: 0, each }
  // A page is charged once, whether read through `edges` or `nodes`.
  if (type.name.endsWith('Edge') && field.name === 'node') return null
  const isPage = type.name.endsWith('Connection')
  const self = once ?? (byArgument !== null || isPage ? 0 : 1)
  return { once: self, byArgument, item: isListType(getNullableType(field.type)) && byArgument === null ? 1 : 0, each }
}

const costText = ({ once, byArgument, item, each }: FieldCost): string =>
  [
    ...(once > 0 ? [String(once)] : []),
    ...(byArgument ? [`1 × ${byArgument}`] : []),
    ...(item > 0 ? [`${item} × 项 item`] : []),
    ...(each ? [`${each.cost} × ${each.zh} ${each.en}${each.most ? `（至多 at most ${each.most}）` : ''}`] : []),
  ].join(' + ')

export const chargeField = (context: GraphqlContext, field: ChargedField, times = 1): void => {
  const { cost, most = Number.POSITIVE_INFINITY }: UnitPrice = FIELD_PRICES[field].each
  chargeCost(context, Math.min(cost * times, most))
}

export const withFieldCosts = (schema: GraphQLSchema): GraphQLSchema => {
  for (const [type, field] of listObjectFields(schema)) {
    const cost = costOf(type, field)
    if (cost === null) continue
    field.description = `${field.description ?? ''}\n费用 Cost: ${costText(cost)}`
    const { once, byArgument, item } = cost
    const resolve = field.resolve ?? defaultFieldResolver
    field.resolve = (source, args, context, question) => {
      const before = byArgument === null ? once : once + (args[byArgument] as unknown[]).length
      if (before > 0) chargeCost(context, before)
      const value = resolve(source, args, context, question)
      if (item === 0) return value
      return value instanceof Promise
        ? value.then((list) => counted(context, list, item))
        : counted(context, value, item)
    }
  }
  return schema
}

const counted = (context: GraphqlContext, list: unknown, item: number): unknown => {
  if (Array.isArray(list) && list.length > 0) chargeCost(context, list.length * item)
  return list
}

export const listObjectFields = (schema: GraphQLSchema): [GraphQLObjectType, GraphQLField<unknown, GraphqlContext>][] =>
  Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => Object.values(type.getFields()).map((field): [typeof type, typeof field] => [type, field]))

const LIMITS = {
  cost: QUERY_COST_MOST,
  bodyBytes: limits.REQUEST_BYTES_MOST,
  nesting: limits.JSON_NESTING_MOST,
  tokens: limits.QUERY_TOKENS_MOST,
  depth: limits.QUERY_DEPTH_MOST,
  rootFields: limits.ROOT_FIELDS_MOST,
  aliases: limits.QUERY_ALIASES_MOST,
  fields: limits.QUERY_FIELDS_MOST,
  directives: limits.QUERY_DIRECTIVES_MOST,
  breadth: limits.SELECTIONS_PER_SET_MOST,
  fragments: limits.DOCUMENT_FRAGMENTS_MOST,
  operations: limits.DOCUMENT_OPERATIONS_MOST,
  schemaFields: limits.INTROSPECTION_FIELDS_MOST,
  schemaAliases: limits.INTROSPECTION_ALIASES_MOST,
  codes: limits.QUERY_CODES_MOST,
}

const RULE = [
  '每个对象、列表或一页 1，列表和一页中的每一项另 1；其余字段不计费 an object, a list or a page costs 1, each item of a list or page 1 more, any other field nothing',
]

export const describeFieldCosts = (schema: GraphQLSchema): { value: object; lines: string[] } => {
  const costs = listObjectFields(schema).flatMap(([type, field]) => {
    const cost = costOf(type, field)
    return cost === null ? [] : [[`${type.name}.${field.name}`, cost] as const]
  })
  const widest = Math.max(...costs.map(([name]) => name.length))
  return {
    value: { limits: LIMITS, costs: Object.fromEntries(costs.map(([name, cost]) => [name, costText(cost)])) },
    lines: [
      ...Object.entries(LIMITS).map(([name, most]) => `limit ${name.padEnd(12)} ${most}`),
      ...RULE,
      ...costs.map(([name, cost]) => `${name.padEnd(widest)} ${costText(cost)}`),
    ],
  }
}
