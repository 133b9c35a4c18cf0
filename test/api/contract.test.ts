import { expect } from 'chai'
import { buildSchema, type GraphQLSchema, isObjectType } from 'graphql'
import { makeSchema } from '../../src/api/graphql/schema.js'
import { shanghaiDate } from '../../src/foundation/time/dates.js'
import { changesSince, deprecable, goneFrom, kept, landed, printed } from '../support/contract.js'
import { RENAMES } from '../support/renames.js'

describe('schema/schema.graphql', () => {
  const made = makeSchema()

  it('equals the schema in the code: npm run schema writes additions', () => {
    expect(kept() === printed(made), 'run npm run schema').to.equal(true)
  })

  it('breaks no promise: nothing promised is missing or changed', () => {
    const today = shanghaiDate(new Date())
    for (const promise of landed()) expect(changesSince(promise, made, today).broken).to.deep.equal([])
  })

  it('has no name that the changelog replaced, and no rename beyond the 57 of the changelog', () => {
    const names = new Set([
      ...Object.keys(made.getTypeMap()),
      ...deprecable(made).flatMap(({ at }) => at.match(/(?<=[.(])\w+/g) ?? []),
    ])
    const graphql = RENAMES.filter(({ what }) => ['type', 'field', 'mutation', 'value'].includes(what))
    expect(graphql.filter(({ old, now }) => names.has(old) || !names.has(now))).to.deep.equal([])
    expect(RENAMES, 'a name is renamed once: add and deprecate instead').to.have.lengthOf(57)
  })

  it('names for every deprecation its earliest removal, and the replacement in both languages', () => {
    const faults = deprecable(made).filter(({ deprecationReason: reason }) => {
      if (reason == null) return false
      return goneFrom(reason) === null || !/[\u4e00-\u9fff]{2}/.test(reason) || !/[a-z]{3}/.test(reason)
    })
    expect(faults.map(({ at }) => at)).to.deep.equal([])
  })

  describe('comparison of a changed schema with the promise', () => {
    const PROMISE = `
      type Query { old(way: Int @deprecated(reason: "2026-01-01 use none"), other: Int): Old @deprecated(reason: "2026-03-01 改用 kept use kept") kept: Kept! }
      type Old { id: ID! }
      type Kept { id: ID! name: String soon: Int @deprecated(reason: "2027-01-01 later") vague: Int @deprecated(reason: "some day") }
      enum Grade { A B @deprecated(reason: "2026-03-01 gone") C }`
    const without = (...parts: string[]): GraphQLSchema =>
      buildSchema(parts.reduce((text, part) => text.replace(part, ''), PROMISE))
    const OLD =
      'old(way: Int @deprecated(reason: "2026-01-01 use none"), other: Int): Old @deprecated(reason: "2026-03-01 改用 kept use kept")'
    const cases: [string, GraphQLSchema, string, string[]][] = [
      ['no change', without(), '2026-03-02', []],
      [
        'the removal of a field whose day has come, with its type',
        without(OLD, 'type Old { id: ID! }'),
        '2026-03-01',
        [],
      ],
      [
        'the same removal a day before',
        without(OLD, 'type Old { id: ID! }'),
        '2026-02-28',
        ['Old was removed.', 'Query.old was removed.'],
      ],
      [
        'the removal of an argument whose day has come',
        without('way: Int @deprecated(reason: "2026-01-01 use none"),'),
        '2026-02-01',
        [],
      ],
      [
        'the removal of an argument never deprecated',
        without(', other: Int'),
        '2026-02-01',
        ['Query.old arg other was removed.'],
      ],
      ['the removal of a field never deprecated', without('name: String'), '2030-01-01', ['Kept.name was removed.']],
      [
        'the removal of a field deprecated for later',
        without('soon: Int @deprecated(reason: "2027-01-01 later")'),
        '2026-12-31',
        ['Kept.soon was removed.'],
      ],
      [
        'the removal of a field deprecated without a day',
        without('vague: Int @deprecated(reason: "some day")'),
        '2030-01-01',
        ['Kept.vague was removed.'],
      ],
      [
        'the removal of a value whose day has come',
        without('B @deprecated(reason: "2026-03-01 gone")'),
        '2026-03-01',
        [],
      ],
      [
        'the removal of a value never deprecated',
        buildSchema(PROMISE.replace(' C }', ' }')),
        '2030-01-01',
        ['C was removed from enum type Grade.'],
      ],
      [
        'another type of a field',
        buildSchema(PROMISE.replace('kept: Kept!', 'kept: Kept')),
        '2030-01-01',
        ['Query.kept changed type from Kept! to Kept.'],
      ],
    ]
    for (const [what, after, today, broken] of cases) {
      it(`${broken.length > 0 ? 'refuses' : 'allows'}: ${what}`, () => {
        expect(changesSince(PROMISE, after, today).broken.sort()).to.deep.equal(broken)
      })
    }

    it('reports a new enum value as risky', () => {
      const after = buildSchema(PROMISE.replace(' C }', ' C D }'))
      expect(changesSince(PROMISE, after, '2026-03-01')).to.deep.equal({
        broken: [],
        risky: ['D was added to enum type Grade.'],
      })
    })

    it('reports a removed field of the hub itself', () => {
      const after = makeSchema()
      const standing = after.getType('Standing')
      if (isObjectType(standing)) delete standing.getFields()['listed']
      expect(changesSince(printed(made), after, '2030-01-01').broken).to.deep.equal(['Standing.listed was removed.'])
    })
  })
})
