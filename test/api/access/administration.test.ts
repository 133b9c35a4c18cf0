import { expect } from 'chai'
import * as store from '../../../src/store/audit/audit-log.js'
import * as lockouts from '../../../src/work/access/lockouts.js'
import { openMatter } from '../../../src/work/matters/matters.js'
import { confirmedPerson } from '../../support/accounts.js'
import { dumpOf, log } from '../../support/world.js'
import { makeWorld, NOW, type World } from '../world.js'

const DAY_MS = 86_400_000

describe('administration over GraphQL', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await confirmedPerson(world.database.db, { name: '虚构安全', role: 'administrator', duty: 'security' }, [], NOW)
  })
  after(() => world.close())

  const as = (role: Parameters<World['token']>[0], sub = `虚构${role}`) => world.token(role, sub)
  const act = async (query: string, variables: object = {}, token = as('administrator')) => {
    const { data, errors } = await world.ask(query, { variables, token })
    return { data, code: errors?.[0]?.extensions['code'] }
  }
  /** Confirms as a second person with the duty `security`, stating the `pendingSince` that was read before. */
  const confirm = async (what: 'Person' | 'Client', name: string, token = as('administrator', '虚构安全')) => {
    const list = what === 'Person' ? 'people' : 'clients'
    const { data } = await act(`{ ${list} { name pendingSince } }`)
    const { pendingSince } = data[list].find((one: { name: string }) => one.name === name)
    return act(
      `mutation C($name: String!, $seen: DateTime!) { confirm${what}(name: $name, pendingSince: $seen) { pendingSince confirmedBy } }`,
      { name, seen: pendingSince },
      token,
    )
  }
  const propose = async (holidays: string[]): Promise<string> => {
    const { data } = await act(
      `mutation P($holidays: [Date!]) { amendCalendar(input: { holidays: $holidays, reason: "虚构通知" }) { proposal { id } } }`,
      { holidays },
    )
    return data.amendCalendar.proposal.id
  }
  /** Decides as an officer, who is not the person that proposed the amendment. */
  const decide = (id: string, verdict: string, { note = null as string | null, token = as('officer') } = {}) =>
    act(
      `mutation D($input: DecideCalendarInput!) { decideCalendar(input: $input) { proposal { state } } }`,
      { input: { id, verdict, note } },
      token,
    )
  const tokenFor = (name: string, secret: string) =>
    fetch(`${world.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    }).then(({ status }) => status)
  const signIn = (name: string, password: string) =>
    fetch(`${world.url}/desk/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password, newPassword: 'fjord kelp umbra lantern' }),
    }).then(({ status }) => status)

  it('registers partners, and agencies that have seats in matters but no feed', async () => {
    const add = async (input: object) => {
      const { data, code } = await act(
        `mutation A($input: RegisterInput!) { addClient(input: $input) { client { role agency region } } }`,
        { input },
      )
      return code ?? data.addClient.client
    }
    expect(await add({ name: '虚构快递', role: 'partner' })).to.deep.equal({
      role: 'partner',
      agency: null,
      region: null,
    })
    const police = { role: 'agency', agency: 'police', region: '220100' }
    expect(await add({ name: '虚构公安', ...police })).to.deep.equal(police)
    expect(await add({ name: '虚构机关', ...police, agency: 'weather' })).to.equal('AGENCY_UNKNOWN')
  })

  it('binds a person of a marketplace or a partner to its system, in whose matters that person acts', async () => {
    const add = async (what: 'Client' | 'Person', input: object) => {
      const shown = what === 'Client' ? 'secret' : 'oneTimePassword person { role agency agencyName { zh } }'
      const { data, code } = await act(
        `mutation A($input: RegisterInput!) { add${what}(input: $input) { ${shown} } }`,
        { input },
      )
      return code ?? data[`add${what}`]
    }
    const person = { name: '虚构快递员', role: 'partner' }
    await add('Client', { name: '虚构快运', role: 'partner' })
    expect(await add('Person', person)).to.equal('USAGE')
    for (const agency of ['虚构无此系统', 'market-regulator', '虚构公安'])
      expect(await add('Person', { ...person, agency }), agency).to.equal('CLIENT_UNKNOWN')
    expect(await add('Person', { ...person, role: 'marketplace', agency: '虚构快运' })).to.equal('CLIENT_UNKNOWN')
    expect(await add('Client', { name: '虚构冒名', role: 'partner', agency: '虚构快运' })).to.equal('USAGE')
    expect((await add('Person', { ...person, agency: '虚构快运' })).person).to.deep.equal({
      role: 'partner',
      agency: '虚构快运',
      agencyName: null,
    })
    const fields = { source: 'REFUSAL', facts: '虚构：收寄时发现标注虚构商标的包裹' }
    const opening = { kind: 'clue', to: 'market-regulator@220000', fields }
    const own = { by: person.name, role: 'partner', seat: '虚构快运' } as const
    const { db, rules, keys } = world.parts
    await openMatter({ db, rules, keys }, own, opening, NOW)
    const sent = (token: string) => act('{ matters(queue: OTHERS) { nodes { sender } } }', {}, token)
    const bound = world.token('partner', person.name, '虚构快运')
    for (const token of [bound, world.token('partner', '虚构快运')])
      expect((await sent(token)).data.matters.nodes).to.deep.equal([{ sender: '虚构快运' }])
    expect((await sent(world.token('partner', person.name))).data.matters.nodes).to.deep.equal([])
    await act('mutation { endClient(name: "虚构快运") { name } }')
    expect(await add('Person', { ...person, name: '虚构快递员二', agency: '虚构快运' })).to.equal('CLIENT_UNKNOWN')
  })

  it('names the agency of an account in its own region', async () => {
    const input = { name: '虚构邻省', role: 'agency', agency: 'market-regulator', region: '210000' }
    const query = `mutation A($input: RegisterInput!) { addClient(input: $input) { client { agencyName { zh } } } }`
    expect((await act(query, { input })).data.addClient.client).to.deep.equal({
      agencyName: { zh: '辽宁省市场监督管理厅' },
    })
  })

  it('registers a system with a secret shown once, rotates it with an overlap, and ends it', async () => {
    const added = await act(
      `mutation A($input: RegisterInput!) { addClient(input: $input) { secret client { name role agency region rotatedAt endedAt } } }`,
      { input: { name: 'gugu', role: 'marketplace', region: '220100' } },
    )
    const { secret, client } = added.data.addClient
    expect(client).to.deep.equal({
      name: 'gugu',
      role: 'marketplace',
      agency: null,
      region: '220100',
      rotatedAt: null,
      endedAt: null,
    })
    expect(await tokenFor('gugu', secret)).to.equal(400)
    expect((await confirm('Client', 'gugu', as('administrator'))).code).to.equal('DUTY_MISSING')
    const { data } = await confirm('Client', 'gugu')
    expect(data.confirmClient).to.deep.equal({ pendingSince: null, confirmedBy: '虚构安全' })
    expect(await tokenFor('gugu', secret)).to.equal(200)
    const changed = await act(
      `mutation { rotateClient(name: "gugu", overlapHours: 2) { secret client { previousUntil } } }`,
    )
    expect(changed.data.rotateClient.client.previousUntil).to.equal('2026-03-02T04:00:00.000Z')
    expect(await tokenFor('gugu', secret)).to.equal(200)
    const leaked = await act(
      `mutation { rotateClient(name: "gugu", leaked: true) { secret client { previousUntil } } }`,
    )
    expect(leaked.data.rotateClient.client.previousUntil).to.equal(null)
    expect(await tokenFor('gugu', changed.data.rotateClient.secret)).to.equal(401)
    expect(await tokenFor('gugu', leaked.data.rotateClient.secret)).to.equal(400)
    await confirm('Client', 'gugu')
    expect(await tokenFor('gugu', leaked.data.rotateClient.secret)).to.equal(200)
    const ended = await act(`mutation { endClient(name: "gugu") { name endedAt } }`)
    expect(ended.data.endClient.endedAt).to.be.a('string')
    expect(await tokenFor('gugu', leaked.data.rotateClient.secret)).to.equal(401)
    const kept = await dumpOf(world.database.db)
    for (const told of [secret, changed.data.rotateClient.secret]) expect(kept.includes(told)).to.equal(false)
    const rows = await store.listRows(
      world.database.db,
      {
        client: '虚构administrator',
        role: null,
        kind: 'OUTCOME',
        request: null,
        from: null,
        until: null,
        operators: null,
      },
      { first: 50, before: null },
    )
    expect(rows.filter(({ content }) => content?.asked.includes('gugu'))).to.have.length(5)
  })

  it('section 7: registers a person who signs in after a second person’s confirmation, resets the password, and ends the account', async () => {
    const added = await act(
      `mutation A($input: RegisterInput!) { addPerson(input: $input) { oneTimePassword goodUntil person { name role oneTimeUntil seenAt } } }`,
      { input: { name: '虚构经办', role: 'officer' } },
    )
    const { oneTimePassword, goodUntil, person } = added.data.addPerson
    expect(person).to.deep.equal({ name: '虚构经办', role: 'officer', oneTimeUntil: goodUntil, seenAt: null })
    expect(Date.parse(goodUntil)).to.equal(Date.parse('2026-03-02T02:00:00Z') + 7 * DAY_MS)
    expect(await signIn('虚构经办', oneTimePassword)).to.equal(403)
    expect((await confirm('Person', '虚构经办')).data.confirmPerson.confirmedBy).to.equal('虚构安全')
    expect(await signIn('虚构经办', oneTimePassword)).to.equal(200)
    const again = await act(`mutation { resetPerson(name: "虚构经办") { oneTimePassword person { oneTimeUntil } } }`)
    expect(await signIn('虚构经办', oneTimePassword)).to.equal(401)
    expect(await signIn('虚构经办', again.data.resetPerson.oneTimePassword)).to.equal(403)
    await confirm('Person', '虚构经办')
    expect(await signIn('虚构经办', again.data.resetPerson.oneTimePassword)).to.equal(200)
    await act(`mutation { endPerson(name: "虚构经办") { name } }`)
    expect(await signIn('虚构经办', 'fjord kelp umbra lantern')).to.equal(401)
    const { data } = await act(`{ people { name role seenAt endedAt } }`, {}, as('auditor'))
    expect(data.people.find(({ name }: { name: string }) => name === '虚构经办').endedAt).to.be.a('string')
  })

  it('lifts a lockout of a person and of a system early, with an audit row', async () => {
    const { db } = world.database
    const known = { pseudonymOf: world.keys.pseudonymOf, known: true, log }
    const now = new Date('2026-03-02T02:00:00Z')
    const { secret } = (
      await act(`mutation A($input: RegisterInput!) { addClient(input: $input) { secret } }`, {
        input: { name: '虚构鸪鸪', role: 'marketplace' },
      })
    ).data.addClient
    const { oneTimePassword } = (
      await act(`mutation A($input: RegisterInput!) { addPerson(input: $input) { oneTimePassword } }`, {
        input: { name: '虚构Lin', role: 'officer' },
      })
    ).data.addPerson
    await confirm('Client', '虚构鸪鸪')
    await confirm('Person', '虚构Lin')
    const shut = async (kind: 'CLIENT' | 'PERSON', name: string, many: number) => {
      for (let n = 0; n < many; n += 1)
        await lockouts.noteFailedSignIn(db, { kind, name, address: '127.0.0.1' }, { ...known, now })
    }
    await shut('CLIENT', '虚构鸪鸪', 60)
    // The names differ in case only, so they are one person.
    await shut('PERSON', '虚构lin', 10)
    expect([await tokenFor('虚构鸪鸪', secret), await signIn('虚构Lin', oneTimePassword)]).to.deep.equal([429, 429])
    const lift = `mutation L($kind: LockoutKind!, $name: String!) { liftLockout(kind: $kind, name: $name) { kind name failures } }`
    expect((await act(lift, { kind: 'CLIENT', name: '虚构鸪鸪' }, as('auditor'))).code).to.equal('FORBIDDEN')
    expect((await act(lift, { kind: 'PERSON', name: '虚构鸪鸪' })).code).to.equal('LOCKOUT_UNKNOWN')
    const lifted = await act(lift, { kind: 'CLIENT', name: '虚构鸪鸪' })
    expect(lifted.data.liftLockout).to.deep.equal([{ kind: 'CLIENT', name: '虚构鸪鸪', failures: 60 }])
    expect((await act(lift, { kind: 'PERSON', name: '虚构Lin' })).data.liftLockout[0].failures).to.equal(10)
    expect([await tokenFor('虚构鸪鸪', secret), await signIn('虚构Lin', oneTimePassword)]).to.deep.equal([200, 200])
    expect((await act(lift, { kind: 'CLIENT', name: '虚构鸪鸪' })).code).to.equal('LOCKOUT_UNKNOWN')
    const { data } = await act(
      `{ auditLog(filter: { client: "虚构administrator", kind: OUTCOME }, first: 50) { nodes { asked } } }`,
    )
    const told = data.auditLog.nodes.filter(({ asked }: { asked: string }) => asked.includes('liftLockout'))
    expect(told.length).to.be.at.least(2)
  })

  for (const [query, code] of [
    ['mutation { liftLockout(kind: PERSON, name: "nobody") { name } }', 'LOCKOUT_UNKNOWN'],
    ['mutation { addClient(input: { name: "a b", role: officer }) { secret } }', 'USAGE'],
    ['mutation { addClient(input: { name: "x", role: party }) { secret } }', 'ROLE_UNKNOWN'],
    ['mutation { addClient(input: { name: "x", role: agency, agency: "nobody" }) { secret } }', 'AGENCY_UNKNOWN'],
    ['mutation { addPerson(input: { name: "x", role: officer, region: "22" }) { oneTimePassword } }', 'USAGE'],
    ['mutation { rotateClient(name: "nobody") { secret } }', 'CLIENT_UNKNOWN'],
    ['mutation { rotateClient(name: "nobody", overlapHours: 9999) { secret } }', 'USAGE'],
    ['mutation { endClient(name: "nobody") { name } }', 'CLIENT_UNKNOWN'],
    ['mutation { endPerson(name: "nobody") { name } }', 'PERSON_UNKNOWN'],
    ['mutation { resetPerson(name: "nobody") { oneTimePassword } }', 'PERSON_UNKNOWN'],
    ['mutation { endPerson(name: "虚构Administrator") { name } }', 'OWN_ACCESS'],
    ['{ calendar(year: 1900) { year } }', 'INPUT_INVALID'],
  ] as const)
    it(`refuses ${query} with ${code}`, async () => {
      expect((await act(query)).code).to.equal(code)
    })

  it('is open to administrators, and to auditors for reading', async () => {
    for (const role of ['marketplace', 'credit_service', 'agency', 'officer', 'reviewer', 'party'] as const) {
      expect((await act('{ clients { name } }', {}, as(role))).code, role).to.equal('FORBIDDEN')
      expect((await act('{ people { name } }', {}, as(role))).code, role).to.equal('FORBIDDEN')
    }
    expect((await act('{ clients { name } people { name } }', {}, as('auditor'))).code).to.equal(undefined)
    expect((await act('mutation { endClient(name: "x") { name } }', {}, as('auditor'))).code).to.equal('FORBIDDEN')
  })

  it('the rule tables list their rows, and for a given day only the rows in force then', async () => {
    const { data } = await act(
      `query T($on: Date) { ruleTables(on: $on) { name aboutZh sections { name rows { from to basis confirmed fields { name value } } } } }`,
      {},
      as('agency'),
    )
    const names = data.ruleTables.map(({ name }: { name: string }) => name)
    expect(names).to.include.members([
      'clocks',
      'documents',
      'lists',
      'measures',
      'recovery',
      'timeliness',
      'audit-log',
    ])
    const rows = (tables: typeof data.ruleTables, name: string) =>
      tables
        .find((table: { name: string }) => table.name === name)
        .sections.flatMap(({ rows }: { rows: { from: string | null; to: string | null }[] }) => rows)
    const then = await act(
      `query T($on: Date) { ruleTables(on: $on) { name sections { name rows { from to } } } }`,
      { on: '2020-01-01' },
      as('agency'),
    )
    expect(rows(then.data.ruleTables, 'clocks').length).to.be.lessThan(rows(data.ruleTables, 'clocks').length)
    for (const { from, to } of rows(then.data.ruleTables, 'clocks')) {
      expect(from === null || from <= '2020-01-01').to.equal(true)
      expect(to === null || to >= '2020-01-01').to.equal(true)
    }
  })

  it('the calendar of a year lists its days off, and who amended which', async () => {
    const id = await propose(['2026-07-01'])
    await decide(id, 'CONFIRM')
    const { data } = await act(
      `{ calendar(year: 2026) { year knownUntil days { on working reason amendedBy confirmedBy } } }`,
      {},
      as('agency'),
    )
    const day = (on: string) => data.calendar.days.find((one: { on: string }) => one.on === on)
    expect(day('2026-01-01')).to.deep.equal({
      on: '2026-01-01',
      working: false,
      reason: null,
      amendedBy: null,
      confirmedBy: null,
    })
    expect(day('2026-07-01')).to.deep.equal({
      on: '2026-07-01',
      working: false,
      reason: '虚构通知',
      amendedBy: '虚构administrator',
      confirmedBy: '虚构officer',
    })
  })

  it('section 7: refused and withdrawn amendments of the calendar change nothing and stay in history', async () => {
    const refused = await propose(['2026-07-02'])
    expect((await decide(refused, 'REFUSE')).code, 'a refusal says why').to.equal('INPUT_INVALID')
    expect((await decide(refused, 'WITHDRAW')).code).to.equal('CALENDAR_ANOTHERS')
    expect((await decide(refused, 'REFUSE', { note: '文号有误' })).code).to.equal(undefined)
    const withdrawn = await propose(['2026-07-03'])
    expect((await decide(withdrawn, 'WITHDRAW', { token: as('administrator') })).code).to.equal(undefined)
    for (const id of ['0', 'x', '999999']) expect((await decide(id, 'CONFIRM')).code, id).to.equal('CALENDAR_UNKNOWN')
    const { data } = await act(
      `{ calendarProposals { id holidays reason state proposedBy decidedBy note } calendar(year: 2026) { days { on } } }`,
    )
    const shared = { reason: '虚构通知', proposedBy: '虚构administrator' }
    expect(data.calendarProposals.slice(0, 2)).to.deep.equal([
      {
        ...shared,
        id: withdrawn,
        holidays: ['2026-07-03'],
        state: 'WITHDRAWN',
        decidedBy: '虚构administrator',
        note: null,
      },
      {
        ...shared,
        id: refused,
        holidays: ['2026-07-02'],
        state: 'REFUSED',
        decidedBy: '虚构officer',
        note: '文号有误',
      },
    ])
    const days = data.calendar.days.map(({ on }: { on: string }) => on)
    expect(days).to.not.include.members(['2026-07-02'])
    expect(days).to.not.include.members(['2026-07-03'])
    expect((await act('{ calendarProposals { id } }', {}, as('reviewer'))).code).to.equal('FORBIDDEN')
  })

  it('section 7: of two simultaneous decisions on an amendment, one is refused as settled', async () => {
    const id = await propose(['2026-07-06'])
    const both = await Promise.all([decide(id, 'CONFIRM'), decide(id, 'REFUSE', { note: '不同意' })])
    expect(both.map(({ code }) => code ?? 'none').sort()).to.deep.equal(['CALENDAR_SETTLED', 'none'])
  })
})
