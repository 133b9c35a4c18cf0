import { expect } from 'chai'
import { RECORD_KINDS } from '../../src/domain/records.js'
import {
  ACCESS,
  type Act,
  CLIENT_ROLES,
  isRole,
  KINDS_SEEN,
  may,
  mayFeed,
  mayOperator,
  PUBLIC,
  ROLES,
  type Role,
  type Viewer,
} from '../../src/domain/viewer.js'

const viewer = (role: Role, sub: string | null = 'someone'): Viewer => ({ role, sub, agency: null, region: null })
const allowed = (role: Role): Act[] => (Object.keys(ACCESS) as Act[]).filter((act) => may(viewer(role), act)).sort()
const OPEN: Act[] = ['see_blacklist', 'see_scorecard', 'see_standing']
const SIGNED_IN: Act[] = [...OPEN, 'see_operator']
const AUTHORITY: Act[] = [
  ...SIGNED_IN,
  'see_open_records',
  'see_grade',
  'see_operations',
  'see_queue',
  'see_rejects',
  'see_score_reasons',
  'see_objections',
]

describe('who may see and do what', () => {
  const table: Record<Role, Act[]> = {
    public: OPEN,
    marketplace: [...SIGNED_IN, 'see_open_records', 'see_sellers_grade', 'send_sellers'],
    credit_service: [...SIGNED_IN, 'see_open_records', 'see_authorised_grade', 'record_authorisation'],
    agency: [...AUTHORITY, 'correct_rejects', 'send_records'],
    officer: [
      ...AUTHORITY,
      'release_restored',
      'see_inner_listings',
      'see_authorisations',
      'see_removed',
      'direct_timetable',
      'amend_calendar',
      'issue_access_code',
      'see_access_codes',
      'see_watch_list',
      'propose_overrule',
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
    ],
    reviewer: [
      ...AUTHORITY,
      'release_restored',
      'see_inner_listings',
      'see_authorisations',
      'see_removed',
      'issue_access_code',
      'see_access_codes',
      'see_watch_list',
      'propose_overrule',
      'decide_overrule',
      'decide_objection',
      'see_trials',
      'propose_scorecard',
      'decide_scorecard',
      'see_moves',
      'move_listing',
      'settle_concern',
      'take_back_run',
      'decide_identity',
      'direct_platform',
      'settle_delivery',
      'close_retraction',
    ],
    administrator: [
      ...AUTHORITY,
      'direct_timetable',
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
      'take_back_run',
      'decide_identity',
      'correct_rejects',
      'send_records',
      'direct_platform',
      'settle_delivery',
    ],
    auditor: [
      ...AUTHORITY,
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
    ],
  }
  for (const role of ROLES) {
    it(`${role} may do exactly what its row says`, () => {
      expect(allowed(role)).to.deep.equal([...table[role]].sort())
    })
  }

  it('firms and credit services read only the kinds that the law opens, the public none', () => {
    expect(KINDS_SEEN.public).to.deep.equal([])
    for (const role of ['marketplace', 'credit_service'] as const)
      expect(KINDS_SEEN[role]).to.have.members([
        'registration',
        'trademark',
        'inspection',
        'recall',
        'standard',
        'commitment',
      ])
    for (const role of ['agency', 'officer', 'reviewer', 'administrator', 'auditor', 'party'] as const)
      expect(KINDS_SEEN[role]).to.have.members(RECORD_KINDS)
  })

  it('a party sees its own operator and no other', () => {
    const party = viewer('party', '91220102MAY000001A')
    expect(mayOperator(party, '91220102MAY000001A')).to.equal(true)
    expect(mayOperator(party, '91220102MAY000002B')).to.equal(false)
    expect(mayOperator(party, null)).to.equal(false)
    expect(mayOperator(viewer('party', null), null)).to.equal(false)
    expect(mayOperator(viewer('marketplace'), '91220102MAY000002B')).to.equal(true)
    expect(mayOperator(PUBLIC, '91220102MAY000002B')).to.equal(false)
  })

  it('no client is registered as the public or as a party', () => {
    expect(CLIENT_ROLES).to.not.include.members(['public'])
    expect(CLIENT_ROLES).to.not.include.members(['party'])
    expect(CLIENT_ROLES).to.have.length(ROLES.length - 2)
  })

  it('only a role is a role', () => {
    for (const role of ROLES) expect(isRole(role)).to.equal(true)
    for (const other of ['', 'Officer', 'toString', 'admin']) expect(isRole(other)).to.equal(false)
  })

  it('an agency acts on its own feeds alone, an authority on all', () => {
    const of = (role: Role, agency: string | null): Viewer => ({ ...viewer(role), agency })
    const feed = { agency: 'ip-office' }
    expect(mayFeed(of('agency', 'ip-office'), 'see_rejects', feed)).to.equal(true)
    expect(mayFeed(of('agency', 'high-court'), 'see_rejects', feed)).to.equal(false)
    expect(mayFeed(of('agency', null), 'see_rejects', feed)).to.equal(false)
    expect(mayFeed(of('officer', null), 'see_rejects', feed)).to.equal(true)
    expect(mayFeed(of('marketplace', 'ip-office'), 'see_rejects', feed)).to.equal(false)
  })
})
