/** The access table. The hub starts only if every schema field has exactly one row. */
import { type Act, may, ROLES, ROLES_BY_ACT, type Role, type Viewer } from '../../domain/access/viewer.js'
import { FIELDS_HELD_WITH_OBJECT } from './held.js'

export const OBJECT_SCOPES = {
  ANY: { zh: '任何主体的，与社会公众所见相同', en: 'of any operator, as the public has it' },
  SIGHT: {
    zh: '当事人限于本人；有区划的监管方限于本区划今日的主体；其他不限',
    en: 'a party: its own; an authority with a region: operators that are of it today; all others: any',
  },
  SENT: {
    zh: '信源单位限于本单位数据源；有区划者并限于本区划的主体，拒收条目限于自己报送的',
    en: 'an agency: of its own feeds; with a region, besides, of its operators, and of rejects what it sent itself',
  },
  GRADE: {
    zh: '平台限于自有卖家清单上的，信用服务机构限于对其授权的；其余同 SIGHT',
    en: 'a marketplace: of its own sellers; a credit service: of whoever authorises it; all others as SIGHT',
  },
  OPEN: {
    zh: '依法开放的种类，任何主体的；已撤的限于无区划的监管方',
    en: 'kinds open by law, of any operator; what was removed since: to authorities that no region bounds',
  },
  ALL: { zh: '所有主体的，有区划者不可', en: 'of every operator; for nobody whom a region bounds' },
  OWN: { zh: '本人的', en: 'of the viewer itself' },
  OWNER: {
    zh: '登记者限于自己登记的；管理员和审计人员：所有的',
    en: 'a client: what it registered itself; administrators and auditors: what every client did',
  },
  SEAT: {
    zh: '本单位及其下级有席位的；没有席位的枢纽工作人员只见信封，且不见仅限当事各方的；惩戒措施，当事人见本人的，工作人员也见内容',
    en: 'those in which its seat, or one that it covers, has a place; staff of the hub without a seat: envelopes, and none of what is for its seats only; of measures a party its own, and staff the content',
  },
  HUB: { zh: '枢纽自身的，不涉及任一主体', en: 'of the hub itself, about no operator' },
  HELD: { zh: '随其所属对象', en: 'with the object that holds it' },
} as const
export type ObjectScope = keyof typeof OBJECT_SCOPES

export interface FieldAccess {
  acts: readonly Act[]
  whose: ObjectScope
  /** The resolver withholds the value, because the field is not nullable or is read too often. */
  byAnswer: boolean
}

type FieldLine = readonly [acts: string, whose: ObjectScope, fields: string, byAnswer?: 'BY_ANSWER']

const PARTYS_MOVES = 'recordDefence applyRepair withdrawRepair'
const MOVES =
  'openLead linkDecision proposeListing notifyListing answerDefence holdHearing reviewListing returnListing resubmitListing ' +
  'consentListing ' +
  'decideListing serveListing publishListing hideListing confirmHiding unhideListing acceptRepair refuseRepair ' +
  'removeListing restoreListing dropListing'
const GRADE = 'see_grade see_sellers_grade see_authorised_grade'

