import { expect } from 'chai'
import { makeWorld, type World } from '../world.js'

describe('audit log verification over HTTP', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  const verify = async (role: 'auditor' | 'administrator' | 'officer') => {
    const answer = await fetch(`${world.url}/v1/trail/verification`, {
      headers: { authorization: `Bearer ${world.token(role, `虚构${role}`)}` },
    })
    const text = await answer.text()
    const events = [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, event, said]) => ({
      event,
      said: JSON.parse(said ?? ''),
    }))
    return { status: answer.status, type: answer.headers.get('content-type'), events, text }
  }

  it('reports progress to an auditor, and that all rows are intact', async () => {
    for (const _ of [1, 2, 3]) await world.ask('{ viewer { sub } }', { token: world.token('officer', '虚构经办') })
    const { status, type, events } = await verify('auditor')
    expect([status, type]).to.deep.equal([200, 'text/event-stream; charset=utf-8'])
    const done = events.at(-1)
    expect(done?.event).to.equal('done')
    // The fourth row is the verification's own: it is durable before the first event is sent.
    expect(done?.said).to.deep.include({ ok: true, walked: 4 })
    expect(events[0]).to.deep.equal({ event: 'progress', said: { rows: 0 } })
  })

  it('names the first altered row', async () => {
    await world.database.db.raw(`set session_replication_role = replica`)
    await world.database.db.raw(`update trail set hash = sha256('x') where number = 2`)
    const { events } = await verify('administrator')
    expect(events.at(-1)?.said.ok).to.equal(false)
    expect(events.at(-1)?.said.broken.number).to.equal(2)
    const row = async (number: number, role: 'auditor' | 'officer' = 'auditor') =>
      world.ask(`{ auditLogRow(number: ${number}) { number client kind hash } }`, {
        token: world.token(role, '虚构审计'),
      })
    const { data } = await row(2)
    expect(data.auditLogRow).to.deep.include({ number: 2, client: '虚构经办', kind: 'ANSWER' })
    expect((await row(2.5)).data.auditLogRow).to.equal(null)
    expect((await row(99_999)).data.auditLogRow).to.equal(null)
    expect((await row(2, 'officer')).errors?.[0]?.extensions.code).to.equal('FORBIDDEN')
  })

  it('is ended with an event when the hub stops, and refused afterwards', async () => {
    const { url, database, token, drain, close } = await makeWorld()
    try {
      const asked = { headers: { authorization: `Bearer ${token('auditor')}` } }
      const held = await database.db.transaction()
      // The verification reads this table before it reads the rows.
      await held.raw('lock table manifests in access exclusive mode')
      const answer = await fetch(`${url}/v1/trail/verification`, asked)
      drain()
      await held.rollback()
      expect((await answer.text()).trim().split('\n\n').at(-1)).to.equal('event: end\ndata: {"reason":"DRAINING"}')
      expect((await fetch(`${url}/v1/trail/verification`, asked)).status).to.equal(503)
    } finally {
      await close()
    }
  })

  it('is open to auditors and administrators', async () => {
    const { status, text } = await verify('officer')
    expect([status, JSON.parse(text).error.code]).to.deep.equal([403, 'FORBIDDEN'])
  })
})
