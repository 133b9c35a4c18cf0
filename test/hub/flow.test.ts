/** The whole path of one record over real HTTP: from an agency's bytes to each platform's receipt, and its removal. */
import { expect } from 'chai'
import { addDays, shanghaiDate } from '../../src/foundation/time/dates.js'
import { startHub, type TestHub } from '../support/hub.js'

const MOVE = (name: string) => `mutation ($input: MoveInput!) { ${name}(input: $input) { listing { id state } } }`

describe('the complete course of one record', () => {
  let test: TestHub
  let officer: string
  let reviewer: string
  let code: string
  let listingId: string
  const day = (offset: number): string => addDays(shanghaiDate(new Date()), offset)

  before(async () => {
    test = await startHub()
    officer = await test.token('officer')
    reviewer = await test.token('reviewer')
    code = test.world.dishonestExample
  })
  after(() => test.stop())

  const move = async (name: string, token: string, input: object): Promise<string> => {
    const answer = await test.ask(MOVE(name), { input: { id: listingId, ...input } }, token)
    expect(answer.errors, name).to.equal(undefined)
    return answer.data[name].listing.state
  }

  /** An error names the step in which it occurred. */
  const step = async (title: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act()
    } catch (error) {
      throw new Error(`at the step: ${title}`, { cause: error })
    }
  }

  it('leads from a file of an agency to the receipt of every platform, and to the receipts of its removal', async () => {
    await step('begins with bytes of agencies and keeps each record with its source', async () => {
      for (const feed of ['registry', 'quality', 'penalties', 'dishonest', 'trademarks']) {
        const pulled = await test.hub.pull(feed, { cause: 'command' })
        expect(pulled?.received, feed).to.be.greaterThan(0)
        const { received = 0, new: fresh = 0, changed = 0, unchanged = 0, rejected = 0, unmatched = 0 } = pulled ?? {}
        expect(fresh + changed + unchanged + rejected + unmatched, feed).to.equal(received)
      }
      const sent = test.world.penalties.findIndex(
        (penalty) => penalty.partyUscc === code && penalty.decidedOn === '2026-09-01',
      )
      const answer = await test.ask(
        `query ($code: String!) { operator(code: $code) { records(kind: PENALTY, first: 10) { nodes { kind agency body validFrom source { run row } } } } }`,
        { code },
        officer,
      )
      const record = answer.data.operator.records.nodes.find(
        (node: { validFrom: string }) => node.validFrom === '2026-09-01',
      )
      expect(record.agency).to.equal('credit-office')
      expect(record.body.fine_yuan).to.equal(test.world.penalties[sent]?.fineYuan)
      // Rows count from 1, and row 1 is the header.
      expect(record.source.row).to.equal(sent + 2)
    })

    await step('scores the operator with reasons that add up, and opens a lead', async () => {
      await test.hub.score({ cause: 'command' })
      const answer = await test.ask(
        `query ($code: String!) { operator(code: $code) { score { value grade reasons { points } } listings { id state } } }`,
        { code },
        officer,
      )
      const { score, listings } = answer.data.operator
      expect(score.grade).to.equal('D')
      expect(score.reasons.reduce((sum: number, { points }: { points: number }) => sum + points, 0)).to.equal(
        score.value,
      )
      expect(listings.map(({ state }: { state: string }) => state)).to.deep.equal(['LEAD'])
      listingId = listings[0].id
    })

    await step('is not public at any step before publication, and takes no short cut', async () => {
      const records = await test.ask(
        `query ($code: String!) { operator(code: $code) { records(kind: PENALTY, first: 10) { nodes { id validFrom } } } }`,
        { code },
        officer,
      )
      const decision = records.data.operator.records.nodes.find(
        (node: { validFrom: string }) => node.validFrom === '2026-09-01',
      )
      const early = await test.ask(MOVE('publishListing'), { input: { id: listingId, on: day(0) } }, officer)
      expect(early.errors?.[0]?.extensions.code).to.equal('MOVE_NOT_ALLOWED')

      // The lead came with its penalty.
      const linked = { input: { id: listingId, on: day(-40), record: decision.id } }
      const again = await test.ask(MOVE('linkDecision'), linked, officer)
      expect(again.errors?.[0]?.extensions.code).to.equal('MOVE_NOT_ALLOWED')
      expect(await move('proposeListing', officer, { on: day(-40), reason: '销售假冒商品，情节严重' })).to.equal(
        'PROPOSED',
      )
      expect(await move('notifyListing', officer, { on: day(-40), documentNumber: '吉市监信告〔2026〕9号' })).to.equal(
        'NOTIFIED',
      )
      expect(await move('recordDefence', officer, { on: day(-38), text: '货源合法' })).to.equal('DEFENCE')
      expect(await move('answerDefence', officer, { on: day(-37), text: '未能提供进货凭证' })).to.equal('DEFENCE')
      const own = await test.ask(MOVE('reviewListing'), { input: { id: listingId, on: day(-20) } }, officer)
      expect(own.errors?.[0]?.extensions.code).to.equal('MOVE_NOT_ALLOWED')
      const hasty = await test.ask(MOVE('reviewListing'), { input: { id: listingId, on: day(-36) } }, reviewer)
      expect(hasty.errors?.[0]?.extensions.code).to.equal('MOVE_NOT_ALLOWED')
      expect(await move('reviewListing', reviewer, { on: day(-20) })).to.equal('REVIEWED')
      expect(await move('consentListing', reviewer, { on: day(-19), documentNumber: '省市监函〔2026〕9号' })).to.equal(
        'CONSENTED',
      )
      expect(await move('decideListing', officer, { on: day(-19), documentNumber: '吉市监信列〔2026〕9号' })).to.equal(
        'DECIDED',
      )
      expect(await move('serveListing', officer, { on: day(-18) })).to.equal('SERVED')

      const list = await test.ask('{ blacklist { nodes { id } } }')
      expect(list.data.blacklist.nodes).to.deep.equal([])
      expect(test.platforms.flatMap((platform) => platform.entries())).to.deep.equal([])
    })

    await step('is published, and owed to every platform by the same transaction', async () => {
      expect(await move('publishListing', officer, { on: day(0) })).to.equal('PUBLISHED')
      const answer = await test.ask(
        `query ($code: String!) { standing(code: $code) { listed grade listings { kind documentNumber endsOn } } }`,
        { code },
      )
      expect(answer.data.standing).to.deep.include({ listed: true, grade: null })
      expect(answer.data.standing.listings[0]).to.deep.include({
        kind: 'serious',
        documentNumber: '吉市监信列〔2026〕9号',
      })
      const { platforms } = (await test.ask('{ platforms { id outstanding } }', {}, officer)).data
      expect(platforms.map((platform: { outstanding: number }) => platform.outstanding)).to.deep.equal([1, 1, 1, 1])
      const page = await (await fetch(`${test.url}/blacklist`)).text()
      expect(page).to.include(code)
    })

    await step('is pushed until each platform confirms, also one that failed at first', async () => {
      test.platforms[1]?.behave({ failNext: 1 })
      await test.hub.push(null, { cause: 'command' })
      expect(test.platforms.map((platform) => platform.entries().length)).to.deep.equal([1, 0, 1, 1])
      // The second push runs with a clock that is one minute ahead, when the retry is due.
      const { pushDeliveries } = await import('../../src/work/delivery/push.js')
      const { platforms } = await import('../../src/platforms/index.js')
      const later = () => new Date(Date.now() + 60_000)
      const to = platforms.flatMap((platform) => {
        const address = test.hub.addresses.platforms[platform.id]
        return address ? [{ platform, ...address }] : []
      })
      await pushDeliveries(test.hub.db, {
        platforms: to,
        silent: [],
        cause: 'command',
        now: later,
        random: () => 0,
        log: test.hub.log,
      })
      expect(test.platforms.map((platform) => platform.entries().length)).to.deep.equal([1, 1, 1, 1])
      const answer = await test.ask(
        'query ($id: ID!) { listing(id: $id) { deliveries { platform action state confirmedAt } } }',
        { id: listingId },
        officer,
      )
      const told = answer.data.listing.deliveries
      expect(told.map((delivery: { state: string }) => delivery.state)).to.deep.equal([
        'CONFIRMED',
        'CONFIRMED',
        'CONFIRMED',
        'CONFIRMED',
      ])
    })

    await step('is numbered in the public snapshot', async () => {
      const first = await test.hub.publish({ cause: 'command' })
      expect(first).to.deep.include({ sequence: 1, entries: 1, added: 1, removed: 0 })
    })

    await step('goes back out the same way when the decision falls: page, list, score and every platform', async () => {
      expect(
        await move('removeListing', officer, { on: day(0), removal: 'REVOKED', reason: '处罚决定被撤销' }),
      ).to.equal('REMOVED')
      const pushed = await test.hub.push(null, { cause: 'command' })
      expect(pushed.platforms.map(({ accepted, outstanding }) => [accepted, outstanding])).to.deep.equal([
        [1, 0],
        [1, 0],
        [1, 0],
        [1, 0],
      ])
      expect(test.platforms.flatMap((platform) => platform.entries())).to.deep.equal([])
      const standing = await test.ask(`query ($code: String!) { standing(code: $code) { listed listings { id } } }`, {
        code,
      })
      expect(standing.data.standing).to.deep.equal({ listed: false, listings: [] })
      const removed = await test.hub.publish({ cause: 'command' })
      expect(removed).to.deep.include({ sequence: 2, entries: 0, removed: 1 })
      const page = await fetch(`${test.url}/blacklist/${listingId}`)
      expect(page.status).to.equal(410)
      expect(await page.text()).to.not.include('美妆')
    })
  })
})
