import { domainToASCII } from 'node:url'
import { expect } from 'chai'
import type { RecordBody, RecordDraft, RecordKind } from '../../../src/domain/records/records.js'
import { findRecordsOfHosts } from '../../../src/store/records/open-records.js'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, operatorId, type World } from '../world.js'

const SITE = '{ domain filings { body } trustMarks { body } shops { body } operators { uscc } more }'

describe('what is known of one domain', () => {
  let world: World
  const [one, two] = [uscc(1), uscc(2)]
  const draft = (kind: RecordKind, key: string, code: string, body: RecordBody): RecordDraft => ({
    ...registration(code, '虚构网站有限公司'),
    ...{ kind, key, body, validFrom: '2025-01-01' },
  })
  const filing = (key: string, domains: string[], code = one) =>
    draft('icp_filing', key, code, {
      number: key,
      domains,
      site_name: '虚构官网',
      filed_on: '2025-01-01',
      status: 'VALID',
    })
  const shop = (id: string, url: string, code = one) =>
    draft('shop', `shop:yangli-mall:${id}`, code, { marketplace: 'yangli-mall', shop_id: id, name: `虚构店${id}`, url })

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(one, '虚构网站有限公司'), registration(two, '虚构他人有限公司')])
    await world.bring('icp', [
      filing('吉ICP备99000001号-1', ['songbai.example', 'www.songbai.example']),
      filing('吉ICP备99000002号-1', ['样店.example'], two),
      filing('吉ICP备99000003号-1', ['xn--fiqs8s.example'], two),
      filing('吉ICP备99000004号-1', ['notsongbai.example'], two),
    ])
    await world.bring('trustmarks', [
      draft('trustmark', 'T1', one, { certifier: '虚构', domains: ['www.songbai.example'] }),
    ])
    await world.bring('shops', [
      shop('1', 'HTTPS://Songbai.example:8443/shop?x=1'),
      shop('2', 'https://www.songbai.example'),
      shop('3', 'https://songbai.example.evil.example/', two),
      shop('4', 'https://evil.example/songbai.example', two),
    ])
  })
  after(() => world.close())

  const ask = async (domain: string, token = world.token('officer')) =>
    world.ask(`query($d: String!) { site(domain: $d) ${SITE} }`, { variables: { d: domain }, token })
  const found = async (domain: string, token?: string) => {
    const { data, errors } = await ask(domain, token)
    expect(errors).to.equal(undefined)
    const { filings, trustMarks, shops, operators } = data.site
    return [filings.length, trustMarks.length, shops.length, operators.map((each: { uscc: string }) => each.uscc)]
  }

  it('names its filing, trust mark and shops, however the domain is written', async () => {
    for (const domain of [
      'songbai.example',
      'WWW.Songbai.Example',
      'https://www.songbai.example/path?q#x',
      'ｓongbai.example',
    ])
      expect(await found(domain), domain).to.deep.equal([1, 1, 2, [one]])
    expect((await ask('www.songbai.example')).data.site.domain).to.equal('songbai.example')
  })

  it('an international name is found in either form', async () => {
    const ascii = domainToASCII('样店.example')
    for (const domain of ['样店.example', ascii, `www.${ascii}`])
      expect(await found(domain)).to.deep.equal([1, 0, 0, [two]])
    for (const domain of ['中国.example', 'xn--fiqs8s.example'])
      expect(await found(domain)).to.deep.equal([1, 0, 0, [two]])
  })

  it('an unknown domain has nothing, and what is no domain is refused', async () => {
    expect(await found('nobody.example')).to.deep.equal([0, 0, 0, []])
    for (const text of ['192.0.2.1', 'localhost', '', '[2001:db8::1]'])
      expect((await ask(text)).errors?.[0]?.extensions['code'], text).to.equal('INPUT_INVALID')
  })

  it('shows each viewer only the records that its role and region see', async () => {
    expect(await found('songbai.example', world.token('marketplace'))).to.deep.equal([0, 0, 0, []])
    expect(await found('songbai.example', world.token('party', one))).to.deep.equal([1, 1, 2, [one]])
    expect(await found('songbai.example', world.token('party', two))).to.deep.equal([0, 0, 0, []])
    expect((await ask('songbai.example', '')).errors?.[0]?.extensions['code']).to.be.a('string')
  })

  it('reads only the rows of the domain', async () => {
    const { db } = world.database
    await db.raw(`insert into versions (feed, kind, record_key, operator_id, digest, body, known_from, run_id, row_number, partial)
      select v.feed, v.kind, v.record_key || n, ${await operatorId(world, two)}, v.digest,
        v.body || jsonb_build_object('domains', jsonb_build_array('d' || n || '.example'), 'url', 'https://d' || n || '.example/'),
        v.known_from, v.run_id, n, v.partial
      from versions v, generate_series(1, 5000) n where v.record_key in ('T1', 'shop:yangli-mall:1', '吉ICP备99000001号-1'); analyze versions`)
    const asked: { sql: string; bindings: unknown[] }[] = []
    const hear = (query: { sql: string; bindings: unknown[] }) => asked.push(query)
    db.on('query', hear)
    expect(await findRecordsOfHosts(db, ['songbai.example', 'www.songbai.example'])).to.have.length(4)
    db.off('query', hear)
    const { sql = '', bindings = [] } = asked[0] ?? {}
    const connection = await db.client.acquireConnection()
    const { rows } = await connection.query(`explain (analyze, format json) ${sql}`, bindings)
    await db.client.releaseConnection(connection)
    const counts = [...JSON.stringify(rows).matchAll(/"Actual Rows":\s*([\d.]+)/g)].map(([, n]) => Number(n))
    expect(Math.max(...counts)).to.be.at.most(10)
  })
})
