/** The one permission table of all interfaces. A viewer cannot tell forbidden data from missing data. */

import type { DivisionLevel } from '../operators/places.js'
import { divisionLevelOf, PROVINCE_DIVISION } from '../operators/places.js'
import { RECORD_KINDS, type RecordKind } from '../records/records.js'

export { isSamePerson } from './persons.js'

export const ROLES = [
  'public',
  'marketplace',
  'credit_service',
  'partner',
  'agency',
  'officer',
  'reviewer',
  'administrator',
  'auditor',
  'party',
] as const
export type Role = (typeof ROLES)[number]

/** `public` needs no token; `party` gets its token from an access code. */
export const CLIENT_ROLES: readonly Role[] = ROLES.filter((role) => role !== 'public' && role !== 'party')

/** Their systems are organisations in matters, to which their people belong. */
export const ROLES_OF_ORGANISATIONS: readonly Role[] = ['marketplace', 'partner']

export interface Viewer {
  role: Role
  sub: string | null
  agency: string | null
  region: string | null
  /** Number of the access code behind a party's token. */
  grant?: number
  /** Only an administrator signed in as a person has one. */
  duty?: 'systems' | 'security'
}

export const PUBLIC_VIEWER: Viewer = { role: 'public', sub: null, agency: null, region: null }

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text)

const ALL: readonly Role[] = ROLES
const SIGNED_IN: readonly Role[] = ROLES.filter((role) => role !== 'public')
/**
 * A partner (courier, warehouse, payment provider, …) follows its own matters and otherwise sees what the public does.
 */
const READERS: readonly Role[] = SIGNED_IN.filter((role) => role !== 'partner')
const AUTHORITY: readonly Role[] = ['agency', 'officer', 'reviewer', 'administrator', 'auditor']

const rolesByAct = <A extends string>(table: Record<A, readonly Role[]>): Record<A, readonly Role[]> => table

const ACTS_ANYWHERE = rolesByAct({
  see_itself: SIGNED_IN,
  use_access_code: ALL,
  see_standing: ALL,
  see_grade: [...AUTHORITY, 'party'],
  see_sellers_grade: ['marketplace'],
  see_authorised_grade: ['credit_service'],
  send_sellers: ['marketplace'],
  // A marketplace is told of changes of its own sellers only.
  hear_changes: ['marketplace'],
  hear_matters: ['marketplace', 'partner', 'agency'],
  see_webhooks: ['administrator', 'auditor'],
  record_authorisation: ['credit_service'],
  see_authorisations: ['officer', 'reviewer', 'administrator', 'auditor', 'party'],
  see_operator: READERS,
  see_score_reasons: [...AUTHORITY, 'party'],
  see_inner_listings: ['officer', 'reviewer', 'administrator', 'auditor', 'party'],
  // Past days show removed and ended entries too.
  see_removed: ['officer', 'reviewer', 'auditor', 'party'],
  see_moves: ['officer', 'reviewer', 'administrator', 'auditor'],
  see_watch_list: ['officer', 'reviewer', 'administrator', 'auditor'],
  see_blacklist: ALL,
  see_open_records: ['marketplace', 'credit_service', ...AUTHORITY],
  see_scorecard: ALL,
  see_matter_kinds: ALL,
  see_matters: ['marketplace', 'partner', ...AUTHORITY],
  open_matter: ['marketplace', 'partner', 'agency', 'officer', 'reviewer'],
  // The seat that holds the clue, and no other.
  read_reporter: ['agency', 'officer', 'reviewer'],
  see_matter_figures: AUTHORITY,
  see_operations: AUTHORITY,
  move_own_listing: ['party'],
  see_queue: AUTHORITY,
  see_rejects: AUTHORITY,
  correct_rejects: ['agency', 'officer', 'administrator'],
  send_records: ['agency', 'administrator'],
  see_objections: AUTHORITY,
  see_access_codes: ['officer', 'reviewer', 'administrator', 'auditor'],
  see_own_file: ['party'],
  see_authorities: ['officer', 'reviewer', 'administrator', 'auditor'],
  see_rules: AUTHORITY,
  record_absence: ['officer', 'reviewer', 'administrator'],
  be_notified: AUTHORITY,
  // schema/rules/audit-log.json sets whose queries each of these roles sees.
  see_askers: ['officer', 'reviewer', 'administrator', 'auditor', 'party'],
})

/** A viewer bounded by a region may perform these acts for its operators only. */
const ACTS_IN_REGION = rolesByAct({
  move_listing: ['officer', 'reviewer'],
  settle_concern: ['officer', 'reviewer'],
  propose_override: ['officer', 'reviewer'],
  decide_override: ['reviewer'],
  open_objection: ['officer', 'party'],
  decide_objection: ['reviewer'],
  issue_access_code: ['officer', 'reviewer'],
})

/** A viewer bounded by a region may not perform these acts. */
const ACTS_OF_PROVINCE = rolesByAct({
  see_trials: ['officer', 'reviewer', 'administrator', 'auditor'],
  propose_scorecard: ['officer', 'reviewer', 'administrator'],
  decide_scorecard: ['reviewer', 'administrator'],
  direct_timetable: ['officer', 'administrator'],
  map_headings: ['officer', 'administrator'],
  release_restored: ['officer', 'reviewer', 'administrator'],
  roll_back_run: ['reviewer', 'administrator'],
  decide_identity: ['officer', 'reviewer', 'administrator'],
  amend_calendar: ['officer', 'administrator'],
  state_authority: ['administrator'],
  direct_platform: ['officer', 'reviewer', 'administrator'],
  settle_delivery: ['officer', 'reviewer', 'administrator'],
  close_retraction: ['officer', 'reviewer'],
  tend_webhooks: ['administrator'],
  see_lockouts: ['administrator', 'auditor'],
  see_registered: ['administrator', 'auditor'],
  manage_registered: ['administrator'],
  see_audit_log: ['administrator', 'auditor'],
  see_office: ['administrator', 'auditor'],
  change_office: ['administrator'],
  confirm_rules: ['officer', 'reviewer', 'administrator'],
})

