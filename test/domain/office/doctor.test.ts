import { expect } from 'chai'
import { examineHub } from '../../../src/domain/office/doctor.js'
import type { HubCondition } from '../../../src/domain/office/hub-condition.js'
import { setupSteps } from '../../../src/domain/office/setup.js'

const PERSON = (role: string, duty: string | null = null) => ({ role, duty })
const WELL: HubCondition = {
  inService: true,
  publicUrl: 'https://credit.example',
  proxies: 1,
  openKeyFiles: 0,
  freeBytes: 100 * 1024 ** 3,
  database: { version: 170_000, embedded: false, isSafe: true, behind: false },
  clockDoubted: false,
  standbyMissing: false,
  restored: false,
  timetableMinutes: 0,
  auditFailed: false,
  calendarDaysLeft: 200,
  people: [
    PERSON('administrator', 'systems'),
    PERSON('administrator', 'security'),
    PERSON('officer'),
    PERSON('reviewer'),
    PERSON('auditor'),
  ],
  feeds: [{ title: '市场主体登记信息', configured: true, lastGood: new Date(0), stale: false }],
  platforms: [
    { name: '信用中国', configured: true, failing: false, paused: false, held: false, isTest: false, owedHours: 1 },
  ],
  measuresWithoutCarrier: [],
  measuresStranded: [],
  unconfirmedBinding: 0,
  site: { operator: true, contact: true, filing: true },
  backupArranged: true,
  sendsMail: true,
  unreadableSettings: [],
}

const ROWS: [found: string, change: Partial<HubCondition>][] = [
  ['WARNING PUBLIC_URL', { publicUrl: 'http://localhost:4000' }],
  ['WARNING PROXIES', { proxies: 0 }],
  ['FAULT KEYS_READABLE', { openKeyFiles: 1 }],
  ['WARNING DISK', { freeBytes: 1024 ** 3 }],
  ['FAULT DATABASE_VERSION', { database: { ...WELL.database, version: 150_018 } }],
  ['FAULT DATABASE_UNSAFE', { database: { ...WELL.database, isSafe: false } }],
  ['WARNING DATABASE_BEHIND', { database: { ...WELL.database, behind: true } }],
  ['NOTE DATABASE_EMBEDDED', { database: { ...WELL.database, embedded: true } }],
  ['FAULT CLOCK', { clockDoubted: true }],
  ['FAULT STANDBY_MISSING', { standbyMissing: true }],
  ['FAULT RESTORED', { restored: true }],
  ['FAULT TIMETABLE', { timetableMinutes: 11 }],
  ['FAULT TIMETABLE', { timetableMinutes: null }],
  ['FAULT AUDIT_LOG', { auditFailed: true }],
  ['WARNING CALENDAR', { calendarDaysLeft: 59 }],
  ['FAULT PEOPLE_SECURITY', { people: WELL.people.filter(({ duty }) => duty !== 'security') }],
  ['FAULT PEOPLE_REVIEWER', { people: WELL.people.filter(({ role }) => role !== 'reviewer') }],
  ['WARNING PEOPLE_AUDITOR', { people: WELL.people.filter(({ role }) => role !== 'auditor') }],
  ['FAULT FEEDS_NEVER', { feeds: WELL.feeds.map((feed) => ({ ...feed, lastGood: null, stale: true })) }],
  ['WARNING FEEDS_STALE', { feeds: WELL.feeds.map((feed) => ({ ...feed, stale: true })) }],
  ['WARNING PLATFORMS_UNSET', { platforms: WELL.platforms.map((one) => ({ ...one, configured: false })) }],
  ['FAULT PLATFORMS_FAILING', { platforms: WELL.platforms.map((one) => ({ ...one, failing: true })) }],
  [
    'FAULT MEASURE_WITHOUT_ORGANISATION',
    {
      measuresWithoutCarrier: [
        { item: '限制任职', agency: 'treasury', line: 'finance', region: '220000', place: '吉林省', entries: 3 },
      ],
    },
  ],
  ['FAULT MEASURES_STRANDED', { measuresStranded: [{ seat: 'treasury@220000', measures: 2 }] }],
  ['FAULT PLATFORMS_OWED', { platforms: WELL.platforms.map((one) => ({ ...one, owedHours: 25 })) }],
  ['NOTE PLATFORMS_HELD', { platforms: WELL.platforms.map((one) => ({ ...one, held: true, owedHours: 25 })) }],
  ['FAULT PLATFORMS_TEST', { platforms: WELL.platforms.map((one) => ({ ...one, isTest: true })) }],
  ['WARNING PLATFORMS_PAUSED', { platforms: WELL.platforms.map((one) => ({ ...one, paused: true })) }],
  ['FAULT RULES_UNCONFIRMED', { unconfirmedBinding: 3 }],
  ['FAULT SITE_CONTACT', { site: { ...WELL.site, contact: false } }],
  ['NOTE SITE_FILING', { site: { ...WELL.site, filing: false } }],
  ['NOTE SERVICE', { inService: false }],
  ['WARNING MAIL', { sendsMail: false }],
  ['WARNING BACKUP', { backupArranged: false }],
  ['FAULT SETTINGS_UNREADABLE', { unreadableSettings: ['信用中国的密钥'] }],
]

describe('the examination of a hub', () => {
  it('finds nothing in one that is in order', () => {
    expect(examineHub(WELL)).to.deep.equal([])
  })

  for (const [found, change] of ROWS)
    it(`finds ${found} for ${JSON.stringify(change).slice(0, 60)}`, () => {
      const findings = examineHub({ ...WELL, ...change })
      expect(findings.map(({ id, severity }) => `${severity} ${id}`)).to.deep.equal([found])
      for (const { zh, en, next } of findings)
        for (const text of [zh, en, next.zh, next.en]) expect(text).to.match(/\S/)
    })

  it('tells the worst first, and unconfirmed rules before service only as a warning', () => {
    const findings = examineHub({ ...WELL, inService: false, unconfirmedBinding: 1, clockDoubted: true })
    expect(findings.map(({ severity }) => severity)).to.deep.equal(['FAULT', 'WARNING', 'NOTE'])
  })
})

describe('the steps of a new office', () => {
  it('are undone in an empty database, and each is done by what it asks for', () => {
    const empty = {
      ...{
        people: [],
        hasSite: false,
        authorities: false,
        taken: new Set<string>(),
        feeds: 2,
        platforms: { configured: 0, all: 4 },
      },
      ...{ scores: false, cases: false, published: false, unconfirmedBinding: 5, inService: false },
    }
    expect(setupSteps(empty).some(({ done }) => done)).to.equal(false)
    const whole = {
      ...{ people: WELL.people, hasSite: true, authorities: true, taken: new Set(['registry', 'penalties']), feeds: 2 },
      ...{ platforms: { configured: 4, all: 4 }, scores: true, cases: true, published: true },
      ...{ unconfirmedBinding: 0, inService: true },
    }
    expect(setupSteps(whole).every(({ done }) => done)).to.equal(true)
    const first = (facts: object) => setupSteps({ ...whole, ...facts }).find(({ done }) => !done)
    expect(first({ people: WELL.people.slice(1) })?.step).to.equal('ADMINISTRATORS')
    expect(first({ taken: new Set(['penalties']) })).to.include({ step: 'REGISTER' })
    expect(first({ taken: new Set(['registry']) })).to.include({ step: 'FEEDS', count: '1/2' })
    expect(first({ unconfirmedBinding: 5 })).to.include({ step: 'RULES', count: '5' })
  })
})
