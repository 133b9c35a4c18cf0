import { createPublicKey, hash, type JsonWebKey } from 'node:crypto'
import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import { makeWorld, NOW, type World } from '../world.js'
import { makeTokens } from './tokens.js'

const [BUREAU, PROVINCE, CITY] = ['220104', '220000', '220200'].map((region) => `market-regulator@${region}`) as [
  string,
  string,
  string,
]
const fileOf = (type: string, text: string) => ({ type, name: `${text}.pdf`, sha256: hash('sha256', text), bytes: 6 })
const EVIDENCE = fileOf('EVIDENCE', '线索')
const LETTER = fileOf('LETTER', '移送函')
const CLUE = {
  kind: 'clue',
  to: PROVINCE,
  fields: [
    { name: 'source', value: 'PATROL' },
    { name: 'facts', value: '虚构线索' },
  ],
  attachments: [EVIDENCE],
}

interface Receipt {
  kid: string
  jws: string
  from: string
  to: string
  way: string
  moveHash: string
}

describe('custody of what a matter hands over', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())
  beforeEach(() => world.setNow(NOW))

  const token = makeTokens(() => world)
  const by = {
    [BUREAU]: () => token('bureau', 'agency', 'market-regulator', '220104'),
    [PROVINCE]: () => token('province', 'agency', 'market-regulator', '220000'),
  }
  const city = () => token('city', 'agency', 'market-regulator', '220200')
  const act = async (name: string, type: string, input: object, who: string) => {
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { id moveCount } }`
    const { data, errors } = await world.ask(query, { variables: { input }, token: who })
    expect(errors).to.equal(undefined)
    return data[name].id as string
  }
  const open = () => act('openMatter', 'OpenMatterInput', CLUE, by[BUREAU]?.() ?? '')
  const move = (id: string, name: string, input: object, who: string) =>
    act('moveMatter', 'MoveMatterInput', { id, move: name, ...input }, who)
  const readQueue = (who: string) => world.ask('{ matters(first: 100) { nodes { id } } }', { token: who })
  const handovers = async (id: string, who: string) => {
    const query = `query ($id: ID!) { matter(id: $id) { content { handovers { sequence from to name receivedBy awaitsReceipt } } } }`
    return (await world.ask(query, { variables: { id }, token: who })).data.matter?.content?.handovers
  }
  const receipts = async (id: string, who: string) => {
    const answer = await fetch(`${world.url}/v1/matters/${id}/receipts`, {
      headers: { authorization: `Bearer ${who}` },
    })
    const body = (await answer.json()) as { receipts?: Receipt[]; code?: string }
    return { status: answer.status, ...body }
  }

  it('names each file, who gave it, to whom, by which move and how the holder received it', async () => {
    const [bureau, province] = [by[BUREAU]?.() ?? '', by[PROVINCE]?.() ?? '']
    const id = await open()
    const received = { awaitsReceipt: false }
    const first = { sequence: 1, from: BUREAU, to: PROVINCE, name: EVIDENCE.name }
    expect(await handovers(id, bureau)).to.deep.equal([{ ...first, receivedBy: null, awaitsReceipt: true }])
    await readQueue(province)
    await move(id, 'forward', { to: CITY, reason: '属地办理', attachments: [LETTER] }, province)
    await move(id, 'record_receipt', { reason: '纸质签收' }, city())
    const all = [
      { ...first, receivedBy: 'QUEUE', ...received },
      { sequence: 3, from: PROVINCE, to: BUREAU, name: LETTER.name, receivedBy: null, ...received },
      { sequence: 3, from: PROVINCE, to: CITY, name: EVIDENCE.name, receivedBy: 'PAPER', ...received },
      { sequence: 3, from: PROVINCE, to: CITY, name: LETTER.name, receivedBy: 'PAPER', ...received },
    ]
    for (const who of [bureau, city()]) expect(await handovers(id, who)).to.deep.equal(all)
    expect(await handovers(id, token('court', 'agency', 'high-court', '220000'))).to.equal(undefined)
  })

  it('gives each holder’s receipt as a JWS that the published keys verify and that holds the hashes', async () => {
    const [bureau, province] = [by[BUREAU]?.() ?? '', by[PROVINCE]?.() ?? '']
    const id = await open()
    expect((await receipts(id, bureau)).receipts).to.deep.equal([])
    await readQueue(province)
    await move(id, 'forward', { to: CITY, reason: '属地办理', attachments: [LETTER] }, province)
    await readQueue(city())
    const { receipts: signed = [] } = await receipts(id, bureau)
    expect(signed.map(({ from, to, way }) => [from, to, way])).to.deep.equal([
      [BUREAU, PROVINCE, 'QUEUE'],
      [PROVINCE, CITY, 'QUEUE'],
    ])
    const { keys } = (await (await fetch(`${world.url}/.well-known/jwks.json`)).json()) as {
      keys: (JsonWebKey & { kid: string })[]
    }
    for (const { jws, kid, ...told } of signed) {
      const key = createPublicKey({ key: keys.find((one) => one.kid === kid) ?? {}, format: 'jwk' })
      const read = jwt.verify(jws, key, { algorithms: ['ES256'], complete: true })
      expect(read.header).to.include({ typ: 'handover-receipt+jws', kid })
      expect(read.payload).to.deep.equal(told)
      const [head = '', , sign = ''] = jws.split('.')
      const forged = Buffer.from(JSON.stringify({ ...told, to: 'police@220100' })).toString('base64url')
      expect(() => jwt.verify(`${head}.${forged}.${sign}`, key, { algorithms: ['ES256'] })).to.throw()
      expect(world.keys.manifests.certificateIn(jws)).to.equal('UNKNOWN')
    }
    expect(signed[1]).to.deep.include({
      document: 'handover-receipt',
      kind: 'clue',
      receivedOn: '2026-03-02',
      attachments: [EVIDENCE, LETTER].map(({ type, sha256 }) => ({ type, sha256 })),
    })
    const hashes = await world.database.db('matter_moves').where({ move: 'receive' }).pluck('hash')
    expect(hashes).to.include.members(signed.map(({ moveHash }) => moveHash))
  })

  it('gives no receipt to who has no seat, as where there is no matter', async () => {
    const id = await open()
    const nowhere = Buffer.from('Matter:00000000-0000-4000-8000-000000000000').toString('base64url')
    const missing = await receipts(nowhere, city())
    expect(missing).to.include({ status: 404, code: 'MATTER_UNKNOWN' })
    for (const who of [city(), world.token('officer'), world.token('auditor'), world.token('credit_service')]) {
      const { status, code } = await receipts(id, who)
      expect({ status, code }).to.deep.equal({ status: missing.status, code: missing.code })
    }
  })
})
