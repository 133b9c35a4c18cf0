import { expect } from 'chai'
import { parseContent } from '../../../src/domain/audit/audit-log.js'
import { CHANGES_RETAINED_DAYS } from '../../../src/domain/standing/changes.js'
import { tidyChanges } from '../../../src/work/standing/changes/number.js'
import { publishListing } from '../listed-world.js'
import { penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, scored, TODAY, type World } from '../world.js'

const DAY_MS = 86_400_000

describe('changes of a marketplace’s sellers, page by page', () => {
  let world: World
  const [own, other, listed] = [uscc(1), uscc(2), uscc(3)]
  const NUMBER = '虚市监处罚〔2026〕1号'
  let listing: string

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(own, '虚构青禾有限公司'),
      registration(other, '虚构白露有限公司'),
      registration(listed, '虚构霜降有限公司'),
    ])
    await world.bring('penalties', [penalty(listed, NUMBER)])
    await send('mall', [own, listed])
    await send('bazaar', [other, listed])
  })
  after(() => world.close())

  const send = async (client: string, codes: readonly string[]) => {
    const answer = await fetch(`${world.url}/v1/sellers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.token('marketplace', client)}` },
      body: codes.join('\n'),
    })
    return (await answer.json()) as { sequence: number }
  }
  const get = async (
    client: string,
    query = '',
    headers: Record<string, string> = {},
    role = 'marketplace' as const,
  ) => {
    const answer = await fetch(`${world.url}/v1/changes${query}`, {
      headers: { authorization: `Bearer ${world.token(role, client)}`, accept: 'application/json', ...headers },
    })
    // biome-ignore lint/suspicious/noExplicitAny: its shape is what is asked about
    return { status: answer.status, type: answer.headers.get('content-type'), body: (await answer.json()) as any }
  }
  const after_ = async (client: string, after: number) => (await get(client, `?after=${after}`)).body
  const rename = (code: string, name: string) =>
    world.database.db.raw('update operators set name = ? where uscc = ?', [name, code])
  const lastOf = async (client: string): Promise<number> => (await get(client)).body.next

  it('are numbered from 1 for each marketplace, starting with the replaced list', async () => {
    for (const client of ['mall', 'bazaar']) {
      const { changes, next, more } = await after_(client, 0)
      expect([next, more]).to.deep.equal([1, false])
      expect(changes).to.deep.equal([
        { version: 2, sequence: 1, at: NOW.toISOString(), code: null, what: ['SELLERS'], standing: null },
      ])
    }
  })

  it('cover its own sellers only, with their standing as it sees it', async () => {
    const [mine, theirs] = [await lastOf('mall'), await lastOf('bazaar')]
    await rename(own, '虚构青禾新有限公司')
    const { changes, next } = await after_('mall', mine)
    expect(changes).to.have.length(1)
    expect(changes[0]).to.deep.include({ sequence: mine + 1, code: own, what: ['NAME'] })
    expect(changes[0].standing).to.deep.equal({
      uscc: own,
      name: '虚构青禾新有限公司',
      status: 'KNOWN',
      grade: null,
      score: null,
      objected: false,
      listed: false,
      listings: [],
      // No full list feed has been pulled here.
      asOf: '1970-01-01T00:00:00.000Z',
      stale: true,
    })
    expect(next).to.equal(mine + 1)
    expect((await after_('bazaar', theirs)).changes).to.deep.equal([])
  })

  it('include a changed grade, and not a score within the same grade', async () => {
    await scored(world, await operatorId(world, own), 720, 'A', [])
    const first = await lastOf('mall')
    await scored(world, await operatorId(world, own), 700, 'A', [])
    expect((await after_('mall', first)).changes).to.deep.equal([])
    await scored(world, await operatorId(world, own), 500, 'C', [])
    const { changes } = await after_('mall', first)
    expect(changes.map((one: { what: string[] }) => one.what)).to.deep.equal([['GRADE']])
    expect(changes[0].standing).to.deep.include({ grade: 'C', score: 500 })
  })

  it('include a changed status, and its reversal', async () => {
    const from = await lastOf('mall')
    await world.database.db('operators').where({ uscc: own }).update({ status: 'DEREGISTERED' })
    expect((await after_('mall', from)).changes[0]).to.deep.include({ what: ['STATUS'] })
    expect((await after_('mall', from)).changes[0].standing.status).to.equal('CEASED')
    await world.database.db('operators').where({ uscc: own }).update({ status: 'ACTIVE' })
  })

  it('include for every marketplace with the seller a new entry, the objection to it, and before other changes its removal', async () => {
    const [mine, theirs] = [await lastOf('mall'), await lastOf('bazaar')]
    listing = await publishListing(world, listed, NUMBER)
    for (const [client, from] of [
      ['mall', mine],
      ['bazaar', theirs],
    ] as const) {
      const { changes } = await after_(client, from)
      const last = changes.at(-1)
      expect(last.what, client).to.include('ENTRY_ADDED')
      expect(last.standing.listed).to.equal(true)
      expect(last.standing.listings[0]).to.deep.include({ id: listing, kind: 'serious', contested: false })
      // A change describes the entries exactly as GET /v1/standing does.
      const headers = { authorization: `Bearer ${world.token('marketplace', client)}` }
      const answer = await fetch(`${world.url}/v1/standing/${listed}`, { headers })
      const { listings } = (await answer.json()) as { listings: unknown }
      expect(last.standing.listings, 'P-B9').to.deep.equal(listings)
    }
    const said = await lastOf('mall')
    await world.database.db.raw(
      `update public_entries set body = body || '{"contested": true}', body_hash = 'other' where body->>'uscc' = ?`,
      [listed],
    )
    const contested = (await after_('mall', said)).changes[0]
    expect(contested.what).to.deep.equal(['ENTRY_CHANGED'])
    expect(contested.standing.listings[0].contested).to.equal(true)
    const before = await lastOf('mall')
    // Numbered together with a change of a seller whose code sorts first, the removal still gets the lower number.
    await rename(own, '虚构青禾又一有限公司')
    const { errors } = await world.ask(
      'mutation($input: MoveInput!) { removeListing(input: $input) { listing { state } } }',
      {
        token: world.token('reviewer', 'reviewer-1'),
        variables: {
          input: {
            id: listing,
            on: TODAY,
            removal: 'REVOKED',
            reason: '错误',
            documentNumber: '虚市监撤〔2026〕1号',
          },
        },
      },
    )
    expect(errors).to.equal(undefined)
    const { changes } = await after_('mall', before)
    expect(changes[0]).to.deep.include({ sequence: before + 1, code: listed })
    expect(changes[0].what).to.include('ENTRY_REMOVED')
    expect(changes[0].standing).to.deep.include({ listed: false, listings: [] })
    expect(changes[1]).to.deep.include({ code: own, what: ['NAME'] })
  })

  it('a replacing list applies from its own number on', async () => {
    const from = await lastOf('mall')
    const { sequence } = await send('mall', [other])
    expect(sequence).to.equal(from + 1)
    await rename(own, '虚构不再有关有限公司')
    await rename(other, '虚构白露新有限公司')
    const { changes } = await after_('mall', from)
    expect(changes.map((one: { what: string[]; code: string | null }) => [one.what[0], one.code])).to.deep.equal([
      ['SELLERS', null],
      ['NAME', other],
    ])
    // Changes from before the new list stay, and show of a former seller what the public sees.
    const [before] = (await after_('mall', 0)).changes.filter((one: { code: string | null }) => one.code === own)
    expect(before.standing).to.deep.include({ grade: null, score: null })
    await send('mall', [own, listed])
  })

  it('a seller under another code, or unknown to the hub, is named by the code on the list', async () => {
    const late = uscc(9)
    const { sequence } = await send('third', [late, own.slice(8, 17)])
    await world.bring('registry', [registration(late, '虚构后来有限公司')])
    await rename(own, '虚构青禾三有限公司')
    const { changes } = await after_('third', sequence)
    const told = new Map(changes.map((one: { code: string }) => [one.code, one]))
    expect([...told.keys()]).to.have.members([late, own.slice(8, 17)])
    expect(told.get(late)).to.deep.include({ what: ['STATUS'] })
  })

  it('a slow transaction hides no change, because changes are numbered after their commit', async () => {
    const { db } = world.database
    const from = await lastOf('mall')
    const slow = await db.transaction()
    await slow.raw('update operators set name = ? where uscc = ?', ['虚构慢慢有限公司', own])
    await rename(listed, '虚构快快有限公司')
    const first = await after_('mall', from)
    expect(first.changes.map((one: { code: string }) => one.code)).to.deep.equal([listed])
    await slow.commit()
    const second = await after_('mall', first.next)
    expect(second.changes.map((one: { code: string }) => one.code)).to.deep.equal([own])
    expect(second.next).to.equal(first.next + 1)
  })

  it('a rolled-back transaction leaves no change', async () => {
    const from = await lastOf('mall')
    const undone = await world.database.db.transaction()
    await undone.raw('update operators set name = ? where uscc = ?', ['虚构没有有限公司', own])
    await undone.rollback()
    expect((await after_('mall', from)).changes).to.deep.equal([])
  })

  it('a page has the requested length, the next position, and whether more follow', async () => {
    const all = (await after_('mall', 0)).changes
    const seen: number[] = []
    for (let next = 0, more = true; more; ) {
      const { body } = await get('mall', '', { 'last-event-id': String(next) })
      const page = (await get('mall', `?after=${next}&limit=2`)).body
      expect(page.changes).to.deep.equal(body.changes.slice(0, 2))
      seen.push(...page.changes.map(({ sequence }: { sequence: number }) => sequence))
      ;({ next, more } = page)
    }
    expect(seen).to.deep.equal(all.map(({ sequence }: { sequence: number }) => sequence))
    expect(seen).to.deep.equal(seen.map((_, i) => i + 1))
  })

  it('a page writes an audit row with its codes', async () => {
    const { db } = world.database
    await after_('mall', 0)
    const row = await db('trail').orderBy('number', 'desc').first()
    expect(row).to.deep.include({ kind: 'ANSWER', client: 'mall', role: 'marketplace', count: 3 })
    expect(parseContent(row.body)?.asked).to.equal('GET /v1/changes after 0')
  })

  it('other roles and invalid numbers are refused', async () => {
    for (const [role, status] of [
      ['officer', 403],
      ['credit_service', 403],
      ['administrator', 403],
      ['party', 403],
    ] as const)
      expect((await get('someone', '', {}, role as never)).status, role).to.equal(status)
    expect((await fetch(`${world.url}/v1/changes`)).status).to.equal(401)
    for (const query of ['?after=x', '?after=-1', '?limit=0', '?limit=1001', '?since=1', '?after=1&after=2'])
      expect((await get('mall', query)).status, query).to.equal(400)
    for (const method of ['POST', 'HEAD', 'DELETE'])
      expect((await fetch(`${world.url}/v1/changes`, { method })).status, method).to.equal(405)
  })

  it('expired changes are answered with 410 and the position at which to start again', async () => {
    const last = await lastOf('mall')
    const later = new Date(NOW.getTime() + (CHANGES_RETAINED_DAYS - 1) * DAY_MS)
    expect(await tidyChanges(world.database.db, later)).to.equal(0)
    expect(await tidyChanges(world.database.db, new Date(later.getTime() + 2 * DAY_MS))).to.be.greaterThan(5)
    const { status, type, body } = await get('mall', '?after=1')
    expect(status).to.equal(410)
    expect(type).to.match(/^application\/problem\+json/)
    expect(body).to.deep.include({ status: 410, code: 'CHANGES_GONE', next: last, standings: '/v1/standings' })
    // A number beyond the last one must come from another database.
    expect((await get('mall', `?after=${last + 1}`)).status).to.equal(410)
    await rename(own, '虚构青禾四有限公司')
    const { changes } = await after_('mall', body.next)
    expect(changes.map((one: { code: string }) => one.code)).to.deep.equal([own])
  })
})
