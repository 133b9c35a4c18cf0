import { expect } from 'chai'
import {
  type Act,
  CLIENT_ROLES,
  isRole,
  may,
  mayConsentToListing,
  mayInRegion,
  mayOnFeed,
  maySeeOperator,
  PROVINCE_WIDE_ACTS,
  PUBLIC_VIEWER,
  RECORD_KINDS_SEEN,
  REGIONAL_ACTS,
  ROLES,
  ROLES_BY_ACT,
  type Role,
  regionBoundOf,
  type Viewer,
  viewerOfFile,
} from '../../../src/domain/access/viewer.js'
import { RECORD_KINDS } from '../../../src/domain/records/records.js'

const viewer = (role: Role, sub: string | null = 'someone'): Viewer => ({ role, sub, agency: null, region: null })
const allowed = (role: Role): Act[] =>
  (Object.keys(ROLES_BY_ACT) as Act[]).filter((act) => may(viewer(role), act)).sort()
const OPEN: Act[] = ['see_blacklist', 'see_matter_kinds', 'see_scorecard', 'see_standing', 'use_access_code']
const SIGNED_IN: Act[] = [...OPEN, 'see_operator', 'see_itself']
const MATTERS: Act[] = ['see_matters', 'open_matter', 'hear_matters']
const AUTHORITY: Act[] = [
  ...SIGNED_IN,
  'see_open_records',
  'see_grade',
  'see_operations',
  'see_queue',
  'see_rejects',
  'see_score_reasons',
  'see_objections',
  'see_rules',
  'be_notified',
  'see_matters',
  'see_matter_figures',
]

