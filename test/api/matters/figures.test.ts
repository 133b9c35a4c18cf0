import { expect } from 'chai'
import { ROLES } from '../../../src/domain/access/viewer.js'
import { makeNewMatter } from '../../../src/domain/matters/matter.js'
import type { RecordBody, RecordDraft } from '../../../src/domain/records/records.js'
import { freezeMonth, readFigures } from '../../../src/work/matters/figures.js'
import { readMatterKinds } from '../../../src/work/matters/kinds.js'
import { makeHistories, storeHistories } from '../../support/matter-histories.js'
import { rules } from '../../support/rules.js'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, type World } from '../world.js'

const MONTH = '2026-02'
const FIGURES = `query($month: String!, $by: FigureBy, $issue: Int) { matterFigures(month: $month, by: $by, issue: $issue) {
  kind kindName { zh } seat organisation { zh } region opened received inTime late overdue open restarts extensions
  outcomes { code name { zh } n } steps { code n } medianDays p90Days } }`
const AUTHORITIES = ['agency', 'officer', 'reviewer', 'administrator', 'auditor']

/** Reported in January and sent to the police in February. */
const referral = () => {
  const kind = readMatterKinds().get('referral')
  if (kind === undefined) throw new Error('there is no referral')
  const seats = { sender: 'market-regulator@220104', holder: 'police@220104', copied: [], named: null }
  const at = new Date('2026-02-10T02:00:00Z')
  const made = { at, seat: seats.sender, to: null }
  return {
    ...{ kind, matter: { ...makeNewMatter(seats, {}), state: 'SENT' }, openedAt: at, closedAt: null },
    moves: [
      { ...made, move: 'open', state: 'REPORTED', on: '2026-01-30' },
      { ...made, move: 'send', state: 'SENT', on: '2026-02-10' },
    ],
  }
}

const commitment = (n: number, code: string, body: RecordBody): RecordDraft => ({
  ...registration(code, '虚构'),
  ...{ kind: 'commitment', key: `C${n}`, body: { subject_matter: '质量', text: '虚构承诺', checks: [], ...body } },
})

