import { expect } from 'chai'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, scored, TODAY, type World } from '../world.js'

// biome-ignore lint/suspicious/noExplicitAny: an answer's shape is its question's
type Json = any

describe('single sellers, the list read back, and the guard against a shrunken list', () => {
  let world: World
  const codes = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => uscc(from + i))
  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      codes(1, 30).map((code, i) => registration(code, `虚构第${i + 1}有限公司`)),
    )
    for (const code of codes(1, 3)) await scored(world, await operatorId(world, code), 720, 'A', [])
  })
  after(() => world.close())
  afterEach(() => world.setNow(NOW))

  const ask = async (method: string, query: string, body?: string, sub = 'mall') => {
    const answer = await fetch(`${world.url}/v1/sellers${query}`, {
      method,
      headers: { authorization: `Bearer ${world.token('marketplace', sub)}` },
      ...(body !== undefined && { body }),
    })
    return { status: answer.status, body: (await answer.json()) as Json }
  }
  const send = (list: readonly string[], sub: string, query = '') => ask('POST', query, list.join('\n'), sub)
  const alter = (change: object, sub: string, query = '') => ask('PATCH', query, JSON.stringify(change), sub)
  const gradeOf = async (code: string, sub: string) =>
    (await world.ask(`{ standing(code: "${code}") { grade } }`, { token: world.token('marketplace', sub) })).data
      .standing.grade
  const refused = ({ status, body }: { status: number; body: Json }) => [status, body['code']]

  it('adds and removes sellers at once, keeps the day of the list, and repeats without effect', async () => {
    const { sequence: first } = (await send(codes(2, 4), 'mall-1', '?dated=2026-02-01')).body as { sequence: number }
    expect([await gradeOf(uscc(1), 'mall-1'), await gradeOf(uscc(2), 'mall-1')]).to.deep.equal([null, 'A'])
    const change = { add: [uscc(1), { code: uscc(5) }], remove: [uscc(2), uscc(9)] }
    const altered = await alter(change, 'mall-1')
    expect(altered.status).to.equal(200)
    expect(altered.body).to.deep.include({
      dated: '2026-02-01',
      holdsUntil: '2026-08-01',
      sellers: 4,
      unconfirmed: 4,
      added: 2,
      removed: 1,
      sequence: first + 1,
    })
    expect([await gradeOf(uscc(1), 'mall-1'), await gradeOf(uscc(2), 'mall-1')]).to.deep.equal(['A', null])
    expect((await alter(change, 'mall-1')).body).to.deep.include({ added: 0, removed: 0, sequence: first + 1 })
    expect((await alter({ add: [uscc(2)] }, 'mall-1')).body).to.deep.include({ sellers: 5, added: 1, removed: 0 })
    expect(await gradeOf(uscc(2), 'mall-1')).to.equal('A')
    const rows = await world.database
      .db('trail')
      .where({ client: 'mall-1', kind: 'ACT' })
      .whereRaw(`body like '%PATCH /v1/sellers%'`)
    expect(rows).to.have.length(3)
  })

  it('changes nothing where one item is no code, nothing is asked, or there is no list that counts', async () => {
    expect(refused(await alter({ add: [uscc(1)] }, 'mall-2'))).to.deep.equal([404, 'SELLERS_NONE'])
    expect(refused(await ask('GET', '', undefined, 'mall-2'))).to.deep.equal([404, 'SELLERS_NONE'])
    await send(codes(1, 3), 'mall-2')
    const bad = await alter({ add: [uscc(4), '110101190001010015', ''], remove: [uscc(1)] }, 'mall-2')
    expect(refused(bad)).to.deep.equal([422, 'SELLERS_MALFORMED'])
    expect(JSON.stringify(bad.body)).to.include('2、3').and.not.include('1101011900')
    const most = Array.from({ length: 1_001 }, () => uscc(1))
    for (const change of [{}, { add: most }, { add: uscc(4) }, { put: [uscc(4)] }])
      expect(refused(await alter(change, 'mall-2'))).to.deep.equal([400, 'INPUT_INVALID'])
    expect((await ask('GET', '', undefined, 'mall-2')).body).to.deep.include({ sellers: 3 })
    world.setNow(new Date('2026-09-05T02:00:00Z'))
    expect(refused(await alter({ remove: [uscc(1)] }, 'mall-2'))).to.deep.equal([404, 'SELLERS_NONE'])
  })

  it('is read back page by page, by its own marketplace alone', async () => {
    const shop = 'shop:guguji:s-1'
    await send([...codes(1, 5), shop], 'mall-3')
    const pages: Json[] = []
    for (let after: string | null = ''; after !== null; ) {
      const { body } = await ask(
        'GET',
        `?limit=4${after && `&after=${encodeURIComponent(after)}`}`,
        undefined,
        'mall-3',
      )
      pages.push(body)
      after = body['next'] as string | null
    }
    expect(pages).to.have.length(2)
    expect(pages[0]).to.deep.include({ dated: TODAY, holds: true, sellers: 6 })
    const entries = pages.flatMap(({ entries }) => entries as { code: string; gradeShown: boolean }[])
    expect(entries.map(({ code }) => code)).to.have.members([...codes(1, 5), shop])
    expect(entries.find(({ code }) => code === shop)).to.deep.equal({ code: shop, gradeShown: false })
    expect(entries.find(({ code }) => code === uscc(1))).to.deep.equal({ code: uscc(1), gradeShown: true })
    expect(refused(await ask('GET', '?limit=0', undefined, 'mall-3'))).to.deep.equal([400, 'INPUT_INVALID'])
    const officer = { authorization: `Bearer ${world.token('officer')}` }
    expect((await fetch(`${world.url}/v1/sellers`, { headers: officer })).status).to.equal(403)
  })

  it('hears of a seller from its addition on, and not after its removal', async () => {
    await send([uscc(20)], 'mall-4')
    const rename = async (code: string, name: string) => {
      await world.database.db.raw('update operators set name = ? where uscc = ?', [name, code])
      const answer = await fetch(`${world.url}/v1/changes?after=0`, {
        headers: { authorization: `Bearer ${world.token('marketplace', 'mall-4')}`, accept: 'application/json' },
      })
      const { changes } = (await answer.json()) as { changes: { code: string | null; what: string[] }[] }
      return changes.map(({ code, what }) => code ?? what.join())
    }
    expect(await rename(uscc(21), '虚构甲有限公司')).to.deep.equal(['SELLERS'])
    await alter({ add: [uscc(21)] }, 'mall-4')
    expect(await rename(uscc(21), '虚构乙有限公司')).to.deep.equal(['SELLERS', 'SELLERS', uscc(21)])
    await alter({ remove: [uscc(21)] }, 'mall-4')
    expect(await rename(uscc(21), '虚构丙有限公司')).to.deep.equal(['SELLERS', 'SELLERS', uscc(21), 'SELLERS'])
  })

  it('refuses a list that loses more than a fifth of its sellers, with the numbers, unless forced', async () => {
    await send(codes(1, 30), 'mall-5')
    const shrunk = await send(codes(12, 30), 'mall-5')
    expect(refused(shrunk)).to.deep.equal([422, 'SELLERS_SHRUNK'])
    expect(shrunk.body).to.have.nested.property('error.details').that.deep.equals({ before: 30, lost: 11, most: 10 })
    expect((await ask('GET', '', undefined, 'mall-5')).body).to.deep.include({ sellers: 30 })
    // New sellers do not make up for those that would go.
    expect(refused(await send(codes(21, 60), 'mall-5'))).to.deep.equal([422, 'SELLERS_SHRUNK'])
    expect((await send(codes(11, 30), 'mall-5')).body).to.deep.include({ sellers: 20 })
    expect((await send(codes(30, 30), 'mall-5', '?force=true')).body).to.deep.include({ sellers: 1 })
    expect(refused(await send([uscc(1)], 'mall-5', '?force=yes'))).to.deep.equal([400, 'INPUT_INVALID'])
  })

  it('bounds what single changes take off a list on one day together, unless forced', async () => {
    await send(codes(1, 30), 'mall-7')
    for (const code of codes(1, 10)) expect((await alter({ remove: [code] }, 'mall-7')).body).to.include({ removed: 1 })
    // A repeated removal and an addition change nothing of what is gone.
    expect((await alter({ remove: [uscc(10)], add: [uscc(1)] }, 'mall-7')).status).to.equal(200)
    const shrunk = await alter({ remove: [uscc(11)] }, 'mall-7')
    expect(refused(shrunk)).to.deep.equal([422, 'SELLERS_SHRUNK'])
    expect(shrunk.body).to.have.nested.property('error.details').that.deep.equals({ before: 31, lost: 11, most: 10 })
    expect((await alter({ remove: [uscc(11)] }, 'mall-7', '?force=true')).body).to.include({ removed: 1, sellers: 20 })
    expect((await alter({ remove: [uscc(12)] }, 'mall-7')).body).to.include({ removed: 1 })
    world.setNow(new Date(NOW.getTime() + 86_400_000))
    expect((await alter({ remove: codes(13, 22) }, 'mall-7')).body).to.include({ removed: 10, sellers: 9 })
    expect(refused(await alter({ remove: [uscc(23)] }, 'mall-7'))).to.deep.equal([422, 'SELLERS_SHRUNK'])
  })

  it('does not guard a list that no longer counts', async () => {
    await send(codes(1, 30), 'mall-6', '?dated=2025-09-10')
    world.setNow(new Date('2026-03-20T02:00:00Z'))
    expect((await send([uscc(1)], 'mall-6')).body).to.deep.include({ sellers: 1 })
  })
})
