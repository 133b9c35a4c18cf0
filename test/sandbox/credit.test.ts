import { expect } from 'chai'
import { world } from '../../seeds/world.js'
import { feeds } from '../../src/agencies/index.js'
import type { RecordDraft, SourceItem } from '../../src/domain/records/records.js'
import { contractCheck } from '../../src/foundation/contracts.js'
import { type AgencyStandIn, startAgencyStandIns } from '../../src/sandbox/agencies/index.js'

const TODAY = '2026-11-25'

describe("the stand-ins of the credit office and the high court, read by the hub's feeds", () => {
  const here = world()
  let agencies: AgencyStandIn[] = []
  const urlOf = (id: string): string => agencies.find((one) => one.id === id)?.url ?? ''
  const pulled = async (id: string): Promise<RecordDraft[]> => {
    const feed = feeds.get(id)
    if (!feed) throw new Error(`no feed ${id}`)
    const items: SourceItem[] = []
    const delivery = await feed.open({ url: urlOf(feed.agency) }, { state: null })
    for await (const item of delivery.items) items.push(item)
    const drafts = items.flatMap((item) => {
      const mapped = feed.map(item, { dated: null, today: TODAY })
      if ('problems' in mapped) throw new Error(JSON.stringify(mapped.problems))
      return mapped.drafts
    })
    expect(drafts.flatMap(({ body, kind }) => contractCheck(`records/${kind}`)(body))).to.deep.equal([])
    expect(new Set(drafts.map(({ key }) => key)).size).to.equal(drafts.length)
    return drafts
  }

  before(async () => {
    agencies = await startAgencyStandIns(here)
  })
  after(() => Promise.all(agencies.map((one) => one.close())))

  it('give 30 permits, some without an end', async () => {
    const drafts = await pulled('permits')
    expect(drafts.map(({ body }) => body.document_number)).to.deep.equal(here.permits.map((one) => one.documentNumber))
    expect(drafts.map(({ body }) => body.decided_on)).to.deep.equal(here.permits.map((one) => one.decidedOn))
    expect(drafts).to.have.length(30)
    expect(drafts.flatMap(({ remarks }) => remarks)).to.deep.equal([])
    const ends = drafts.map(({ validTo }) => validTo)
    expect(ends).to.include(null)
    expect(ends.some((day) => day !== null)).to.equal(true)
    expect(new Set(drafts.map(({ body }) => body.status))).to.deep.equal(new Set(['VALID', 'INVALID']))
  })

  it('give six results of repairs, each of a penalty or an entry in this world', async () => {
    const drafts = await pulled('repairs')
    expect(drafts.map(({ body }) => [body.target, body.outcome])).to.deep.equal([
      ['PENALTY', 'REPAIRED'],
      ['PENALTY', 'REPAIRED'],
      ['PENALTY', 'REPAIRED'],
      ['PENALTY', 'REFUSED'],
      ['LIST_ENTRY', 'REMOVED'],
      ['ABNORMAL', 'REMOVED'],
    ])
    const known = [...here.penalties, ...here.listEntries].map((one) => one.documentNumber)
    for (const { body } of drafts.slice(0, 5)) expect(known).to.include(body.target_document_number)
  })

  it("give eight defaulters, and leave the natural person out of the feed's query", async () => {
    const drafts = await pulled('defaulters')
    expect(drafts).to.have.length(8)
    expect(drafts.flatMap(({ remarks }) => remarks)).to.deep.equal([])
    expect(drafts.filter(({ subject }) => subject.orgCode !== null)).to.have.length(1)
    expect(drafts.filter(({ validTo }) => validTo !== null)).to.have.length(1)
    const everybody = await fetch(`${urlOf('high-court')}/defaulters`)
    expect(((await everybody.json()) as { totalCount: number }).totalCount).to.equal(9)
  })

  it('have no record against the examples of the demonstration', async () => {
    const examples = [here.goodExample, here.dishonestExample, here.shopExample]
    const touched = [
      ...here.permits.map((one) => one.partyUscc),
      ...here.repairs.map((one) => one.partyUscc),
      ...here.defaulters.map((one) => one.code),
    ]
    expect(touched.filter((code) => examples.includes(code))).to.deep.equal([])
  })

  it('refuse a page that is not a number', async () => {
    for (const [agency, path] of [
      ['credit-office', '/repairs?pageNo=eins'],
      ['high-court', '/defaulters?currentPage=0'],
    ] as const)
      expect((await fetch(urlOf(agency) + path)).status, path).to.equal(400)
  })
})