/** Fields with an own access rule; others are in FIELDS_HELD_WITH_OBJECT. */
const LINES: Record<string, readonly FieldLine[]> = {
  Query: [
    ['see_standing', 'ANY', 'standing standings'],
    ['see_blacklist', 'ANY', 'blacklist listing'],
    ['see_scorecard', 'HUB', 'scorecard'],
    ['see_matter_kinds', 'HUB', 'matterKinds organisations'],
    ['see_matters', 'SEAT', 'matters matter matterCounts findMatters'],
    ['see_matters', 'HUB', 'checkCoverage'],
    ['see_matter_figures', 'HUB', 'matterFigures matterFigureIssues'],
    ['see_itself', 'SIGHT', 'node'],
    ['see_itself', 'OWN', 'viewer'],
    ['see_operator', 'SIGHT', 'operator operators site'],
    ['see_own_file', 'OWN', 'myFile'],
    ['see_open_records', 'OPEN', 'trademark product'],
    ['send_sellers', 'OWN', 'sellerList'],
    ['hear_changes hear_matters see_webhooks', 'OWNER', 'webhooks'],
    ['see_operations', 'HUB', 'agencies platforms runs comparisons timeliness timetable feedMaps feedSamples'],
    ['see_operations', 'HUB', 'databaseRestored databaseRestorations'],
    ['see_operations', 'SIGHT', 'deliveries dueDeliveries discrepancies retractions'],
    ['see_moves', 'SIGHT', 'concerns deadlines overrides cases caseBoard authorisations search'],
    ['see_queue', 'SIGHT', 'worklist workCounts'],
    ['see_moves', 'HUB', 'colleagues confirmers absences listKinds sellerLists'],
    ['see_rules', 'HUB', 'ruleTables calendar'],
    ['see_authorities', 'HUB', 'authorities'],
    ['see_registered', 'HUB', 'clients people undeliveredNotifications'],
    ['be_notified', 'OWN', 'notificationSettings'],
    ['manage_registered', 'HUB', 'notificationRobots'],
    ['see_watch_list', 'SIGHT', 'watchList'],
    ['see_objections', 'SENT', 'objections'],
    ['see_queue', 'SENT', 'unmatched'],
    ['see_rejects', 'SENT', 'rejects rejectRules'],
    ['roll_back_run', 'ALL', 'rollbackPreview'],
    ['see_trials', 'ALL', 'scorecardTrial scorecardActivations'],
    ['see_trials', 'HUB', 'scorecards'],
    ['see_lockouts', 'HUB', 'lockouts'],
    ['see_audit_log', 'ALL', 'auditLog auditLogRow'],
    ['see_office', 'HUB', 'officeSettings hubFindings setupSteps'],
    ['see_rules', 'HUB', 'officeProposals officeService unconfirmedRules ownLists'],
    ['amend_calendar', 'ALL', 'calendarForeseen'],
    ['amend_calendar', 'HUB', 'calendarProposals'],
  ],
  Mutation: [
    ['use_access_code', 'OWN', 'partyToken'],
    ['move_listing', 'SIGHT', MOVES],
    ['move_listing move_own_listing', 'SIGHT', PARTYS_MOVES],
    ['move_listing', 'SIGHT', 'recordDocument releasePaper withdrawPaper handOverCases'],
    ['record_absence', 'OWN', 'recordAbsence endAbsence'],
    ['settle_concern', 'SIGHT', 'settleConcern settleDiscrepancy'],
    ['issue_access_code', 'SIGHT', 'issueAccessCode revokeAccessCode'],
    ['open_objection', 'SIGHT', 'openObjection withdrawObjection'],
    ['decide_objection', 'SIGHT', 'decideObjection'],
    ['propose_override', 'SIGHT', 'proposeOverride withdrawOverride'],
    ['decide_override', 'SIGHT', 'decideOverride'],
    ['correct_rejects', 'SENT', 'correctReject dropReject'],
    ['decide_identity', 'SIGHT', 'decideSubject undoDecision mergeOperators divideOperator'],
    ['settle_delivery', 'SIGHT', 'resendDelivery closeDelivery'],
    ['close_retraction', 'SIGHT', 'closeRetraction'],
    ['roll_back_run', 'HUB', 'rollBackRun'],
    ['hear_changes hear_matters', 'OWN', 'addWebhook rotateWebhook enableWebhook removeWebhook'],
    ['hear_changes hear_matters tend_webhooks', 'OWNER', 'pingWebhook replayWebhook'],
    [
      'manage_registered',
      'HUB',
      'addClient rotateClient confirmClient endClient addPerson resetPerson resetSecondFactor wakePerson confirmPerson endPerson liftLockout',
    ],
    ['be_notified', 'OWN', 'chooseNotifications sendMailCode confirmMailAddress removeMailAddress'],
    ['manage_registered', 'HUB', 'removeNotificationRobot resendNotification'],
    ['change_office', 'HUB', 'proposeSettings declareInService saveNotificationRobot sendTestMail'],
    ['confirm_rules', 'HUB', 'proposeRuleConfirmation proposeListEnd'],
    ['change_office confirm_rules release_restored', 'HUB', 'decideOfficeProposal'],
    ['amend_calendar', 'HUB', 'amendCalendar decideCalendar'],
    ['state_authority', 'HUB', 'stateAuthority decideAuthority'],
    ['direct_platform', 'HUB', 'pausePlatform resumePlatform declareWiped'],
    ['release_restored', 'HUB', 'declareRestored releaseRestored'],
    ['propose_scorecard', 'HUB', 'proposeScorecard'],
    ['decide_scorecard', 'HUB', 'decideScorecard'],
    ['direct_timetable', 'HUB', 'startJob pauseJob resumeJob'],
    ['map_headings', 'HUB', 'addFeedMap endFeedMap'],
    ['record_authorisation', 'OWN', 'recordAuthorisation'],
    ['open_matter', 'SEAT', 'openMatter moveMatter reportAppliedMeasure'],
    ['read_reporter', 'SEAT', 'readReporter'],
    ['record_authorisation see_own_file', 'OWN', 'withdrawAuthorisation'],
  ],
  Standing: [[GRADE, 'GRADE', 'grade score overridden objected', 'BY_ANSWER']],
  Operator: [
    [
      'see_operator',
      'SIGHT',
      'registrationStatus regNo codes formerNames namesBefore mergedFrom dividedInto dividedFrom',
    ],
    ['see_operator', 'SIGHT', 'records', 'BY_ANSWER'],
    [GRADE, 'GRADE', 'score'],
    ['see_score_reasons', 'SIGHT', 'overrides'],
    ['see_score_reasons', 'SENT', 'objections'],
    ['see_queue', 'SENT', 'decisions'],
    ['see_access_codes see_own_file', 'SIGHT', 'accessCodes'],
    ['see_authorisations record_authorisation', 'GRADE', 'authorisations'],
    ['see_askers', 'SIGHT', 'askedBy', 'BY_ANSWER'],
    ['see_watch_list', 'SIGHT', 'watch'],
    ['see_own_file', 'OWN', 'ownMatters'],
  ],
  Score: [['see_score_reasons', 'SIGHT', 'reasons audit auditUrl override wayBack lasting']],
  Listing: [
    ['see_moves', 'SIGHT', 'moves concerns publicText penalty leadGround keeper handovers tasks consentNeeded'],
    ['see_moves see_own_file', 'SIGHT', 'deadlines proceedings'],
    ['see_matters see_own_file', 'SEAT', 'measures'],
    ['see_inner_listings', 'SIGHT', 'ground notListed repair repairFrom hiding deliveries'],
    ['move_listing move_own_listing', 'SIGHT', 'allowedMoves'],
    ['move_listing', 'SIGHT', 'outlooks'],
    ['move_listing see_own_file', 'SIGHT', 'documents attachments'],
  ],
  Hiding: [['see_moves', 'SIGHT', 'by']],
  ListingDocument: [
    ['move_listing', 'SIGHT', 'missing enteredBy named masked'],
    ['move_listing see_own_file', 'SIGHT', 'draft'],
  ],
  Delivery: [
    ['see_inner_listings', 'SIGHT', 'receipt lastError'],
    ['see_moves', 'SIGHT', 'notice closed again acts'],
  ],
  DueDelivery: [['see_inner_listings', 'SIGHT', 'lastError']],
  Retraction: [
    ['see_inner_listings', 'SIGHT', 'reason reasonText documentNumber'],
    ['see_moves', 'SIGHT', 'marketplaces name'],
  ],
  RetractionReceiver: [
    ['see_inner_listings', 'SIGHT', 'lastError'],
    ['see_moves', 'SIGHT', 'closed'],
  ],
  AccessCode: [['see_access_codes', 'SIGHT', 'issuedBy endedBy']],
  Override: [['see_operations', 'SIGHT', 'proposedBy decidedBy withdrawnBy']],
  // A viewer who is the author sees his own name.
  Objection: [['see_operations see_own_file', 'SIGHT', 'openedBy decidedBy', 'BY_ANSWER']],
}

