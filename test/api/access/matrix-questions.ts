/** Builds a query or mutation for every root field of the schema, with valid arguments about one side and all fields below. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { NODE_ACCESS } from '../../../src/api/access/fields.js'
import { keyIn } from '../global-ids.js'
import { TODAY } from '../world.js'
import { FEED, NEUTRAL, type Side } from './matrix-world.js'

/** Levels of objects that are opened below a root field. Deeper objects are queried by `node`. */
const DEPTH = 2
/** The same below a list, whose items are each queried by `node`. */
const LIST_DEPTH = 2
/** The same below answers about the hub itself, which lead to no other object. */
const HUB_DEPTH = 5

type Field = GraphQLField<unknown, unknown>

/** The type of the object that the argument `id` of a field names. */
const ID_OF: Record<string, string> = {
  settleConcern: 'Concern',
  resendDelivery: 'Delivery',
  closeDelivery: 'Delivery',
  decideSubject: 'Unmatched',
  undoDecision: 'IdentityDecision',
  decideObjection: 'Objection',
  withdrawObjection: 'Objection',
  decideOverride: 'Override',
  withdrawOverride: 'Override',
  settleDiscrepancy: 'Discrepancy',
  correctReject: 'Reject',
  dropReject: 'Reject',
  decideScorecard: 'ScorecardActivation',
  withdrawAuthorisation: 'Authorisation',
  // Amendments have numbers and no global ids.
  decideCalendar: 'none',
  // Statements of authorities have numbers.
  decideAuthority: 'none',
  releasePaper: 'SealedPaper',
  withdrawPaper: 'SealedPaper',
  decideOfficeProposal: 'none',
  // A rollback would remove the run's records for all later queries.
  rollBackRun: 'none',
  // It rehearses a whole rollback. `previews.test.ts` tests which roles may.
  rollbackPreview: 'none',
  rotateWebhook: 'Webhook',
  enableWebhook: 'Webhook',
  pingWebhook: 'Webhook',
  replayWebhook: 'Webhook',
  removeWebhook: 'Webhook',
  // Matters are seen by seat and not by operator: `test/api/matters` tests who sees which.
  matter: 'Matter',
  moveMatter: 'Matter',
  readReporter: 'Matter',
}

/** Values of text arguments by name. Some depend on the side. */
const TEXTS: Record<string, (side: Side) => string> = {
  code: (side) => side['Code'] ?? '',
  operator: (side) => side['Code'] ?? '',
  from: (side) => side['Code'] ?? '',
  to: () => '2',
  into: () => NEUTRAL,
  accessCode: (side) => side['AccessCode'] ?? '',
  listing: (side) => side['Listing'] ?? '',
  record: (side) => side['Record'] ?? '',
  number: (side) => side['Number'] ?? '',
  kind: () => 'assist',
  move: () => 'accept',
  item: () => '纳入重点监管范围',
  limited: () => '虚构内容',
  region: () => '220104',
  brand: () => '松云',
  platform: () => 'creditchina',
  name: () => 'nobody-of-this-name',
  version: () => 'ecommerce-1',
  list: () => 'serious',
  month: () => '2026-03',
  document: () => '授权书',
  key: () => 'none',
  source: () => '公开文本',
  url: () => 'https://example.com/hook',
  mailAddress: () => 'nobody@example.invalid',
  mailCode: () => '000000',
  sha256: () => 'a'.repeat(64),
  subject: () => FEED,
  feed: () => FEED,
  documentNumber: () => '虚函〔2026〕9号',
  ...Object.fromEntries(
    ['address', 'telephone', 'reconsiderationBody', 'court'].map((name) => [name, () => '虚构资料']),
  ),
  consentNumber: () => '虚函〔2026〕9号',
  by: () => 'nobody-of-this-name',
  person: () => 'nobody-of-this-name',
  deputy: () => 'nobody-of-this-name',
  pendingSince: () => '2026-03-01T00:00:00.000Z',
  ...Object.fromEntries(['reason', 'note', 'statement', 'text'].map((name) => [name, () => '事由'])),
  domain: () => 'nobody.example',
}
/** Optional arguments that are left out, so that they narrow no answer. */
const LEFT_OUT = new Set([
  'first',
  'after',
  'state',
  'feed',
  'run',
  'rule',
  'field',
  'lateOnly',
  'asOf',
  'knownAt',
  'against',
  'scope',
  'kind',
  'to',
  'handOverTo',
  'gtin',
  'model',
])

