import { expect } from 'chai'
import { type World, world } from '../../seeds/world.js'
import { feeds } from '../../src/agencies/index.js'
import { digestDraft } from '../../src/domain/records/digest.js'
import type { RecordDraft, SourceItem } from '../../src/domain/records/records.js'
import { contractCheck } from '../../src/foundation/contracts.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { type AgencyStandIn, startAgencyStandIns } from '../../src/sandbox/agencies/index.js'
import { spellShop } from '../../src/sandbox/agencies/marketplaces.js'

const TODAY = '2026-11-25'

describe("the stand-ins of communications, marketplaces and certifiers, read by the hub's feeds", () => {
  const here = world()
  let served: World = here
  let agencies: AgencyStandIn[] = []
  const agency = (id: string): AgencyStandIn => {
    const found = agencies.find((one) => one.id === id)
    if (!found) throw new Error(`no agency ${id}`)
    return found
  }
  const itemsOf = async (id: string): Promise<SourceItem[]> => {
    const feed = feeds.get(id)
    if (!feed) throw new Error(`no feed ${id}`)
    const { items } = await feed.open({ url: agency(feed.agency).url }, { state: null })
    const found: SourceItem[] = []
    for await (const item of items) found.push(item)
    return found
  }
  const mapped = (id: string, items: SourceItem[]): RecordDraft[] =>
    items.flatMap((item) => {
      const given = feeds.get(id)?.map(item, { dated: null, today: TODAY })
      if (!given || 'problems' in given) throw new Error(JSON.stringify(given))
      return given.drafts
    })
  const pulled = async (id: string): Promise<RecordDraft[]> => {
    const drafts = mapped(id, await itemsOf(id))
    expect(drafts.flatMap(({ body, kind }) => contractCheck(`records/${kind}`)(body))).to.deep.equal([])
    expect(new Set(drafts.map(({ key }) => key)).size).to.equal(drafts.length)
    return drafts
  }

  beforeEach(async () => {
    served = here
    agencies = await startAgencyStandIns(() => served)
  })
  afterEach(() => Promise.all(agencies.map((one) => one.close())))

  it('give every filing, in any spelling of number, day and hosts', async () => {
    const drafts = await pulled('icp')
    expect(drafts.length).to.be.greaterThan(100)
    expect(drafts.map(({ key, subject, body }) => [key, subject.uscc, body.filed_on, body.status])).to.deep.equal(
      here.icpFilings.map((one) => [one.number, one.sponsorUscc, one.filedOn, one.status]),
    )
    expect(drafts.map(({ body }) => body.domains)).to.deep.equal(here.icpFilings.map((one) => [...one.domains].sort()))
    expect(drafts.flatMap(({ remarks }) => remarks)).to.deep.equal([])
  })

  it('give every certificate, one of them for the good example', async () => {
    const drafts = await pulled('trustmarks')
    expect(drafts.map(({ body }) => [body.certificate_number, body.valid_to, body.status])).to.deep.equal(
      here.trustmarks.map((one) => [one.certificateNumber, one.validTo, one.status]),
    )
    expect(drafts.filter(({ subject }) => subject.uscc === here.goodExample)).to.have.length(1)
    expect(new Set(here.trustmarks.map(({ status }) => status)).size).to.be.greaterThan(1)
  })

  it('give every grade of an association, one of them for the good example', async () => {
    const drafts = await pulled('ratings')
    expect(drafts.map(({ body }) => [body.association, body.grade, body.valid_to, body.pact_url])).to.deep.equal(
      here.associationGrades.map((one) => [one.association, one.grade, one.validTo, one.pactUrl]),
    )
    expect(drafts.filter(({ subject }) => subject.uscc === here.goodExample)).to.have.length(1)
    expect(drafts.length).to.be.greaterThan(10)
  })

  it('give every shop with the result of its identity check, and one ID number causes a remark and is not stored', async () => {
    const drafts = await pulled('shops')
    const all = here.operators.flatMap((one) => one.shops.map((shop) => ({ one, shop })))
    expect(drafts.map(({ subject, body }) => [subject.uscc ?? subject.shop, body.shop_id])).to.deep.equal(
      all.map(({ one, shop }) => [one.code, shop.shopId]),
    )
    expect(drafts.map(({ body }) => [body.real_name_method, body.real_name_matched])).to.deep.equal(
      all.map(({ shop }) => [shop.realNameMethod, shop.realNameMatched]),
    )
    expect(new Set(drafts.map(({ body }) => body.real_name_method))).to.deep.equal(
      new Set(['LICENCE', 'MARKETPLACE_CHECK', 'NETWORK_ID', null]),
    )
    expect(drafts.flatMap(({ remarks }) => remarks.map(({ rule }) => rule))).to.deep.equal(['personal.number'])
    expect(JSON.stringify(drafts)).to.not.match(/\d{17}[\dX]"/)
  })

  it('give shops whose records equal those of the seed', async () => {
    const items: SourceItem[] = here.operators.flatMap((one) =>
      one.shops.map((shop) => ({ page: null, row: 1, fields: spellShop(one, shop) })),
    )
    expect((await pulled('shops')).map(digestDraft)).to.deep.equal(mapped('shops', items).map(digestDraft))
  })

  it('give an empty list for an empty register, and refuse an unknown cursor', async () => {
    served = { ...here, icpFilings: [] }
    expect(await itemsOf('icp')).to.deep.equal([])
    const answer = await (await fetch(`${agency('communications').url}/icp?cursor=nonsense`)).json()
    expect(answer).to.include({ code: 400 })
  })

  it('an answer without a next cursor is incomplete and is refused', async () => {
    const half = { code: 200, msg: '', params: { list: [] } }
    const { createServer } = await import('node:http')
    const server = createServer((_, response) => response.end(JSON.stringify(half)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
    const code = await Promise.resolve()
      .then(async () => {
        const delivery = await feeds.get('icp')?.open({ url }, { state: null })
        for await (const item of delivery?.items ?? []) return String(item.row)
        return 'none'
      })
      .catch((error: unknown) => (isRefusal(error) ? error.code : String(error)))
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(code).to.equal('CONTENT_UNKNOWN')
  })
})
