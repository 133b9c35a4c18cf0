/** Entries of an office that began at the desk are tests until it is in service, and look so. */
import { expect } from 'chai'
import { isHeavyPenalty } from '../../src/domain/records/penalty.js'
import { shanghaiDate } from '../../src/foundation/time/dates.js'
import { publishDemoCase } from '../../src/sandbox/officers.js'
import * as listings from '../../src/store/listing/listings.js'
import { registerPerson } from '../../src/work/access/people.js'
import { makeMove } from '../../src/work/listing/listing.js'
import { startHub, type TestHub } from '../support/hub.js'

const PROPOSE = 'mutation($input: ProposeSettingsInput!) { proposeSettings(input: $input) { id } }'
const DECLARE = 'mutation { declareInService(reason: "筹备完毕") { id } }'
const CONFIRM = 'mutation($id: ID!) { decideOfficeProposal(input: { id: $id, verdict: CONFIRM }) { state } }'

describe('an office on trial', () => {
  let test: TestHub
  const tokens: Record<string, string> = {}
  before(async () => {
    test = await startHub({ settleSeconds: 0 })
    for (const name of ['li', 'wang']) tokens[name] = await test.token('administrator', name)
    expect([await banner('/'), (await manifest()).trial], 'people by command').to.deep.equal([false, undefined])
    const first = { name: '虚构第一人', role: 'administrator' }
    const setup = { by: 'first setup', byCommand: false, now: test.hub.now(), onlyFirst: true }
    await registerPerson(test.hub.db, first, [], setup)
  })
  after(() => test?.stop())

  const ask = async (by: string, query: string, variables: object = {}) => {
    const { data, errors } = await test.ask(query, variables, tokens[by])
    return errors ? errors[0]?.extensions.code : data
  }
  const confirm = (id: string) => ask('wang', CONFIRM, { id })
  const set = async (values: Record<string, string | null>) => {
    const input = { values: Object.entries(values).map(([name, value]) => ({ name, value })), reason: '依据' }
    await confirm((await ask('li', PROPOSE, { input })).proposeSettings.id)
  }
  const banner = async (path: string) => (await (await fetch(`${test.url}${path}`)).text()).includes('试运行')
  const manifest = async () => {
    const jws = await (await fetch(`${test.url}/data/manifest.jws`)).text()
    return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())
  }
  const push = () => test.hub.push(['national'], { cause: 'command' })

  it('says so on its pages and in the manifest, and adds entries at test environments only, until it is in service', async () => {
    const { hub } = test
    const national = test.platforms.find(({ id }) => id === 'national')
    const address = { PLATFORM_NATIONAL_URL: national?.url ?? '', PLATFORM_NATIONAL_SECRET: national?.secret ?? '' }
    await set({ ...address, SITE_OPERATOR: '虚构市场监督管理局', SITE_TELEPHONE: '0431-00000000' })
    for (const feed of ['registry', 'penalties']) await hub.pull(feed, { cause: 'command' })
    const found = await hub
      .db('versions')
      .where({ kind: 'penalty' })
      .whereNotNull('operator_id')
      .orderBy('id')
      .select('body', 'operator_id')
    const operator = found.find(({ body }) => isHeavyPenalty(body))?.operator_id
    const { uscc: code } = await hub.db('operators').where({ id: operator }).first('uscc')
    await publishDemoCase(hub.db, hub.rules, code, hub.now())
    await hub.publish({ cause: 'command' })
    expect([await banner('/'), await banner('/blacklist'), (await manifest()).trial]).to.deep.equal([true, true, true])

    await push()
    expect(national?.entries(), 'an address in earnest').to.have.length(0)
    expect((await ask('li', '{ platforms { id heldOnTrial } }')).platforms).to.deep.include({
      id: 'national',
      heldOnTrial: true,
    })
    await set({ PLATFORM_NATIONAL_TEST: 'yes' })
    await push()
    expect(national?.entries(), 'a test environment').to.have.length(1)

    // A removal is sent to whatever address there is.
    await set({ PLATFORM_NATIONAL_TEST: null })
    const [listing] = await listings.ofOperators(hub.db, [operator])
    const today = shanghaiDate(hub.now())
    const input = {
      on: today,
      removal: 'REVOKED',
      reason: '试运行的条目',
      documentNumber: '虚市监移〔2026〕1号',
    } as const
    await makeMove(hub.db, hub.rules, {
      id: listing?.id ?? '',
      name: 'removeListing',
      by: 'reviewer-1',
      role: 'reviewer',
      input,
      now: hub.now(),
    })
    await push()
    expect(national?.entries(), 'removed').to.have.length(0)

    await set({ PLATFORM_NATIONAL_TEST: 'yes' })
    expect((await ask('li', '{ officeService { published lacks { zh } } }')).officeService).to.deep.equal({
      published: 0,
      lacks: [{ zh: '全国信用信息共享平台的地址仍是测试环境' }],
    })
    expect(await ask('li', DECLARE)).to.equal('OFFICE_NOT_READY')
    await set({ PLATFORM_NATIONAL_TEST: null })
    const { declareInService } = await ask('li', DECLARE)
    expect(await banner('/')).to.equal(true)
    await confirm(declareInService.id)
    await hub.publish({ cause: 'command' })
    expect([await banner('/'), await banner('/blacklist')]).to.deep.equal([false, false])
    expect(await manifest()).to.not.have.property('trial')
    expect((await ask('li', '{ platforms { id heldOnTrial } }')).platforms).to.deep.include({
      id: 'national',
      heldOnTrial: false,
    })
  })
})
