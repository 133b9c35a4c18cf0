import { isUtf8 } from 'node:buffer'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AnySchemaObject, ErrorObject, KeywordCxt, ValidateFunction } from 'ajv'
import { _, Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { Refusal } from './errors.js'
import { escapePointer, findDuplicateKey } from './text/json.js'
import { isDayOfYears } from './time/dates.js'

interface ContractFault {
  /** Path inside the value, for example `types/0`, or the missing or unexpected member. */
  field: string
  rule: string
  message: string
}

const located = (): string => {
  const near = ['../../schema/', '../../../schema/'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
  const found = near.find((path) => existsSync(join(path, 'contracts')))
  if (!found) throw new Error('the folder schema/ is missing beside the program')
  return found
}
const SCHEMA = located()

/** Refusal RULES_BROKEN: JSON.parse would keep the last of two members of one name. */
export const parseDocument = (path: string, bytes: Buffer): unknown => {
  const text = bytes.toString('utf8')
  const broken = (zh: string, en: string) =>
    new Refusal('RULES_BROKEN', { file: `schema/${path}`, faults: `${zh}。${en}.` })
  if (!isUtf8(bytes)) throw broken('不是 UTF-8', 'It is not UTF-8')
  try {
    const value: unknown = JSON.parse(text)
    const twice = findDuplicateKey(text)
    if (twice === null) return value
    throw broken(`名称重复：${twice}`, `The name ${twice} is given twice`)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const at = Number(/position (\d+)/.exec(error.message)?.[1] ?? text.length)
    const line = text.slice(0, at).split('\n').length
    throw broken(`第 ${line} 行不是 JSON`, `Line ${line} is no JSON: ${error.message}`)
  }
}

export const schemaText = (path: string): string => readFileSync(join(SCHEMA, path), 'utf8')

export const listSchemaFiles = (path: string): string[] => readdirSync(join(SCHEMA, path)).sort()

const documents = new Map<string, unknown>()

export const schemaDocument = (path: string): unknown => {
  if (!documents.has(path)) documents.set(path, frozen(parseDocument(path, readFileSync(join(SCHEMA, path)))))
  return documents.get(path)
}

const frozen = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
formats.default(ajv)

const charactersIn = (text: string): number => [...text].length

/** JSON Schema limits characters, not UTF-16 units. Characters are counted only if the units do not decide. */
const LENGTHS = { maxLength: { beyond: _`>`, units: 1 }, minLength: { beyond: _`<`, units: 2 } }
for (const [keyword, { beyond, units }] of Object.entries(LENGTHS)) {
  ajv.removeKeyword(keyword)
  ajv.addKeyword({
    keyword,
    type: 'string',
    schemaType: 'number',
    before: 'pattern',
    error: { message: keyword, params: ({ schemaCode }) => _`{limit: ${schemaCode}}` },
    code: (rule: KeywordCxt) => {
      const counted = rule.gen.scopeValue('func', { ref: charactersIn })
      const limit = Number(rule.schema)
      rule.fail(_`${rule.data}.length ${beyond} ${limit * units} && ${counted}(${rule.data}) ${beyond} ${limit}`)
    },
  })
}

/** ajv-formats' `date` (RFC 3339) is slower. */
ajv.addFormat('date', (text: string): boolean => isDayOfYears(text, 0, 9999))

type Contract = (value: unknown) => ContractFault[]
const compiled = new Map<string, Contract>()

/** `name` is a path in schema/ without `.json`, such as `records/penalty`. */
export const contractCheck = (name: string): Contract => {
  const known = compiled.get(name)
  if (known) return known
  const validate: ValidateFunction = ajv.compile(schemaDocument(`${name}.json`) as AnySchemaObject)
  const faultsOf: Contract = (value) => (validate(value) ? [] : (validate.errors ?? []).map(fault))
  compiled.set(name, faultsOf)
  return faultsOf
}

const fault = (error: ErrorObject): ContractFault => {
  const field = fieldOf(error)
  const [zh, en] = SENTENCES[error.keyword]?.(error.params) ?? [
    '不符合约定',
    error.message ?? 'does not keep the contract',
  ]
  return { field, rule: error.keyword, message: `${field || '整条记录'}${zh}。${field || 'The record'} ${en}.` }
}

const fieldOf = ({ instancePath, params }: ErrorObject): string => {
  const path = instancePath.slice(1)
  const name = params.missingProperty ?? params.additionalProperty
  return name === undefined ? path : [path, escapePointer(String(name))].filter(Boolean).join('/')
}

const SENTENCES: Record<string, (params: Record<string, unknown>) => [zh: string, en: string]> = {
  required: () => ['缺失', 'is missing'],
  additionalProperties: () => ['不在约定之内', 'is not part of the contract'],
  type: (p) => [`类型应为 ${p.type}`, `must be ${p.type}`],
  enum: (p) => [`应为 ${p.allowedValues} 之一`, `must be one of ${p.allowedValues}`],
  format: (p) => [`格式应为 ${p.format}`, `must be a ${p.format}`],
  pattern: (p) => [`应符合 ${p.pattern}`, `must match ${p.pattern}`],
  minLength: (p) => [`不得少于 ${p.limit} 个字符`, `must have at least ${p.limit} characters`],
  maxLength: (p) => [`不得多于 ${p.limit} 个字符`, `must have at most ${p.limit} characters`],
  minimum: (p) => [`不得小于 ${p.limit}`, `must be at least ${p.limit}`],
  maximum: (p) => [`不得大于 ${p.limit}`, `must be at most ${p.limit}`],
}