/** An object is as accessible through `node(id)` as through its field. */
const NODE_LINES: readonly FieldLine[] = [
  ['see_operator', 'SIGHT', 'Operator'],
  ['see_operator', 'SIGHT', 'Record'],
  ['see_blacklist', 'SIGHT', 'Listing'],
  [GRADE, 'GRADE', 'Score'],
  ['see_operations', 'HUB', 'Run'],
  ['see_operations', 'SIGHT', 'Delivery Discrepancy'],
  ['see_moves', 'SIGHT', 'Concern'],
  ['see_score_reasons', 'SIGHT', 'Override'],
  ['see_score_reasons', 'SENT', 'Objection'],
  ['see_rejects', 'SENT', 'Reject'],
  ['see_queue', 'SENT', 'Unmatched IdentityDecision'],
  ['see_trials', 'ALL', 'ScorecardActivation'],
  ['see_authorisations record_authorisation', 'GRADE', 'Authorisation'],
  ['hear_changes hear_matters see_webhooks', 'OWNER', 'Webhook'],
  ['see_matters', 'SEAT', 'Matter'],
]

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '')

const isAct = (word: string): word is Act => Object.hasOwn(ROLES_BY_ACT, word)

const actsIn = (text: string): Act[] =>
  words(text).map((word) => {
    if (!isAct(word)) throw new Error(`there is no act ${word}`)
    return word
  })

