import { expect } from 'chai'
import { shanghaiDate } from '../../../src/foundation/time/dates.js'
import { proposeCalendar } from '../../../src/work/calendar/calendar.js'
import { listUnconfirmedRows, proposeRuleRow } from '../../../src/work/office/rule-rows.js'
import { keepCard } from '../../../src/work/scoring/scorecards.js'
import { BROWSER_MS, violations } from '../../support/browser.js'
import { deskOfHub } from '../../support/desk.js'
import { STRICTER, stricter } from '../../support/stricter.js'
import { penalised } from '../../support/world.js'

const [FIRST, SECOND] = ['虚构甲', '虚构乙']
const REASON = '虚构通知〔2026〕11号'

/** A row has a question, and a link to a page with this title, where this region takes the focus. */
const ROWS = [
  {
    says: '联系电话：由“0431-11111111”改为“0431-22222222”',
    page: '本机关设置',
    region: '待确认：设置',
    button: '确认',
  },
  { says: '由试运行改为正式运行', page: '本机关设置', region: '待确认：正式运行', button: '确认' },
  { says: '2027-01-04 周一 改为放假', page: '工作日历', region: '待决定的修订', button: '使修订生效' },
  { says: /陈述申辩.* 5，由未核实改为已核实/, page: '规则核实', region: '待确认：规则的核实', button: '确认' },
  { says: `改为 ${STRICTER}`, page: '评分卡', region: `待决定：采用 ${STRICTER}`, button: '采用' },
] as const

