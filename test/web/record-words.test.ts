import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import {
  FIELD_WORDS,
  statedFields,
  valueInWords,
  wordsOfField,
  wordsOfValue,
} from '../../src/web/words/record-words.js'

const FOLDER = new URL('../../schema/records/', import.meta.url)

interface Schema {
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  enum?: unknown[]
  $defs?: Record<string, Schema>
}

/** Collects every field name of a schema, nested ones too, and every value of its enumerations. */
const walk = (schema: Schema, found: { fields: Set<string>; values: Set<string> }): void => {
  for (const value of schema.enum ?? []) if (typeof value === 'string') found.values.add(value)
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    found.fields.add(name)
    walk(property, found)
  }
  const within = [schema.items, ...(schema.anyOf ?? []), ...Object.values(schema.$defs ?? {})]
  for (const each of within) if (each !== undefined) walk(each, found)
}

const contracts = readdirSync(FOLDER).map((file) => {
  const found = { fields: new Set<string>(), values: new Set<string>() }
  walk(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')), found)
  return { kind: file.replace('.json', '').toUpperCase(), ...found }
})

describe('labels of records', () => {
  for (const { kind, fields, values } of contracts)
    it(`every field and every enumerated value of ${kind} has a label in Chinese and in English`, () => {
      expect(fields.size).to.be.greaterThan(3)
      const bare = [...fields].filter((field) => !Object.hasOwn(FIELD_WORDS, field))
      expect([...bare, ...[...values].filter((value) => wordsOfValue(kind, value) === null)]).to.deep.equal([])
      for (const { zh, en } of [...fields].map((field) => wordsOfField(field, kind))) {
        expect(zh).to.match(/\p{Script=Han}/u)
        expect(en).to.match(/^[A-Z][\x20-\x7e]+$/)
      }
    })

  it('no label belongs to a field that is in no contract', () => {
    const all = new Set(contracts.flatMap(({ fields }) => [...fields]))
    expect(Object.keys(FIELD_WORDS).filter((field) => !all.has(field))).to.deep.equal([])
  })

  const cases: [string, unknown, string, string][] = [
    ['PENALTY', 'REVOKED', '已撤销', 'revoked'],
    ['REGISTRATION', 'REVOKED', '吊销未注销', 'licence revoked'],
    ['PENALTY', null, '—', '—'],
    ['SHOP', true, '是', 'yes'],
    ['PENALTY', ['罚款', '没收违法所得'], '罚款；没收违法所得', '罚款; 没收违法所得'],
    ['COMMITMENT', { on: '2026-01-02', result: 'KEPT' }, 'on 2026-01-02，结果 已履行', 'on 2026-01-02, Result kept'],
    ['PENALTY', 'constructor', 'constructor', 'constructor'],
    ['constructor', 'name', 'name', 'name'],
  ]
  for (const [kind, value, zh, en] of cases)
    it(`${JSON.stringify(value)} of ${kind} reads ${zh} and ${en}`, () => {
      expect([valueInWords('zh', kind, value), valueInWords('en', kind, value)]).to.deep.equal([zh, en])
    })

  it('fields are listed in the order of the table, without empty ones', () => {
    const body = { note: '', fine_yuan: '500', types: [], document_number: '虚1号', party_name: null, x: '1' }
    expect(statedFields(body).map(([name]) => name)).to.deep.equal(['document_number', 'fine_yuan', 'x'])
  })
})