const rowsOf = (type: string, lines: readonly FieldLine[]): [string, FieldAccess][] =>
  lines.flatMap(([acts, whose, fields, byAnswer]) =>
    words(fields).map((field): [string, FieldAccess] => [
      `${type}.${field}`,
      { acts: actsIn(acts), whose, byAnswer: byAnswer !== undefined },
    ]),
  )

const ALL_ROWS: readonly [string, FieldAccess][] = [
  ...Object.entries(LINES).flatMap(([type, lines]) => rowsOf(type, lines)),
  ...Object.entries(FIELDS_HELD_WITH_OBJECT).flatMap(([type, fields]) => rowsOf(type, [['', 'HELD', fields]])),
]

export const FIELD_ACCESS: ReadonlyMap<string, FieldAccess> = new Map(ALL_ROWS)

export const NODE_ACCESS: ReadonlyMap<string, FieldAccess> = new Map(
  rowsOf('node', NODE_LINES).map(([name, row]) => [name.slice('node.'.length), row]),
)

export const accessTableFaults = (
  fields: readonly string[],
  rows: readonly [string, unknown][] = ALL_ROWS,
): string[] => {
  const [there, named] = [new Set(fields), rows.map(([name]) => name)]
  return [
    ...fields.filter((field) => !named.includes(field)).map((field) => `${field} has no row`),
    ...named.filter((name) => !there.has(name)).map((name) => `${name} is no field`),
    ...named.filter((name, place) => named.indexOf(name) < place).map((name) => `${name} has two rows`),
  ]
}

/** Pass the viewer that `viewerOfFile` returns for the object's operator. */
export const mayAnswerField = ({ acts, whose }: FieldAccess, viewer: Viewer): boolean =>
  whose === 'HELD' || acts.some((act) => may(viewer, act))

export const isForEveryRole = ({ acts, whose }: FieldAccess): boolean =>
  whose === 'HELD' || rolesOf(acts).length === ROLES.length

const rolesOf = (acts: readonly Act[]): Role[] =>
  ROLES.filter((role) => acts.some((act) => ROLES_BY_ACT[act].includes(role)))

export interface FieldAccessRow {
  type: string
  fields: string[]
  acts: readonly Act[]
  roles: Role[]
  whose: ObjectScope
}

export const fieldAccessRows = (): FieldAccessRow[] =>
  Object.entries({ ...LINES, 'node(id)': NODE_LINES }).flatMap(([type, lines]) =>
    lines.map(([acts, whose, fields]) => ({
      type,
      fields: words(fields),
      acts: actsIn(acts),
      roles: rolesOf(actsIn(acts)),
      whose,
    })),
  )
