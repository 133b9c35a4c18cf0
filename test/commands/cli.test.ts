import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../src/config.js'
import { parseContent } from '../../src/domain/audit/audit-log.js'
import { loadKeys } from '../../src/foundation/keys.js'
import { makeLog } from '../../src/hub/log.js'
import { makeAuditLog } from '../../src/work/audit/audit-log.js'
import { hub, hubHere } from '../support/command.js'
import { freshDatabase, type TestDatabase } from '../support/database.js'

const REGISTER = [
  '企业名称,统一社会信用代码,注册日期,企业类型,法人代表,注册资金,经营范围,所在省份,地区,注册地址',
  '长春市溯光测试商贸有限公司,91220102MA0Y3X1HXM,2015-03-02,有限责任公司,N/A,50(万元人民币),日用百货销售,吉林,长春,N/A',
  '没有名称的代码,91220102MA0Y3X1HX,2015-03-02,N/A,N/A,N/A,N/A,吉林,长春,N/A',
  '',
].join('\n')

describe('the hub command', () => {
  let test: TestDatabase
  let folder: string
  let env: Record<string, string>
  before(async () => {
    test = await freshDatabase({ empty: true })
    folder = mkdtempSync(join(tmpdir(), 'hub-cli-'))
    env = { DATABASE_URL: test.url, DATA_DIR: folder }
    writeFileSync(join(folder, 'register.csv'), REGISTER)
    writeFileSync(join(folder, 'garbage.bin'), Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 7_919) % 256)))
  })
  after(async () => {
    rmSync(folder, { recursive: true, force: true })
    await test.drop()
  })

  it('loads a file into an unmigrated database, and answers in the documented form', async () => {
    const ran = await hub(['pull', 'registry', '--file', join(folder, 'register.csv'), '--json'], env)
    expect(ran.status).to.equal(0)
    const { ms, ...rest } = ran.json
    expect(rest).to.deep.equal({
      feed: 'registry',
      received: 2,
      new: 1,
      changed: 0,
      unchanged: 0,
      rejected: 1,
      unmatched: 0,
      full: false,
    })
    expect(ms).to.be.a('number')
    const again = await hubHere(['pull', 'registry', '--file', join(folder, 'register.csv'), '--json'], env)
    expect(again.json).to.deep.include({ new: 0, changed: 0, unchanged: 1, rejected: 1 })
  })

  it('mirrors a file of 12315, names the feed in its help, and keeps what was rejected', async () => {
    const letters = ['举报', '表扬'].map((type, i) => ({
      ...{ 登记编号: `虚构${i}`, 类型: type, 登记日期: '2026-02-02', 主体类型: '线下经营者', 实际经营地区划: '220104' },
      ...{ 问题类别: '假冒商品', 问题概述: '虚构的问题' },
    }))
    writeFileSync(join(folder, 'letters.json'), JSON.stringify(letters))
    const { ms: _, ...rest } = (
      await hubHere(['pull', 'petitions', '--file', join(folder, 'letters.json'), '--json'], env)
    ).json
    expect(rest).to.deep.include({ feed: 'petitions', received: 2, new: 1, rejected: 1, full: false })
    const again = await hubHere(['pull', 'petitions', '--file', join(folder, 'letters.json'), '--json'], env)
    expect(again.json).to.deep.include({ new: 0, unchanged: 1, rejected: 1 })
    expect(await test.db('rejects').where({ feed: 'petitions', state: 'OPEN' })).to.have.length(1)
    const unknown = await hubHere(['pull', 'nosuch', '--json'], env)
    expect(unknown.json.error.details.known).to.include('petitions')
    expect((await hub(['pull', '--help'], env)).stdout).to.include('petitions')
  })

  it('scores, verifies, publishes and pushes, with answers in the documented form', async () => {
    const scored = await hub(['score', '--json'], env)
    expect(scored.json).to.have.all.keys('scored', 'stored', 'unchanged', 'ms')
    expect(scored.json).to.deep.include({ scored: 1, stored: 1, unchanged: 0 })
    const verified = await hubHere(['score', '--verify', '--json'], env)
    expect(verified.json).to.have.all.keys('verified', 'differences', 'ms')
    expect(verified.json).to.deep.include({ verified: 1, differences: 0 })
    const published = await hub(['publish', '--json'], env)
    expect(published.json).to.have.all.keys('sequence', 'entries', 'added', 'changed', 'removed', 'hash', 'ms')
    const pushed = await hub(['push', '--json'], env)
    expect(pushed.json).to.have.all.keys('platforms', 'ms')
    expect(pushed.json.platforms.map((row: object) => Object.keys(row))).to.deep.equal(
      Array.from({ length: 4 }, () => ['platform', 'sent', 'accepted', 'rejected', 'outstanding']),
    )
  })

  it('verifies the audit log, finds an altered row, and refuses an invalid head', async () => {
    const now = () => new Date()
    const before = Number((await test.db('trail').max('number as number').first())?.number ?? 0)
    const { keysDir, publicUrl } = readConfig(env)
    const { seal } = (await loadKeys(keysDir, publicUrl)).audit
    const trail = makeAuditLog(test.db, { log: makeLog({ level: 'silent', file: null }), now, seal })
    const said = {
      role: 'marketplace',
      agency: null,
      purpose: null,
      request: 'r',
      asked: '{ standing }',
      outcome: 'DONE',
    }
    for (const client of ['one', 'two', 'three'])
      await trail.row({ ...said, kind: 'ANSWER', at: now(), client, shown: [], digest: null })
    await trail.close()
    const whole = await hub(['verify', 'audit', '--json'], env)
    expect(whole.json).to.have.all.keys('walked', 'ok', 'head', 'erased', 'cuts', 'compared', 'ms')
    expect(whole.json).to.include({ walked: before + 3, ok: true })
    await test.db.transaction((tx) =>
      tx.raw(
        `set local session_replication_role = replica; update trail set client = 'another' where number = ${before + 2}`,
      ),
    )
    const altered = await hubHere(['verify', 'audit', '--json'], env)
    expect([altered.status, altered.json.ok, altered.json.broken]).to.deep.equal([
      1,
      false,
      { number: before + 2, fault: 'ALTERED' },
    ])
    expect((await hubHere(['verify', 'audit', '--head', 'nothing', '--json'], env)).status).to.equal(2)
  })

  it('F-4: maps the headings of a table once, pulls by the map, lists and ends it, and writes audit rows', async () => {
    const table = join(folder, 'headings.csv')
    writeFileSync(table, '主体全称,社会信用代码,列入事由\n长春市溯光测试商贸有限公司,91220102MA0Y3X1HXM,拒不履行\n')
    const map = join(folder, 'map.csv')
    writeFileSync(map, '表头,字段,固定值\n主体全称,企业名称,\n社会信用代码,统一信用代码,\n列入事由,失信领域,\n')
    const refused = await hubHere(['pull', 'dishonest', '--file', table, '--json'], env)
    expect([refused.status, refused.json.error.code]).to.deep.equal([1, 'CONTENT_UNKNOWN'])
    const made = await hub(['map', 'dishonest', map, '--json'], env)
    expect(made.status).to.equal(0)
    const { id, headings, madeBy } = made.json.map
    expect(headings).to.deep.equal({ 主体全称: '企业名称', 社会信用代码: '统一信用代码', 列入事由: '失信领域' })
    expect(madeBy).to.match(/^command ./)
    const pulled = await hubHere(['pull', 'dishonest', '--file', table, '--json'], env)
    expect(pulled.json).to.deep.include({ received: 1, new: 1, rejected: 0 })
    const again = await hubHere(['map', 'dishonest', map, '--json'], env)
    expect([again.status, again.json.error.code]).to.deep.equal([1, 'FEED_MAP_INVALID'])
    expect((await hubHere(['map', 'dishonest', '--end', String(id), '--json'], env)).json).to.include({ ended: true })
    const listed = await hubHere(['map', 'dishonest', '--json'], env)
    expect(listed.json.maps.map((one: { id: number; endedBy: string }) => [one.id, one.endedBy])).to.deep.equal([
      [id, madeBy],
    ])
    expect((await hubHere(['map', 'nothing', '--json'], env)).status).to.equal(2)
    const rows = await test.db('trail').orderBy('number')
    const asked = JSON.stringify(rows.map(({ body }) => parseContent(body)))
    expect(asked)
      .to.contain('hub map dishonest')
      .and.contain('FEED_MAP_INVALID')
      .and.contain(`hub map dishonest --end ${id}`)
  })

  it('compares a scorecard on trial with the one in force, as JSON and as text, and stores no score', async () => {
    const before = await test.db('scores').count({ n: '*' }).first()
    const tried = await hub(['score', '--dry-run', '--scorecard', 'general-1', '--json'], env)
    expect(tried.json).to.have.all.keys('scored', 'stored', 'unchanged', 'ms', 'trial')
    expect(tried.json).to.deep.include({ scored: 1, stored: 0 })
    expect(tried.json.trial).to.deep.include({ operators: 1 })
    expect([tried.json.trial.scorecard.version, tried.json.trial.against.version]).to.deep.equal([
      'general-1',
      'ecommerce-1',
    ])
    const shown = await hubHere(['score', '--dry-run', '--scorecard', 'ecommerce-1', '--against', 'general-1'], env)
    expect(shown.status).to.equal(0)
    expect(shown.stdout).to.contain('by region').and.to.contain('91220102MA0Y3X1HXM')
    expect(await test.db('scores').count({ n: '*' }).first()).to.deep.equal(before)
  })

  it('P-B4: sets how many unconfirmed sellers of a marketplace open their grade, with the reason in the audit log', async () => {
    await test.db('clients').insert({ id: 'mall-one', role: 'marketplace', secret_hash: 'x', created_at: new Date() })
    const words = ['client', 'sellers', 'mall-one', '--marketplace', 'guguji', '--unconfirmed', '500']
    const set = await hubHere([...words, '--reason', '一月报送未到', '--json'], env)
    expect(set.json).to.deep.equal({
      client_id: 'mall-one',
      ...{ confirmed: 0, unconfirmed: 0, gradesClosed: 0, unconfirmedMost: 500 },
    })
    expect(
      await test.db('clients').where({ id: 'mall-one' }).first('marketplace', 'unconfirmed_sellers'),
    ).to.deep.equal({
      marketplace: 'guguji',
      unconfirmed_sellers: 500,
    })
    const row = await test.db('trail').where('body', 'like', '%client sellers%').orderBy('number').first()
    expect(parseContent(row.body)?.asked).to.equal(
      'hub client sellers mall-one --marketplace guguji --unconfirmed 500 --reason 一月报送未到',
    )
    const unknown = await hubHere(['client', 'sellers', 'nobody', '--reason', 'x', '--json'], env)
    expect([unknown.status, unknown.json.error.code]).to.deep.equal([1, 'CLIENT_UNKNOWN'])
    const few = await hubHere(
      ['client', 'sellers', 'mall-one', '--unconfirmed', 'many', '--reason', 'x', '--json'],
      env,
    )
    expect(few.status).to.equal(2)
    await test.db('clients').where({ id: 'mall-one' }).del()
  })

  it('prints the secret of a client once and refuses a second client of its name', async () => {
    const added = await hub(['client', 'add', '测试平台', '--role', 'marketplace', '--json'], env)
    expect(added.status).to.equal(0)
    expect(added.json.client_secret).to.have.length.greaterThan(40)
    const kept = await test.db.raw('select secret_hash from clients')
    expect(kept.rows[0].secret_hash).to.not.include(added.json.client_secret)
    const again = await hubHere(['client', 'add', '测试平台', '--role', 'marketplace', '--json'], env)
    expect([again.status, again.json.error.code]).to.deep.equal([1, 'CLIENT_EXISTS'])
    const rows = await test.db('trail').where('body', 'like', '%测试平台%').orderBy('number')
    const told = ({ kind, body }: { kind: string; body: string }) => [
      kind,
      parseContent(body)?.asked,
      parseContent(body)?.outcome,
    ]
    expect(rows.map(told)).to.deep.equal([
      ['ACT', 'hub client add 测试平台 --role marketplace', null],
      ['OUTCOME', 'hub client add 测试平台 --role marketplace', 'DONE'],
      ['ACT', 'hub client add 测试平台 --role marketplace', null],
      ['OUTCOME', 'hub client add 测试平台 --role marketplace', 'CLIENT_EXISTS'],
    ])
    expect(rows[0].client).to.match(/^command ./)
    expect((await hubHere(['client', 'add', 'no name', '--role', 'marketplace', '--json'], env)).status).to.equal(2)
    const last = await test.db('trail').where('body', 'like', '%no name%').first()
    expect(parseContent(last?.body)?.asked).to.equal('hub client add "no name" --role marketplace')
    const rotated = await hubHere(['client', 'rotate', '测试平台', '--json'], env)
    expect(rotated.json.client_secret).to.not.equal(added.json.client_secret)
    // Nobody has confirmed the first secret, so it does not work beside the second.
    expect(rotated.json.previous_until).to.equal(null)
  })

  it('registers a person of a partner for its system alone', async () => {
    const words = ['person', 'add', '虚构快递员', '--role', 'partner', '--json']
    const lacking = await hubHere(words, env)
    expect([lacking.status, lacking.json.error.code]).to.deep.equal([2, 'USAGE'])
    expect(lacking.json.error.message).to.include('须写明所属单位')
    const unknown = await hubHere([...words, '--agency', '虚构快运'], env)
    expect([unknown.status, unknown.json.error.code]).to.deep.equal([1, 'CLIENT_UNKNOWN'])
    expect((await hubHere(['client', 'add', '虚构快运', '--role', 'partner', '--json'], env)).status).to.equal(0)
    const added = await hubHere([...words, '--agency', '虚构快运'], env)
    expect([added.json.role, added.json.agency]).to.deep.equal(['partner', '虚构快运'])
  })

  it('registers a person with a one-time password, lifts its lockout, and begins a new token key', async () => {
    const added = await hub(['person', 'add', '首任管理员', '--role', 'administrator', '--json'], env)
    expect(added.json).to.have.all.keys(
      'name',
      'one_time_password',
      'good_until',
      'role',
      'duty',
      'agency',
      'region',
      'pending',
    )
    const known = {
      name: '首任管理员',
      role: 'administrator',
      duty: 'systems',
      agency: null,
      region: null,
      pending: false,
    }
    expect(added.json).to.deep.include(known)
    const officer = await hubHere(['person', 'add', '虚构经办', '--role', 'officer', '--json'], env)
    expect(officer.json, officer.stderr).to.include({ pending: true })
    const taken = await hubHere(['client', 'add', '首任管理员', '--role', 'officer', '--json'], env)
    expect([taken.status, taken.json.error.code]).to.deep.equal([1, 'CLIENT_EXISTS'])
    const now = Date.now()
    const shut = { kind: 'PERSON', failures: 10, last_at: new Date(now), locked_until: new Date(now + 900_000) }
    await test.db('lockouts').insert({ ...shut, key: 'any', name: '首任管理员', address: '192.0.2.7' })
    const lifted = await hubHere(['person', 'unlock', '首任管理员', '--json'], env)
    expect(lifted.json).to.deep.equal({ name: '首任管理员', lifted: 1 })
    const rotated = await hub(['keys', 'rotate', '--json'], env)
    expect(rotated.json).to.have.all.keys('kid', 'signs_from')
  })

  const wrong: [string, string[], Record<string, string>, number, string][] = [
    ['an unknown feed', ['pull', 'nosuch'], {}, 2, 'FEED_UNKNOWN'],
    ['a file that is not there', ['pull', 'registry', '--file', '/nowhere/at/all.csv'], {}, 2, 'FILE_UNREADABLE'],
    ['a folder for a file', ['pull', 'registry', '--file', tmpdir()], {}, 2, 'FILE_UNREADABLE'],
    [
      'a day that does not exist',
      ['pull', 'registry', '--file', 'package.json', '--dated', '2025-02-29'],
      {},
      2,
      'DATE_INVALID',
    ],
    ['an option of a file without one', ['pull', 'registry', '--full'], {}, 2, 'USAGE'],
    ['an unknown command', ['frobnicate'], {}, 2, 'USAGE'],
    ['an unknown option', ['pull', '--bogus'], {}, 2, 'USAGE'],
    ['an unknown platform', ['push', 'nowhere'], {}, 2, 'PLATFORM_UNKNOWN'],
    ['an unknown scorecard', ['score', '--scorecard', 'none-1'], {}, 2, 'SCORECARD_UNKNOWN'],
    ['a card to compare with and no trial', ['score', '--against', 'ecommerce-1'], {}, 2, 'USAGE'],
    ['an overlap that is no number of hours', ['client', 'rotate', 'x', '--overlap', 'long'], {}, 2, 'USAGE'],
    ['a lockout that is none', ['person', 'unlock', 'nobody'], {}, 1, 'LOCKOUT_UNKNOWN'],
    ['a person that is not there', ['person', 'reset', 'nobody'], {}, 1, 'PERSON_UNKNOWN'],
    ['a role no client may have', ['client', 'add', 'x', '--role', 'public'], {}, 2, 'ROLE_UNKNOWN'],
    [
      'a wrong port and a wrong database address, both at once',
      ['status'],
      { PORT: '70000', DATABASE_URL: 'mysql://h/d' },
      2,
      'CONFIG_INVALID',
    ],
    [
      'a database that does not answer',
      ['status'],
      { DATABASE_URL: 'postgres://u:hidden-word@127.0.0.1:1/d' },
      1,
      'DATABASE_UNREACHABLE',
    ],
    ['a feed without an address', ['pull', 'registry'], {}, 1, 'FEED_NOT_CONFIGURED'],
  ]
  /** These run in their own process: one refusal by the parser, one before the database, one by the database. */
  const apart = ['an unknown command', 'an unknown feed', 'a database that does not answer']
  for (const [what, args, other, status, code] of wrong) {
    it(`refuses ${what}`, async () => {
      const run = apart.includes(what) ? hub : hubHere
      const ran = await run([...args, '--json'], { ...env, ...other })
      expect([ran.status, ran.json.error.code]).to.deep.equal([status, code])
      expect(ran.json.error).to.have.all.keys('code', 'message', 'details')
      expect(`${ran.stdout}${ran.stderr}`).to.not.include('hidden-word')
    })
  }

  it('reports every fault of the configuration at once', async () => {
    const ran = await hubHere(['status', '--json'], {
      ...env,
      PORT: 'x',
      DATABASE_URL: 'mysql://h/d',
      LOG_LEVEL: 'loud',
    })
    for (const name of ['PORT', 'DATABASE_URL', 'LOG_LEVEL']) expect(ran.json.error.details.faults).to.include(name)
  })

  for (const [setting, path] of [
    ['KEYS_DIR', '/dev/null'],
    ['LOG_FILE', '/'],
    ['LOG_FILE', '/dev/null/x.log'],
  ] as const)
    it(`names ${setting}, path and reason where it is ${path}`, async () => {
      const ran = await hubHere(['status', '--json'], { ...env, [setting]: path })
      expect([ran.status, ran.json.error.code]).to.deep.equal([2, 'CONFIG_INVALID'])
      expect(ran.json.error.details.faults).to.match(new RegExp(`^${setting}=${path} .*\\(E[A-Z]+: `))
    })

  it('refuses garbage bytes and changes nothing', async () => {
    const before = await test.db('versions').count('* as n')
    const ran = await hubHere(['pull', 'registry', '--file', join(folder, 'garbage.bin'), '--json'], env)
    expect(ran.status).to.equal(1)
    expect(ran.json.error.code).to.match(/^CONTENT_/)
    expect(await test.db('versions').count('* as n')).to.deep.equal(before)
    const last = await test.db('runs').orderBy('id', 'desc').first()
    expect(last).to.deep.include({ job: 'pull', subject: 'registry', outcome: 'REFUSED' })
  })

  it('refuses a database of a newer version', async () => {
    await test.db('migrations').insert({ name: '29990101-01-later', batch: 9, migration_time: new Date() })
    const ran = await hubHere(['status', '--json'], env)
    await test.db('migrations').where({ name: '29990101-01-later' }).delete()
    expect([ran.status, ran.json.error.code]).to.deep.equal([1, 'DATABASE_NEWER'])
  })
})
