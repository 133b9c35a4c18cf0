import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import type { AuditRow } from '../../../src/domain/audit/audit-log.js'
import * as revocations from '../../../src/store/access/revocations.js'
import * as store from '../../../src/store/audit/audit-log.js'
import { unpackCodes } from '../../../src/work/audit/operator-codes.js'
import { publishListing } from '../listed-world.js'
import { mirrored, penalty, registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, operatorId, scored, servePlain, type World } from '../world.js'

/** More requests than it takes until a query is compiled, so that the compiled one answers the last of them. */
const OFTEN = 25

describe('compiled queries under audit and access control', () => {
  let world: World
  let plain: Awaited<ReturnType<typeof servePlain>>
  const [one, two] = [uscc(1), uscc(2)]
  const NUMBER = '虚市监处罚〔2026〕1号'
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(one, '虚构青禾有限公司'), registration(two, '虚构白露有限公司')])
    await world.bring('penalties', [penalty(two, NUMBER)])
    await world.bring('dishonest', [mirrored(one, 'k1', '2026-01-05')])
    await scored(world, await operatorId(world, one), 720, 'A', [])
    await publishListing(world, two, NUMBER)
    plain = await servePlain(world)
  })
  after(async () => {
    await plain.close()
    await world.close()
  })

  const rowsAfter = async (act: () => Promise<unknown>): Promise<AuditRow[]> => {
    const before = (await store.readHead(world.database.db))?.number ?? 0
    await act()
    return store.listRowsAfter(world.database.db, before, 1_000)
  }
  const told = ({ kind, content }: AuditRow) => {
    const { client, role, purpose, asked, outcome, digest } = content ?? {}
    const shown = unpackCodes(content?.shown ?? null)
    return JSON.stringify({ kind, client, role, purpose, asked, outcome, digest, shown })
  }
  const STANDINGS = 'query($codes: [String!]!) { standings(codes: $codes) { code grade listings { id } } }'
  const FILE = `query($code: String!) { operator(code: $code) { name records(first: 3) { nodes { id } } listings { id }
    standing { listed } score { value } } }`

  const questions: [string, Role, string, Record<string, unknown>, string[], string][] = [
    ['standings', 'marketplace', STANDINGS, { codes: [two, one, uscc(9), two] }, [one, two], 'DONE'],
    ['a file', 'officer', FILE, { code: one }, [one], 'DONE'],
    ['a list', 'officer', 'query($n: Int) { blacklist(first: $n) { nodes { reason } } }', { n: 5 }, [two], 'DONE'],
    ['a missing operator', 'officer', FILE, { code: uscc(9) }, [], 'DONE'],
    [
      'a forbidden query',
      'marketplace',
      'query($n: Int) { auditLog(first: $n) { nodes { id: number } } }',
      { n: 1 },
      [],
      'FORBIDDEN',
    ],
  ]
  for (const [what, role, query, variables, codes, outcome] of questions) {
    it(`write the same audit row each time, as a plain server does: ${what}`, async () => {
      const headers = { 'x-purpose': 'check' }
      const token = world.token(role, `${role}-1`)
      const rows = await rowsAfter(async () => {
        for (let time = 0; time < OFTEN; time += 1) await world.ask(query, { variables, token, headers })
        await world.ask(query, { variables, token, headers, at: plain.url })
      })
      expect(rows).to.have.length(OFTEN + 1)
      expect([...new Set(rows.map(told))]).to.deep.equal([told(rows[0] as AuditRow)])
      const [first] = rows
      expect(first?.content).to.include({ role, outcome, purpose: 'check' })
      expect(first?.content?.asked).to.include(JSON.stringify(variables))
      expect(unpackCodes(first?.content?.shown ?? null)).to.deep.equal(codes.sort())
    })
  }

  it('list in the row the codes of that answer, whatever the same query returned before', async () => {
    const token = world.token('officer', 'officer-1')
    const shown = async (codes: unknown) => {
      const rows = await rowsAfter(() => world.ask(STANDINGS, { variables: { codes }, token }))
      return rows.map(({ content }) => [content?.outcome, unpackCodes(content?.shown ?? null)])
    }
    for (let time = 0; time < OFTEN; time += 1) await shown([one, two])
    expect(await shown([two])).to.deep.equal([['DONE', [two]]])
    expect(await shown(Array(1_001).fill(one))).to.deep.equal([['TOO_MANY_CODES', []]])
    expect(await shown([one])).to.deep.equal([['DONE', [one]]])
  })

  it('are refused where the audit row cannot be written, and answered without a token', async () => {
    const ask = (token?: string) => world.ask(STANDINGS, { variables: { codes: [one] }, ...(token && { token }) })
    const token = world.token('officer')
    for (let time = 0; time < OFTEN; time += 1) await ask(token)
    const { db } = world.database
    await db.raw('alter table trail rename to trail_away')
    try {
      const { status, data, errors } = await ask(token)
      expect([status, data, errors?.[0]?.extensions['code']]).to.deep.equal([503, undefined, 'TRAIL_UNAVAILABLE'])
      expect((await ask()).data.standings).to.have.length(1)
    } finally {
      await db.raw('alter table trail_away rename to trail')
    }
    expect(await rowsAfter(() => ask())).to.deep.equal([])
  })

  it('are refused once the token is revoked', async () => {
    const [token, other] = [world.token('officer', 'officer-7'), world.token('officer', 'officer-7')]
    const ask = async (by: string) => (await world.ask(STANDINGS, { variables: { codes: [one] }, token: by })).status
    for (let time = 0; time < OFTEN; time += 1) expect(await ask(token)).to.equal(200)
    const { jti, expiresAt } = world.keys.verify(token, NOW.getTime())
    await revocations.addRevocation(world.database.db, { jti, endsAt: new Date(expiresAt * 1_000) } as never, NOW)
    world.setNow(new Date(NOW.getTime() + 2_000))
    expect([await ask(token), await ask(other)]).to.deep.equal([401, 200])
    world.setNow(NOW)
  })

  it('are charged to the caller each time', async () => {
    const bounded = await makeWorld({ quota: OFTEN })
    try {
      const token = bounded.token('officer')
      const statuses: number[] = []
      for (let time = 0; time < OFTEN + 2; time += 1)
        statuses.push((await bounded.ask(STANDINGS, { variables: { codes: [one] }, token })).status)
      expect(statuses).to.deep.equal([...Array(OFTEN).fill(200), 429, 429])
    } finally {
      await bounded.close()
    }
  })
})