describe('proposals in the worklist', function () {
  this.timeout(BROWSER_MS)
  const desk = deskOfHub(async ({ hub: { db, rules, now, office } }) => {
    const settings = (shown: string) => JSON.stringify({ values: [{ name: 'SITE_TELEPHONE', shown, sealed: null }] })
    await db.raw(
      `with next as (update office_revision set revision = revision + 1 returning revision)
       insert into office_proposals (kind, content, reason, proposed_by, proposed_at, state, decided_by, decided_at, revision)
       select 'SETTINGS', ?::jsonb, ?, 'x', now(), 'IN_FORCE', 'y', now(), revision from next`,
      [settings('0431-11111111'), REASON],
    )
    await office.refresh()
    await db('office_proposals').insert([
      { kind: 'SETTINGS', content: settings('0431-22222222'), reason: REASON, proposed_by: FIRST, proposed_at: now() },
      { kind: 'SERVICE', content: '{}', reason: REASON, proposed_by: FIRST, proposed_at: now() },
    ])
    const made = { reason: REASON, by: FIRST, now: now() }
    await proposeCalendar(db, rules, { ...made, holidays: ['2027-01-04'] })
    const day = shanghaiDate(now())
    const key = listUnconfirmedRows(rules, day).find(({ row }) => row['name'] === 'DEFENCE_WORKDAYS')?.key ?? ''
    await proposeRuleRow(db, rules, { key, source: '虚构文本', text: '虚构条文', readOn: day, by: FIRST, now: now() })
    const card = await keepCard(db, stricter(), now())
    await db('scorecard_adoptions').insert({
      ...{ scorecard_hash: card, effective_on: '2027-01-01', reason: REASON, proposed_by: FIRST, proposed_at: now() },
    })
  })

  it('say what is asked and by whom, and lead to where another person decides', async () => {
    const { page, open, close, faults, strays } = await desk.signIn('administrator', { name: SECOND })
    for (const { says, page: title, region, button } of ROWS) {
      await open('/worklist', '待办')
      const row = page.getByRole('row').filter({ hasText: says })
      await row.getByText(`${FIRST} 提出`).waitFor()
      await row.getByRole('link').click()
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      const panel = page.getByRole('region', { name: region })
      await panel.getByRole('button', { name: new RegExp(`^${[...button].join('\\s?')}$`) }).waitFor()
      const focused = () => panel.evaluateAll((all) => all.some((one) => one === one.ownerDocument.activeElement))
      expect(await focused(), String(says)).to.equal(true)
    }
    await open('/worklist', '待办')
    await page.getByText('由试运行改为正式运行').waitFor()
    expect(await page.getByRole('link', { name: '查看' }).count()).to.equal(0)
    expect([await violations(page), faults, strays]).to.deep.equal([[], [], []])
    await close()
  })

  it('keep secrets and the values of settled proposals to themselves', async () => {
    const secret = { name: 'SMTP_PASSWORD', shown: null, sealed: 'x' }
    await desk.hub.hub.db('office_proposals').insert({
      ...{ kind: 'SETTINGS', content: JSON.stringify({ values: [secret] }), reason: REASON },
      ...{ proposed_by: FIRST, proposed_at: desk.hub.hub.now() },
    })
    const token = await desk.hub.token('administrator')
    const { data } = await desk.hub.ask('{ officeProposals { state settings { name value present } } }', {}, token)
    const told = (data.officeProposals as { state: string; settings: object[] }[]).filter(
      ({ settings }) => settings.length > 0,
    )
    expect(told).to.have.deep.members([
      { state: 'PROPOSED', settings: [{ name: 'SMTP_PASSWORD', value: null, present: null }] },
      {
        state: 'PROPOSED',
        settings: [{ name: 'SITE_TELEPHONE', value: '0431-22222222', present: '0431-11111111' }],
      },
      { state: 'IN_FORCE', settings: [{ name: 'SITE_TELEPHONE', value: '0431-11111111', present: null }] },
    ])
  })

  it('lead to the one override or objection of an operator, and a notice names the step', async () => {
    const { db, now } = desk.hub.hub
    const made = { reason: REASON, asked_by: FIRST, asked_at: now() }
    for (const n of [1, 2]) {
      const { operatorId } = await penalised(db, n)
      await db('overrules').insert({ ...made, operator_id: operatorId, grade: 'C', ends_on: '2027-12-31' })
      await db('objections').insert({
        ...{ operator_id: operatorId, feed: 'penalties', record_key: `P${n}`, rule: 'r', fact: 'f' },
        ...{ statement: REASON, opened_by: FIRST, opened_at: now() },
      })
    }
    const officer = await desk.signIn('officer')
    await officer.open('/overrides', '等级调整')
    await officer.page.getByText('现在没有其他复核人可以办理“等级调整，待复核”').first().waitFor()
    await officer.close()
    const { page, open, close, faults } = await desk.signIn('reviewer')
    for (const [kind, title] of [
      ['等级调整，待复核', '等级调整'],
      ['异议，待处理', '异议'],
    ] as const) {
      await open('/worklist', '待办')
      await page
        .getByRole('row', { name: new RegExp(`${kind}.*第2有限公司`) })
        .getByRole('link')
        .click()
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      await page.getByRole('article', { name: /第2有限公司/ }).waitFor()
      expect(await page.getByRole('article').count(), title).to.equal(1)
    }
    expect(faults).to.deep.equal([])
    await close()
  })

  it('lead from an empty own queue to what the whole office may do', async () => {
    await desk.hub.hub.db.raw(
      `with r as (insert into runs (job, subject, cause, started_at, ended_at, outcome)
         values ('pull', 'quality', 'command', now(), now(), 'DONE') returning id)
       insert into rejects (run_id, feed, row_number, rule, message, problems, item)
         select id, 'quality', n, 'r', 'm', '[]', '{}' from r, generate_series(1, 3) n`,
    )
    const { page, open, close, faults } = await desk.signIn('agency')
    await open('/worklist', '待办')
    await page.getByText('没有须由您本人办理的').waitFor()
    await page.getByRole('link', { name: '本单位有 3 件' }).click()
    await page.getByRole('link', { name: '产品质量监督抽查：3 件' }).waitFor()
    expect([await violations(page), faults]).to.deep.equal([[], []])
    await close()
  })

  it('tell an auditor that there is nothing to do but to look', async () => {
    const { page, open, close, faults } = await desk.signIn('auditor')
    await open('/worklist', '待办')
    await page.getByText('审计人员只查看、不办理').waitFor()
    expect([await page.getByText('您可以办理').count(), await violations(page), faults]).to.deep.equal([0, [], []])
    await close()
  })
})
