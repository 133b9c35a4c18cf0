import { GraphQLError, type GraphQLScalarTypeConfig, Kind, type ValueNode, valueFromASTUntyped } from 'graphql'
import { isDate } from '../../foundation/time/dates.js'

const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/

/** Marks a malformed scalar, which GraphQL alone would call a validation failure. */
const BAD_INPUT = { code: 'BAD_USER_INPUT', badInput: true } as const

const refuse = (reason: string) => new GraphQLError(reason, { extensions: { ...BAD_INPUT } })

const readDay = (value: unknown): string => {
  if (typeof value === 'string' && isDate(value)) return value
  throw refuse(`日期应为真实存在的 YYYY-MM-DD。A Date is an existing day, YYYY-MM-DD.`)
}

const readInstant = (value: unknown): Date => {
  const [, day = ''] = typeof value === 'string' ? (INSTANT.exec(value) ?? []) : []
  const instant = new Date(String(value))
  if (isDate(day) && !Number.isNaN(instant.getTime())) return instant
  throw refuse('时刻应为带时区的 ISO 8601。A DateTime is ISO 8601 with its zone, 2026-03-01T08:00:00+08:00.')
}

const textIn = (node: ValueNode): unknown => (node.kind === Kind.STRING ? node.value : null)

type ScalarMethods = Pick<GraphQLScalarTypeConfig<unknown, unknown>, 'serialize' | 'parseValue' | 'parseLiteral'>

const day: ScalarMethods = {
  serialize: String,
  parseValue: readDay,
  parseLiteral: (node) => readDay(textIn(node)),
}

const instant: ScalarMethods = {
  serialize: (value) => (value instanceof Date ? value : new Date(String(value))).toISOString(),
  parseValue: readInstant,
  parseLiteral: (node) => readInstant(textIn(node)),
}

const json: ScalarMethods = {
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
}

export const SCALARS = { Date: day, DateTime: instant, JSON: json }
