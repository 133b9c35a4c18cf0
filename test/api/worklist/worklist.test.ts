import { expect } from 'chai'
import { CASE_STATES } from '../../../src/domain/listing/case.js'
import { needsConsent } from '../../../src/domain/listing/lists.js'
import { TASKS, WORK_KINDS, type WorkKind } from '../../../src/domain/worklist/tasks.js'
import { findCaseTasks } from '../../../src/domain/worklist/worklist.js'
import { confirmedPerson } from '../../support/accounts.js'
import { kind as listKind, upTo } from '../../support/case.js'
import { makeWorld, NOW, TODAY, type World } from '../world.js'
import { addCases, addOtherTasks, CASES, COMING, type GivenCase, PAST } from './filled-office.js'

const KINDS = Object.keys(CASES) as WorkKind[]

describe('the worklist over GraphQL', () => {
  let world: World
  let ids: string[]
  before(async () => {
    world = await makeWorld()
    const { db } = world.database
    ids = await addCases(
      db,
      KINDS.map((kind) => CASES[kind] as GivenCase),
      1,
    )
    await addOtherTasks(db, idOf('PUBLISH'))
    for (const [name, role] of [
      ['虚构经办', 'officer'],
      ['另一经办', 'officer'],
      ['虚构复核', 'reviewer'],
      ['虚构管理', 'administrator'],
      ['虚构安全', 'administrator'],
    ] as const)
      await confirmedPerson(db, { name, role, ...(name === '虚构安全' && { duty: 'security' }) }, [], NOW)
  })
  after(() => world.close())

  const idOf = (kind: WorkKind): string => ids[KINDS.indexOf(kind)] ?? ''
  const PEOPLE = {
    虚构经办: 'officer',
    另一经办: 'officer',
    虚构复核: 'reviewer',
    虚构管理: 'administrator',
    虚构安全: 'administrator',
  } as const
  type PersonName = keyof typeof PEOPLE
  const ask = async (query: string, who: PersonName, variables: object = {}) => {
    const { data, errors } = await world.ask(query, { variables, token: world.token(PEOPLE[who], who) })
    return { data, code: errors?.[0]?.extensions['code'] }
  }
  interface Item {
    kind: WorkKind
    count: number
    late: boolean
    dueOn: string | null
    since: string | null
    listing: { id: string } | null
    subject: string | null
  }
  const list = async (who: PersonName, scope: string, kind: WorkKind | null = null, page: object = {}) => {
    const { data } = await ask(
      `query W($scope: WorkScope, $kind: WorkKind, $first: Int = 100, $after: String) {
        worklist(scope: $scope, kind: $kind, first: $first, after: $after) {
          pageInfo { hasNextPage endCursor } nodes { kind count late dueOn since subject listing { id } operator { name } } } }`,
      who,
      { scope, kind, ...page },
    )
    return data.worklist as { nodes: Item[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
  }
  const counts = async (who: PersonName) => {
    const { data } = await ask('{ workCounts { kind process mine office late } }', who)
    return data.workCounts as { kind: WorkKind; mine: number; office: number; late: number }[]
  }
  const sum = (of: readonly Item[]) => of.reduce((all, { count }) => all + count, 0)

  it('every open state of every process stands in some person’s queue, at its case or place', async () => {
    const seen = new Map<WorkKind, Item>()
    for (const who of Object.keys(PEOPLE) as PersonName[])
      for (const item of (await list(who, 'OFFICE')).nodes) seen.set(item.kind, item)
    // A refused delivery past its limit is also late; no other kind is missing.
    expect(WORK_KINDS.filter((kind) => !seen.has(kind))).to.deep.equal([])
    for (const kind of KINDS) expect(seen.get(kind)?.listing?.id, kind).to.equal(idOf(kind))
    expect(seen.get('CORRECT_REJECTS')).to.include({ count: 3, subject: 'penalties' })
    expect(seen.get('CONFIRM_ACCOUNT')?.subject).to.equal('待确认人员')
    expect(seen.get('CONFIRM_CLIENT')?.subject).to.equal('待确认系统')
    expect(seen.get('CONFIRM_AUTHORITY')?.subject).to.equal('虚构市场监督管理局')
  })

  it('the own queue holds one’s cases and what needs a second person, never what one did before', async () => {
    const own = async (who: PersonName) => (await list(who, 'MINE')).nodes.map(({ kind }) => kind)
    const keeper = await own('虚构经办')
    expect(keeper).to.include.members([
      'LINK_DECISION',
      'NOTIFY',
      'MEND',
      'PUBLISH',
      'ACCEPT_REPAIR',
      'FOLLOW_RETRACTION',
    ])
    for (const kind of ['REVIEW', 'CONFIRM_HIDING', 'CORRECT_REJECTS']) expect(keeper).to.not.include(kind)
    expect(await own('另一经办')).to.have.members([
      'CONSENT',
      'CONFIRM_HIDING',
      'RELEASE_PAPER',
      'CLOSE_MATTER',
      'DECIDE_CALENDAR',
      'CONFIRM_RULES',
      'CONFIRM_RELEASE',
    ])
    expect(await own('虚构复核')).to.have.members([
      'REVIEW',
      'CONSENT',
      'CONFIRM_HIDING',
      'RELEASE_PAPER',
      'CLOSE_MATTER',
      'DECIDE_OBJECTION',
      'DECIDE_OVERRIDE',
      'DECIDE_SCORECARD',
      'CONFIRM_RULES',
      'CONFIRM_RELEASE',
    ])
    expect(await own('虚构管理')).to.deep.equal([])
    expect(await own('虚构安全')).to.have.members([
      'DECIDE_SCORECARD',
      'DECIDE_CALENDAR',
      'CONFIRM_ACCOUNT',
      'CONFIRM_CLIENT',
      'CONFIRM_SETTINGS',
      'CONFIRM_AUTHORITY',
      'CONFIRM_RULES',
      'CONFIRM_RELEASE',
    ])
  })

  it('counts agree with the lists, and what is late is listed first', async () => {
    for (const who of Object.keys(PEOPLE) as PersonName[]) {
      const lists = await Promise.all(['MINE', 'OFFICE', 'LATE'].map((scope) => list(who, scope)))
      const numbers = (kind: WorkKind) => lists.map(({ nodes }) => sum(nodes.filter((one) => one.kind === kind)))
      for (const { kind, mine, office, late } of await counts(who))
        expect([mine, office, late], `${who} ${kind}`).to.deep.equal(numbers(kind))
    }
    expect((await list('虚构复核', 'MINE', 'REVIEW')).nodes.map(({ kind }) => kind)).to.deep.equal(['REVIEW'])
    const late = (await list('虚构经办', 'LATE')).nodes
    expect(late.map(({ kind }) => kind)).to.have.members(['SERVE', 'FOLLOW_RETRACTION', 'LATE_DELIVERIES'])
    expect((await list('虚构经办', 'OFFICE')).nodes[0]?.dueOn).to.equal(PAST)
    const auditor = await world.ask('{ workCounts { kind } worklist { nodes { kind } } }', {
      token: world.token('auditor'),
    })
    expect(auditor.data).to.deep.equal({ workCounts: [], worklist: { nodes: [] } })
  })

  it('an upheld objection waits for the correction of its record, and no longer once it has come', async () => {
    const { db } = world.database
    const waiting = async () => sum((await list('虚构经办', 'OFFICE', 'AWAIT_CORRECTION')).nodes)
    const before = await waiting()
    await db.raw(
      `insert into versions (feed, kind, record_key, operator_id, digest, body, known_from, run_id, row_number, partial)
         select feed, kind, 'corrected', operator_id, 'd', '{}', known_from, run_id, 2, false from versions where record_key = 'upheld'`,
    )
    await db.raw(
      `insert into objections (operator_id, feed, record_key, rule, fact, statement, opened_by, opened_at, state, decided_by, decided_at, note)
         select operator_id, feed, 'corrected', rule, fact, statement, opened_by, opened_at, state, decided_by, decided_at, note
         from objections where record_key = 'upheld'`,
    )
    expect(await waiting()).to.equal(before + 1)
    await db.raw(`update versions set known_to = '2026-02-10', closed_as = 'CHANGED' where record_key = 'corrected'`)
    await db.raw(
      `insert into versions (feed, kind, record_key, operator_id, digest, body, known_from, run_id, row_number, partial)
         select feed, kind, record_key, operator_id, 'e', '{}', '2026-02-10', run_id + 1, 2, false from versions where record_key = 'corrected'`,
    )
    expect(await waiting()).to.equal(before)
  })

  it('pages tell every item once', async () => {
    const all = (await list('虚构经办', 'OFFICE')).nodes
    const seen: Item[] = []
    for (let after: string | null = null; ; ) {
      const { nodes, pageInfo } = await list('虚构经办', 'OFFICE', null, { first: 4, after })
      seen.push(...nodes)
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    expect(seen).to.deep.equal(all)
  })

  it('SQL and the table agree about every state and mark', async () => {
    const choices = [false, true]
    const given = CASE_STATES.flatMap((state) =>
      choices.flatMap((a) =>
        choices.flatMap((b) =>
          choices.map((c): GivenCase & { isRunning: boolean } => ({
            isRunning: a !== c,
            due: a !== c ? { DEFENCE: COMING } : {},
            facts: {
              ...upTo('publishListing'),
              state,
              decisionLinked: a,
              defenceOpen: a && b,
              hearingAsked: b,
              hearingOn: c ? TODAY : null,
              returned: a && b && !c ? { by: 'x', on: TODAY, to: 'DEFENCE' } : null,
              consentedOn: b ? TODAY : null,
              level: c ? 'COUNTY' : 'PROVINCE',
              hiding: { by: 'x', on: TODAY, kind: 'ERROR', confirmedBy: a ? 'y' : null },
              repair: b ? { appliedOn: TODAY, acceptedOn: c ? TODAY : null } : null,
            },
          })),
        ),
      ),
    )
    const { db } = world.database
    const made = await addCases(db, given, 1_000)
    try {
      const found = new Map<string, WorkKind[]>()
      for (const who of ['另一经办', '虚构复核'] as const)
        for (let after: string | null = null; ; ) {
          const { nodes, pageInfo } = await list(who, 'OFFICE', null, { first: 100, after })
          for (const { kind, listing } of nodes.filter((one) => TASKS[one.kind].of !== undefined))
            found.set(listing?.id ?? '', [...new Set([...(found.get(listing?.id ?? '') ?? []), kind])])
          if (!pageInfo.hasNextPage) break
          after = pageInfo.endCursor
        }
      given.forEach(({ facts, isRunning }, i) => {
        const isConsentNeeded = needsConsent(listKind('serious'), facts.level, TODAY)
        const expected = findCaseTasks(facts, { isDefenceRunning: isRunning, isConsentNeeded })
        expect(found.get(made[i] ?? '') ?? [], JSON.stringify([facts.state, i])).to.have.members(expected)
      })
    } finally {
      await db.raw(`delete from listing_deadlines where listing_id = any(?::uuid[])`, [made])
      await db.raw(`delete from listing_events where listing_id = any(?::uuid[])`, [made])
      await db.raw(`delete from listings where id = any(?::uuid[])`, [made])
    }
  })

  const HAND = `mutation H($ids: [ID!]!, $to: String, $note: String!) { handOverCases(ids: $ids, to: $to, note: $note) {
    listings { id keeper handovers { from to note by } } } }`

  it('a case is taken, handed over with a note and given back, and its file tells so', async () => {
    const id = idOf('LINK_DECISION')
    const take = await ask(HAND, '另一经办', { ids: [id], to: '另一经办', note: '领取' })
    expect(take.data.handOverCases.listings[0]).to.deep.include({ id, keeper: '另一经办' })
    expect((await list('另一经办', 'MINE')).nodes.map(({ kind }) => kind)).to.include('LINK_DECISION')
    await ask(HAND, '另一经办', { ids: [id], to: '虚构经办', note: '熟悉该企业' })
    const back = await ask(HAND, '虚构经办', { ids: [id, id], to: null, note: '待分配 220102199001010' })
    const [{ keeper, handovers }] = back.data.handOverCases.listings
    expect([keeper, handovers.length]).to.deep.equal([null, 3])
    expect(handovers[1]).to.deep.equal({ from: '另一经办', to: '虚构经办', note: '熟悉该企业', by: '另一经办' })
    const tasks = await ask(`{ listing(id: "${id}") { keeper tasks { kind dueOn late } } }`, '虚构复核')
    expect(tasks.data.listing).to.deep.equal({
      keeper: null,
      tasks: [{ kind: 'LINK_DECISION', dueOn: null, late: false }],
    })
    await ask(HAND, '虚构经办', { ids: [id], to: '虚构经办', note: '领取' })
  })

  it('refuses a keeper who may not move cases, an empty note, and whoever may not hand over', async () => {
    const ids = [idOf('NOTIFY')]
    const codes = await Promise.all([
      ask(HAND, '虚构经办', { ids, to: '虚构管理', note: '移交' }),
      ask(HAND, '虚构经办', { ids, to: '无此人', note: '移交' }),
      ask(HAND, '虚构经办', { ids, to: null, note: ' ' }),
      ask(HAND, '虚构管理', { ids, to: '虚构经办', note: '移交' }),
    ])
    expect(codes.map(({ code }) => code)).to.deep.equal([
      'KEEPER_UNFIT',
      'PERSON_UNKNOWN',
      'INPUT_INVALID',
      'FORBIDDEN',
    ])
  })

  it('a deputy sees the absent colleague’s cases as own, on the days of the absence only', async () => {
    const absent = `mutation A($person: String, $deputy: String!, $from: Date!, $to: Date!) {
      recordAbsence(person: $person, deputy: $deputy, firstDay: $from, lastDay: $to) { number } }`
    const own = async () => (await list('另一经办', 'MINE')).nodes.map(({ kind }) => kind)
    const refused = await ask(absent, '另一经办', { person: '虚构经办', deputy: '另一经办', from: TODAY, to: TODAY })
    expect(refused.code).to.equal('PERSON_UNKNOWN')
    const wrong = await ask(absent, '虚构经办', { deputy: '虚构复核', from: TODAY, to: TODAY })
    expect(wrong.code).to.equal('ABSENCE_INVALID')
    await ask(absent, '虚构经办', { deputy: '另一经办', from: '2026-03-10', to: '2026-03-20' })
    expect(await own()).to.not.include('NOTIFY')
    const { data } = await ask(absent, '虚构管理', {
      person: '虚构经办',
      deputy: '另一经办',
      from: TODAY,
      to: '2026-03-05',
    })
    expect(await own()).to.include.members(['NOTIFY', 'PUBLISH'])
    const end = 'mutation E($number: Int!) { endAbsence(number: $number) { person } }'
    expect((await ask(end, '虚构复核', { number: data.recordAbsence.number })).code).to.equal('ABSENCE_UNKNOWN')
    await ask(end, '虚构经办', { number: data.recordAbsence.number })
    expect(await own()).to.not.include('NOTIFY')
    expect((await ask('{ absences { person firstDay } }', '虚构复核')).data.absences).to.deep.equal([
      { person: '虚构经办', firstDay: '2026-03-10' },
    ])
  })

  it('names whose confirmation is needed, and nobody where one person alone holds the role', async () => {
    const confirmers = async (args: string) =>
      (await ask(`{ confirmers(${args}) { name } }`, '虚构经办')).data.confirmers.map(
        ({ name }: { name: string }) => name,
      )
    expect(await confirmers(`kind: REVIEW, listing: "${idOf('REVIEW')}"`)).to.deep.equal(['虚构复核'])
    expect(await confirmers(`kind: CONFIRM_HIDING, listing: "${idOf('CONFIRM_HIDING')}"`)).to.deep.equal([
      '另一经办',
      '虚构复核',
    ])
    expect(await confirmers('kind: DECIDE_OVERRIDE, by: "虚构复核"')).to.deep.equal([])
    expect(await confirmers('kind: CONFIRM_ACCOUNT, by: "虚构管理"')).to.deep.equal(['虚构安全'])
  })

  it('an officer who leaves hands over all open cases at once', async () => {
    const end = 'mutation E($name: String!, $to: String) { endPerson(name: $name, handOverTo: $to) { name } }'
    expect((await ask(end, '虚构管理', { name: '虚构经办', to: '虚构安全' })).code).to.equal('KEEPER_UNFIT')
    expect((await ask(end, '虚构管理', { name: '虚构经办', to: '另一经办' })).code).to.equal(undefined)
    const kept = await ask(
      'query K($name: String) { cases(filter: { keeper: $name }, first: 100) { totalCount } }',
      '虚构复核',
      {
        name: '另一经办',
      },
    )
    expect(kept.data.cases.totalCount).to.equal(KINDS.length - 1)
    expect((await ask(end, '虚构管理', { name: '另一经办', to: null })).code).to.equal(undefined)
    const free = await ask('{ cases(filter: { keeper: "" }, first: 1) { totalCount } }', '虚构复核')
    expect(free.data.cases.totalCount).to.equal(KINDS.length - 1)
  })
})
