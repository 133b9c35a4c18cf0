import { expect } from 'chai'
import { RECORD_KINDS } from '../../src/domain/records/records.js'
import {
  contractCheck,
  listSchemaFiles,
  parseDocument,
  schemaDocument,
  schemaText,
} from '../../src/foundation/contracts.js'

const shop = {
  marketplace: 'yangli',
  shop_id: '1',
  name: '样例小店',
  url: null,
  category: null,
  opened_on: '2024-02-29',
  real_name_method: null,
  real_name_matched: true,
}

describe('files of schema', () => {
  const rows: [title: string, bytes: Buffer, said: RegExp][] = [
    ['is empty', Buffer.from(''), /第 1 行不是 JSON。Line 1 /],
    ['ends early', Buffer.from('{\n "kind": "clue"\n'), /第 3 行不是 JSON。Line 3 /],
    ['has a comma too many', Buffer.from('{\n "kind": "clue",\n}'), /第 3 行不是 JSON。Line 3 /],
    [
      'names a member twice',
      Buffer.from('{"kind":"clue","kind":"assist"}'),
      /名称重复：kind。The name kind is given twice/,
    ],
    ['is of another encoding', Buffer.from([0x22, 0xcf, 0xdf, 0x22]), /不是 UTF-8。It is not UTF-8/],
  ]
  for (const [title, bytes, said] of rows)
    it(`one that ${title} stops the start with file, place and reason in both languages`, () => {
      expect(() => parseDocument('matters/clue.json', bytes))
        .to.throw(said)
        .that.deep.include({ code: 'RULES_BROKEN' })
        .with.nested.property('details.file', 'schema/matters/clue.json')
    })
})

describe('contracts', () => {
  it('exist for every kind of record and for no other', () => {
    expect(listSchemaFiles('records')).to.deep.equal(RECORD_KINDS.map((kind) => `${kind}.json`).sort())
    for (const kind of RECORD_KINDS) {
      const schema = schemaDocument(`records/${kind}.json`) as {
        required: string[]
        properties: object
        additionalProperties: boolean
      }
      expect(schema.additionalProperties, kind).to.equal(false)
      // Every field is required: an absent value is sent as null, so that a missing field is a mistake.
      expect(schema.required, kind).to.have.members(Object.keys(schema.properties))
      expect(contractCheck(`records/${kind}`)({}), kind).to.have.length(schema.required.length)
    }
  })

  it('find no fault in a valid value', () => {
    expect(contractCheck('records/shop')(shop)).to.deep.equal([])
  })

  const faults: [value: unknown, field: string, rule: string][] = [
    [{ ...shop, opened_on: '2023-02-29' }, 'opened_on', 'format'],
    [{ ...shop, name: null }, 'name', 'type'],
    [{ ...shop, name: '' }, 'name', 'minLength'],
    [{ ...shop, extra: 1 }, 'extra', 'additionalProperties'],
    [{ ...shop, real_name_matched: 'yes' }, 'real_name_matched', 'type'],
    [null, '', 'type'],
  ]
  for (const [value, field, rule] of faults) {
    it(`report the fault ${rule} of ${field || 'the whole body'} in both languages`, () => {
      const [fault, ...others] = contractCheck('records/shop')(value)
      expect(others).to.deep.equal([])
      expect(fault).to.include({ field, rule })
      expect(fault?.message).to.match(/\p{Script=Han}.*。.*[a-z]\.$/u)
    })
  }

  it('name a fault inside a list by its place', () => {
    const faultsOf = contractCheck('records/trademark')({ goods: ['a', ''] })
    expect(faultsOf.map(({ field }) => field)).to.include('goods/1')
  })

  it('are read once and cannot be changed', () => {
    const read = schemaDocument('records/shop.json') as { properties: { name: object } }
    expect(schemaDocument('records/shop.json')).to.equal(read)
    expect(Object.isFrozen(read.properties.name)).to.equal(true)
    expect(schemaText('records/shop.json')).to.include('"title"')
  })

  it('throw for an unknown name', () => {
    expect(() => contractCheck('records/none')).to.throw('ENOENT')
  })
})
