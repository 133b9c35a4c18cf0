import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { feeds } from '../../../src/agencies/index.js'
import * as rejectDesk from '../../../src/store/intake/reject-desk.js'
import * as scores from '../../../src/store/scoring/scores.js'
import { makeDeliveryArchive } from '../../../src/work/intake/archive.js'
import { takeCorrection } from '../../../src/work/intake/rejects.js'
import { type RepairResult, repairRecords } from '../../../src/work/intake/repair/index.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { deliver, standingIn } from '../../support/absence.js'
import { row } from '../../support/rows.js'
import {
  at,
  codeOf,
  database,
  dumpOf,
  feed,
  later,
  operatorOf,
  pseudonymOf,
  published,
  pullFeed,
  pullItems,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

const hour = (n: number) => ({ now: at(later(n * 3_600)) })
const REGISTRY = { id: 'registry', kind: 'registration' as const }
const older = (n: number) => row(n, { code: '', org: codeOf(n).slice(8, 17) })
const REG = '220102000007123'
const WRONG_DAY = { day: '2026-02-31' }
const FAMILIES = ['penalties', 'lists', 'registration'] as const

/** Each test plants a fault as an earlier release left it. */
describe('repair', () => {
  const db = database()
  const archiveDir = mkdtempSync(join(tmpdir(), 'repair-'))
  after(() => rmSync(archiveDir, { recursive: true, force: true }))
  const archive = makeDeliveryArchive(archiveDir)

  let rowsNoted: { words: string; codes: readonly string[] }[] = []
  const scoreOf = (only: readonly number[] | null, n: number) =>
    scoreOperators(db(), { cause: 'command', rules, families: [...FAMILIES], ...(only && { only }), ...hour(n) })
  const run = async (n: number, dryRun = false, waitMs?: number): Promise<RepairResult> => {
    rowsNoted = []
    return repairRecords(db(), {
      dryRun,
      ...(waitMs === undefined ? {} : { waitMs }),
      feeds: [feed(), ...feeds.values()],
      rules,
      pseudonymOf,
      archiveDir,
      ...hour(n),
      note: async (words, codes) => void rowsNoted.push({ words, codes }),
      score: (only) => scoreOf(only, n),
    })
  }
  const foundBy = ({ checks }: RepairResult) =>
    Object.fromEntries(
      checks
        .filter(({ found }) => found > 0)
        .map(({ check, records }) => [check, records.map(({ key }) => key).sort()]),
    )
  const gradeOf = async (n: number, hours: number) => {
    const operator = await operatorOf(db(), codeOf(n))
    return (await scores.latest(db(), [operator], { asOf: TODAY, knownAt: later(hours * 3_600) })).get(operator)?.grade
  }
  const sql = (text: string) => db().raw(text)
  /** Undoes all endings, as if the delivery had ended nothing. */
  const unend = () =>
    sql(`delete from versions where ended_on is not null;
      update versions set known_to = null, closed_as = null, closed_by = null where closed_as = 'ENDED'`)
  const mended = async (n: number, given: Record<string, string[]>) => {
    const expected = Object.fromEntries(Object.entries(given).map(([check, keys]) => [check, keys.toSorted()]))
    const before = await dumpOf(db(), ['runs'])
    expect(foundBy(await run(n, true)), 'dry run').to.deep.equal(expected)
    expect(await dumpOf(db(), ['runs'])).to.equal(before)
    const repaired = await run(n + 1)
    expect(foundBy(repaired)).to.deep.equal(expected)
    expect(rowsNoted.map(({ words }) => words.split(' ')[0])).to.deep.equal(
      Object.entries(expected).flatMap(([check, keys]) => keys.map(() => check)),
    )
    expect((await run(n + 2)).found, 'second run').to.equal(0)
    expect(rowsNoted).to.deep.equal([])
    return repaired
  }

  it('finds no fault in a sound database', async () => {
    await pullItems(db(), [row(1), older(2)], { archive })
    await pullItems(db(), [row(2)], { ...REGISTRY, ...hour(1) })
    await pullItems(db(), [row(1)], { archive, ...hour(2) })
    expect((await run(3)).found).to.equal(0)
  })

  it('ends a record matched later that is absent since, and the firm is no longer graded D', async () => {
    await pullItems(db(), [row(1), older(2)])
    await pullItems(db(), [row(2)], { ...REGISTRY, ...hour(1) })
    await sql(`update versions set partial = true where record_key = 'K2'`)
    await pullItems(db(), [row(1)], hour(2))
    await scoreOf(null, 3)
    expect(await gradeOf(2, 4)).to.equal('D')
    await mended(5, { ENDED: ['K2'] })
    expect(rowsNoted).to.deep.equal([])
    expect(await gradeOf(2, 9)).to.not.equal('D')
    const [ended] = await rowsOf(
      db(),
      `select ended_on as day, partial from versions where record_key = 'K2' and feed = 'test' and known_to is null`,
    )
    expect(ended).to.deep.equal({ day: TODAY, partial: false })
  })

  it('ends an absent corrected entry, and allows a later end of one that may be present', async () => {
    await pullItems(db(), [row(1), row(2, WRONG_DAY), row(3, WRONG_DAY)])
    for (const n of [2, 3]) {
      const open = await rejectDesk.list(
        db(),
        { feeds: null, state: 'OPEN' },
        { first: 5, after: null, order: 'NEWEST' },
      )
      const reject = open.find(({ item }) => item['key'] === `K${n}`)?.id ?? 0
      await takeCorrection(db(), feed(), {
        by: 'x',
        note: '已核实',
        pseudonymOf,
        rules,
        reject,
        fields: row(n),
        ...hour(1),
      })
    }
    await sql(`update versions set partial = true where record_key in ('K2', 'K3')`)
    await pullItems(db(), [row(1), row(3, WRONG_DAY)], hour(2))
    await mended(5, { ENDED: ['K2'], NEVER_ENDING: ['K3'] })
    expect((await pullItems(db(), [row(1)], hour(9))).ended).to.equal(1)
  })

  it('ends records absent from the archive of the last full delivery, except those in a bad row there', async () => {
    await pullItems(db(), [row(1), row(2), row(3), row(4)], { archive })
    await pullItems(db(), [row(1), row(3, WRONG_DAY), { ...row(9), key: '', value: '' }], { archive, ...hour(1) })
    await unend()
    await mended(2, { UNSENT: ['K2', 'K4'] })
    expect(
      await rowsOf(
        db(),
        `select record_key as key from versions where known_to is null and ended_on is null order by 1`,
      ),
    ).to.deep.equal([{ key: 'K1' }, { key: 'K3' }])
  })

  it('waits for a delivery that is read, which may hold what the last one lacked', async () => {
    await pullItems(db(), [row(1), row(2)], { archive })
    await pullItems(db(), [row(1)], { archive, ...hour(1) })
    await unend()
    let refused: unknown
    const sent = async function* () {
      yield* [row(1), row(2)]
      refused = await run(3, false, 0).catch((error) => error)
    }
    await pullFeed(db(), feed({ sent }), { archive, ...hour(2) })
    expect(await standingIn(db(), 'test')).to.deep.equal(['K1', 'K2'])
    expect(refused).to.include({ code: 'RUN_BUSY' })
    expect((await run(4)).found).to.equal(0)
  })

  it('reports feeds whose last delivery is unknown', async () => {
    await pullItems(db(), [row(1), row(2)])
    const repaired = await run(1)
    expect([repaired.found, repaired.untold]).to.deep.equal([0, ['test']])
  })

  it('ends an unmatched record that is absent', async () => {
    await pullItems(db(), [row(1), older(2)])
    await pullItems(db(), [row(1)], hour(1))
    await sql(`update unmatched set state = 'OPEN', ended_by = null`)
    await mended(2, { WAITING: ['K2'] })
  })

  it('reduces the registrations of a firm to one', async () => {
    await pullItems(db(), [row(1, { reg: '220102000007123' })], { id: 'elsewhere', kind: 'registration' })
    const only = { id: 'registry', kind: 'registration' as const, body: () => ({ uscc: null }) }
    await pullItems(db(), [row(1, { key: '220102000007123', code: '', reg: '220102000007123' })], {
      ...only,
      ...hour(1),
    })
    await pullItems(db(), [row(1, { key: codeOf(1), reg: '220102000007123' })], {
      id: 'registry',
      kind: 'registration',
      ...hour(2),
    })
    await sql(
      `update versions set known_to = null, closed_as = null, closed_by = null where record_key = '220102000007123'`,
    )
    await mended(3, { REGISTRATION_TWICE: ['220102000007123'] })
  })

  it('makes one fact of a penalty whose authority has two spellings, and leaves the past as it was', async () => {
    for (const id of ['penalties', 'others']) await pullItems(db(), [row(1)], { id, kind: 'penalty' })
    await sql(
      `update versions set fact = case feed when 'penalties' then '测〔2026〕1号/长春市市场监督管理局' else '测〔2026〕1号/长春市局' end`,
    )
    await pullItems(db(), [row(2)], { id: 'third', kind: 'penalty' })
    await sql(`update versions set fact = '测〔2026〕1号/长春市场监督管理局' where feed = 'third'`)
    await mended(1, { PENALTY_TWICE: ['K2', 'K1'] })
    const facts = await rowsOf(db(), `select distinct fact from versions where known_to is null`)
    expect(facts).to.deep.equal([{ fact: '测〔2026〕1号/长春市市场监督管理局' }])
    expect(await rowsOf(db(), `select 1 from versions where closed_as = 'CHANGED'`)).to.have.length(2)
  })

  it('I-A6: makes one fact of an entry sent with two codes of its firm', async () => {
    const entry = { ENTNAME: '虚构商行1', SPECAUSE_CN: '通过登记的住所无法联系', DECORG_CN: '虚构市市场监督管理局' }
    await pullItems(db(), [row(1, { reg: REG })], { ...REGISTRY })
    for (const code of [{ REGNO: REG }, { UNISCID: codeOf(1) }])
      await deliver(db(), 'abnormal', [{ ...entry, ...code, ABNTIME: '2026-01-05' }], { whole: false })
    await sql('update versions set fact = null')
    const keys = [REG, codeOf(1)].map((code) => `abnormal/${code}/2026-01-05/通过登记的住所无法联系`)
    await mended(1, { RECORD_TWICE: keys })
    const facts = await rowsOf(
      db(),
      `select distinct fact from versions where kind = 'list_entry' and known_to is null`,
    )
    expect(facts).to.deep.equal([{ fact: 'abnormal/2026-01-05/通过登记的住所无法联系' }])
  })

  it('queues operators for which the hub’s own entry counted twice', async () => {
    await pullItems(db(), [row(1)], { id: 'dishonest', body: () => ({ document_number: '测市监列〔2026〕1号' }) })
    await published(db(), 1)
    await scoreOf(null, 0)
    const [mirrored] = await rowsOf(db(), `select id from versions where feed = 'dishonest'`)
    await sql(
      `update scores set reasons = (reasons::jsonb || jsonb_build_array(jsonb_build_object('fact', 'serious_list', 'records', jsonb_build_array(${mirrored?.['id']}))))::json, facts_hash = repeat('0', 64)`,
    )
    await sql(`update current_scores set facts_hash = repeat('0', 64)`)
    const repaired = await mended(1, { OWN_ENTRY_TWICE: ['K1'] })
    expect(repaired.scored).to.equal(1)
  })

  const misread = (keys: string) =>
    sql(`update versions set valid_from = '1976-05-25', digest = repeat('0', 32),
      body = jsonb_set(body, '{listed_on}', '"1976-05-25"') where record_key in (${keys})`)
  const days = () =>
    rowsOf(
      db(),
      `select record_key as key, valid_from as day, body->>'listed_on' as listed, known_to is not null as closed, closed_as as as
       from versions order by record_key, id`,
    )

  it('I-A8: corrects a day misread as one of 1976 from the archived item', async () => {
    const sent = [row(1, { day: '201806081956' }), row(2, { day: '1976-05-25' }), row(3)]
    await pullItems(db(), sent, { archive })
    await misread(`'K1'`)
    await mended(1, { WRONG_DATE: ['K1'] })
    expect(await days()).to.deep.equal([
      { key: 'K1', day: '1976-05-25', listed: '1976-05-25', closed: true, as: 'WRONG' },
      { key: 'K1', day: '2018-06-08', listed: '2018-06-08', closed: false, as: null },
      { key: 'K2', day: '1976-05-25', listed: '1976-05-25', closed: false, as: null },
      { key: 'K3', day: '2026-01-05', listed: '2026-01-05', closed: false, as: null },
    ])
    expect(await pullItems(db(), sent, hour(9))).to.include({ new: 0, changed: 0, unchanged: 3, ended: 0 })
  })

  it('I-A8: corrects the day of an unmatched record as well, and of its later match', async () => {
    const sent = [
      { ...older(1), day: '201806081956' },
      { ...older(2), day: '1976-05-25' },
    ]
    await pullItems(db(), sent, { archive })
    await sql(`update unmatched set valid_from = '1976-05-25', digest = repeat('0', 32),
      body = jsonb_set(body, '{listed_on}', '"1976-05-25"') where record_key = 'K1'`)
    await mended(1, { WRONG_DATE: ['K1'] })
    const waits = await rowsOf(
      db(),
      `select record_key as key, state, valid_from as day, body->>'listed_on' as listed from unmatched order by 1`,
    )
    expect(waits).to.deep.equal([
      { key: 'K1', state: 'OPEN', day: '2018-06-08', listed: '2018-06-08' },
      { key: 'K2', state: 'OPEN', day: '1976-05-25', listed: '1976-05-25' },
    ])
    await pullItems(db(), [row(1)], { ...REGISTRY, ...hour(8) })
    expect(await pullItems(db(), sent, hour(9))).to.include({ new: 0, changed: 0, unchanged: 1, unmatched: 1 })
  })

  it('I-A8: ends an unmatched record under a key with a wrong day where the record exists under the right one', async () => {
    const sent = [
      { ...older(1), key: '2018-06-08/1', day: '201806081956' },
      { ...older(2), key: '2018-06-09/2', day: '201806091956' },
    ]
    await pullItems(db(), sent, { archive })
    await sql(`update unmatched set valid_from = '1976-05-25', digest = repeat('0', 32), record_key = '1976-05-25/1',
      body = jsonb_set(body, '{listed_on}', '"1976-05-25"') where record_key = '2018-06-08/1'`)
    await sql(`insert into unmatched (feed, record_key, kind, subject, body, findings, valid_from, digest, reason, page, row_number, first_run, last_run, partial)
      select feed, '1976-05-25/2', kind, subject, jsonb_set(body, '{listed_on}', '"1976-05-25"'), findings, '1976-05-25', repeat('1', 32),
        reason, page, row_number, first_run, last_run, partial from unmatched where record_key = '2018-06-09/2'`)
    await mended(1, { WRONG_DATE: ['1976-05-25/1', '1976-05-25/2'] })
    expect(await rowsOf(db(), 'select record_key as key, state from unmatched order by 1')).to.deep.equal([
      { key: '1976-05-25/2', state: 'ENDED' },
      { key: '2018-06-08/1', state: 'OPEN' },
      { key: '2018-06-09/2', state: 'OPEN' },
    ])
  })

  it('I-A8: reports an unmatched record with a day of 1976 that no archive proves', async () => {
    await pullItems(db(), [{ ...older(1), day: '1976-05-25' }])
    const repaired = await run(1)
    expect([repaired.found, repaired.unproven.map(({ key }) => key)]).to.deep.equal([0, ['K1']])
  })

  it('I-A3, I-A8: repairs both faults of one record', async () => {
    await pullItems(db(), [row(1), row(2, { day: '201806081956' })], { archive })
    await pullItems(db(), [row(1)], { archive, ...hour(1) })
    await unend()
    await misread(`'K2'`)
    await mended(2, { WRONG_DATE: ['K2'], UNSENT: ['K2'] })
    const last = await rowsOf(
      db(),
      `select valid_from as day, ended_on as ended from versions where record_key = 'K2' and known_to is null`,
    )
    expect(last).to.deep.equal([{ day: '2018-06-08', ended: TODAY }])
  })

  it('I-A6, I-A8: corrects the day in the fact of an entry as well', async () => {
    const sent = [
      {
        ENTNAME: '虚构商行1',
        UNISCID: codeOf(1),
        SPECAUSE_CN: '通过登记的住所无法联系',
        ABNTIME: '201806081956',
        DECORG_CN: '虚构市市场监督管理局',
      },
    ]
    await deliver(db(), 'abnormal', sent, { archive })
    const [told] = await rowsOf(db(), 'select record_key as key, fact from versions')
    const wrong = String(told?.['key']).replace('2018-06-08', '1976-05-25')
    await sql(`update versions set record_key = '${wrong}', fact = replace(fact, '2018-06-08', '1976-05-25')`)
    await misread(`'${wrong}'`)
    await mended(1, { WRONG_DATE: [wrong] })
    expect(await rowsOf(db(), 'select record_key as key, fact from versions where known_to is null')).to.deep.equal([
      told,
    ])
  })

  it('I-A8: reports a day of 1976 that no archive proves, and leaves it unchanged', async () => {
    await pullItems(db(), [row(1, { day: '201806081956' })])
    await misread(`'K1'`)
    const repaired = await run(1)
    expect([repaired.found, repaired.unproven.map(({ key }) => key)]).to.deep.equal([0, ['K1']])
    expect((await days()).map(({ day }) => day)).to.deep.equal(['1976-05-25'])
  })

  it('I-A8: changes the day only, also where today’s rules read other fields differently', async () => {
    await pullItems(db(), [row(1, { day: '201806081956' })], { archive })
    await misread(`'K1'`)
    await sql(`update versions set body = jsonb_set(body, '{reason}', '"售假一次"')`)
    await mended(1, { WRONG_DATE: ['K1'] })
    const [now] = await rowsOf(db(), `select body->>'reason' as reason from versions where known_to is null`)
    expect(now).to.deep.equal({ reason: '售假一次' })
  })

  it('changes nothing where its audit row cannot be written', async () => {
    await pullItems(db(), [row(1), older(2)])
    await pullItems(db(), [row(1)], hour(1))
    await sql(`update unmatched set state = 'OPEN', ended_by = null`)
    const before = await dumpOf(db(), ['runs'])
    const failing = repairRecords(db(), {
      ...{ dryRun: false, feeds: [feed()], rules, pseudonymOf, archiveDir, ...hour(2) },
      note: async () => {
        throw new Error('the trail is away')
      },
      score: async () => {},
    })
    expect(await failing.catch((error: Error) => error.message)).to.equal('the trail is away')
    expect(await dumpOf(db(), ['runs'])).to.equal(before)
  })
})
