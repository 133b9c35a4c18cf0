import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { globalOf } from '../global-ids.js'
import { numberOf, worldWithListing } from '../listed-world.js'
import { uscc } from '../record-drafts.js'
import { NOW, recordId, type World } from '../world.js'

const LINKED = `linked { id ... on Matter { number } ... on Listing { operator { name } } ... on Record { kind } }`

describe('links of matters', () => {
  let world: World
  let listing = ''
  before(async () => {
    ;[world, listing = ''] = await worldWithListing('长春虚构商贸有限公司')
  })
  after(() => world.close())

  const token = (agency: string, region: string, role: Role = 'agency') =>
    world.keys.sign({ sub: `${role} ${agency} ${region}`, role, agency, region }, NOW.getTime()).token
  const [county, place] = [() => token('market-regulator', '220100'), () => token('market-regulator', '220200')]
  const ask = (query: string, by: string, variables: object = {}) => world.ask(query, { token: by, variables })
  const open = async (reference: string, region = '220100'): Promise<{ id: string; number: string }> => {
    const fields = [
      { name: 'source', value: 'PATROL' },
      { name: 'facts', value: '虚构：店铺疑似销售假冒商品' },
    ]
    const input = { kind: 'clue', to: `market-regulator@${region}`, reference, code: uscc(1), fields }
    const asked = 'mutation ($input: OpenMatterInput!) { openMatter(input: $input) { id number } }'
    const { id, number } = (await ask(asked, place(), { input })).data.openMatter
    await move({ id, move: 'accept' }, token('market-regulator', region))
    return { id, number }
  }
  const move = (input: object, by = county()) =>
    ask('mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { state } }', by, { input })
  const linked = async (id: string, by: string) => {
    const { data } = await ask(`query ($id: ID!) { matter(id: $id) { content { moves { ${LINKED} } } } }`, by, { id })
    return data.matter.content.moves.at(-1).linked
  }

  it('name another matter, by its id or its number, and are shown with its name', async () => {
    const [one, other, third] = [await open('联-1'), await open('联-2'), await open('联-3')]
    for (const [id, link] of [
      [one.id, other.id],
      [third.id, other.number],
    ] as const) {
      expect((await move({ id, move: 'merge', link })).errors).to.equal(undefined)
      expect(await linked(id, county())).to.deep.equal({ id: other.id, number: other.number })
    }
  })

  it('name a listing or a record that the mover may see; who may not see it reads null', async () => {
    const penalty = globalOf('Record', await recordId(world, `${numberOf(1)}/${uscc(1)}`))
    for (const [reference, link] of [
      ['联-4', listing],
      ['联-5', penalty],
    ] as const) {
      const { id } = await open(reference)
      expect((await move({ id, move: 'merge', link })).errors, link).to.equal(undefined)
      expect((await linked(id, county()))?.id).to.equal(link)
      expect((await linked(id, place()))?.id ?? null).to.equal(link === listing ? listing : null)
    }
  })

  it('do not name a record whose operator lies in another region than the mover', async () => {
    const penalty = globalOf('Record', await recordId(world, `${numberOf(1)}/${uscc(1)}`))
    const { id } = await open('联-9', '220300')
    const [error] = (await move({ id, move: 'merge', link: penalty }, token('market-regulator', '220300'))).errors ?? []
    expect(error?.extensions?.['details']).to.deep.include({ pointer: '/link' })
  })

  it('to nothing, to itself or to what is not for the mover are refused by name', async () => {
    const { id, number } = await open('联-6')
    const assist = {
      ...{ kind: 'assist', to: 'market-regulator@220200', reference: '联-7' },
      fields: [
        { name: 'purpose', value: 'EVIDENCE' },
        { name: 'request', value: '虚构：请协助核实' },
      ],
      attachments: [{ type: 'LETTER', name: '函.pdf', sha256: 'a'.repeat(64), bytes: 1 }],
    }
    const asked = 'mutation ($input: OpenMatterInput!) { openMatter(input: $input) { id number } }'
    const foreign = (await ask(asked, token('police', '220100'), { input: assist })).data.openMatter
    const unknown = [
      ...[id, number, foreign.id, foreign.number, globalOf('Record', 999_999), globalOf('Operator', 1), '虚构', '1'],
      '00000000-0000-4000-8000-000000000000',
    ]
    for (const link of unknown) {
      const [error] = (await move({ id, move: 'merge', link })).errors ?? []
      expect(error?.extensions?.['code'], link).to.equal('MATTER_FIELD_INVALID')
      expect(error?.extensions?.['details'], link).to.deep.include({ pointer: '/link' })
    }
  })

  it('are checked in rows too', async () => {
    const { number } = await open('联-8')
    const row = (link: string) =>
      fetch(`${world.url}/v1/matters`, {
        method: 'POST',
        headers: { authorization: `Bearer ${county()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ matter: number, move: 'merge', reference: `联-8 ${link}`, link }),
      })
    expect((await row('协2026-99999999')).status).to.equal(400)
    expect((await row(listing)).status).to.equal(201)
  })
})
