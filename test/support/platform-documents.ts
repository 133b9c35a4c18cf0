/**
 * 接口说明: the documents that a receiver gets, from schema and example. `npx tsx test/support/platform-documents.ts`
 * rewrites them; `goldens` also rewrites the agreed messages.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SUBJECT_KINDS } from '../../src/domain/delivery/delivery.js'
import { schemaDocument } from '../../src/foundation/contracts.js'
import { TABLE_OF_KIND } from '../../src/platforms/formats/exchange-table.js'
import { tableSql } from './exchange-table-sql.js'
import { interfacesDocument } from './platform-interfaces.js'
import { ACTIONS, FORMATS, type Format, goldenName, type Message } from './platform-samples.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const SCHEMAS = join(ROOT, 'schema/platforms')
export const GOLDENS = join(ROOT, 'test/samples/platforms')

interface Schema {
  title?: string
  description?: string
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  enum?: (string | null)[]
  const?: string
  format?: string
  pattern?: string
  minimum?: number
  maxLength?: number
  items?: Schema
  allOf?: { title: string; if: Schema; then: Schema }[]
  examples?: unknown[]
}

export const schemaOf = (name: string): Schema => schemaDocument(`platforms/${name}.json`) as Schema

/** Every document by its name under schema/platforms. */
export const documents = (): Map<string, string> =>
  new Map([
    ...FORMATS.map((format): [string, string] => [`${format.name}.md`, documentOf(format)]),
    ['exchange-table.sql', tablesSql()],
    ['interfaces.md', interfacesDocument()],
  ])

const documentOf = (format: Format): string => {
  const schema = schemaOf(format.name)
  const [title = '', english = ''] = (schema.title ?? '').split(' · ')
  return [
    `# ${title} 接口说明 · ${english}`,
    '',
    (schema.description ?? '').replaceAll('<', '&lt;'),
    '',
    `由 \`schema/platforms/${format.name}.json\` 生成，以其为准。Made from that schema, which decides.`,
    '',
    '## 字段 · Fields',
    '',
    '| # | 字段 Field | 中文名 Name | 类型 Type | 长度 Length | 必填 Required | 说明 Meaning | 示例 Example |',
    '|---|---|---|---|---|---|---|---|',
    ...fieldsIn(schema, format.row('ADD')).map((field, at) => `| ${[at + 1, ...field].map(cell).join(' | ')} |`),
    '',
    '## 完整示例 · A full example',
    '',
    ...fenced('json', JSON.stringify(schema.examples?.[0], null, 2)),
    ...format.messages.flatMap((message) => ['', `## ${message.title}`, '', ...shown(format, message)]),
    '',
  ].join('\n')
}

const cell = (value: string | number): string =>
  String(value).replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')

const fenced = (language: string, text: string): string[] => [`\`\`\`${language}`, text.trimEnd(), '```']

/** Workbooks are shown as rows, the rest as sent. */
const shown = ({ name }: Format, { ending, bytes }: Message): string[] => {
  if (ending === 'xlsx') return [`见 see \`test/samples/platforms/${goldenName(name, 'ADD', ending)}\`。`]
  const made = bytes('ADD')
  const text =
    typeof made === 'string' ? made : new TextDecoder(ending.startsWith('gb18030') ? 'gb18030' : 'utf-8').decode(made)
  if (ending.endsWith('json')) return fenced('json', JSON.stringify(JSON.parse(text), null, 2))
  return fenced(ending.split('.').at(-1) ?? '', text.replaceAll('\r\n', '\n'))
}

type Field = [
  code: string,
  name: string,
  type: string,
  length: string,
  required: string,
  meaning: string,
  example: string,
]

/** Nested fields follow as `object/field`. */
const fieldsIn = (schema: Schema, example: unknown, path = '', outer: Condition[] = []): Field[] => {
  const conditions = [...outer, ...conditionsIn(schema, path)]
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]): Field[] => {
    const code = path + name
    const value = (example as Record<string, unknown> | null)?.[name]
    const own: Field = [
      `\`${code}\``,
      field.title ?? '',
      typeOf(field),
      lengthOf(field),
      requiredOf(code, field, schema.required?.includes(name) ?? false, conditions),
      field.description ?? '',
      value === undefined || (value !== null && typeof value === 'object' && !Array.isArray(value))
        ? ''
        : exampleOf(value),
    ]
    return [own, ...fieldsIn(field, value, `${code}/`, conditions)]
  })
}

