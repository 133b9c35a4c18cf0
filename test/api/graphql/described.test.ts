/** Tests of the schema's descriptions: a client must be able to use the schema without other documents. */
import { expect } from 'chai'
import {
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql'
import { makeSchema } from '../../../src/api/graphql/schema.js'

interface Told {
  at: string
  name: string
  words: string
  type: GraphQLType | null
}

const COST = /\n费用 Cost: .+$/
/** Words that say what a number counts or measures, also years and ordinals. */
const UNITS =
  /分|数|件|次|日|条|号|页|行|小时|毫秒|年份|多少|比例|率|–|points|how (?:many|often)|hours|days|milliseconds|number|share|rows?|items|operators|from \d/i
/** Types that need no source of their own, because they only hold other types. */
const PARTS = /^(?:PageInfo|Words|Query|Mutation|\w+(?:Connection|Edge|Payload))$/

const schema = makeSchema()
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
const told: Told[] = types.flatMap((type): Told[] => {
  const of = (name: string, one: { description?: string | null | undefined; type?: GraphQLType }): Told => ({
    at: `${type.name}.${name}`,
    name: name.replace(/^.*\(|\)$/g, ''),
    words: (one.description ?? '').replace(COST, ''),
    type: one.type ?? null,
  })
  if (isEnumType(type)) return type.getValues().map((one) => of(one.name, one))
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((one) => of(one.name, one))
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  return Object.values(type.getFields()).flatMap((one) => [
    of(one.name, one),
    ...one.args.map((arg) => of(`${one.name}(${arg.name})`, arg)),
  ])
})
const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '')

describe('the schema', () => {
  it('describes every type, field, argument and value in both languages', () => {
    const own = types
      .filter((type) => !isSpecifiedScalarType(type))
      .map(({ name, description }) => ({ at: name, words: description ?? '' }))
    const bare = [...own, ...told].filter(({ words }) => !/[\u4e00-\u9fff]/.test(words) || !/[A-Za-z]/.test(words))
    expect(bare.map(({ at }) => at)).to.deep.equal([])
  })

  it('describes no argument or input only by its own name', () => {
    const trivial = told.filter(({ name, words }) => {
      const english = letters(words)
      const chinese = words.replace(/[^\u4e00-\u9fff]/g, '')
      return english.length < 2 || chinese.length < 1 || (english === letters(name) && chinese.length < 2)
    })
    expect(trivial.map(({ at }) => at)).to.deep.equal([])
  })

  it('states for every number what it counts or measures', () => {
    const numbers = told.filter(({ type }) => type !== null && ['Int', 'Float'].includes(getNamedType(type).name))
    expect(numbers.length).to.be.greaterThan(100)
    expect(numbers.filter(({ words }) => !UNITS.test(words)).map(({ at, words }) => `${at}: ${words}`)).to.deep.equal(
      [],
    )
  })

  it('states for every type its source', () => {
    const objects = types.filter(isObjectType).filter(({ name }) => !PARTS.test(name))
    expect(
      objects.filter(({ description }) => !/\n来源 Source: /.test(description ?? '')).map(({ name }) => name),
    ).to.deep.equal([])
  })
})