/** Arguments about one side. Throws for an argument without a known value, so that no field stays untested. */
const argumentsOf = (field: Field, side: Side): Record<string, unknown> =>
  Object.fromEntries(
    field.args.filter((arg) => !isLeftOut(field, arg)).map((arg) => [arg.name, meant(field, arg.name, arg.type, side)]),
  )

const isLeftOut = (field: Field, { name, type }: GraphQLArgument): boolean => {
  if (name === 'filter') return true
  return !isNonNullType(type) && (LEFT_OUT.has(name) || (field.name === 'retractions' && name === 'platform'))
}

const meant = (field: Field, name: string, type: GraphQLInputType, side: Side): unknown => {
  if (isNonNullType(type)) return meant(field, name, type.ofType, side)
  if (isListType(type) && name === 'ids') return [side['Listing']]
  if (isListType(type)) return name === 'codes' ? [side['Code']] : name === 'into' ? [NEUTRAL] : []
  if (isInputObjectType(type)) {
    const members = Object.values(type.getFields()).filter(
      (each) => isNonNullType(each.type) || ['operator', 'sha256'].includes(each.name),
    )
    return Object.fromEntries(members.map((each) => [each.name, meant(field, each.name, each.type, side)]))
  }
  if (isEnumType(type)) return type.getValues()[0]?.name
  if (name === 'id' || name === 'matter') return idFor(field, side)
  if (type.name === 'Float') return 1
  if (type.name === 'Int') return 30
  if (type.name === 'Date') return name === 'endsOn' ? '2026-06-01' : TODAY
  const text = TEXTS[name]
  if (text !== undefined) return text(side)
  if (type.name === 'DateTime') return `${TODAY}T00:00:00.000Z`
  if (type.name === 'Boolean') return true
  if (type.name === 'JSON') return {}
  throw new Error(`no question can be built: ${field.name}(${name}: ${type.name})`)
}

const idFor = ({ name, type }: Field, side: Side): string => {
  const of = ID_OF[name] ?? (['listing'].includes(name) || getNamedType(type).name === 'MovePayload' ? 'Listing' : null)
  if (of === null) throw new Error(`no question can be built: ${name}(id)`)
  return side[of] ?? 'bm9uZTow'
}

/** `Type.field` of every field that a query built here selects. */
export const ASKED = new Set<string>()

const asked = (type: GraphQLObjectType, field: Field, ...parts: string[]): string[] => {
  ASKED.add(`${type.name}.${field.name}`)
  return parts
}

/** Selects everything below a type. Each type is opened once on a path. */
const selectionOf = (
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  depth = DEPTH,
  way: readonly string[] = [],
): string => {
  const parts = Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined))
      throw new Error(`no question can be built: ${type.name}.${field.name} needs arguments`)
    const named = getNamedType(field.type)
    if (isLeafType(named)) return asked(type, field, field.name)
    // The nodes of the edges repeat the nodes of the page.
    if (type.name.endsWith('Edge') && field.name === 'node') return asked(type, field)
    if (isInterfaceType(named)) return asked(type, field, `${field.name} { __typename }`)
    if (!isObjectType(named)) return []
    const isPage = 'pageInfo' in named.getFields()
    // A page at the greatest depth would show no items.
    if (isPage && way.length + 1 >= depth) return []
    // An object that is not opened is selected by `__typename`, which shows whether it exists.
    if (way.length >= depth || way.includes(named.name) || named.name === type.name)
      return asked(type, field, `${field.name} { __typename }`)
    const within = selectionOf(schema, named, depth, [...way, type.name])
    return within === '' ? [] : asked(type, field, `${field.name} { ${within} }`)
  })
  return ['__typename', ...parts].join(' ')
}