describe('figures of matters over HTTP', function () {
  this.timeout(120_000)
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(uscc(1), '虚构长春有限公司'),
      registration(uscc(2), '虚构朝阳有限公司', { region_code: '220104' }),
      registration(uscc(3), '虚构四平有限公司', { region_code: '220302' }),
    ])
    const checks = [{ checked_on: '2025-06-01' }, { checked_on: '2026-01-15' }]
    await world.bring('commitments', [
      commitment(1, uscc(1), { made_on: '2024-01-01', valid_to: '2026-12-31', checks }),
      commitment(2, uscc(1), { made_on: '2024-01-01', valid_to: '2026-12-31' }),
      commitment(3, uscc(2), { made_on: '2024-01-01', valid_to: '2025-12-31' }),
      commitment(4, uscc(3), { made_on: '2026-03-01', valid_to: null }),
    ])
    await storeHistories(world.database.db as never, makeHistories(1_500, 3))
    await storeHistories(world.database.db as never, [referral()], 'R')
    await freezeMonth(world.database.db, rules, MONTH, new Date('2026-03-01T04:20:00+08:00'))
  })
  after(() => world.close())

  const ask = async (variables: object, token = world.token('officer')) => {
    const { data, errors } = await world.ask(FIGURES, { token, variables: { month: MONTH, ...variables } })
    return { figures: data?.matterFigures, code: errors?.[0]?.extensions['code'] }
  }
  const csv = (query: string, token: string | null) =>
    fetch(`${world.url}/v1/matters.csv${query}`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    })
  const page = async (query = '') => {
    const answer = await fetch(`${world.url}/figures${query}`, { headers: { accept: 'text/html' } })
    return { status: answer.status, text: await answer.text() }
  }

  it('give the same sums by organisation, by prefecture and by kind', async () => {
    const sums = await Promise.all(
      ['ORGANISATION', 'REGION', 'KIND'].map(async (by) => {
        const { figures } = await ask({ by })
        const opened = new Map<string, number>()
        for (const one of figures) opened.set(one.kind, (opened.get(one.kind) ?? 0) + one.opened)
        return [...opened].sort()
      }),
    )
    expect(sums[0]?.length).to.be.greaterThan(5)
    expect(sums[1]).to.deep.equal(sums[0])
    expect(sums[2]).to.deep.equal(sums[0])
    const { figures } = await ask({})
    const one = figures.find(({ kind, seat }: Record<string, unknown>) => kind === 'clue' && seat === 'police@222401')
    expect(one).to.deep.include({ kindName: { zh: '线索' }, region: '222400' })
    expect(one.organisation.zh).to.include('公安局')
  })

  it('tell the coverage of checks by year and prefecture, each operator once; the issue counts to the end of its month', async () => {
    const token = world.token('officer')
    const coverage = async (year: number) => {
      const query = `{ checkCoverage(year: ${year}) { prefecture committed checked } }`
      return (await world.ask(query, { token })).data.checkCoverage
    }
    const changchun = { prefecture: '220100', committed: 1, checked: 1 }
    expect(await coverage(2023)).to.deep.equal([])
    expect(await coverage(2024)).to.deep.equal([{ prefecture: '220100', committed: 2, checked: 0 }])
    expect(await coverage(2025)).to.deep.equal([{ prefecture: '220100', committed: 2, checked: 1 }])
    expect(await coverage(2026)).to.deep.equal([changchun, { prefecture: '220300', committed: 1, checked: 0 }])
    const { content } = await readFigures(world.database.db, { month: MONTH })
    expect(content.checks).to.deep.equal([changchun])
    const counted = { registered: 2, committed: 1, checked: 1, standards: 0, listed: 0 }
    expect(content.pilots?.[0]).to.deep.equal({ region: '220100', zh: '长春市', ...counted })
  })

  it('tell of a kind for its seats only how many were handed over, and neither where nor to whom', async () => {
    const { figures } = await ask({})
    const sealed = figures.filter(({ kind }: Record<string, unknown>) => kind === 'referral')
    expect(sealed).to.have.length(1)
    const { opened, ...rest } = sealed[0]
    expect(opened).to.be.greaterThan(0)
    expect(rest).to.deep.include({ seat: null, organisation: null, region: '220000', received: 0, open: 0, overdue: 0 })
    expect(rest.outcomes).to.deep.equal([])
  })

  it('are for authorities; a month without figures is refused', async () => {
    for (const role of ROLES.filter((one) => one !== 'public' && one !== 'party')) {
      const may = AUTHORITIES.includes(role)
      expect((await ask({}, world.token(role))).code, role).to.equal(may ? undefined : 'FORBIDDEN')
      expect((await csv(`?month=${MONTH}`, world.token(role))).status, role).to.equal(may ? 200 : 403)
    }
    expect((await csv(`?month=${MONTH}`, null)).status).to.equal(401)
    expect((await ask({ month: '2026-01' })).code).to.equal('FIGURES_UNKNOWN')
    expect((await ask({ issue: 2 })).code).to.equal('FIGURES_UNKNOWN')
    expect((await ask({ month: 'May' })).code).to.equal('INPUT_INVALID')
    expect((await csv('?month=2026-01', world.token('auditor'))).status).to.equal(404)
    expect((await csv('', world.token('auditor'))).status).to.equal(400)
  })

  it('are listed by issue, and go out as CSV with a line for each group', async () => {
    const { data } = await world.ask('{ matterFigureIssues { month issue } }', { token: world.token('auditor') })
    expect(data.matterFigureIssues).to.deep.equal([{ month: MONTH, issue: 1 }])
    const answer = await csv(`?month=${MONTH}`, world.token('auditor'))
    expect(answer.headers.get('content-disposition')).to.equal(`attachment; filename="matters-${MONTH}-1.csv"`)
    const lines = (await answer.text()).trim().split('\r\n')
    expect(lines[0]).to.include('月份 month,期次 issue,种类 kind')
    expect(lines).to.have.length((await ask({})).figures.length + 1)
  })

  it('are on the public page by kind and prefecture, without small numbers and without kinds for seats only', async () => {
    const { status, text } = await page()
    expect(status).to.equal(200)
    expect(text).to.include('2026年2月，第 1 期').and.to.include('延边').and.to.include('线索')
    expect(text).to.not.include('移送涉嫌犯罪')
    const numbers = [...text.matchAll(/<td role="cell"[^>]*>([^<]*)<\/td>/g)].map(([, cell = '']) => cell)
    expect(numbers).to.include('略').and.to.include('0')
    for (const small of ['1', '2', '3', '4']) expect(numbers).to.not.include(small)
    expect((await page(`?month=${MONTH}&issue=1&lang=en`)).text)
      .to.include('Figures of cooperation')
      .and.to.include('n/s')
    expect((await page('?month=2026-01')).status).to.equal(404)
    expect((await page('?month=%00x')).status).to.equal(404)
  })
})
