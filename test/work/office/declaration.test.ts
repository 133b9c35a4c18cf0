import { expect } from 'chai'
import { readConfig } from '../../../src/config.js'
import { withConfirmations } from '../../../src/domain/calendar/rule-confirmations.js'
import type { SiteIdentity } from '../../../src/domain/office/settings.js'
import { platforms } from '../../../src/platforms/index.js'
import * as listings from '../../../src/store/listing/listings.js'
import * as proposals from '../../../src/store/office/proposals.js'
import * as operators from '../../../src/store/operators/operators.js'
import { endPerson } from '../../../src/work/access/people.js'
import type { WorkRules } from '../../../src/work/calendar/rules.js'
import { listingOutlooks } from '../../../src/work/listing/outlook.js'
import { readClockRules } from '../../../src/work/listing/publication-clocks.js'
import { decideOfficeProposal } from '../../../src/work/office/decide.js'
import { listServiceFaults, proposeService } from '../../../src/work/office/declaration.js'
import type { LiveOffice } from '../../../src/work/office/live-office.js'
import {
  listUnconfirmedRows,
  proposeRuleRow,
  type RuleRowContent,
  readConfirmations,
} from '../../../src/work/office/rule-rows.js'
import { confirmedPerson } from '../../support/accounts.js'
import { rules as filed } from '../../support/rules.js'
import { database, listingAt, NOW, OFFICER, refusal, step } from '../../support/world.js'

const SITE: SiteIdentity = { ...readConfig({}).site, operator: '虚构市场监督管理局', telephone: '0431-00000000' }
const BY_ANYBODY = { mayDecide: () => true, auditRelease: async () => {} }
const READ = { source: '总局令第44号', text: '条文原文', readOn: '2026-11-01' }

/** Rules with the confirmations that the database holds, as a hub lays them. */
const layered = async (db: Parameters<typeof proposals.listInForce>[0]): Promise<WorkRules> => {
  const confirmations = readConfirmations(await proposals.listInForce<RuleRowContent>(db, 'RULE_ROW'))
  const { lists } = withConfirmations('lists', { lists: filed.lists }, confirmations)
  return { ...filed, lists, clocks: readClockRules(confirmations), confirmations }
}

