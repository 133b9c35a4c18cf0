import { expect } from 'chai'
import { isHeavyPenalty } from '../../../src/domain/records/penalty.js'
import { shanghaiDate } from '../../../src/foundation/time/dates.js'
import { type MoveInput, makeMove, openCase } from '../../../src/work/listing/listing.js'
import { BROWSER_MS, browser, violations } from '../../support/browser.js'
import { type AtDesk, addPerson, atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'

describe('the page of a case within the defence period', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  /** Heavier penalties of operators without a case. */
  let free: { record: number; operator: number; name: string }[] = []
  let lighter: typeof free = []
  const today = () => shanghaiDate(hub.hub.now())

  before(async () => {
    await deskBuilt()
    hub = await startHub()
    for (const feed of ['registry', 'penalties']) await hub.hub.pull(feed, { cause: 'command' })
    const found = await hub.hub
      .db('versions as v')
      .join('operators as o', 'o.id', 'v.operator_id')
      .where('v.kind', 'penalty')
      .whereNotNull('o.uscc')
      .whereNotIn('o.id', hub.hub.db('listings').select('operator_id'))
      .orderBy('v.id')
      .select('v.id as record', 'v.body', 'o.id as operator', 'o.name')
    const heavy = found.filter(({ body }) => isHeavyPenalty(body))
    free = [...new Map(heavy.map((one) => [one.operator, one])).values()]
    lighter = found.filter(({ operator }) => !heavy.some((one) => one.operator === operator))
    for (const role of ['officer', 'reviewer'] as const) await addPerson(hub, role)
    await addPerson(hub, 'reviewer', { name: '另一复核' })
  })
  after(() => hub?.stop())

  const move = async (id: string, name: Parameters<typeof makeMove>[2]['name'], input: Omit<MoveInput, 'on'>) => {
    const given = { by: 'colleague', role: 'officer', input: { on: today(), ...input }, now: hub.hub.now() } as const
    await makeMove(hub.hub.db, hub.hub.rules, { id, name, ...given })
  }
  const lead = async ({ operator, record }: (typeof free)[number]) => {
    const { db, rules, now } = hub.hub
    const opening = { operatorId: operator, list: 'serious', reason: '虚构线索', by: 'colleague' } as const
    const { id } = await openCase(db, rules, { ...opening, role: 'officer', on: today(), now: now() })
    await move(id, 'linkDecision', { decision: record })
    return id
  }
  /** A case of which the party was told today. */
  const notified = async () => {
    const one = free.shift()
    if (one === undefined) throw new Error('no operator with a heavier penalty is left')
    const id = await lead(one)
    await move(id, 'proposeListing', { reason: '虚构事由，情节严重' })
    await move(id, 'notifyListing', { documentNumber: '虚市监信告〔2026〕9号' })
    return { id, name: one.name, path: `/listings/${id}` }
  }
  const inOrder = async ({ faults, strays, close }: AtDesk) => {
    expect([faults, strays]).to.deep.equal([[], []])
    await close()
  }

  it('a lead whose penalty is not a heavier one says what else can be done, and its header leads to the next step', async () => {
    const [one] = lighter
    if (one === undefined) throw new Error('no operator with only lighter penalties')
    const id = await lead(one)
    const officer = await atDesk(visitor, hub, 'officer')
    const { page } = officer
    await officer.open(`/listings/${id}`, one.name)
    const panel = page.getByRole('region', { name: '现在可以办理' })
    await panel.getByText('不属于较重行政处罚，不能直接据以列入').waitFor()
    for (const way of ['请信源单位更正', '改选那一份', '拒不履行', '未达到列入标准'])
      expect(await panel.getByRole('listitem').filter({ hasText: way }).count(), way).to.be.above(0)
    await page.getByRole('link', { name: '办理：提出列入建议' }).click()
    await page.getByRole('form', { name: '提出列入建议' }).getByText('现在办理会被拒绝').waitFor()
    await page.getByRole('form', { name: '提出列入建议' }).getByLabel('事由').isVisible()
    await inOrder(officer)
  })

  it('whoever reviewed a case is not named as the consenting superior, but may record the paper', async () => {
    const { id, path, name } = await notified()
    await hub.hub
      .db('listings')
      .where({ id })
      .update({
        facts: hub.hub.db.raw(`facts || '{"level": "COUNTY", "defenceUntil": "2026-01-01"}'`),
      })
    const given = { documentNumber: '虚放弃〔2026〕2号', waived: true, on: today() }
    await makeMove(hub.hub.db, hub.hub.rules, {
      ...{ id, name: 'reviewListing', by: '另一复核', role: 'reviewer' },
      ...{ input: given, now: hub.hub.now() },
    } as never)
    const reviewer = await atDesk(visitor, hub, 'reviewer')
    await reviewer.open(path, name)
    const keeper = reviewer.page.getByRole('region', { name: '经办' })
    await keeper.getByText('须有上一级市场监管部门的书面同意').waitFor()
    expect(await keeper.textContent())
      .to.include('officer')
      .and.not.include('另一复核')
    await inOrder(reviewer)
  })

  it('a waiver of the defence frees the review, and the process tells its day and its document', async () => {
    const { name, path } = await notified()
    const reviewer = await atDesk(visitor, hub, 'reviewer')
    const { page } = reviewer
    await reviewer.open(path, name)
    const button = page.getByRole('list', { name: '由您办理' }).getByRole('button', { name: /^复核/ })
    await button.click()
    await button.getByText('现在不能').waitFor()
    const form = page.getByRole('form', { name: '复核' })
    await form.getByRole('checkbox', { name: '当事人已书面放弃陈述申辩' }).check()
    await button.getByText('现在不能').waitFor({ state: 'detached' })
    await form.getByLabel('放弃书的文号').fill('虚放弃〔2026〕1号')
    await form.getByRole('button', { name: '确认复核' }).click()
    await page.getByText('已办理：复核').waitFor()
    const defence = page.getByRole('list', { name: '办理进程' }).getByRole('listitem').filter({ hasText: '陈述申辩' })
    await defence.getByText('当事人书面放弃陈述申辩').waitFor()
    expect(await defence.locator('time').getAttribute('datetime')).to.equal(today())
    await page.getByText('放弃书：虚放弃〔2026〕1号').waitFor()
    await page.getByText('放弃书的文号：虚放弃〔2026〕1号').waitFor()
    await inOrder(reviewer)
  })

  it('a move that a colleague forestalled keeps its form, what was typed, and why it was refused', async () => {
    const { id, name, path } = await notified()
    const officer = await atDesk(visitor, hub, 'officer')
    const { page } = officer
    await officer.open(path, name)
    await page.getByRole('list', { name: '由您办理' }).getByRole('button', { name: '不予列入' }).click()
    const form = page.getByRole('form', { name: '不予列入' })
    await form.getByLabel('事由').fill('虚构：没有主观故意')
    await move(id, 'dropListing', { reason: '虚构：同事先办' })
    await form.getByRole('button', { name: '确认不予列入' }).click()
    await form.getByText(`在此期间：colleague（经办人）于 ${today()} 办理“不予列入”`).waitFor()
    await form.locator('[data-code=LISTING_MOVED_ON]').waitFor()
    await form.getByText('此案现在没有由您办理的“不予列入”').waitFor()
    expect(await form.getByLabel('事由').inputValue()).to.equal('虚构：没有主观故意')
    expect(await form.getByRole('button', { name: '确认不予列入' }).isDisabled()).to.equal(true)
    expect(await violations(page)).to.deep.equal([])
    // The case ended before anybody could say that the party kept silent.
    expect(await page.getByText('当事人未陈述申辩').count()).to.equal(0)
    await form.getByRole('button', { name: /收\s?起/ }).click()
    await form.waitFor({ state: 'detached' })
    await inOrder(officer)
  })
})
