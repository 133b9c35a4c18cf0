/** The disk of the database is full: whoever asks is told so at every door, and whoever sends it traffic. */
import { expect } from 'chai'
import { makeReadiness, watchDisks } from '../../src/readiness.js'
import { makeWorld, registration, uscc, type World } from './world.js'

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

  it('an upload and a list of sellers answer 503 STORAGE_FULL and when to come again', async () => {
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

  it('the hub is not ready for half a minute after a statement met it', async () => {
    const { db } = world.database
    let now = 0
    const disks = watchDisks('/', () => now)
    disks.watch(db)
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
  })
})