describe('an office in service', () => {
  const db = database()
  let site = readConfig({}).site
  const tests = new Set<string>()
  const office = {
    site: () => site,
    testPlatforms: () => tests,
    refresh: async () => {},
  } as Partial<LiveOffice> as LiveOffice
  const keys = { unseal: (text: string) => text, pseudonymOf: () => 'x' }
  const confirm = async (id: number, rules: WorkRules, by = 'wang') =>
    decideOfficeProposal(
      db(),
      { office, rules, platforms, keys },
      { id, verdict: 'CONFIRM', note: null, by, now: NOW, ...BY_ANYBODY },
    )

  it('publishes nothing that rests on an unconfirmed rule, and names the rules', async () => {
    const { id } = await listingAt(db(), 1, 'serveListing')
    const rules = await layered(db())
    const on = '2026-11-16'
    const publish = async () => step(db(), id, ['publishListing', OFFICER, { on }], NOW, await layered(db()))

    expect(
      (await refusal(proposeService(db(), { office, rules, platforms }, { reason: 'x', by: 'li', now: NOW }))).code,
    ).to.equal('OFFICE_NOT_READY')
    site = SITE
    const declared = await proposeService(
      db(),
      { office, rules, platforms },
      { reason: '筹备完毕', by: 'li', now: NOW },
    )
    expect((await refusal(confirm(declared.id, rules, 'LI'))).code).to.equal('SECOND_PERSON')
    await confirm(declared.id, rules)
    expect(
      (await refusal(proposeService(db(), { office, rules, platforms }, { reason: 'x', by: 'li', now: NOW }))).code,
    ).to.equal('OFFICE_IN_SERVICE')

    const refused = await refusal(publish())
    expect(refused).to.include({ code: 'MOVE_NOT_ALLOWED', because: 'RULES_UNCONFIRMED' })
    expect(refused.reason).to.include('申请信用修复的最短期限').and.include('公示系统的公示期限')
    const listing = await listings.byId(db(), id)
    const operator = listing && (await operators.operatorsById(db(), [listing.operatorId])).get(listing.operatorId)
    if (!listing || !operator) throw new Error('no listing')
    const asking = { by: 'officer-1', on, today: on, role: 'officer', ofAge: null } as const
    const outlooks = await listingOutlooks(db(), rules, { listing, operator }, asking)
    expect(outlooks.find(({ move }) => move === 'publishListing')?.denial?.code).to.equal('RULES_UNCONFIRMED')

    for (const { key } of listUnconfirmedRows(rules, '2026-11-01').filter(({ binds }) => binds)) {
      const { id: proposal } = await proposeRuleRow(db(), rules, { ...READ, key, by: 'li', now: NOW })
      await confirm(proposal, rules)
    }
    expect((await publish()).state).to.equal('PUBLISHED')
    expect(await listServiceFaults(db(), { office, rules: await layered(db()), platforms })).to.deep.equal([])
    // Before the rules were confirmed the same entry would have kept the office from declaring itself in service.
    expect((await listServiceFaults(db(), { office, rules, platforms })).map(({ zh }) => zh).join()).to.include(
      '未经核实',
    )
  })

  it('takes no confirmation of what a person proposed whose account has ended since', async () => {
    const [row] = listUnconfirmedRows(filed, '2026-11-01')
    await confirmedPerson(db(), { name: 'zhao', role: 'officer' }, [], NOW)
    const { id } = await proposeRuleRow(db(), filed, { ...READ, key: row?.key ?? '', by: 'zhao', now: NOW })
    await endPerson(db(), 'zhao', NOW)
    expect((await refusal(confirm(id, filed))).code).to.equal('PROPOSER_ENDED')
    const given = { id, verdict: 'REFUSE', note: '提出者已离岗', by: 'wang', now: NOW, ...BY_ANYBODY } as const
    expect((await decideOfficeProposal(db(), { office, rules: filed, platforms, keys }, given)).state).to.equal(
      'REFUSED',
    )
  })

  it('takes one confirmation of a rule at a time, read by then, from two persons', async () => {
    const rules = filed
    const [row] = listUnconfirmedRows(rules, '2026-11-01')
    const made = { ...READ, key: row?.key ?? '', by: 'li', now: NOW }
    expect((await refusal(proposeRuleRow(db(), rules, { ...made, key: 'x' }))).code).to.equal('RULE_ROW_UNKNOWN')
    expect((await refusal(proposeRuleRow(db(), rules, { ...made, readOn: '2099-01-01' }))).code).to.equal(
      'DATE_INVALID',
    )
    const { id } = await proposeRuleRow(db(), rules, made)
    expect((await refusal(proposeRuleRow(db(), rules, made))).code).to.equal('OFFICE_PROPOSAL_WAITS')
    const decision = { id, note: null, now: NOW, ...BY_ANYBODY }
    const parts = { office, rules, platforms, keys }
    const none = decideOfficeProposal(db(), parts, {
      ...decision,
      verdict: 'CONFIRM',
      by: 'wang',
      mayDecide: () => false,
    })
    expect((await refusal(none)).code).to.equal('FORBIDDEN')
    expect(
      (await refusal(decideOfficeProposal(db(), parts, { ...decision, verdict: 'REFUSE', by: 'wang' }))).code,
    ).to.equal('INPUT_INVALID')
    expect(
      (await refusal(decideOfficeProposal(db(), parts, { ...decision, verdict: 'WITHDRAW', by: 'wang' }))).code,
    ).to.equal('OFFICE_PROPOSAL_ANOTHERS')
    expect((await decideOfficeProposal(db(), parts, { ...decision, verdict: 'WITHDRAW', by: 'li' })).state).to.equal(
      'WITHDRAWN',
    )
    expect(
      (await refusal(decideOfficeProposal(db(), parts, { ...decision, verdict: 'WITHDRAW', by: 'li' }))).code,
    ).to.equal('OFFICE_PROPOSAL_SETTLED')
  })
})