const exampleOf = (value: unknown): string =>
  value === null ? '空 null' : typeof value === 'string' ? value : JSON.stringify(value)

interface Condition {
  title: string
  code: string
  then: Schema
}

const conditionsIn = ({ allOf = [] }: Schema, path: string): Condition[] =>
  allOf.flatMap(({ title, then }) => partsOf(then, path).map((part) => ({ title, ...part })))

const partsOf = (schema: Schema, path: string): { code: string; then: Schema }[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, then]) => [
    // A condition on nested fields does not concern the outer field.
    ...(then.properties ? [] : [{ code: path + name, then }]),
    ...partsOf(then, `${path + name}/`),
  ])

const typesOf = ({ type }: Schema): string[] => (Array.isArray(type) ? type : [type ?? ''])
const TYPES: Record<string, string> = {
  string: '文本 text',
  integer: '整数 integer',
  object: '对象 object',
  array: '列表 list',
  boolean: '是非 boolean',
}

/** Named patterns with their maximum length. */
const PATTERNS: readonly (readonly [pattern: string, name: string, length: string])[] = [
  ['^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$', '统一社会信用代码 unified code', '18'],
  ['^[0-9A-HJ-NP-RT-UW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RT-UW-Y]{10}$', '统一社会信用代码 unified code', '18'],
  ['^(0|[1-9]\\d{0,11})\\.\\d{6}$', '金额（万元，六位小数） amount in 万元, six decimals', '18,6'],
  ['^\\d{1,18}(\\.\\d{1,6})?$', '金额（元） amount in yuan', '24,6'],
  ['^\\d{4}/(0[1-9]|1[0-2])/(0[1-9]|[12]\\d|3[01])$', '日期 day YYYY/MM/DD', '10'],
]

const typeOf = (field: Schema): string => {
  if (field.enum)
    return `代码 one of ${field.enum
      .filter((one) => one !== null)
      .map((one) => `\`${one}\``)
      .join(' ')}`
  if (field.format === 'date') return '日期 day YYYY-MM-DD'
  const [type] = typesOf(field).filter((one) => one !== 'null')
  if (type === undefined) return '空 null'
  const word = TYPES[type] ?? type
  const known = PATTERNS.find(([of]) => of === field.pattern)
  if (known) return known[1]
  return field.pattern === undefined ? word : `${word} \`${field.pattern}\``
}

const lengthOf = ({ maxLength, format, items, pattern }: Schema): string => {
  if (format === 'date') return '10'
  return PATTERNS.find(([of]) => of === pattern)?.[2] ?? String(maxLength ?? items?.maxLength ?? '')
}

const requiredOf = (code: string, field: Schema, present: boolean, conditions: readonly Condition[]): string => {
  const types = typesOf(field)
  if (types.join() === 'null') return '不得填写 never'
  const asked = conditions.filter((each) => each.code === code)
  const sentences = asked.map(({ title, then }) => {
    if (then.const !== undefined) return `${title}：\`${then.const}\``
    return typesOf(then).join() === 'null' ? `${title}：空 null` : `${title}：必填 required`
  })
  const always = present && !types.includes('null')
  return [always ? '是 yes' : '否 no', ...sentences]
    .filter((word, at) => !(at === 0 && word === '否 no' && sentences.length > 0))
    .join('；')
}

/** DDL of the 前置机 tables. */
const tablesSql = (): string =>
  [
    '-- 前置机交换表（PostgreSQL）：每类信息一张表，一条报文一行；state 起至 feedback_time 由接收方填写。',
    '-- Exchange tables: one for each kind of subject, one row for each message; the receiver fills state to feedback_time.',
    '-- 由 npx tsx test/support/platform-documents.ts 生成。Made by that command.',
    ...SUBJECT_KINDS.map((kind) => `\n-- ${TABLE_OF_KIND[kind]}\n${tableSql(kind)}`),
  ].join('\n')

const [, program, also] = process.argv
if (program !== undefined && fileURLToPath(import.meta.url) === program) {
  for (const [name, text] of documents()) writeFileSync(join(SCHEMAS, name), text)
  if (also === 'goldens') {
    mkdirSync(GOLDENS, { recursive: true })
    for (const { name, messages } of FORMATS) {
      for (const { ending, bytes } of messages) {
        for (const action of ACTIONS) writeFileSync(join(GOLDENS, goldenName(name, action, ending)), bytes(action))
      }
    }
  }
}
