import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { AgencyFeed } from '../../../src/agencies/feed.js'
import { feeds } from '../../../src/agencies/index.js'
import { parseContent } from '../../../src/domain/audit/audit-log.js'
import * as rejectDesk from '../../../src/store/intake/reject-desk.js'
import { makeDeliveryArchive } from '../../../src/work/intake/archive.js'
import { takeCorrection } from '../../../src/work/intake/rejects.js'
import { decideSubject } from '../../../src/work/operators/identity.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { deliver, type Fields } from '../../support/absence.js'
import { hubHere } from '../../support/command.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { row } from '../../support/rows.js'
import { at, codeOf, later, pseudonymOf, published, pullItems, rowsOf, rules } from '../../support/world.js'

const hours = (n: number) => at(later(n * 3_600))
const regOf = (n: number) => `2201020000071${10 + n}`
const OWN_NUMBER = '测市监列〔2026〕1号'

const entry = (n: number, more: Fields = {}): Fields => ({
  ILLID: `L${n}`,
  ENTNAME: `虚构商行${n}`,
  UNISCID: codeOf(n),
  REGNO: null,
  SERILLREA_CN: '售假',
  ABNTIME: '2026-01-05',
  DECORG_CN: '虚构市市场监督管理局',
  DEDOCNUM: null,
  ...more,
})
const numbered = (n: number, more: Fields = {}) => entry(n, { UNISCID: null, REGNO: regOf(n), ...more })
const BAD = entry(4, { ABNTIME: '2026-02-31' })
const MINUTE = '201806081956'
const standard = (code: string): Fields => ({
  标准编号: 'Q/XGSH 0001S—2025',
  标准名称: '虚构参片',
  企业名称: '虚构商行13',
  统一社会信用代码: code,
  标准状态: '现行有效',
  公开时间: '2025-03-04',
  产品: [{ 产品名称: '参片' }],
})

/** Every kind of fault that earlier releases left, by the check that finds it. */
const FAULTS = {
  WRONG_DATE: ['dishonest L6', 'dishonest L7'],
  ENDED: ['dishonest L3'],
  NEVER_ENDING: ['dishonest L4'],
  UNSENT: ['dishonest L2'],
  WAITING: ['dishonest L5'],
  REGISTRATION_TWICE: [`registry ${regOf(11)}`],
  PENALTY_TWICE: ['third P12'],
  RECORD_TWICE: [`standards 虚构商行13/Q/XGSH 0001S—2025`, `standards ${codeOf(13)}/Q/XGSH 0001S—2025`],
  OWN_ENTRY_TWICE: ['dishonest L1'],
}
const ALL = Object.entries(FAULTS).flatMap(([check, records]) => records.map((record) => `${check} ${record}`))

interface Check {
  check: string
  records: { feed: string; key: string }[]
}
const named = ({ checks }: { checks: Check[] }): string[] =>
  checks.flatMap(({ check, records }) => records.map(({ feed, key }) => `${check} ${feed} ${key}`))