const HUBS: readonly string[] = ['ruleTables', 'scorecardTrial', 'matters']

export interface Question {
  /** Name of the root field; for `node`, followed by the type of its id. */
  name: string
  field: Field
  text: string
}

/** Returns a root field as `field(args) { … }` with literal arguments; for `node`, one for each type. */
export const questionOf = (schema: GraphQLSchema, field: Field, side: Side): Question[] => {
  ASKED.add(`${schema.getMutationType()?.getFields()[field.name] === field ? 'Mutation' : 'Query'}.${field.name}`)
  const named = getNamedType(field.type)
  if (isInterfaceType(named))
    return [...NODE_ACCESS.keys()].map((type) => {
      const within = selectionOf(schema, schema.getType(type) as GraphQLObjectType)
      const text = `node(id: "${side[type] ?? ''}") { ... on ${type} { ${within} } }`
      return { name: `node ${type}`, field, text }
    })
  const args = Object.entries(argumentsOf(field, side)).map(
    ([name, value]) => `${name}: ${literal(field, name, value)}`,
  )
  const isLookUp = field.args.some(({ type }) => isNonNullType(type))
  const depth = HUBS.includes(field.name) ? HUB_DEPTH : isLookUp ? DEPTH : LIST_DEPTH
  const opened = isObjectType(named) ? ` { ${selectionOf(schema, named, depth)} }` : ''
  return [
    {
      name: field.name,
      field,
      text: `${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${opened}`,
    },
  ]
}

const literal = (field: Field, name: string, value: unknown): string =>
  written(value, field.args.find((arg) => arg.name === name)?.type as GraphQLInputType)

const written = (value: unknown, type: GraphQLInputType): string => {
  if (isNonNullType(type)) return written(value, type.ofType)
  if (isListType(type)) return `[${(value as unknown[]).map((each) => written(each, type.ofType)).join(', ')}]`
  if (isInputObjectType(type)) {
    const fields = type.getFields()
    const members = Object.entries(value as Record<string, unknown>).map(
      ([name, each]) => `${name}: ${written(each, fields[name]?.type as GraphQLInputType)}`,
    )
    return `{ ${members.join(', ')} }`
  }
  if (isEnumType(type)) return String(value)
  return typeof value === 'object' ? '{}' : JSON.stringify(value)
}

/** Texts by which one side is recognised in an answer. */
export const marksOf = (side: Side): string[] => [
  side['Code'] ?? '',
  side.name,
  side['Listing'] ?? '',
  keyIn(side['Listing'] ?? ''),
]

/** False for null, false, an empty list and a page without items. */
export const isSomething = (value: unknown): boolean => {
  if (value === null || value === undefined || value === false) return false
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && 'nodes' in value) return (value.nodes as unknown[]).length > 0
  return true
}

export type Cells = Map<string, { field: string; some: boolean }>

/** Maps each path of an answer to its `Type.field` and whether it has a value. Paths leave out the places in lists. */
export const cellsIn = (schema: GraphQLSchema, root: string, value: unknown): Cells => {
  const cells: Cells = new Map()
  const walk = (way: string, each: unknown): void => {
    if (Array.isArray(each)) for (const one of each) walk(way, one)
    else if (typeof each === 'object' && each !== null && '__typename' in each) {
      const type = schema.getType(String(each.__typename)) as GraphQLObjectType
      for (const [name, within] of Object.entries(each)) {
        if (name === '__typename' || !type.getFields()[name]) continue
        const at = `${way}.${name}`
        const some = isSomething(within) || (cells.get(at)?.some ?? false)
        cells.set(at, { field: `${type.name}.${name}`, some })
        walk(at, within)
      }
    }
  }
  walk(root, value)
  return cells
}
