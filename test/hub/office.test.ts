/** An office sets up its hub at the desk: one world, two administrators, two hubs on one database. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../src/config.js'
import { addDays, shanghaiDate } from '../../src/foundation/time/dates.js'
import { makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { startMailServer } from '../../src/sandbox/mail-server.js'
import * as people from '../../src/work/access/people.js'
import { receiveMatters } from '../../src/work/matters/keep-move.js'
import { type MatterPerson, moveMatter, openMatter } from '../../src/work/matters/matters.js'
import { proposeAddedRule } from '../../src/work/office/added-rules.js'
import { startHub, type TestHub } from '../support/hub.js'
import { dumpOf, refusal } from '../support/world.js'

const SECRET = 'xY7-not-to-be-seen-again'
const PROPOSE =
  'mutation($input: ProposeSettingsInput!) { proposeSettings(input: $input) { id state settings { name value isSecret } } }'
const DECIDE =
  'mutation($input: DecideOfficeProposalInput!) { decideOfficeProposal(input: $input) { state decidedBy } }'
const CONFIRM = 'mutation($input: RuleConfirmationInput!) { proposeRuleConfirmation(input: $input) { id } }'
const SETTINGS = '{ officeSettings { name value isSet isLocked isSecret proposedBy confirmedBy } }'

const DAY_MS = 86_400_000
const agency = (by: string, seat: string): MatterPerson => ({ by, seat, role: 'agency' })
const FIVE = ['LETTER', 'REPORT', 'GOODS_LIST', 'TESTS', 'OTHER'].map((type) => ({
  ...{ type, name: '虚构材料.pdf', sha256: 'a'.repeat(64), bytes: 6 },
}))
const REFERRAL = {
  kind: 'referral',
  to: 'police@220100',
  copied: ['procuratorate@220100'],
  fields: { sort: 'ORDINARY', facts: '虚构商行销售假冒注册商标的商品' },
}

describe('a new office at the desk', () => {
  let test: TestHub
  const tokens: Record<string, string> = {}
  before(async () => {
    test = await startHub()
    for (const name of ['li', 'wang']) tokens[name] = await test.token('administrator', name)
  })
  after(() => test.stop())

  const ask = async (by: string, query: string, variables: object = {}) => {
    const { data, errors } = await test.ask(query, variables, tokens[by])
    return errors ? errors[0]?.extensions.code : data
  }
  const propose = (by: string, values: Record<string, string | null>) =>
    ask(by, PROPOSE, {
      input: { values: Object.entries(values).map(([name, value]) => ({ name, value })), reason: '依据' },
    })
  const decide = (by: string, id: string, verdict = 'CONFIRM') =>
    ask(by, DECIDE, { input: { id, verdict, note: '说明' } })
  const settle = async (values: Record<string, string | null>) => {
    const { proposeSettings } = await propose('li', values)
    return decide('wang', proposeSettings.id)
  }
  const setting = async (name: string) =>
    (await ask('li', SETTINGS)).officeSettings.find((one: { name: string }) => one.name === name)
  const page = async (path: string) => (await fetch(`${test.url}${path}`)).text()

  it('registers its first administrator by the code of the terminal, once', async () => {
    const [where = '', how = ''] = test.hub.setupLines(test.url)
    const code = how.split(' ').at(-1) ?? ''
    expect(where).to.include(`${test.url}/desk/setup`)
    const send = async (given: string) => {
      const body = new URLSearchParams({ code: given, name: 'first' })
      const answer = await fetch(`${test.url}/desk/setup`, { method: 'POST', body, redirect: 'manual' })
      return { status: answer.status, text: await answer.text(), to: answer.headers.get('location') }
    }
    expect((await fetch(`${test.url}/desk`, { redirect: 'manual' })).headers.get('location')).to.equal('/desk/setup')
    expect((await send('00000-00000-00000-00000-00000')).status).to.equal(403)
    const made = await send(code.toLowerCase())
    expect(made.status, made.text).to.equal(200)
    const password = /<code>([\w-]{43})<\/code>/.exec(made.text)?.[1] ?? ''
    expect(await people.findPerson(test.hub.db, 'first')).to.include({
      role: 'administrator',
      duty: 'systems',
      pendingSince: null,
    })
    const login = { name: 'first', password, newPassword: 'fjord kelp umbra lantern' }
    const signedIn = await fetch(`${test.url}/desk/login`, {
      method: 'POST',
      body: JSON.stringify(login),
      headers: { 'content-type': 'application/json' },
    })
    expect(signedIn.status).to.equal(200)
    expect(await send(code)).to.include({ status: 303, to: '/desk' })
    expect(await dumpOf(test.hub.db)).to.not.include(code)
  })

  it('sets an address and a secret by two administrators, at once, and shows the secret to nobody', async () => {
    const at = 'http://127.0.0.1:9/national'
    const values = { PLATFORM_NATIONAL_URL: at, PLATFORM_NATIONAL_SECRET: SECRET }
    const before = test.hub.addresses.platforms['national']
    expect(await propose('li', { PLATFORM_NATIONAL_URL: 'ftp://x' })).to.equal('SETTINGS_INVALID')
    expect(await propose('li', { NO_SUCH: 'x' })).to.equal('SETTING_UNKNOWN')
    const { proposeSettings: made } = await propose('li', values)
    expect(made.settings).to.deep.equal([
      { name: 'PLATFORM_NATIONAL_URL', value: at, isSecret: false },
      { name: 'PLATFORM_NATIONAL_SECRET', value: null, isSecret: true },
    ])
    expect(await propose('wang', values)).to.equal('OFFICE_PROPOSAL_WAITS')
    expect(await decide('li', made.id)).to.equal('SECOND_PERSON')
    expect(test.hub.addresses.platforms['national']).to.deep.equal(before)
    expect((await decide('wang', made.id)).decideOfficeProposal).to.deep.equal({ state: 'IN_FORCE', decidedBy: 'wang' })
    expect(test.hub.addresses.platforms['national']).to.deep.equal({ url: at, secret: SECRET })
    expect(await setting('PLATFORM_NATIONAL_SECRET')).to.deep.include({
      value: null,
      isSet: true,
      proposedBy: 'li',
      confirmedBy: 'wang',
    })
    // Literals in the text of a mutation are kept out of the audit log as well as variables.
    await ask(
      'li',
      `mutation { proposeSettings(input: { reason: "x", values: [{ name: "PLATFORM_JILIN_SECRET", value: "${SECRET}" }] }) { id } }`,
    )
    const dump = await dumpOf(test.hub.db)
    expect([dump.includes(SECRET), dump.includes('PLATFORM_NATIONAL_SECRET')]).to.deep.equal([false, true])

    const folder = mkdtempSync(join(tmpdir(), 'hub-office-'))
    const env = {
      DATABASE_URL: test.hub.config.databaseUrl ?? '',
      KEYS_DIR: test.hub.config.keysDir,
      DATA_DIR: folder,
      LOG_LEVEL: 'silent',
    }
    const config = readConfig({
      ...env,
      PLATFORM_NATIONAL_URL: 'http://127.0.0.1:10/env',
      PLATFORM_NATIONAL_SECRET: 'of env',
    })
    const other = await makeHub(config, { log: makeLog(config.log) })
    expect(other.addresses.platforms['national'], 'the environment wins').to.deep.equal({
      url: 'http://127.0.0.1:10/env',
      secret: 'of env',
    })
    expect(other.office.isLocked('PLATFORM_NATIONAL_URL')).to.equal(true)
    await settle({ PLATFORM_JILIN_URL: 'file:///tmp/jilin', PLATFORM_NATIONAL_HEARS: 'listing,penalty' })
    await other.office.refresh()
    expect(other.addresses.platforms['jilin']?.url, 'another hub takes it up').to.equal('file:///tmp/jilin')
    expect(other.rules.platforms.find(({ id }) => id === 'national')?.kinds).to.deep.equal(['listing', 'penalty'])
    expect(other.office.timetable()).to.deep.include({ job: 'push', subject: 'jilin', cron: '* * * * *' })
    await other.close()
    rmSync(folder, { recursive: true, force: true })
    await settle({
      PLATFORM_NATIONAL_URL: null,
      PLATFORM_NATIONAL_SECRET: null,
      PLATFORM_NATIONAL_HEARS: null,
      PLATFORM_JILIN_URL: null,
    })
    expect(test.hub.addresses.platforms['national']).to.deep.equal(before)
  })

  it('sends mail by the server that two administrators named, and no password stands in its address', async () => {
    const mail = await startMailServer()
    const TEST = 'mutation { sendTestMail { isOwnAddress fault } }'
    const at = (userinfo: string) => `smtp://${userinfo}127.0.0.1:${mail.port}`
    expect(await ask('li', TEST)).to.equal('MAIL_NOT_CONFIGURED')
    expect(await propose('li', { SMTP_URL: at('') }), 'without a sender').to.equal('SETTINGS_INVALID')
    const values = { SMTP_URL: at('hub@hub.test@'), SMTP_PASSWORD: SECRET, MAIL_FROM: 'hub@hub.test' }
    expect(await propose('li', { ...values, SMTP_URL: at(`a@b:${SECRET}@`) })).to.equal('INPUT_INVALID')
    await settle(values)
    expect(test.hub.office.mail()).to.include({ user: 'hub@hub.test', password: SECRET, sender: 'hub@hub.test' })
    expect((await ask('li', TEST)).sendTestMail).to.deep.equal({ isOwnAddress: false, fault: null })
    expect(mail.mails.map(({ to }) => to)).to.deep.equal(['hub@hub.test'])
    mail.behave({ refuseLogin: true })
    expect((await ask('li', TEST)).sendTestMail.fault).to.equal('CREDENTIALS')
    expect(await setting('SMTP_PASSWORD')).to.deep.include({ value: null, isSet: true, isSecret: true })
    expect((await dumpOf(test.hub.db)).includes(SECRET)).to.equal(false)
    const locked = readConfig({ SMTP_URL: 'smtps://env.test', MAIL_FROM: 'env@env.test' })
    expect(locked.withOffice(values).mail, 'the environment wins').to.include({ host: 'env.test', password: SECRET })
    expect(locked.locked).to.include.members(['SMTP_URL', 'MAIL_FROM']).and.not.include('SMTP_PASSWORD')
    await settle({ SMTP_URL: null, SMTP_PASSWORD: null, MAIL_FROM: null })
    expect(test.hub.office.mail()).to.equal(null)
    await mail.close()
  })

  it('names itself on every public page, cached ones too', async () => {
    expect(await page('/')).to.not.include('虚构信用中心')
    await settle({
      SITE_OPERATOR: '虚构信用中心',
      SITE_TELEPHONE: '0431-00000000',
      SITE_ICP_FILING: '吉ICP备00000000号-1',
    })
    for (const path of ['/', '/?lang=en', '/blacklist', '/about', '/help'])
      expect(await page(path), path)
        .to.include('虚构信用中心')
        .and.include('吉ICP备00000000号-1')
  })

  it('confirms a rule by two persons, shown with the text that they read', async () => {
    const rules = async () =>
      (await ask('li', '{ unconfirmedRules { key table section binds listZh } }')).unconfirmedRules
    const bindingOf = async (section: string) =>
      (await rules()).some((one: Record<string, unknown>) => one['section'] === section && one['binds'])
    expect([await bindingOf('clocks'), await bindingOf('lowerFines')]).to.deep.equal([true, false])
    const [first] = (await rules()).filter(
      (one: { table: string; section: string }) => one.section === 'terms' || one.section === 'numbers',
    )
    const input = { key: first.key, source: '市场监管总局令第44号', text: '照录的条文', readOn: '2026-11-01' }
    const made = await ask('li', CONFIRM, { input })
    expect(await page('/about/rules/lists')).to.not.include('照录的条文')
    expect(await decide('li', made.proposeRuleConfirmation.id)).to.equal('SECOND_PERSON')
    await decide('wang', made.proposeRuleConfirmation.id)
    expect(await page('/about/rules/lists'))
      .to.include('市场监管总局令第44号')
      .and.include('核对的文本')
    expect((await rules()).map(({ key }: { key: string }) => key)).to.not.include(first.key)
    expect(
      test.hub.rules.lists.some(({ numbers, terms }) => [...numbers, ...terms].some((row) => 'confirmation' in row)),
    ).to.equal(true)
  })

  it('counts a matter late by an unconfirmed clock only once two persons have confirmed the clock', async () => {
    const { db, rules, keys, now } = test.hub
    const seat = 'market-regulator@220104'
    const daysAgo = (days: number) => new Date(now().getTime() - days * DAY_MS)
    const { stored } = await openMatter({ db, rules, keys }, agency('officer', seat), REFERRAL, daysAgo(60))
    const act = (move: string, by: MatterPerson, given: object = {}) =>
      moveMatter({ db, rules, keys }, by, { id: stored.id, move, ...given }, daysAgo(50))
    await act('approve', agency('head', seat))
    await act('send', agency('officer', seat), { attachments: FIVE })
    const held = { seat: REFERRAL.to, ids: [stored.id], way: 'QUEUE' as const, now: daysAgo(50) }
    await receiveMatters({ db, rules, keys }, held)
    await act('sign', agency('police', REFERRAL.to))
    await act('request_attachments', agency('police', REFERRAL.to), { reason: '缺少鉴定结论' })
    await test.hub.expire({ cause: 'command' })

    const viewer = { sub: 'officer', role: 'agency' as const, agency: 'market-regulator', region: '220104' }
    const token = keys.sign(viewer, now().getTime()).token
    const late = async () => {
      const query = '{ matterCounts { waiting late } matters(queue: LATE) { nodes { clocks { clock late } } } }'
      const { matterCounts, matters } = (await test.ask(query, {}, token)).data
      return [matterCounts, matters.nodes[0]?.clocks.filter((one: { late: boolean }) => one.late)]
    }
    expect(await late()).to.deep.equal([{ waiting: 1, late: 0 }, undefined])

    const query = '{ unconfirmedRules { key table listZh row { basis fields { name value } } } }'
    const rows = (await ask('li', query)).unconfirmedRules
    const row = rows.find(({ row: { basis } }: { row: { basis: string | null } }) => basis?.includes('在3日内补正'))
    expect([row.table, row.listZh]).to.deep.equal(['matters', '移送涉嫌犯罪案件'])
    expect(row.row.fields).to.deep.include.members([
      { name: 'unit', value: 'DAYS' },
      { name: 'unsure', value: 'UNIT' },
    ])
    const input = { key: row.key, source: '公安部令第159号', text: '照录的条文', readOn: '2026-11-01' }
    const made = (await ask('li', CONFIRM, { input })).proposeRuleConfirmation
    expect(await decide('li', made.id)).to.equal('SECOND_PERSON')
    await decide('wang', made.id)
    await test.hub.expire({ cause: 'command' })
    expect(await late()).to.deep.equal([{ waiting: 1, late: 1 }, [{ clock: 'SUPPLY', late: true }]])
    expect((await ask('li', query)).unconfirmedRules.map(({ key }: { key: string }) => key)).to.not.include(row.key)
    expect(await db('matter_kinds').where({ kind: 'referral' }).pluck('version')).to.deep.equal([stored.kindVersion])
  })

  it('adds a kind of list of its own once two persons have confirmed it, in every hub', async () => {
    const serious = test.hub.rules.lists.find(({ id }) => id === 'serious')
    const own = { ...serious, id: 'own-list', zh: '虚构地方名单', en: 'An invented list' }
    const parts = test.hub.office.ruleParts()
    const add = (content: object) =>
      proposeAddedRule(test.hub.db, parts, {
        text: JSON.stringify(content),
        reason: '地方性法规',
        by: 'command root',
        now: test.hub.now(),
      })
    expect((await refusal(add({ ...own, legalBasis: [] }))).code).to.equal('RULE_FILE_INVALID')
    expect((await refusal(add({ ...own, id: 'serious' }))).code).to.equal('RULE_FILE_INVALID')
    for (const wrong of [
      { zh: ` ${serious?.zh}` },
      { en: serious?.en.toUpperCase() },
      { zh: '虚\0' },
      { zh: '虚'.repeat(300_000) },
    ])
      expect((await refusal(add({ ...own, ...wrong }))).code).to.equal('RULE_FILE_INVALID')
    expect((await refusal(add({ feed: 'registry', lines: [{ heading: '甲', field: 'none' }] }))).code).to.equal(
      'FEED_MAP_INVALID',
    )
    const { id } = await add(
      JSON.parse(JSON.stringify(own, (name, value) => (name === 'confirmation' ? undefined : value))),
    )
    const knows = () => test.hub.rules.lists.some((list) => list.id === 'own-list')
    expect((await decide('li', String(id))).decideOfficeProposal.state).to.equal('PROPOSED')
    expect([await decide('li', String(id)), knows()]).to.deep.equal(['SECOND_PERSON', false])
    await decide('wang', String(id))
    expect(knows()).to.equal(true)
    expect(await page('/about/rules/lists')).to.include('虚构地方名单')
    const { id: map } = await add({
      feed: 'registry',
      lines: [{ heading: '企业名称', field: parts.feeds.get('registry')?.forms[0]?.names[0] }],
    })
    for (const by of ['li', 'wang']) await decide(by, String(map))
    const { feedMaps } = await ask('li', '{ feedMaps(feed: "registry") { lines { heading } madeBy } }')
    expect(feedMaps).to.deep.equal([{ lines: [{ heading: '企业名称' }], madeBy: 'command root' }])
  })

  it('knows what is done, and what is missing or wrong', async () => {
    await settle({ SITE_OPERATOR: '虚构检查中心', SITE_TELEPHONE: '0431-00000001' })
    const { setupSteps, hubFindings } = await ask(
      'li',
      '{ setupSteps { step done count } hubFindings { id severity words { zh } } }',
    )
    const done = (step: string) => setupSteps.find((one: { step: string }) => one.step === step)?.done
    expect([done('SITE'), done('PLATFORMS'), done('ADMINISTRATORS'), done('REGISTER')]).to.deep.equal([
      true,
      true,
      false,
      false,
    ])
    expect(hubFindings.map(({ id }: { id: string }) => id)).to.include.members([
      'TIMETABLE',
      'PEOPLE_SECURITY',
      'FEEDS_NEVER',
      'RULES_UNCONFIRMED',
      'BACKUP',
    ])
    await test.hub.pull('registry', { cause: 'command' })
    expect((await ask('li', '{ setupSteps { step done } }')).setupSteps).to.deep.include({
      step: 'REGISTER',
      done: true,
    })
  })

  it('ends a list of its own by two persons: no new case from that day on', async () => {
    const END = 'mutation($input: ListEndInput!) { proposeListEnd(input: $input) { id } }'
    const own = async () => (await ask('li', '{ ownLists { id name { zh } endedFrom waiting { id } } }')).ownLists
    const { list, today, name } = { list: 'own-ending', today: shanghaiDate(test.hub.now()), name: '虚构停用名单' }
    const serious = test.hub.rules.lists.find(({ id }) => id === 'serious')
    const text = JSON.stringify({ ...serious, id: list, zh: name, en: 'An invented list that ends' }, (key, value) =>
      key === 'confirmation' ? undefined : value,
    )
    const made = { text, reason: '地方性法规', by: 'command root', now: test.hub.now() }
    const { id } = await proposeAddedRule(test.hub.db, test.hub.office.ruleParts(), made)
    for (const by of ['li', 'wang']) await decide(by, String(id))
    await test.hub.pull('registry', { cause: 'command' })
    const officer = await test.token('officer')
    const firms = await test.hub.db('operators').whereNotNull('uscc').orderBy('id').limit(2).pluck('uscc')
    const open = async (code: string) => {
      const input = { code, list, reason: '虚构事由', on: addDays(today, -1) }
      const query = 'mutation($input: OpenLeadInput!) { openLead(input: $input) { listing { state } } }'
      const { data, errors } = await test.ask(query, { input }, officer)
      return errors ? JSON.stringify(errors[0]?.extensions) : data.openLead.listing.state
    }
    expect(await open(firms[0])).to.equal('LEAD')

    const input = { list, from: today, reason: '法规已废止' }
    expect(await ask('li', END, { input: { ...input, list: 'serious' } })).to.equal('OWN_LIST_UNKNOWN')
    expect(await ask('li', END, { input: { ...input, from: addDays(today, -1) } })).to.equal('DATE_INVALID')
    const { proposeListEnd: proposed } = await ask('li', END, { input })
    expect(await ask('wang', END, { input })).to.equal('OFFICE_PROPOSAL_WAITS')
    const waiting = '{ worklist(kind: CONFIRM_RULES, first: 100) { nodes { since } } }'
    const queued = (await ask('wang', waiting)).worklist.nodes.length
    expect(await decide('li', proposed.id)).to.equal('SECOND_PERSON')
    expect(await own()).to.deep.include({ id: list, name: { zh: name }, endedFrom: null, waiting: { id: proposed.id } })
    await decide('wang', proposed.id)
    expect((await ask('wang', waiting)).worklist.nodes, 'it waited in a queue').to.have.length(queued - 1)
    expect(await own()).to.deep.include({ id: list, name: { zh: name }, endedFrom: today, waiting: null })
    expect(await open(firms[1]), 'a day before the end does not help').to.include('LIST_ENDED')
    expect(await ask('wang', END, { input })).to.equal('OWN_LIST_ENDED')
    expect(await test.hub.db('listings').where({ list }).pluck('state'), 'an open case stays').to.deep.equal(['LEAD'])
  })
})
