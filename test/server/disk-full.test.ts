/** While the disk of the database is full, every endpoint answers so, and the hub reports itself not ready. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect } from 'chai'
import { from as copyFrom } from 'pg-copy-streams'
import { makeReadiness, watchDisks } from '../../src/hub/readiness.js'
import { openAnswerPool } from '../../src/store/db/answer-pool.js'
import { connect, type Db, onFullDisk, unavailableRefusal } from '../../src/store/db/db.js'
import { registration, uscc } from '../api/record-drafts.js'
import { makeWorld, type World } from '../api/world.js'

describe('R-9: while the disk of the database is full', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(uscc(1), '虚构松云商贸有限公司')])
    await world.database.db.raw(`
      create function full_disk() returns trigger language plpgsql as $$ begin
        raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
      create trigger full_disk before insert on listings for each row execute function full_disk();
      create trigger full_disk before insert on runs for each row execute function full_disk();
      create trigger full_disk before insert on sellers for each row execute function full_disk();`)
  })
  after(() => world.close())

  it('a mutation answers STORAGE_FULL', async () => {
    const { errors } = await world.ask('mutation($i: OpenLeadInput!) { openLead(input: $i) { listing { id } } }', {
      token: world.token('officer'),
      variables: { i: { code: uscc(1), list: 'serious', reason: '群众举报', on: '2026-03-02' } },
    })
    expect(errors?.[0]?.extensions['code']).to.equal('STORAGE_FULL')
  })

  it('an upload and a list of sellers answer 503 STORAGE_FULL with Retry-After', async () => {
    const send = (path: string, token: string, type: string, body: string) =>
      fetch(`${world.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        body,
      })
    const answers = [
      await send(
        '/v1/feeds/registry',
        world.token('agency', 'a', 'market-regulator'),
        'text/csv',
        '统一社会信用代码\n',
      ),
      await send('/v1/sellers', world.token('marketplace', 'm', 'marketplaces'), 'text/plain', `${uscc(1)}\n`),
    ]
    for (const answer of answers) {
      const told = (await answer.json()) as { code: string }
      expect([answer.status, told.code, answer.headers.get('retry-after')], answer.url).to.deep.equal([
        503,
        'STORAGE_FULL',
        '5',
      ])
    }
  })

  it('a signed question whose audit row meets the full disk answers 503 STORAGE_FULL', async () => {
    const { db } = world.database
    await db.raw('create trigger full_disk before insert on trail for each row execute function full_disk()')
    const { status, errors } = await world.ask('query ($code: String!) { standing(code: $code) { name } }', {
      token: world.token('marketplace', 'm', 'marketplaces'),
      variables: { code: uscc(1) },
    })
    await db.raw('drop trigger full_disk on trail')
    expect([status, errors?.[0]?.extensions['code']]).to.deep.equal([503, 'STORAGE_FULL'])
  })

  it('the hub is not ready for half a minute after a statement hit the full disk', async () => {
    const { db } = world.database
    let now = 0
    const disks = watchDisks('/', () => now)
    const ready = makeReadiness(db, { disks })
    expect((await ready()).ok).to.equal(true)
    const meets = () =>
      db
        .transaction((tx) =>
          tx.raw(
            `insert into runs (job, subject, cause, outcome, started_at) values ('pull', '', 'command', 'DONE', now())`,
          ),
        )
        .then(
          () => 'written',
          () => 'full',
        )
    expect(await meets()).to.equal('full')
    now = 29_000
    expect(await ready()).to.deep.include({ ok: false })
    expect((await ready()).checks).to.include({ disk: 'full: database' })
    now = 31_000
    expect((await ready()).ok).to.equal(true)
    disks.close()
  })

  it('R-9: every writer reports a full disk to the readiness check: connections, COPY and files', async () => {
    let now = 0
    const disks = watchDisks('/', () => now)
    const heard = async (act: () => unknown) => {
      now += 60_000
      expect(await disks.fullOf()).to.equal(null)
      await act()
      return disks.fullOf()
    }
    const full = `do $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$`
    const failing = async (db: Db) => Promise.resolve(db.raw(full)).catch(() => undefined)
    const [pool, most] = [openAnswerPool(world.database.url, { what: 'answers', max: 1 }), 5]
    const timekeeper = connect(world.database.url, 'hub timetable')
    let met = 0
    const end = onFullDisk(() => {
      met += 1
    })
    try {
      for (const db of [world.database.db, pool, timekeeper])
        expect(await heard(() => failing(db))).to.equal('database')
      const copying = await world.database.db.client.acquireConnection()
      await world.database.db.raw('create table copied (id int)')
      await world.database.db.raw(
        'create trigger full_disk before insert on copied for each row execute function full_disk()',
      )
      const copied = async () => {
        const fault = await pipeline(Readable.from(['1\n']), copying.query(copyFrom('copy copied from stdin'))).catch(
          (error) => error,
        )
        expect(unavailableRefusal(fault)?.code).to.equal('STORAGE_FULL')
      }
      expect(await heard(copied)).to.equal('database')
      await world.database.db.client.releaseConnection(copying)
      const file = () => unavailableRefusal(Object.assign(new Error('write'), { code: 'ENOSPC' }))
      expect(await heard(file)).to.equal('hub')
      expect(met).to.equal(most)
    } finally {
      end()
      disks.close()
      await pool.close()
      await timekeeper.destroy()
    }
    const other = await heard(() => world.database.db.raw('select 1/0').catch(unavailableRefusal))
    expect(other).to.equal(null)
  })
})
