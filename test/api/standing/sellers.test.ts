import { expect } from 'chai'
import { isValidUscc } from '../../../src/domain/operators/codes.js'
import { globalOf } from '../global-ids.js'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, scored, TODAY, type World } from '../world.js'

const GRADES = 'standing { grade score overridden } score { value grade }'

describe('a marketplace’s own sellers over HTTP', () => {
  let world: World
  const [own, other, old] = [uscc(1), uscc(2), uscc(3)]
  const SHOP = 'shop:guguji:s-1'
  const REG_NO = '220102000000018'

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(own, '虚构青禾有限公司'),
      registration(other, '虚构白露有限公司'),
      {
        ...registration(old, '虚构旧号有限公司'),
        subject: { uscc: old, orgCode: null, regNo: REG_NO, shop: null, name: '虚构旧号有限公司' },
      },
    ])
    await world.bring('shops', [
      {
        kind: 'shop',
        key: 'guguji/s-1',
        subject: { uscc: null, orgCode: null, regNo: null, shop: SHOP, name: '虚构小店' },
        body: { name: '虚构小店' },
        validFrom: null,
        validTo: null,
        remarks: [],
      },
    ])
    for (const code of [own, other, old]) await scored(world, await operatorId(world, code), 720, 'A', [])
    const { id } = await world.database.db('operators').where({ shop: SHOP }).first('id')
    await scored(world, id, 500, 'C', [])
  })
  after(() => world.close())
  afterEach(async () => {
    await world.database.db('sellers').del()
    await world.database.db('seller_lists').del()
    await world.database.db('seller_claims').del()
    world.setNow(NOW)
  })

  const send = async (body: string | Buffer, { query = '', sub = 'mall', role = 'marketplace' as const } = {}) => {
    const answer = await fetch(`${world.url}/v1/sellers${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.token(role, sub)}`, 'content-type': 'text/csv' },
      body,
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, never> }
  }
  const gradesOf = async (code: string, sub = 'mall') => {
    const { data, errors } = await world.ask(
      `{ standing(code: "${code}") { grade score } operator(code: "${code}") { ${GRADES} } }`,
      { token: world.token('marketplace', sub) },
    )
    expect(errors).to.equal(undefined)
    const { standing, operator } = data
    const all = [standing.grade, standing.score, operator.standing.grade, operator.score?.value ?? null]
    expect(new Set(all.map((each) => each === null)).size, 'all of it or nothing').to.equal(1)
    return standing.grade
  }

  it('show it their score and grade, while it sees of other operators what the public sees', async () => {
    expect(await gradesOf(own)).to.equal(null)
    const { status, body } = await send(`统一社会信用代码,名称\n${own},虚构青禾\n${own},又一行\n不是代码,x\n${SHOP}\n`)
    expect(status).to.equal(200)
    expect(body).to.deep.equal({
      dated: TODAY,
      uploadedAt: NOW.toISOString(),
      sellers: 2,
      malformed: 1,
      wrongCheckDigit: 0,
      confirmed: 0,
      unconfirmed: 2,
      unconfirmedMost: 200,
      gradesClosed: 0,
      notice: null,
      holdsUntil: '2026-09-02',
      sequence: 1,
    })
    expect(await gradesOf(own)).to.equal('A')
    expect(await gradesOf(SHOP)).to.equal('C')
    expect(await gradesOf(other)).to.equal(null)
    expect(await gradesOf(own, 'another-mall')).to.equal(null)
  })

  it('have scores that it finds by id, unlike those of other operators', async () => {
    await send(own)
    const { db } = world.database
    const idOf = async (code: string) =>
      globalOf(
        'Score',
        (
          await db('scores')
            .where({ operator_id: await operatorId(world, code) })
            .first('id')
        ).id,
      )
    const { data } = await world.ask(
      `{ a: node(id: "${await idOf(own)}") { id } b: node(id: "${await idOf(other)}") { id } }`,
      {
        token: world.token('marketplace', 'mall'),
      },
    )
    expect(data.a).to.not.equal(null)
    expect(data.b).to.equal(null)
  })

  it('are the only operators that its filter by grade covers, also combined with a name', async () => {
    await send(`${own}\n${SHOP}`)
    const token = world.token('marketplace', 'mall')
    const ask = async (filter: string, by = token) =>
      (await world.ask(`{ operators(filter: {${filter}}) { totalCount nodes { uscc shop } } }`, { token: by })).data
        .operators
    expect(await ask('grade: A')).to.deep.equal({ totalCount: 1, nodes: [{ uscc: own, shop: null }] })
    expect(await ask('grade: C')).to.deep.equal({ totalCount: 1, nodes: [{ uscc: null, shop: SHOP }] })
    expect((await ask('name: "虚构白露", grade: A')).totalCount).to.equal(0)
    expect((await ask('name: "虚构青禾", grade: A')).nodes[0]).to.deep.equal({ uscc: own, shop: null })
    expect((await ask('grade: A', world.token('marketplace', 'no-list'))).totalCount).to.equal(0)
    expect((await ask('grade: A', world.token('officer'))).totalCount).to.equal(3)
  })

  it('may be named by an older code, in NDJSON, and by the marketplace’s shop ids', async () => {
    await send(REG_NO)
    expect(await gradesOf(old)).to.equal('A')
    await send(`{"code":"${own}"}\n{"shop":"s-1"}\n"${other}"\n`, { query: '?marketplace=guguji' })
    expect([await gradesOf(own), await gradesOf(SHOP), await gradesOf(other)]).to.deep.equal(['A', 'C', 'A'])
    expect(await gradesOf(old)).to.equal(null)
  })

  it('a new list replaces the one before; an older one is refused', async () => {
    await send(own, { query: '?dated=2026-02-01' })
    expect((await send(other, { query: '?dated=2026-01-31' })).body).to.have.nested.property(
      'error.code',
      'SELLERS_OLDER',
    )
    expect(await gradesOf(own)).to.equal('A')
    await send(other, { query: '?dated=2026-02-01' })
    expect([await gradesOf(own), await gradesOf(other)]).to.deep.equal([null, 'A'])
    expect(await world.database.db('seller_lists').select('dated', 'current').orderBy('id')).to.deep.equal([
      { dated: '2026-02-01', current: false },
      { dated: '2026-02-01', current: true },
    ])
  })

  it('a list not renewed for six months opens nothing', async () => {
    await send(own, { query: '?dated=2025-09-03' })
    expect(await gradesOf(own)).to.equal('A')
    world.setNow(new Date('2026-03-03T02:00:00Z'))
    expect(await gradesOf(own)).to.equal(null)
    const { data } = await world.ask('{ sellerList { dated holdsUntil holds sellers malformed } }', {
      token: world.token('marketplace', 'mall'),
    })
    expect(data.sellerList).to.deep.equal({
      dated: '2025-09-03',
      holdsUntil: '2026-03-03',
      holds: false,
      sellers: 1,
      malformed: 0,
    })
  })

  it('section 7: the answer to a list counts mistyped codes, but not a genuine one with a wrong check digit', async () => {
    const mistyped = `${own.slice(0, 17)}${own.endsWith('1') ? '2' : '1'}`
    const { body } = await send(`${own}\n${mistyped}\n${mistyped}\n`)
    expect(body).to.deep.include({ sellers: 2, malformed: 0, wrongCheckDigit: 1 })
    await world.database.db('operators').where({ uscc: other }).update({ uscc: mistyped })
    expect((await send(`${own}\n${mistyped}\n`)).body).to.deep.include({ sellers: 2, wrongCheckDigit: 0 })
    await world.database.db('operators').where({ uscc: mistyped }).update({ uscc: other })
  })

  it('F-5: a shop id that is an ID number is not stored, in any spelling', async () => {
    const id = '220102199003071234'
    const valid = [...'0123456789X'].map((digit) => id.slice(0, 17) + digit).filter((code) => !isValidUscc(code))
    const lines = [
      own,
      other,
      ...valid,
      `shop:mall:${valid[0]}`,
      '220102199003 07123X',
      '２２０１０２１９９００３０７１２３４',
    ]
    const { body } = await send(
      `${[...lines, own, 's-1', 's-2', ...Array.from({ length: 20 }, (_, n) => `s-${n}`)].join('\n')}\n`,
      {
        query: '?marketplace=mall',
      },
    )
    const kept = await world.database.db('sellers').pluck('code')
    expect(kept.filter((code: string) => /^(?:shop:mall:)?(?:22|２２)/.test(code))).to.deep.equal([])
    expect(body).to.deep.include({ sellers: 22, malformed: valid.length + 3 })
  })

  it('an unreadable file, an impossible day and an unknown parameter change nothing', async () => {
    await send(own)
    for (const [body, query, code] of [
      ['甲,乙\n丙,丁\n', '', 'SELLERS_UNREADABLE'],
      ['', '', 'SELLERS_UNREADABLE'],
      [other, '?dated=2026-03-03', 'SELLERS_DATE'],
      [other, '?dated=2025-09-02', 'SELLERS_DATE'],
      [other, '?dated=2026-02-30', 'DATE_INVALID'],
      [other, '?marketplace=A%20B', 'INPUT_INVALID'],
      [other, '?client=another', 'INPUT_INVALID'],
    ] as const)
      expect((await send(body, { query })).body, `${body} ${query}`).to.have.nested.property('error.code', code)
    expect([await gradesOf(own), await gradesOf(other)]).to.deep.equal(['A', null])
  })

  it('a refused list is answered with its share of rows without a code, or with the fact that it is empty', async () => {
    for (const [body, detail] of [
      ['', '名单中没有一行，未作任何改动。The list holds no line; nothing was changed.'],
      [
        '甲,乙\n丙,丁\n',
        '2 行中有 2 行没有代码（例如第 1、2 行），未作任何改动。2 of 2 lines hold no code (such as 1, 2); nothing was changed.',
      ],
    ] as const)
      expect((await send(body)).body).to.include({ detail })
  })

  it('can be listed by marketplaces only, each for itself', async () => {
    for (const role of ['credit_service', 'agency', 'officer', 'party'] as const)
      expect((await send(own, { role: role as never })).status, role).to.equal(403)
    const { errors } = await world.ask('{ sellerList { dated } }', { token: world.token('officer') })
    expect(errors?.[0]?.extensions['code']).to.equal('FORBIDDEN')
    expect(
      (await world.ask('{ sellerList { dated } }', { token: world.token('marketplace', 'new') })).data,
    ).to.deep.equal({
      sellerList: null,
    })
    const put = await fetch(`${world.url}/v1/sellers`, { method: 'PUT' })
    expect([put.status, put.headers.get('allow')]).to.deep.equal([405, 'GET, POST, PATCH'])
  })

  it('one of two simultaneous lists replaces the other as a whole', async () => {
    const codes = Array.from({ length: 300 }, (_, i) => uscc(1000 + i))
    await Promise.all([send(codes.join('\n'), { sub: 'one' }), send(codes.slice(0, 100).join('\n'), { sub: 'two' })])
    const { rows } = await world.database.db.raw(
      `select l.client, l.sellers, count(*)::int as kept from seller_lists l join sellers s on s.list_id = l.id group by l.id order by 1`,
    )
    expect(rows).to.deep.equal([
      { client: 'one', sellers: 300, kept: 300 },
      { client: 'two', sellers: 100, kept: 100 },
    ])
  })

  it('a list that waits too long for another is refused as busy, and stored when sent again', async () => {
    const answer = await world.database.db.transaction(async (tx) => {
      await tx.raw(`select pg_advisory_xact_lock(hashtextextended('hub.sellers mall', 0))`)
      return send(`${own}\n`)
    })
    expect([answer.status, answer.body['error']?.['code']]).to.deep.equal([409, 'RUN_BUSY'])
    expect((await send(`${own}\n`)).status).to.equal(200)
  })

  it('standings of many cost the same number of statements, whatever their number', async () => {
    await send([own, other, old].join('\n'))
    const token = world.token('marketplace', 'mall')
    const cost = async (codes: string[]) =>
      (
        await world.statements(() =>
          world.ask('query($c: [String!]!) { standings(codes: $c) { grade } }', { token, variables: { c: codes } }),
        )
      ).length
    expect(await cost([own, other, old, SHOP])).to.equal(await cost([own, SHOP]))
  })
})