export const ROLES_BY_ACT = { ...ACTS_ANYWHERE, ...ACTS_IN_REGION, ...ACTS_OF_PROVINCE }
export const REGIONAL_ACTS = Object.keys(ACTS_IN_REGION) as Act[]
export const PROVINCE_WIDE_ACTS = Object.keys(ACTS_OF_PROVINCE) as Act[]

export type Act = keyof typeof ROLES_BY_ACT

/** Open by law to firms and credit services (吉政办发〔2016〕15号, item 11). */
const OPEN_KINDS: readonly RecordKind[] = [
  'registration',
  'trademark',
  'inspection',
  'recall',
  'standard',
  'commitment',
]

export const RECORD_KINDS_SEEN: Record<Role, readonly RecordKind[]> = {
  public: [],
  marketplace: OPEN_KINDS,
  credit_service: OPEN_KINDS,
  partner: [],
  agency: RECORD_KINDS,
  officer: RECORD_KINDS,
  reviewer: RECORD_KINDS,
  administrator: RECORD_KINDS,
  auditor: RECORD_KINDS,
  party: RECORD_KINDS,
}

/**
 * Acts of the security administrator and the auditor: who registers accounts does not read what is noted of it (三员分立).
 */
const ACTS_BEYOND_SYSTEMS: readonly Act[] = ['see_audit_log']

export const may = (viewer: Viewer, act: Act): boolean =>
  ROLES_BY_ACT[act].includes(viewer.role) &&
  !(isRegionBound(viewer) && PROVINCE_WIDE_ACTS.includes(act)) &&
  !(viewer.duty === 'systems' && ACTS_BEYOND_SYSTEMS.includes(act))

export const isRegionBound = ({ region }: Viewer): boolean => region !== null && region !== PROVINCE_DIVISION

/** Only the province may act on an unknown operator (null `region`). */
export const mayInRegion = (viewer: Viewer, act: Act, region: string | null): boolean =>
  may(viewer, act) &&
  (!isRegionBound(viewer) || !REGIONAL_ACTS.includes(act) || (region ?? '').startsWith(divisionOf(viewer.region ?? '')))

/**
 * Consent of the next higher authority (SAMR order 44, article 22): a city's viewer consents only to a county's
 * listing.
 */
export const mayConsentToListing = (viewer: Viewer, level: DivisionLevel | null): boolean =>
  may(viewer, 'move_listing') &&
  (!isRegionBound(viewer) || (level === 'COUNTY' && divisionLevelOf(viewer.region ?? '') === 'CITY'))

const divisionOf = (region: string): string => region.replace(/(?:00)+$/, '') || region

/** The columns that authorization needs, as of today. */
export interface OperatorScope {
  uscc: string | null
  shop: string | null
  region: string | null
}

/** Prefix of the division codes that an authority may see; null for all. */
export const regionBoundOf = (viewer: Viewer): string | null =>
  isRegionBound(viewer) && AUTHORITY.includes(viewer.role) ? divisionOf(viewer.region ?? '') : null

/**
 * The sender whose rejects the viewer sees; null for all. A regional viewer sees only his own: rejects have no known
 * operator.
 */
export const visibleSenderOf = (viewer: Viewer): string | null =>
  regionBoundOf(viewer) === null ? null : (viewer.sub ?? '')

/** True when the viewer sees some operators only as the public does. */
export const seesOnlySomeFiles = (viewer: Viewer): boolean => viewer.role === 'party' || regionBoundOf(viewer) !== null

/** A regional viewer sees no unknown (null) operator. */
export const maySeeOperator = (viewer: Viewer, operator: OperatorScope | null): boolean => {
  if (!may(viewer, 'see_operator')) return false
  const code = operator?.uscc ?? operator?.shop ?? null
  if (viewer.role === 'party') return code !== null && viewer.sub === code
  const sight = regionBoundOf(viewer)
  return sight === null || (operator?.region ?? '').startsWith(sight)
}

export const viewerOfFile = (viewer: Viewer, operator: OperatorScope | null): Viewer =>
  seesOnlySomeFiles(viewer) && !maySeeOperator(viewer, operator) ? PUBLIC_VIEWER : viewer

export const maySeeRecord = (viewer: Viewer, { kind, stands }: { kind: RecordKind; stands: boolean }): boolean =>
  RECORD_KINDS_SEEN[viewer.role].includes(kind) && (stands || may(viewer, 'see_removed'))

export type GradesSeen = 'ALL' | 'SELLERS' | 'AUTHORISED' | 'NONE'

/**
 * Grades that the viewer sees. SELLERS: those on the marketplace's list. AUTHORISED: those that authorised the viewer.
 */
export const gradesSeen = (viewer: Viewer): GradesSeen => {
  if (may(viewer, 'see_grade')) return 'ALL'
  if (viewer.sub === null) return 'NONE'
  if (may(viewer, 'see_sellers_grade')) return 'SELLERS'
  return may(viewer, 'see_authorised_grade') ? 'AUTHORISED' : 'NONE'
}

export const mayOnFeed = (viewer: Viewer, act: Act, feed: { agency: string }): boolean =>
  may(viewer, act) && (viewer.role !== 'agency' || viewer.agency === feed.agency)
