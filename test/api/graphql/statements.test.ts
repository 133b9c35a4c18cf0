/** The number of statements for an answer does not depend on the size of a page, for every field of every connection. */
import { expect } from 'chai'
import { type GraphQLField, getNamedType, isLeafType, isObjectType, isRequiredArgument } from 'graphql'
import { makeSchema } from '../../../src/api/graphql/schema.js'
import { everything } from '../../support/everything.js'
import type { World } from '../world.js'

const PAGES = [1, 10, 100]
const LONG_MS = 600_000

/** These fields read their data anew for each object. They cost so much that a page of a hundred is refused. */
const ANEW = ['audit', 'wayBack', 'lasting']
/** This field of a refused delivery is computed anew for each object, at a higher cost. */
const ANEW_OF_ONE = ['again']

type Field = GraphQLField<unknown, unknown>
const schema = makeSchema()
const fieldsOf = (type: string): Field[] => {
  const found = schema.getType(type)
  return isObjectType(found) ? Object.values(found.getFields()) : []
}
const namedIn = ({ type }: Field) => getNamedType(type)
const isPage = (field: Field): boolean => namedIn(field).name.endsWith('Connection')
const itemOf = (field: Field): string => namedIn(field).name.replace(/Connection$/, '')
const argsOf = (name: string): string => ({ timeliness: 'month: "2026-02", ', deadlines: 'state: MET, ' })[name] ?? ''

/** Fields without required arguments, except those that read anew for each object. */
const asked = (type: string): Field[] =>
  fieldsOf(type).filter(({ name, args }) => !args.some(isRequiredArgument) && ![...ANEW, ...ANEW_OF_ONE].includes(name))
const objectsOf = (type: string): Field[] => asked(type).filter((field) => !isLeafType(namedIn(field)))

const leaves = (type: string): string =>
  [
    '__typename',
    ...asked(type)
      .filter((field) => isLeafType(namedIn(field)))
      .map(({ name }) => name),
  ].join(' ')

/** Selects all leaf fields of a type, and all leaf fields of its objects. */
const twoLevels = (type: string): string => {
  const inner = objectsOf(type).map((field) =>
    isPage(field)
      ? `${field.name}(first: 1) { ${leaves(namedIn(field).name)} nodes { ${leaves(itemOf(field))} } }`
      : `${field.name} { ${leaves(namedIn(field).name)} }`,
  )
  return `${leaves(type)} ${inner.join(' ')}`
}

describe('number of statements for an answer', function () {
  this.timeout(LONG_MS)
  let world: World
  before(async () => {
    world = await everything()
  })
  after(() => world.close())

  /** Counts statements for a page of each size. `items`: length of the last page. `oftener`: statements it ran more often. */
  const counted = async (queryOf: (first: number) => string, sizes = PAGES) => {
    const counts: number[] = []
    let [items, before, oftener]: [number, string[], string[]] = [0, [], []]
    for (const first of sizes) {
      let answer: Awaited<ReturnType<World['ask']>> | undefined
      const heard = await world.statements(async () => {
        answer = await world.ask(queryOf(first), { token: world.token('auditor', 'auditor-1') })
      })
      expect(answer?.errors, queryOf(first)).to.equal(undefined)
      const [page] = Object.values((answer?.data ?? {}) as Record<string, { nodes?: unknown[] }>)
      items = page?.nodes?.length ?? 0
      counts.push(heard.length)
      const often = (all: string[], sql: string) => all.filter((one) => one === sql).length
      oftener = [...new Set(heard)].filter((sql) => often(heard, sql) > Math.max(1, often(before, sql)))
      before = heard
    }
    return { counts, items, oftener }
  }

  const pages = fieldsOf('Query').filter((field) => namedIn(field).name.endsWith('Connection'))
  it('is counted with a full page of a hundred for every paged field', async () => {
    const found = await Promise.all(
      pages.map(async (field) => {
        const query = `{ ${field.name}(${argsOf(field.name)}first: 100) { nodes { __typename } } }`
        const { data } = await world.ask(query, { token: world.token('auditor', 'auditor-1') })
        return [field.name, data?.[field.name]?.nodes.length]
      }),
    )
    // A month has one figure for each agency and platform, fewer than a hundred. An auditor has no tasks.
    const few: unknown[] = ['timeliness', 'worklist']
    expect(found.filter(([name, items]) => !few.includes(name) && items !== 100)).to.deep.equal([])
  })

  for (const field of pages) {
    const type = itemOf(field)
    const own: [string, string] = [
      'itself',
      `{ ${leaves(namedIn(field).name)} pageInfo { endCursor } nodes { ${leaves(type)} } }`,
    ]
    const below = objectsOf(type).map((each): [string, string] => [
      each.name,
      `{ nodes { ${each.name} { ${isPage(each) ? `${leaves(namedIn(each).name)} nodes { ${twoLevels(itemOf(each))} }` : twoLevels(namedIn(each).name)} } } }`,
    ])
    for (const [what, shape] of [own, ...below]) {
      it(`the number for ${field.name}, ${what}, is the same for a page of 100 as for one of 10, and no statement repeats with the size`, async () => {
        const { counts, oftener } = await counted(
          (first) => `{ ${field.name}(${argsOf(field.name)}first: ${first}) ${shape} }`,
        )
        expect(oftener, String(counts)).to.deep.equal([])
        expect(counts[2], String(counts)).to.equal(counts[1])
      })
    }
  }

  it('is bounded by the cost: a page of a hundred recomputed scores is refused, and so are its parts', async () => {
    for (const field of ANEW) {
      const inner = field === 'audit' ? '' : '{ __typename }'
      const query = `{ operators(first: 100) { nodes { score { ${field} ${inner} } } } }`
      const { errors } = await world.ask(query, { token: world.token('auditor', 'auditor-1') })
      expect(errors?.[0]?.extensions['code'], field).to.equal('QUERY_TOO_COSTLY')
    }
  })
})
