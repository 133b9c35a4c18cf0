import { hash } from 'node:crypto'
import { expect } from 'chai'
import { confirmedClient } from '../../support/accounts.js'
import { type Answer, makeWorld, NOW, type World } from '../world.js'
import { makeTokens } from './tokens.js'

const LETTER = { type: 'LETTER', name: '协查函.pdf', sha256: hash('sha256', 'letter'), bytes: 6 }
const REQUEST = '请协助核实虚构商行的进货票据'
const ASSIST = {
  kind: 'assist',
  to: 'market-regulator@210000',
  fields: [
    { name: 'purpose', value: 'EVIDENCE' },
    { name: 'request', value: REQUEST },
  ],
  attachments: [LETTER],
}
const REFERRAL = {
  kind: 'referral',
  to: 'police@220100',
  copied: ['procuratorate@220100'],
  fields: [
    { name: 'sort', value: 'ORDINARY' },
    { name: 'facts', value: '虚构商行销售假冒注册商标的商品' },
  ],
}
const SHOWN = `id number state waitingFor holder receivedAt moveCount allowedMoves { code }
  clocks { clock dueOn late uncounted rule { value unit source } }
  content { fields { name value } moves { move by attachments { sha256 } } }`

describe('matters over GraphQL', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())
  beforeEach(() => world.setNow(NOW))

  const token = makeTokens(() => world)
  const bureau = (sub = 'bureau') => token(sub, 'agency', 'market-regulator', '220104')
  const province = () => token('province', 'agency', 'market-regulator', '220000')
  const neighbour = () => token('neighbour', 'agency', 'market-regulator', '210000')
  const officer = () => token('officer', 'officer')
  const police = () => token('police', 'agency', 'police', '220100')

  const open = (input: object, by = bureau()): Promise<Answer> =>
    world.ask(`mutation ($input: OpenMatterInput!) { openMatter(input: $input) { ${SHOWN} } }`, {
      variables: { input },
      token: by,
    })
  const move = (input: object, by: string): Promise<Answer> =>
    world.ask(`mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { ${SHOWN} } }`, {
      variables: { input },
      token: by,
    })
  const queue = async (name: string, by: string) =>
    (await world.ask(`{ matters(queue: ${name}) { nodes { ${SHOWN} } } }`, { token: by })).data.matters.nodes
  const shown = async (id: string, by: string | undefined) =>
    world.ask(`query ($id: ID!) { matter(id: $id) { ${SHOWN} } node(id: $id) { id } }`, {
      variables: { id },
      ...(by !== undefined && { token: by }),
    })
  const codes = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions['code'])

  it('are handed to another province, received by its reading the queue, and answered', async () => {
    const { data } = await open({ ...ASSIST, reference: '虚构-1' })
    const { id, clocks, receivedAt } = data.openMatter
    expect([receivedAt, clocks[0].dueOn]).to.deep.equal([null, null])
    const auditor = token('auditor', 'auditor', 'market-regulator', '210000')
    expect((await queue('WAITING', auditor))[0]).to.deep.include({ id, receivedAt: null })
    const [waiting] = await queue('WAITING', neighbour())
    expect(waiting).to.deep.include({ id, state: 'SENT', waitingFor: 'market-regulator@210000' })
    expect(waiting.receivedAt).to.equal(NOW.toISOString())
    expect(waiting.clocks[0]).to.deep.include({ clock: 'ANSWER', dueOn: '2026-03-23', late: false })
    expect(waiting.content.fields[1]).to.deep.equal({ name: 'request', value: REQUEST })
    expect(waiting.allowedMoves.map(({ code }: { code: string }) => code)).to.include.members([
      'accept',
      'answer',
      'unable',
    ])
    expect((await shown(id, auditor)).data.matter).to.deep.include({ allowedMoves: [], state: 'SENT' })
    expect((await queue('OTHERS', bureau())).map((one: { id: string }) => one.id)).to.include(id)
    const answered = await move({ id, move: 'answer', attachments: [{ ...LETTER, type: 'REPLY' }] }, neighbour())
    expect(answered.data.moveMatter.state).to.equal('DONE')
    expect((await queue('ENDED', bureau())).map((one: { id: string }) => one.id)).to.include(id)
  })

  it('are received by a holder that opens or moves one without reading its queue', async () => {
    const sent = async (reference: string) => (await open({ ...ASSIST, reference })).data.openMatter.id
    const opened = (await shown(await sent('收-1'), neighbour())).data.matter
    const accepted = await move({ id: await sent('收-2'), move: 'accept', seen: 1 }, neighbour())
    for (const { receivedAt, clocks } of [opened, accepted.data.moveMatter])
      expect([receivedAt, clocks[0].dueOn]).to.deep.equal([NOW.toISOString(), '2026-03-23'])
    expect((await shown(await sent('收-3'), bureau())).data.matter.receivedAt).to.equal(null)
  })

  it('are seen by a superior of a seat, as envelopes by the hub’s staff, and by nobody else', async () => {
    const { id } = (await open({ ...ASSIST, reference: '虚构-2' })).data.openMatter
    expect((await shown(id, province())).data.matter.content.fields).to.have.length(2)
    const envelope = (await shown(id, officer())).data
    expect([envelope.matter.state, envelope.matter.content, envelope.node?.id]).to.deep.equal(['SENT', null, id])
    for (const other of [
      token('other', 'agency', 'market-regulator', '220200'),
      token('court', 'agency', 'high-court', '220000'),
      police(),
    ])
      expect((await shown(id, other)).data).to.deep.equal({ matter: null, node: null })
    expect((await shown(id, undefined)).data.matter).to.equal(null)
  })

  it('that are referrals are nowhere for the hub’s staff, and for the police only once sent', async () => {
    const { id } = (await open({ ...REFERRAL, reference: '虚构-3' })).data.openMatter
    const missing = Buffer.from('Matter:00000000-0000-4000-8000-000000000000').toString('base64url')
    const nothing = await shown(missing, officer())
    expect((await shown(id, officer())).data).to.deep.equal(nothing.data)
    expect((await shown(id, police())).data.matter).to.equal(null)
    expect((await shown(id, bureau())).data.matter.holder).to.equal('police@220100')
    const refused = await move({ id, move: 'approve' }, officer())
    expect([codes(refused), refused.data?.moveMatter ?? null]).to.deep.equal([['MATTER_UNKNOWN'], null])
    expect(codes(await move({ id, move: 'approve' }, bureau()))).to.deep.equal(['MATTER_MOVE_REFUSED'])
    await move({ id, move: 'approve' }, bureau('head'))
    const five = ['LETTER', 'REPORT', 'GOODS_LIST', 'TESTS', 'OTHER'].map((type) => ({ ...LETTER, type }))
    await move({ id, move: 'send', attachments: five }, bureau())
    expect((await queue('WAITING', police())).map((one: { id: string }) => one.id)).to.deep.equal([id])
    const staff = await world.ask('{ matters(first: 100) { nodes { id kind } } }', { token: officer() })
    expect(staff.data.matters.nodes.map((one: { kind: string }) => one.kind)).to.not.include('referral')
  })

  it('refuse bad input with a pointer, and tell what is unknown', async () => {
    const bad: [object, string][] = [
      [{ ...ASSIST, to: 'market-regulator@999999' }, 'ORGANISATION_UNKNOWN'],
      [{ ...ASSIST, kind: 'gossip' }, 'MATTER_KIND_UNKNOWN'],
      [{ ...ASSIST, attachments: [{ ...LETTER, sha256: 'x' }] }, 'MATTER_FIELD_INVALID'],
      [{ ...ASSIST, attachments: [{ ...LETTER, bytes: 20_971_521 }] }, 'MATTER_FIELD_INVALID'],
      [{ ...ASSIST, fields: [...ASSIST.fields, { name: 'x', value: 'y' }] }, 'MATTER_FIELD_INVALID'],
      [{ ...ASSIST, reason: 'a\u0007' }, 'MATTER_FIELD_INVALID'],
      [{ ...ASSIST, code: '91220000XXXXXXXXXX' }, 'INPUT_INVALID'],
    ]
    for (const [input, code] of bad) {
      const answer = await open(input)
      expect(codes(answer), JSON.stringify(input)).to.deep.equal([code])
      if (code === 'MATTER_FIELD_INVALID') expect(answer.errors?.[0]?.message).to.match(/^\/[a-z]+/)
    }
    expect(codes(await open(ASSIST, officer()))).to.deep.equal(['MATTER_NOT_YOURS'])
  })

  it('list their kinds and organisations for everybody', async () => {
    const { data } = await world.ask(
      '{ matterKinds { id moves { code } } organisations(region: "220104") { seat name { zh } } }',
    )
    expect(data.matterKinds.map(({ id }: { id: string }) => id)).to.include.members([
      'assist',
      'clue',
      'measure',
      'referral',
    ])
    expect(data.organisations.map(({ seat }: { seat: string }) => seat)).to.include('market-regulator@220104')
    const named = data.organisations.find(({ seat }: { seat: string }) => seat === 'police@220104')
    expect(named.name.zh).to.match(/^长春市.+公安局$/)
  })

  it('name kind, organisations and the next clock, and are found by kind and region', async () => {
    const { id } = (await open({ ...ASSIST, to: 'market-regulator@220700', reference: '名-1' })).data.openMatter
    const SHOW = `id senderName { zh } holderName { zh } waitingForName { zh } definition { name { zh } } nextClock { dueOn }
      clocks { spans { value unit } statedDay } content { code moves { seatName { zh } toName { zh } fields { name } } }`
    const found = async (narrow: string, by = bureau()) => {
      const { data } = await world.ask(`{ matters(queue: OTHERS, ${narrow}) { nodes { ${SHOW} } } }`, { token: by })
      return data.matters.nodes
    }
    const [one, ...more] = await found('kind: "assist", region: "2207"')
    expect([one.id, more]).to.deep.equal([id, []])
    expect(one).to.deep.include({
      ...{ senderName: { zh: '长春市朝阳区市场监督管理局' }, holderName: { zh: '松原市市场监督管理局' } },
      ...{ waitingForName: { zh: '松原市市场监督管理局' }, definition: { name: { zh: '协查' } }, nextClock: null },
      clocks: [{ spans: [{ value: 15, unit: 'WORKDAYS' }], statedDay: null }],
    })
    expect(one.content.moves[0]).to.deep.include({
      ...{ seatName: { zh: '长春市朝阳区市场监督管理局' }, toName: { zh: '松原市市场监督管理局' } },
      fields: [{ name: 'purpose' }, { name: 'request' }],
    })
    expect(await found('kind: "clue", region: "2207"')).to.deep.equal([])
    expect(await found('kind: "assist", region: "2208"')).to.deep.equal([])
    const staff = await world.ask('{ matters(region: "2207") { nodes { id holderName { zh } } } }', {
      token: officer(),
    })
    expect(staff.data.matters.nodes).to.deep.equal([{ id, holderName: { zh: '松原市市场监督管理局' } }])
  })

  it('that wait for a seat below are apart from those that wait for the superior itself', async () => {
    const { id } = (await open({ ...ASSIST, to: 'market-regulator@220500', reference: '虚构-下级' })).data.openMatter
    const idsIn = async (name: string) => (await queue(name, province())).map((one: { id: string }) => one.id)
    expect(await idsIn('BELOW')).to.include(id)
    expect(await idsIn('WAITING')).to.not.include(id)
    const waiting = async () =>
      (await world.ask('{ matterCounts { waiting } }', { token: province() })).data.matterCounts.waiting
    const before = await waiting()
    const own = (await open({ ...ASSIST, to: 'market-regulator@220000', reference: '虚构-本级' })).data.openMatter.id
    expect(await waiting()).to.equal(before + 1)
    expect(await idsIn('BELOW')).to.not.include(own)
    expect(await idsIn('WAITING')).to.include(own)
  })

  it('are late by a confirmed rule only', async () => {
    const { id } = (await open({ ...ASSIST, to: 'market-regulator@220800', reference: '逾-1' })).data.openMatter
    const holder = token('baicheng', 'agency', 'market-regulator', '220800')
    const [received] = await queue('WAITING', holder)
    expect(received.id).to.equal(id)
    const { db } = world.database
    const seat = 'market-regulator@220800'
    await db('matter_clocks').where({ seat }).update({ due_at: NOW })
    await db('matter_seats').where({ seat }).update({ due_at: NOW, late_at: NOW })
    const late = async () => [
      (await queue('LATE', holder)).length,
      (await world.ask('{ matterCounts { late } }', { token: holder })).data.matterCounts.late,
    ]
    expect(await late()).to.deep.equal([1, 1])
    await db('matter_clocks').update({ confirmed: false })
    await db('matter_seats').where({ seat }).update({ late_at: null })
    expect(await late()).to.deep.equal([0, 0])
  })

  it('list registered marketplaces as holders for whoever has a seat', async () => {
    const { db } = world.database
    await confirmedClient(db, { name: '虚构市集', role: 'marketplace' }, [], NOW)
    const ask = async (by: string | undefined, kind: string) =>
      (
        await world.ask('query ($kind: String) { organisations(kind: $kind) { seat } }', {
          variables: { kind },
          ...(by !== undefined && { token: by }),
        })
      ).data.organisations.map(({ seat }: { seat: string }) => seat)
    expect(await ask(bureau(), 'directive'))
      .to.include('虚构市集')
      .and.to.not.include('market-regulator@220000')
    expect(await ask(bureau(), 'assist'))
      .to.include('market-regulator@220000')
      .and.to.not.include('虚构市集')
    for (const by of [officer(), undefined]) expect(await ask(by, 'directive')).to.deep.equal([])
  })

  it('are received only when the page lists them', async () => {
    for (let n = 0; n < 3; n += 1) await open({ ...ASSIST, to: 'market-regulator@220600', reference: `收悉-${n}` })
    const holder = token('holder', 'agency', 'market-regulator', '220600')
    const receipts = async () => {
      const { data } = await world.ask('{ matters(queue: OTHERS, first: 100) { nodes { holder receivedAt } } }', {
        token: bureau(),
      })
      const own = data.matters.nodes.filter((one: { holder: string }) => one.holder === 'market-regulator@220600')
      return own.filter(({ receivedAt }: { receivedAt: string | null }) => receivedAt !== null).length
    }
    const first = await world.ask('{ matters(first: 2) { nodes { receivedAt } } }', { token: holder })
    expect(first.data.matters.nodes.map(({ receivedAt }: { receivedAt: string }) => receivedAt)).to.deep.equal([
      NOW.toISOString(),
      NOW.toISOString(),
    ])
    expect(await receipts()).to.equal(2)
  })

  it('are counted for Today, and paged without loss', async () => {
    for (let n = 0; n < 5; n += 1) await open({ ...ASSIST, reference: `页-${n}` })
    const counts = await world.ask('{ matterCounts { waiting late } }', { token: neighbour() })
    expect(counts.data.matterCounts.waiting).to.be.at.least(5)
    const seen: string[] = []
    for (let after: string | null = null; ; ) {
      const { data }: Answer = await world.ask(
        'query ($after: String) { matters(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }',
        { variables: { after }, token: neighbour() },
      )
      seen.push(...data.matters.nodes.map(({ id }: { id: string }) => id))
      after = data.matters.pageInfo.endCursor
      if (!data.matters.pageInfo.hasNextPage) break
    }
    expect(new Set(seen).size).to.equal(seen.length)
    expect(seen.length).to.equal(counts.data.matterCounts.waiting)
  })
})