describe('hub repair on a database with every fault that earlier releases left', () => {
  let test: TestDatabase
  let folder: string
  let env: Record<string, string>
  before(async () => {
    test = await freshDatabase()
    folder = mkdtempSync(join(tmpdir(), 'hub-repair-'))
    env = { DATABASE_URL: test.url, DATA_DIR: folder }
  })
  after(async () => {
    rmSync(folder, { recursive: true, force: true })
    await test.drop()
  })
  const sql = (text: string) => test.db.raw(text)
  const noted = async (): Promise<string[]> => {
    const rows = await test.db('trail').orderBy('number').select('body')
    const texts = rows.map(({ body }) => JSON.stringify(parseContent(body)))
    return ALL.filter((fault) => texts.some((text) => text.includes(JSON.stringify(fault).slice(1, -1))))
  }
  const grades = async (...firms: number[]) =>
    (
      await rowsOf(
        test.db,
        `select s.grade from standing_rows n join scores s on s.id = n.score_id join operators o on o.id = n.operator_id
         where o.uscc = any(?) order by o.uscc = ? desc`,
        [firms.map(codeOf), codeOf(firms[0] ?? 0)],
      )
    ).map(({ grade }) => grade)

  /** Plants the list of two days with the faults that the old code made. */
  const plantList = async () => {
    const archive = makeDeliveryArchive(join(folder, 'archive'))
    const dated = [entry(6, { ABNTIME: MINUTE }), numbered(7, { ABNTIME: MINUTE })]
    const stays = [entry(1, { DEDOCNUM: OWN_NUMBER }), BAD, ...dated]
    await deliver(test.db, 'dishonest', [...stays, entry(2), numbered(3), numbered(5)], { archive, now: hours(0) })
    await pullItems(test.db, [row(3, { reg: regOf(3) })], { id: 'elsewhere', kind: 'registration', now: hours(1) })
    const [reject] = await rejectDesk.list(
      test.db,
      { feeds: null, state: 'OPEN' },
      { first: 1, after: null, order: 'NEWEST' },
    )
    const corrected = { by: 'officer-1', note: '已核实', reject: reject?.id ?? 0, fields: entry(4) as never }
    await takeCorrection(test.db, feeds.get('dishonest') as AgencyFeed, {
      ...corrected,
      pseudonymOf,
      rules,
      now: hours(2),
    })
    await sql(`update versions set partial = true where feed = 'dishonest' and record_key in ('L3', 'L4')`)
    await deliver(test.db, 'dishonest', stays, { archive, now: hours(3) })
    // The old code had ended nothing.
    await sql(`delete from versions where ended_on is not null;
      update versions set known_to = null, closed_as = null, closed_by = null where closed_as = 'ENDED';
      update unmatched set state = 'OPEN', ended_by = null`)
    for (const table of ['versions', 'unmatched'])
      await sql(`update ${table} set valid_from = '1976-05-25', digest = repeat('0', 32),
        body = jsonb_set(body, '{listed_on}', '"1976-05-25"') where feed = 'dishonest' and record_key in ('L6', 'L7')`)
  }

  const plantDoubles = async () => {
    const register = { kind: 'registration' as const, whole: false }
    await pullItems(test.db, [row(11, { reg: regOf(11) })], { ...register, id: 'elsewhere', now: hours(4) })
    const byNumber = row(11, { key: regOf(11), code: '', reg: regOf(11) })
    await pullItems(test.db, [byNumber], { ...register, id: 'registry', now: hours(5) })
    const byCode = row(11, { key: codeOf(11), reg: regOf(11) })
    await pullItems(test.db, [byCode], { ...register, id: 'registry', now: hours(6) })
    await sql(
      `update versions set known_to = null, closed_as = null, closed_by = null where record_key = '${regOf(11)}'`,
    )

    for (const id of ['penalties', 'third'])
      await pullItems(test.db, [row(12, { key: 'P12' })], { id, kind: 'penalty', whole: false, now: hours(7) })
    const city = { penalties: '长春市市场监督管理局', third: '长春市场监督管理局' }
    for (const [feed, authority] of Object.entries(city))
      await sql(`update versions set fact = '测〔2026〕1号/${authority}' where feed = '${feed}'`)

    for (const code of ['', codeOf(13)])
      await deliver(test.db, 'standards', [standard(code)], { whole: false, now: hours(8) })
    const [waits] = await rowsOf(test.db, `select id from unmatched where feed = 'standards'`)
    const attached = { unmatched: Number(waits?.['id']), verdict: 'ATTACH' as const, operator: codeOf(13) }
    await decideSubject(test.db, rules, { ...attached, reason: '名称一致', by: 'officer-1', now: later(9 * 3_600) })
    await sql(`update versions set fact = null where kind = 'standard'`)
  }

  it('I-A1–I-A9, F-8: lists them all, repairs each with an audit row, and finds none afterwards', async () => {
    await plantList()
    await plantDoubles()
    await published(test.db, 1)
    const families = ['penalties', 'lists', 'registration', 'standards'] as const
    await scoreOperators(test.db, { cause: 'command', rules, families: [...families], now: hours(10) })
    await sql(`update scores s set reasons = (s.reasons::jsonb || jsonb_build_array(jsonb_build_object('fact', 'serious_list',
        'records', jsonb_build_array(v.id))))::json, facts_hash = repeat('0', 64)
      from versions v where v.record_key = 'L1' and s.operator_id = v.operator_id;
      update current_scores set facts_hash = repeat('0', 64)`)
    expect(await grades(2, 3)).to.deep.equal(['D', 'D'])

    const tried = await hubHere(['repair', '--dry-run', '--json'], env)
    expect(named(tried.json)).to.have.members(ALL)
    expect(tried.json).to.deep.include({ dryRun: true, found: ALL.length, scored: 0, untold: [], unproven: [] })
    expect(await noted()).to.deep.equal([])
    expect(await grades(2, 3)).to.deep.equal(['D', 'D'])

    const mended = await hubHere(['repair', '--json'], env)
    expect(named(mended.json)).to.have.members(ALL)
    expect(await noted()).to.deep.equal(ALL)
    // L7, L5 and L4 change no score.
    expect(mended.json.scored).to.equal(7)
    expect(await grades(2, 3)).to.not.include('D')

    const again = await hubHere(['repair', '--json'], env)
    expect(again.json).to.deep.include({ found: 0, scored: 0 })
    expect((await hubHere(['verify', 'audit', '--json'], env)).json.ok).to.equal(true)
  })
})