describe('authorisations of a credit service, over HTTP', () => {
  let world: World
  const [one, two] = [uscc(1), uscc(2)]
  const service = (sub = 'bureau') => world.token('credit_service', sub)
  const INPUT = {
    operator: one,
    document: '授权书 2026-01，存本所档案',
    sha256: 'AB'.repeat(32),
    givenOn: '2026-01-05',
    endsOn: '2027-01-05',
  }

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(one, '虚构青禾有限公司'), registration(two, '虚构白露有限公司')])
    for (const code of [one, two]) await scored(world, await operatorId(world, code), 720, 'A', [])
  })
  after(() => world.close())
  afterEach(() => world.database.db('authorisations').del())

  const record = (input: object = {}, token = service()) =>
    world.ask(
      'mutation($i: RecordAuthorisationInput!) { recordAuthorisation(input: $i) { id client holds document operator { uscc } } }',
      { token, variables: { i: { ...INPUT, ...input } } },
    )
  const withdraw = (id: string, token: string) =>
    world.ask(`mutation { withdrawAuthorisation(id: "${id}") { holds withdrawnBy } }`, { token })
  const gradeOf = async (code: string, token = service()) => {
    const { data } = await world.ask(`{ operator(code: "${code}") { ${GRADES} } }`, { token })
    return [data.operator.standing.grade, data.operator.score?.grade ?? null]
  }

  it('give the service the score of that operator, which it does not see without one', async () => {
    expect(await gradeOf(one)).to.deep.equal([null, null])
    const { data } = await record()
    expect(data.recordAuthorisation).to.deep.include({ client: 'bureau', holds: true, operator: { uscc: one } })
    expect(await gradeOf(one)).to.deep.equal(['A', 'A'])
    expect(await gradeOf(two)).to.deep.equal([null, null])
    expect(await gradeOf(one, service('another'))).to.deep.equal([null, null])
    const { data: found } = await world.ask('{ operators(filter: {grade: A}) { totalCount nodes { uscc } } }', {
      token: service(),
    })
    expect(found.operators).to.deep.equal({ totalCount: 1, nodes: [{ uscc: one }] })
  })

  it('are seen and withdrawn by the operator and the service, and found by nobody else', async () => {
    const id = (await record()).data.recordAuthorisation.id
    for (const token of [service('another'), world.token('party', two)])
      expect((await withdraw(id, token)).errors?.[0]?.extensions['code']).to.equal('AUTHORISATION_UNKNOWN')
    expect((await withdraw('zzz', service())).errors?.[0]?.extensions['code']).to.equal('AUTHORISATION_UNKNOWN')
    expect((await withdraw(id, world.token('officer'))).errors?.[0]?.extensions['code']).to.equal('FORBIDDEN')
    const seen = async (token: string) =>
      (await world.ask(`{ operator(code: "${one}") { authorisations { client } } }`, { token })).data.operator
        .authorisations.length
    expect(await seen(world.token('party', one))).to.equal(1)
    expect(await seen(world.token('auditor'))).to.equal(1)
    expect(await seen(service())).to.equal(1)
    expect(await seen(service('another'))).to.equal(0)
    expect(await seen(world.token('marketplace'))).to.equal(0)
    const party = await withdraw(id, world.token('party', one))
    expect(party.data.withdrawAuthorisation).to.deep.equal({ holds: false, withdrawnBy: 'party' })
    expect(await gradeOf(one)).to.deep.equal([null, null])
    const again = (await record()).data.recordAuthorisation.id
    expect((await withdraw(again, service())).data.withdrawAuthorisation.withdrawnBy).to.equal('bureau')
    const node = async (token: string) => (await world.ask(`{ node(id: "${again}") { id } }`, { token })).data.node
    for (const token of [service(), world.token('party', one), world.token('auditor')])
      expect(await node(token)).to.deep.equal({ id: again })
    for (const token of [service('another'), world.token('party', two), world.token('marketplace')])
      expect(await node(token)).to.equal(null)
  })

  it('end by themselves, after a year at most', async () => {
    await record({ endsOn: '2026-03-03' })
    expect(await gradeOf(one)).to.deep.equal(['A', 'A'])
    world.setNow(new Date('2026-03-03T02:00:00Z'))
    expect(await gradeOf(one)).to.deep.equal(['A', 'A'])
    world.setNow(new Date('2026-03-04T02:00:00Z'))
    expect(await gradeOf(one)).to.deep.equal([null, null])
    world.setNow(NOW)
    for (const wrong of [{ givenOn: '2026-03-03' }, { endsOn: '2026-03-01' }, { endsOn: '2027-01-06' }])
      expect((await record(wrong)).errors?.[0]?.extensions['code']).to.equal('AUTHORISATION_TERM')
  })

  it('P-B4: are refused without the SHA-256 of their document, and then open no grade', async () => {
    for (const sha256 of [null, '', 'ab', 'g'.repeat(64), 'a'.repeat(63)]) {
      const { errors } = await record({ sha256 })
      expect(errors?.[0]?.extensions['code'], String(sha256)).to.equal('INPUT_INVALID')
    }
    expect(await gradeOf(one)).to.deep.equal([null, null])
    await record()
    const { data } = await world.ask(`{ operator(code: "${one}") { authorisations { sha256 document } } }`, {
      token: world.token('party', one),
    })
    expect(data.operator.authorisations).to.deep.equal([{ sha256: 'ab'.repeat(32), document: INPUT.document }])
  })

  it('need a document and an operator, store no ID number, and are open to credit services only', async () => {
    const { data } = await record({ document: '授权书，110101199003074610 签' })
    expect(data.recordAuthorisation.document).to.not.include('110101199003074610')
    expect((await record({ document: ' ' })).errors?.[0]?.extensions['code']).to.equal('INPUT_INVALID')
    expect((await record({ operator: uscc(99) })).errors?.[0]?.extensions['code']).to.equal('OPERATOR_UNKNOWN')
    for (const role of ['marketplace', 'officer', 'party'] as const)
      expect((await record({}, world.token(role))).errors?.[0]?.extensions['code'], role).to.equal('FORBIDDEN')
  })
})
