import { expect } from 'chai'
import { shanghaiDate } from '../../../src/foundation/time/dates.js'
import { openCase } from '../../../src/work/listing/listing.js'
import { listUnconfirmedRows, proposeRuleRow } from '../../../src/work/office/rule-rows.js'
import { BROWSER_MS } from '../../support/browser.js'
import { addPerson, deskOfHub } from '../../support/desk.js'

describe('confirmation of rules at the desk', function () {
  this.timeout(BROWSER_MS)
  const desk = deskOfHub(async (hub) => {
    await hub.hub.pull('registry', { cause: 'command' })
    await addPerson(hub, 'officer')
  })

  /** A case whose time for the defence runs by the rule as it is filed. */
  const notified = async () => {
    const { db, rules, now } = desk.hub.hub
    const on = shanghaiDate(now())
    const { id: operatorId, name } = await db('operators').whereNotNull('uscc').first('id', 'name')
    const opening = { operatorId, list: 'serious', reason: '虚构线索', by: 'colleague' } as const
    const { id } = await openCase(db, rules, { ...opening, role: 'officer', on, now: now() })
    const rule = rules.lists
      .find((list) => list.id === 'serious')
      ?.numbers.find((row) => row.name === 'DEFENCE_WORKDAYS')
    await db('listing_deadlines').insert({
      ...{ listing_id: id, name: 'DEFENCE', starts_on: on, due_on: on, provisional: false },
      ...{ rule: JSON.stringify(rule), rule_version: 'x', begun_at: now() },
    })
    return { path: `/listings/${id}`, name }
  }

  it('each that waits is a task that names it, the dialog names the rule, and deadlines that began before follow', async () => {
    const { db, rules, now } = desk.hub.hub
    const found = await notified()
    const binding = listUnconfirmedRows(rules, shanghaiDate(now())).filter(({ path }) => path.includes('numbers'))
    const defence = binding.find(({ row }) => row['name'] === 'DEFENCE_WORKDAYS')
    const [other] = binding.filter((row) => row !== defence)
    const read = { source: '虚构文本', text: '虚构条文', readOn: shanghaiDate(now()), by: '虚构甲', now: now() }
    for (const row of [defence, other]) await proposeRuleRow(db, rules, { key: row?.key ?? '', ...read })

    const officer = await desk.signIn('officer')
    const { page } = officer
    const deadline = page.getByRole('list', { name: '期限' }).getByRole('listitem').filter({ hasText: '个工作日' })
    await officer.open(found.path, found.name)
    await deadline.getByText('未经核实').waitFor()
    await officer.open('/worklist', '待办')
    const tasks = page
      .getByRole('table', { name: '待办' })
      .getByRole('row')
      .filter({ hasText: '规则核实，待第二人确认' })
    await tasks.first().waitFor()
    expect(await tasks.count()).to.equal(2)
    await tasks.getByRole('link', { name: /陈述申辩/ }).click()
    const waiting = page.getByRole('region', { name: '待确认：规则的核实' }).filter({ hasText: '陈述申辩' })
    await waiting.getByRole('button', { name: '确认', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: '确认' })
    await dialog.getByRole('region', { name: '要确认的内容' }).getByText('陈述申辩').first().waitFor()
    await dialog.getByRole('button', { name: '确认', exact: true }).click()
    await page.getByText('已确认，随即生效。').waitFor()
    const proposal = page.getByRole('button', { name: '提出核实' })
    expect(await proposal.count(), 'each rule is folded').to.equal(0)
    await page.getByRole('region', { name: '关系公示的规则' }).locator('ol.rules summary').first().click()
    expect(await proposal.count()).to.equal(1)
    await proposal.click()
    const proposing = page.getByRole('dialog', { name: '提出核实' })
    await proposing.getByRole('region', { name: '要核实的规则' }).waitFor()
    await proposing.getByRole('button', { name: /^返\s?回$/ }).click()
    await officer.open(found.path, found.name)
    await deadline.waitFor()
    expect(await deadline.getByText('未经核实').count()).to.equal(0)
    expect([officer.faults, officer.strays]).to.deep.equal([[], []])
    await officer.close()
  })
})
