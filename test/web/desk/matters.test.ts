import { hash, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { MatterKind } from '../../../src/domain/matters/kind.js'
import { type Matter, makeNewMatter } from '../../../src/domain/matters/matter.js'
import { attemptMatterMove } from '../../../src/domain/matters/moves.js'
import { shanghaiDate } from '../../../src/foundation/time/dates.js'
import * as store from '../../../src/store/matters/matters.js'
import { keepMoves } from '../../../src/work/matters/keep-move.js'
import { readMatterKinds, versionOfKind } from '../../../src/work/matters/kinds.js'
import { globalOf } from '../../api/global-ids.js'
import { confirmedClient } from '../../support/accounts.js'
import { BROWSER_MS, browser, violations } from '../../support/browser.js'
import { type AtDesk, addPerson, atDesk, deskBuilt } from '../../support/desk.js'
import { startHub, type TestHub } from '../../support/hub.js'
import { samplePdf } from '../../support/sample-papers.js'

const PROVINCE = 'market-regulator@220000'
const COUNTY = '220104'
const PAPER = { name: '协查函.pdf', mimeType: 'application/pdf', buffer: samplePdf() }
const REQUEST = '请协助核实虚构商行的进货票据'
/** A kind that no file holds. */
const VISIT: MatterKind = {
  ...{ kind: 'visit', sign: '访', zh: '走访', en: 'Visit', basis: '虚构依据', visibility: 'SEATS' },
  ...{ opened_by: ['officer'], held_by: ['agency'], attachments: {}, clocks: {} },
  fields: {
    day: { zh: '走访日期', en: 'Day', day: true, required: true },
    people: { zh: '走访人数', en: 'People', text: 10 },
  },
  states: {
    PLANNED: { zh: '待走访', en: 'Planned', waits_for: 'holder' },
    VISITED: { zh: '已走访', en: 'Visited', ends: 'VISITED' },
  },
  moves: {
    open: { zh: '发起', en: 'Open', by: 'sender', to: 'PLANNED' },
    visited: {
      zh: '登记走访',
      en: 'Visited',
      by: 'holder',
      from: ['PLANNED'],
      to: 'VISITED',
      requires: ['field:people'],
    },
  },
}

describe('matters at the desk', function () {
  this.timeout(BROWSER_MS)
  const visitor = browser()
  let hub: TestHub
  let neighbour = ''
  const kinds = readMatterKinds() as Map<string, MatterKind>
  before(async () => {
    await deskBuilt()
    kinds.set(VISIT.kind, VISIT)
    hub = await startHub()
    await addPerson(hub, 'officer')
    await addPerson(hub, 'agency', { name: '虚构南关局', region: COUNTY })
    neighbour = await tokenOf({ name: '虚构辽宁', role: 'agency', agency: 'market-regulator', region: '210000' })
  })
  after(async () => {
    kinds.delete(VISIT.kind)
    await hub?.stop()
  })

  const tokenOf = async (client: Parameters<typeof confirmedClient>[1]): Promise<string> => {
    const { db, now } = hub.hub
    const { client_id, client_secret } = await confirmedClient(db, client, ['market-regulator'], now())
    const answer = await fetch(`${hub.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    return ((await answer.json()) as { access_token: string }).access_token
  }
  const ask = async (query: string, input: object) => {
    const { data, errors } = await hub.ask(query, { input }, neighbour)
    expect(errors).to.equal(undefined)
    return data
  }
  const move = (input: object) => ask('mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { id } }', input)
  const fileOf = (type: string) => ({ type, name: '复函.pdf', sha256: hash('sha256', type), bytes: 6 })
  /** An assist that the neighbour asks of the province. */
  const asked = async (): Promise<string> => {
    const fields = [
      { name: 'purpose', value: 'EVIDENCE' },
      { name: 'request', value: REQUEST },
    ]
    const input = { kind: 'assist', to: PROVINCE, fields, attachments: [fileOf('LETTER')] }
    return (await ask('mutation ($input: OpenMatterInput!) { openMatter(input: $input) { id } }', input)).openMatter.id
  }
  const choose = async (page: Page, field: string, option: string) => {
    await page.getByLabel(field).first().click()
    await page.keyboard.type(option)
    await page.getByTitle(option, { exact: true }).last().click()
  }
  const chooseSeat = async (page: Page, division: string, seat: string) => {
    await choose(page, '单位所在地区', division)
    await choose(page, '交由哪个单位办理', seat)
  }
  const inOrder = async ({ faults, strays, close }: AtDesk) => {
    expect([faults.filter((fault) => !/status of 40/.test(fault)), strays]).to.deep.equal([[], []])
    await close()
  }

  it('an officer asks another province for assistance, it answers by its program, and the officer reads the reply', async () => {
    const officer = await atDesk(visitor, hub, 'officer')
    const { page } = officer
    await officer.open('/matters', '协作事项')
    await page.getByRole('link', { name: '发起协作事项' }).click()
    await page.getByRole('radio', { name: '协查' }).check()
    await chooseSeat(page, '辽宁省', '辽宁省市场监督管理厅')
    for (const copied of ['吉林省财政厅', '吉林省公安厅']) await choose(page, '抄送哪些单位', copied)
    await page.keyboard.press('Escape')
    await choose(page, '目的', '调查取证')
    await page.getByLabel('协查内容').fill(REQUEST)
    const send = page.getByRole('button', { name: '确认发起' })
    expect(await send.isDisabled()).to.equal(true)
    await page.getByText('尚须填写：协查函').waitFor()
    await page.getByLabel('协查函').setInputFiles(PAPER)
    expect(await violations(page)).to.deep.equal([])
    await send.click()
    await page.getByRole('heading', { level: 1, name: /^协查 协\d{4}-\d{8}$/ }).waitFor()
    await page.getByText('承办单位尚未收悉').waitFor()
    const kept = await page.getByRole('link', { name: PAPER.name }).getAttribute('href')
    expect(Buffer.from(await (await page.request.get(kept ?? '')).body())).to.deep.equal(PAPER.buffer)
    await page.getByText(hash('sha256', PAPER.buffer)).waitFor()
    const { data } = await hub.ask('{ matters { nodes { id moveCount copied number } } }', {}, neighbour)
    const [{ id, moveCount, copied, number }] = data.matters.nodes
    expect(copied).to.have.members(['finance@220000', 'police@220000'])
    expect(page.url()).to.include(id)
    await move({
      id,
      move: 'answer',
      seen: moveCount,
      documentNumber: '辽虚协复〔2026〕1号',
      attachments: [fileOf('REPLY')],
    })
    await officer.open('', '今日')
    await page.getByRole('link', { name: '协作事项有新答复 1 件' }).click()
    await page
      .getByRole('row', { name: new RegExp(REQUEST) })
      .getByRole('link')
      .click()
    await page.getByText('文号：辽虚协复〔2026〕1号').waitFor()
    await page.getByText(fileOf('REPLY').sha256).waitFor()
    await page.getByText('虚构辽宁（辽宁省市场监督管理厅）').first().waitFor()
    expect(await violations(page)).to.deep.equal([])
    await officer.open('', '今日')
    await page.getByText('没有等待办理的事项。').waitFor()
    await page.getByRole('combobox', { name: '查找' }).fill('辽虚协复〔2026〕1号')
    await page.getByRole('option', { name: new RegExp(number) }).click()
    await page.getByRole('heading', { level: 1, name: `协查 ${number}` }).waitFor()
    await inOrder(officer)
  })

  it('a refusal stands beside its field, and a move that was forestalled keeps what was typed', async () => {
    const id = await asked()
    const officer = await atDesk(visitor, hub, 'officer')
    const { page } = officer
    await officer.open('', '今日')
    await page.getByRole('link', { name: '协作事项等待办理 1 件' }).click()
    await page
      .getByRole('row', { name: new RegExp(REQUEST) })
      .getByRole('link')
      .click()
    await page.getByText(/^自\d+月\d+日起15个工作日，.*到期/).waitFor()
    await page.getByRole('button', { name: '告知延期' }).click()
    const form = page.getByRole('form', { name: '告知延期' })
    await form.getByLabel('延长至哪一天').fill(shanghaiDate(hub.hub.now()))
    await form.getByLabel('事由').fill('虚构：票据在外地')
    await form.getByRole('button', { name: '确认告知延期' }).click()
    await form
      .locator('.labelled', { hasText: '延长至哪一天' })
      .getByRole('alert')
      .getByText('延长后的日期须晚于原期限')
      .waitFor()
    await move({ id, move: 'withdraw', reason: '虚构：已经查明' })
    await form.getByRole('button', { name: '确认告知延期' }).click()
    await form.locator('[data-code=MATTER_MOVED_ON]').waitFor()
    await form.getByText('此事项现在没有由您办理的“告知延期”').waitFor()
    await page.getByText('说明：虚构：已经查明').waitFor()
    expect(await form.getByLabel('事由').inputValue()).to.equal('虚构：票据在外地')
    expect(await form.getByRole('button', { name: '确认告知延期' }).isDisabled()).to.equal(true)
    await inOrder(officer)
  })

  /** What a listing's own transaction does. */
  const moveAsListing = async (name: string, given: object, known: store.StoredMatter | null = null) => {
    const { db, keys, rules, now } = hub.hub
    const kind = kinds.get('measure') as MatterKind
    const seats = { sender: 'listing', holder: `market-regulator@${COUNTY}`, copied: [], named: null }
    const before: Matter = known?.matter ?? makeNewMatter(seats, {})
    const act = { seat: 'listing', by: 'listing', at: now(), on: shanghaiDate(now()), places: ['listing'] as const }
    const made = attemptMatterMove(
      kind,
      before,
      { ...act, ...given, move: name },
      { calendar: rules.calendar, lineOfSeat: () => null },
    )
    if (!made.ok) throw new Error(made.because)
    const version = versionOfKind(kind)
    const fresh = {
      id: randomUUID(),
      kind: kind.kind,
      kindVersion: version,
      number: '惩2026-90000001',
      openedBy: 'listing',
    }
    const rest = {
      reference: 'x',
      requestSha256: '',
      operatorId: null,
      listingId: null,
      parentId: null,
      openedAt: now(),
    }
    return db.transaction(async (tx) => {
      await store.noteKind(tx as never, { kind: kind.kind, version, content: kind, now: now() })
      const head = known ?? { ...fresh, ...rest }
      const previousHash =
        known === null ? null : ((await store.movesOfMatters(tx as never, [head.id])).at(-1)?.hash ?? null)
      const sent = { ...given, move: name, on: act.on }
      const moves = [{ before, act, given: sent, after: made.after }]
      const [kept] = await keepMoves(tx as never, keys, [{ kind, head, previousHash, moves }])
      return kept as store.StoredMatter
    })
  }

  it('a bureau applies a measure, and lifts it when the firm has left the list', async () => {
    const fields = { item: '虚构：限制申请财政性资金项目', ground: '虚构依据' }
    const { id } = await moveAsListing('open', { fields })
    const bureau = await atDesk(visitor, hub, 'agency', { name: '虚构南关局' })
    const { page } = bureau
    await bureau.open('/matters?kind=measure', '协作事项')
    await page
      .getByRole('row', { name: /限制申请财政性资金项目/ })
      .getByRole('link')
      .click()
    await page.getByRole('button', { name: '登记实施' }).click()
    const form = page.getByRole('form', { name: '登记实施' })
    await form.getByLabel('限制的内容').fill('虚构：暂停专项资金申报')
    await form.getByLabel('文号').fill('虚财〔2026〕3号')
    await form.getByRole('button', { name: '确认登记实施' }).click()
    await page.getByText('已办理：登记实施').waitFor()
    await page.getByText('限制的内容：虚构：暂停专项资金申报').waitFor()
    await moveAsListing('lift_due', {}, await store.matterById(hub.hub.db, id))
    await bureau.open(`/matters/${globalOf('Matter', id)}`, /^惩戒措施/)
    await page.getByText('应予解除').first().waitFor()
    await page.getByText(/^自\d+月\d+日起3个工作日，.*到期/).waitFor()
    await page.getByRole('button', { name: '登记解除' }).click()
    await page.getByRole('form').getByLabel('文号').fill('虚财〔2026〕4号')
    await page.getByRole('button', { name: '确认登记解除' }).click()
    await page.getByText('已办理：登记解除').waitFor()
    await page.getByText('此事项现在没有由您办理的步骤。').waitFor()
    expect((await store.matterById(hub.hub.db, id))?.matter.outcome).to.equal('LIFTED')
    await inOrder(bureau)
  })

  it('a kind that is new needs no code: its form opens it, and its holder answers', async () => {
    const officer = await atDesk(visitor, hub, 'officer')
    await officer.open('/matters/open?kind=visit', '发起协作事项')
    const { page } = officer
    await chooseSeat(page, '长春市朝阳区', '长春市朝阳区市场监督管理局')
    expect(await page.getByLabel('走访人数').count()).to.equal(0)
    await page.getByLabel('走访日期').fill('2026-12-10')
    await page.getByRole('button', { name: '确认发起' }).click()
    await page.getByRole('heading', { level: 1, name: /^走访 访/ }).waitFor()
    const path = new URL(page.url()).pathname.replace('/desk', '')
    await inOrder(officer)
    const bureau = await atDesk(visitor, hub, 'agency', { name: '虚构南关局' })
    await bureau.open(path, /^走访 访/)
    await bureau.page.getByRole('button', { name: '登记走访' }).click()
    await bureau.page.getByLabel('走访人数').fill('3')
    await bureau.page.getByRole('button', { name: '确认登记走访' }).click()
    await bureau.page.getByText('已走访').first().waitFor()
    await inOrder(bureau)
  })
})
