import { hash } from 'node:crypto'
import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { makeWorld, NOW, type World } from '../world.js'

const LETTER = { type: 'LETTER', name: '协查函.pdf', sha256: hash('sha256', 'letter'), bytes: 6 }
const NUMBER = '辽虚协复〔2026〕7号'

describe('answers to matters', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  const token = (agency: string | null, region: string | null, role: Role = 'agency') =>
    world.keys.sign({ sub: `${role} ${agency} ${region}`, role, agency, region }, NOW.getTime()).token
  const bureau = () => token('market-regulator', '220104')
  const province = () => token('market-regulator', '220000')
  const neighbour = () => token('market-regulator', '210000')
  const ask = async (query: string, by: string, variables: object = {}) => {
    const { data, errors } = await world.ask(query, { token: by, variables })
    expect(errors).to.equal(undefined)
    return data
  }
  const open = async (reference: string, input: object = {}) => {
    const fields = [
      { name: 'purpose', value: 'EVIDENCE' },
      { name: 'request', value: '虚构：请协助核实进货票据' },
    ]
    const assist = { kind: 'assist', to: 'market-regulator@210000', reference, fields, attachments: [LETTER], ...input }
    const query = 'mutation ($input: OpenMatterInput!) { openMatter(input: $input) { id number } }'
    return (await ask(query, bureau(), { input: assist })).openMatter as { id: string; number: string }
  }
  const move = (input: object, by: string) =>
    ask('mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { state } }', by, { input })
  const answer = (id: string) =>
    move({ id, move: 'answer', documentNumber: NUMBER, attachments: [{ ...LETTER, type: 'REPLY' }] }, neighbour())
  const read = (id: string, by: string) =>
    ask('query ($id: ID!) { matter(id: $id) { number } }', by, { id }).then(({ matter }) => matter?.number ?? null)
  const queue = async (name: string, by: string): Promise<string[]> =>
    (await ask(`{ matters(queue: ${name}) { nodes { number } } }`, by)).matters.nodes.map(
      (one: { number: string }) => one.number,
    )
  const answered = async (by: string): Promise<number> =>
    (await ask('{ matterCounts { answered } }', by)).matterCounts.answered
  const found = async (text: string, by: string): Promise<string[]> =>
    (await ask('query ($text: String!) { findMatters(text: $text) { number } }', by, { text })).findMatters.map(
      (one: { number: string }) => one.number,
    )

  it('stay marked until somebody of the seat that asked has opened the matter', async () => {
    const { id, number } = await open('答-1')
    await answer(id)
    expect([await queue('ANSWERED', bureau()), await answered(bureau())]).to.deep.equal([[number], 1])
    for (const by of [bureau(), province(), neighbour()]) expect(await queue('ENDED', by)).to.deep.equal([number])
    for (const by of [province(), neighbour()]) {
      await read(id, by)
      expect([await queue('ANSWERED', by), await answered(by)]).to.deep.equal([[], 0])
    }
    expect(await answered(bureau())).to.equal(1)
    await read(id, bureau())
    expect([await queue('ANSWERED', bureau()), await answered(bureau())]).to.deep.equal([[], 0])
    expect(await queue('ENDED', bureau())).to.deep.equal([number])
  })

  it('are none where the sender ended the matter itself, also once its holder has received it', async () => {
    const { id } = await open('答-2')
    await move({ id, move: 'withdraw', reason: '虚构：已经查明' }, bureau())
    expect(await answered(bureau())).to.equal(0)
    await read(id, neighbour())
    expect(await answered(bureau())).to.equal(0)
  })

  it('are found by number, own reference and document number, within the seats only', async () => {
    const { id, number } = await open('虚市监协〔2026〕3号')
    await answer(id)
    const letters = [number, '虚市监协〔2026〕3号', NUMBER]
    for (const text of letters) {
      expect(await found(text, bureau()), text).to.include(number)
      for (const other of [token('market-regulator', '220200'), token('customs', '220000')])
        expect(await found(text, other), text).to.deep.equal([])
    }
    expect(await found(number, province())).to.deep.equal([number])
    expect(await found('虚市监协〔2026〕3号', neighbour())).to.deep.equal([])
    expect(await found(number, token(null, null, 'officer'))).to.deep.equal([number])
    for (const text of [...letters.slice(1), ' ', number.slice(0, -1)])
      expect(await found(text, token(null, null, 'officer')), text).to.deep.equal([])
    const sealed = { kind: 'referral', to: 'police@220100', copied: ['procuratorate@220100'], attachments: [] }
    const fields = [
      { name: 'sort', value: 'ORDINARY' },
      { name: 'facts', value: '虚构商行销售假冒注册商标的商品' },
    ]
    const secret = await open('答-3', { ...sealed, fields })
    expect(await found(secret.number, bureau())).to.deep.equal([secret.number])
    for (const other of [token('police', '220100'), token(null, null, 'officer')])
      expect(await found(secret.number, other)).to.deep.equal([])
  })

  /** Section 3: a seat sees the matters to which it is party, and a matter has one holder. What follows is not its own. */
  it('are not for a holder that handed the matter on', async () => {
    const county = 'market-regulator@220183'
    const former = token('market-regulator', '220183')
    const fields = [
      { name: 'source', value: 'PATROL' },
      { name: 'facts', value: '虚构：店铺疑似销售假冒商品' },
    ]
    const { id, number } = await open('答-4', { kind: 'clue', to: county, fields, attachments: [] })
    expect(await queue('WAITING', former)).to.deep.equal([number])
    await move({ id, move: 'accept' }, former)
    await move({ id, move: 'forward', to: 'market-regulator@220200', reason: '虚构：属地办理' }, former)
    for (const name of ['WAITING', 'OTHERS', 'LATE', 'ANSWERED', 'ENDED'])
      expect(await queue(name, former), name).to.deep.equal([])
    expect([await read(id, former), await found(number, former)]).to.deep.equal([null, []])
    expect(await queue('WAITING', token('market-regulator', '220200'))).to.deep.equal([number])
  })
})