describe('access of each role', () => {
  const table: Record<Role, Act[]> = {
    public: OPEN,
    marketplace: [...SIGNED_IN, 'see_open_records', 'see_sellers_grade', 'send_sellers', 'hear_changes', ...MATTERS],
    credit_service: [...SIGNED_IN, 'see_open_records', 'see_authorised_grade', 'record_authorisation'],
    partner: [...OPEN, 'see_itself', ...MATTERS],
    agency: [...AUTHORITY, 'correct_rejects', 'send_records', 'open_matter', 'hear_matters', 'read_reporter'],
    officer: [
      ...AUTHORITY,
      'open_matter',
      'read_reporter',
      'confirm_rules',
      'see_authorities',
      'record_absence',
      'release_restored',
      'see_inner_listings',
      'see_authorisations',
      'see_removed',
      'direct_timetable',
      'map_headings',
      'amend_calendar',
      'issue_access_code',
      'see_access_codes',
      'see_watch_list',
      'propose_override',
      'open_objection',
      'see_trials',
      'propose_scorecard',
      'see_moves',
      'move_listing',
      'settle_concern',
      'decide_identity',
      'correct_rejects',
      'direct_platform',
      'settle_delivery',
      'close_retraction',
      'see_askers',
    ],
    reviewer: [
      ...AUTHORITY,
      'open_matter',
      'read_reporter',
      'confirm_rules',
      'see_authorities',
      'record_absence',
      'release_restored',
      'see_inner_listings',
      'see_authorisations',
      'see_removed',
      'issue_access_code',
      'see_access_codes',
      'see_watch_list',
      'propose_override',
      'decide_override',
      'decide_objection',
      'see_trials',
      'propose_scorecard',
      'decide_scorecard',
      'see_moves',
      'move_listing',
      'settle_concern',
      'roll_back_run',
      'decide_identity',
      'direct_platform',
      'settle_delivery',
      'close_retraction',
      'see_askers',
    ],
    administrator: [
      'see_registered',
      'manage_registered',
      'see_webhooks',
      'tend_webhooks',
      ...AUTHORITY,
      'direct_timetable',
      'map_headings',
      'release_restored',
      'see_inner_listings',
      'see_authorisations',
      'amend_calendar',
      'see_access_codes',
      'see_watch_list',
      'see_trials',
      'propose_scorecard',
      'decide_scorecard',
      'see_moves',
      'roll_back_run',
      'decide_identity',
      'correct_rejects',
      'send_records',
      'direct_platform',
      'settle_delivery',
      'see_lockouts',
      'see_audit_log',
      'see_office',
      'change_office',
      'state_authority',
      'confirm_rules',
      'see_authorities',
      'record_absence',
      'see_askers',
    ],
    auditor: [
      'see_registered',
      'see_webhooks',
      ...AUTHORITY,
      'see_lockouts',
      'see_audit_log',
      'see_office',
      'see_authorities',
      'see_askers',
      'see_inner_listings',
      'see_authorisations',
      'see_removed',
      'see_access_codes',
      'see_watch_list',
      'see_trials',
      'see_moves',
    ],
    party: [
      ...SIGNED_IN,
      'see_grade',
      'see_inner_listings',
      'see_authorisations',
      'see_removed',
      'see_score_reasons',
      'open_objection',
      'see_own_file',
      'move_own_listing',
      'see_askers',
    ],
  }
  for (const role of ROLES) {
    it(`${role} may do exactly what its row says`, () => {
      expect(allowed(role)).to.deep.equal([...table[role]].sort())
    })
  }

  it('firms and credit services read only the record kinds that the law opens to them, and the public reads none', () => {
    expect([...RECORD_KINDS_SEEN.public, ...RECORD_KINDS_SEEN.partner]).to.deep.equal([])
    for (const role of ['marketplace', 'credit_service'] as const)
      expect(RECORD_KINDS_SEEN[role]).to.have.members([
        'registration',
        'trademark',
        'inspection',
        'recall',
        'standard',
        'commitment',
      ])
    for (const role of ['agency', 'officer', 'reviewer', 'administrator', 'auditor', 'party'] as const)
      expect(RECORD_KINDS_SEEN[role]).to.have.members(RECORD_KINDS)
  })

  const operator = (uscc: string | null, region: string | null = '220102') => ({ uscc, shop: null, region })

  it('a party sees its own operator and no other', () => {
    const party = viewer('party', '91220102MAY000001A')
    expect(maySeeOperator(party, operator('91220102MAY000001A'))).to.equal(true)
    expect(maySeeOperator(party, operator('91220102MAY000002B'))).to.equal(false)
    expect(maySeeOperator(party, null)).to.equal(false)
    expect(maySeeOperator(viewer('party', null), operator(null))).to.equal(false)
    expect(maySeeOperator(viewer('marketplace'), operator('91220102MAY000002B'))).to.equal(true)
    expect(maySeeOperator(PUBLIC_VIEWER, operator('91220102MAY000002B'))).to.equal(false)
    expect(viewerOfFile(party, operator('91220102MAY000002B'))).to.equal(PUBLIC_VIEWER)
  })

  it('no client is registered as the public or as a party', () => {
    expect(CLIENT_ROLES).to.not.include.members(['public'])
    expect(CLIENT_ROLES).to.not.include.members(['party'])
    expect(CLIENT_ROLES).to.have.length(ROLES.length - 2)
  })

  it('isRole accepts the listed roles only', () => {
    for (const role of ROLES) expect(isRole(role)).to.equal(true)
    for (const other of ['', 'Officer', 'toString', 'admin']) expect(isRole(other)).to.equal(false)
  })

  it('an agency acts on its own feeds only, and an authority on all feeds', () => {
    const of = (role: Role, agency: string | null): Viewer => ({ ...viewer(role), agency })
    const feed = { agency: 'ip-office' }
    expect(mayOnFeed(of('agency', 'ip-office'), 'see_rejects', feed)).to.equal(true)
    expect(mayOnFeed(of('agency', 'high-court'), 'see_rejects', feed)).to.equal(false)
    expect(mayOnFeed(of('agency', null), 'see_rejects', feed)).to.equal(false)
    expect(mayOnFeed(of('officer', null), 'see_rejects', feed)).to.equal(true)
    expect(mayOnFeed(of('marketplace', 'ip-office'), 'see_rejects', feed)).to.equal(false)
  })

  describe('region of a viewer', () => {
    const of = (region: string | null, role: Role = 'officer'): Viewer => ({ ...viewer(role), region })
    const places = ['220102', '220100', '220200', '220000', '110000', null]
    const inside: [string | null, (string | null)[]][] = [
      [null, places],
      ['220000', places],
      ['220100', ['220102', '220100']],
      ['220102', ['220102']],
      ['220200', ['220200']],
      ['110000', ['110000']],
    ]
    for (const [region, allowed] of inside)
      it(`a viewer of ${region ?? 'no region'} may act on operators of ${allowed.length === places.length ? 'every place' : allowed.join(' ') || 'no place'}`, () => {
        for (const act of REGIONAL_ACTS)
          for (const place of places)
            expect(mayInRegion(of(region, 'reviewer'), act, place), `${act} ${place}`).to.equal(
              ROLES_BY_ACT[act].includes('reviewer') && allowed.includes(place),
            )
      })

    it('a city’s region forbids acts that touch all regions; the province’s does not', () => {
      for (const act of PROVINCE_WIDE_ACTS) {
        const role = ROLES_BY_ACT[act][0] ?? 'public'
        expect([may(of(null, role), act), may(of('220000', role), act), may(of('220100', role), act)]).to.deep.equal([
          true,
          true,
          false,
        ])
      }
    })

    const seen: [string | null, (string | null)[]][] = [
      [null, places],
      ['220000', places],
      ['220100', ['220102', '220100']],
      ['220102', ['220102']],
      ['220200', ['220200']],
      ['110000', ['110000']],
      ['000000', []],
    ]
    for (const [region, some] of seen)
      it(`an authority of ${region ?? 'no region'} sees operators of ${some.length === places.length ? 'every place' : some.join(' ') || 'no place'}`, () => {
        for (const role of ['agency', 'officer', 'reviewer', 'administrator', 'auditor'] as const)
          for (const place of places) {
            const there = some.includes(place)
            expect(maySeeOperator(of(region, role), operator('x', place)), `${role} ${place}`).to.equal(there)
            expect(viewerOfFile(of(region, role), operator('x', place)).role).to.equal(there ? role : 'public')
          }
        expect(maySeeOperator(of(region), null)).to.equal(some.length === places.length)
      })

    it('a region does not limit marketplaces and credit services: lists and authorisations decide what they see', () => {
      for (const role of ['marketplace', 'credit_service'] as const) {
        expect(regionBoundOf(of('220100', role))).to.equal(null)
        expect(maySeeOperator(of('220100', role), operator('x', '220200'))).to.equal(true)
      }
    })

    it('an authority consents to decisions of the levels below it, never of its own or an unknown level', () => {
      const levels = ['COUNTY', 'CITY', 'PROVINCE', null] as const
      const consents = (region: string | null) =>
        levels.filter((level) => mayConsentToListing(of(region, 'reviewer'), level))
      expect([consents('220102'), consents('220100')]).to.deep.equal([[], ['COUNTY']])
      expect([consents('220000'), consents(null)]).to.deep.equal([levels, levels])
      expect(mayConsentToListing(of(null, 'auditor'), 'COUNTY')).to.equal(false)
    })

    it('a region grants no act that the role lacks', () => {
      for (const act of REGIONAL_ACTS) expect(mayInRegion(of('220100', 'marketplace'), act, '220100')).to.equal(false)
    })
  })
})
