/** Each open state of each process has a row: who acts next, and by when. */
import type { BilingualText } from '../../foundation/text/words.js'
import type { Act } from '../access/viewer.js'
import type { CaseState } from '../listing/case.js'
import type { DeadlineName } from '../listing/deadlines.js'
import type { MoveName } from '../listing/moves.js'
import type { CaseMark } from './case-marks.js'

export const WORK_PROCESSES = [
  'CASE',
  'HIDING',
  'REPAIR',
  'CONCERN',
  'PAPER',
  'RETRACTION',
  'OBJECTION',
  'OVERRIDE',
  'REJECTS',
  'IDENTITY',
  'MATTER',
  'DELIVERY',
  'DISCREPANCY',
  'SCORECARD',
  'CALENDAR',
  'ACCOUNT',
  'CLIENT',
  'OFFICE',
] as const
export type WorkProcess = (typeof WORK_PROCESSES)[number]

/** States of a case in which the task is open. Of several rows of one process the first that holds counts. */
interface TaskCondition {
  states: readonly CaseState[]
  when?: Partial<Record<CaseMark, boolean>>
}

/**
 * KEEPER: the case's keeper, else the office. EACH: in the own queue of each person who may do it, because another must.
 * OFFICE: anybody of the office.
 */
type TaskOwner = 'KEEPER' | 'EACH' | 'OFFICE'

export interface TaskRow extends BilingualText {
  process: WorkProcess
  act: Act
  /** Moves of which one ends the task. Only their roles do it. */
  moves?: readonly MoveName[]
  whose: TaskOwner
  another?: true
  deadline?: DeadlineName
  /** Others must act first: the party, or the platforms. Nobody is reminded before its last day. */
  waits?: true
  of?: TaskCondition
}

const HEARD: readonly CaseState[] = ['NOTIFIED', 'DEFENCE', 'HEARING']
const move = { act: 'move_listing', whose: 'KEEPER' } as const
const second = { whose: 'EACH', another: true } as const

const ROWS = {
  MEND: {
    zh: '退回的案件，待补正',
    en: 'sent back, to be mended',
    process: 'CASE',
    ...move,
    moves: ['proposeListing', 'notifyListing', 'resubmitListing'],
    of: { states: ['LEAD', 'PROPOSED', ...HEARD], when: { returned: true } },
  },
  LINK_DECISION: {
    zh: '线索，待关联处罚决定',
    en: 'lead, to be linked to a decision',
    process: 'CASE',
    ...move,
    moves: ['linkDecision'],
    of: { states: ['LEAD'], when: { decisionLinked: false } },
  },
  PROPOSE: {
    zh: '已关联决定，待提出列入建议',
    en: 'linked, to be proposed',
    process: 'CASE',
    ...move,
    moves: ['proposeListing'],
    of: { states: ['LEAD'] },
  },
  NOTIFY: {
    zh: '已提出建议，待告知当事人',
    en: 'proposed, the party to be notified',
    process: 'CASE',
    ...move,
    moves: ['notifyListing'],
    of: { states: ['PROPOSED'] },
  },
  ANSWER_DEFENCE: {
    zh: '当事人已陈述申辩，待答复',
    en: 'defence to be answered',
    process: 'CASE',
    ...move,
    moves: ['answerDefence'],
    of: { states: HEARD, when: { defenceOpen: true } },
  },
  HOLD_HEARING: {
    zh: '当事人要求听证，待举行',
    en: 'hearing to be held',
    process: 'CASE',
    ...move,
    moves: ['holdHearing'],
    of: { states: HEARD, when: { hearingOpen: true } },
  },
  AWAIT_DEFENCE: {
    zh: '已告知，陈述申辩期内',
    en: 'notified, the defence period runs',
    process: 'CASE',
    ...move,
    moves: ['recordDefence'],
    deadline: 'DEFENCE',
    waits: true,
    of: { states: HEARD, when: { defenceRunning: true } },
  },
  REVIEW: {
    zh: '陈述申辩期已过，待复核',
    en: 'to be reviewed',
    process: 'CASE',
    act: 'move_listing',
    ...second,
    moves: ['reviewListing'],
    of: { states: HEARD },
  },
  CONSENT: {
    zh: '已复核，待上级同意',
    en: 'the superior is to consent',
    process: 'CASE',
    act: 'move_listing',
    whose: 'EACH',
    moves: ['consentListing'],
    of: { states: ['REVIEWED'], when: { consentDue: true } },
  },
  DECIDE: {
    zh: '已复核，待作出决定',
    en: 'to be decided',
    process: 'CASE',
    ...move,
    moves: ['decideListing'],
    of: { states: ['REVIEWED', 'CONSENTED'] },
  },
  SERVE: {
    zh: '已决定，待送达',
    en: 'to be served',
    process: 'CASE',
    ...move,
    moves: ['serveListing'],
    deadline: 'PUBLICATION',
    of: { states: ['DECIDED'] },
  },
  PUBLISH: {
    zh: '已送达，待公示',
    en: 'to be published',
    process: 'CASE',
    ...move,
    moves: ['publishListing'],
    deadline: 'PUBLICATION',
    of: { states: ['SERVED'] },
  },
  CONFIRM_HIDING: {
    zh: '暂停公示，待第二人确认',
    en: 'hiding to be confirmed by another person',
    process: 'HIDING',
    act: 'move_listing',
    ...second,
    moves: ['confirmHiding'],
    deadline: 'HIDING_CONFIRMATION',
    of: { states: ['HIDDEN'], when: { hidingConfirmed: false } },
  },
  RESOLVE_HIDING: {
    zh: '暂停公示，待恢复或移出',
    en: 'hidden, to be shown again or removed',
    process: 'HIDING',
    ...move,
    moves: ['unhideListing', 'removeListing'],
    of: { states: ['HIDDEN'] },
  },
  ACCEPT_REPAIR: {
    zh: '修复申请，待受理',
    en: 'repair to be accepted',
    process: 'REPAIR',
    ...move,
    moves: ['acceptRepair', 'refuseRepair'],
    deadline: 'REPAIR_ACCEPTANCE',
    of: { states: ['REPAIR_APPLIED', 'HIDDEN'], when: { repairOpen: true, repairAccepted: false } },
  },
  DECIDE_REPAIR: {
    zh: '修复申请，待决定',
    en: 'repair to be decided',
    process: 'REPAIR',
    ...move,
    moves: ['removeListing', 'refuseRepair'],
    deadline: 'REPAIR_DECISION',
    of: { states: ['REPAIR_APPLIED', 'HIDDEN'], when: { repairOpen: true } },
  },
  SETTLE_CONCERN: {
    zh: '名单依据有变，待核实',
    en: 'concern to be settled',
    process: 'CONCERN',
    act: 'settle_concern',
    whose: 'KEEPER',
  },
  RELEASE_PAPER: {
    zh: '公开件，待第二人核对放行',
    en: 'masked copy to be released by another person',
    process: 'PAPER',
    act: 'move_listing',
    ...second,
  },
  FOLLOW_RETRACTION: {
    zh: '已移出，待各平台确认撤回',
    en: 'removed, the platforms are to confirm it',
    process: 'RETRACTION',
    act: 'close_retraction',
    whose: 'KEEPER',
    deadline: 'WITHDRAWAL',
    waits: true,
  },
  MOVE_MATTER: {
    zh: '协作事项，待枢纽人员办理',
    en: 'matter that waits for the hub',
    process: 'MATTER',
    act: 'move_listing',
    whose: 'OFFICE',
  },
  CLOSE_MATTER: {
    zh: '协作事项提请办结，待第二人登记',
    en: 'closing of a matter to be confirmed by another person',
    process: 'MATTER',
    act: 'move_listing',
    ...second,
  },
  DECIDE_OBJECTION: {
    zh: '异议，待处理',
    en: 'objection to be decided',
    process: 'OBJECTION',
    act: 'decide_objection',
    ...second,
  },
  AWAIT_CORRECTION: {
    zh: '异议成立，待更正信息',
    en: 'upheld objection whose record is to be corrected',
    process: 'OBJECTION',
    act: 'correct_rejects',
    whose: 'OFFICE',
  },
  DECIDE_OVERRIDE: {
    zh: '等级调整，待复核',
    en: 'override to be decided',
    process: 'OVERRIDE',
    act: 'decide_override',
    ...second,
  },
  CORRECT_REJECTS: {
    zh: '拒收条目，待更正',
    en: 'rejects to be corrected',
    process: 'REJECTS',
    act: 'correct_rejects',
    whose: 'OFFICE',
  },
  DECIDE_IDENTITY: {
    zh: '主体不明，待认定',
    en: 'identities to be decided',
    process: 'IDENTITY',
    act: 'decide_identity',
    whose: 'OFFICE',
  },
  REFUSED_DELIVERIES: {
    zh: '被平台拒收的推送',
    en: 'deliveries refused by a platform',
    process: 'DELIVERY',
    act: 'settle_delivery',
    whose: 'OFFICE',
  },
  LATE_DELIVERIES: {
    zh: '逾期未确认的推送',
    en: 'deliveries not confirmed in time',
    process: 'DELIVERY',
    act: 'settle_delivery',
    whose: 'OFFICE',
  },
  SETTLE_DISCREPANCIES: {
    zh: '与平台比对不符，待核实',
    en: 'discrepancies to be settled',
    process: 'DISCREPANCY',
    act: 'settle_concern',
    whose: 'OFFICE',
  },
  DECIDE_SCORECARD: {
    zh: '评分卡启用，待第二人决定',
    en: 'scorecard to be decided by another person',
    process: 'SCORECARD',
    act: 'decide_scorecard',
    ...second,
  },
  DECIDE_CALENDAR: {
    zh: '工作日历修订，待第二人确认',
    en: 'calendar to be confirmed by another person',
    process: 'CALENDAR',
    act: 'amend_calendar',
    ...second,
  },
  CONFIRM_ACCOUNT: {
    zh: '账号变更，待安全管理员确认',
    en: 'account to be confirmed by a security administrator',
    process: 'ACCOUNT',
    act: 'manage_registered',
    ...second,
  },
  CONFIRM_CLIENT: {
    zh: '系统变更，待安全管理员确认',
    en: 'client to be confirmed by a security administrator',
    process: 'CLIENT',
    act: 'manage_registered',
    ...second,
  },
  CONFIRM_SETTINGS: {
    zh: '本机关设置，待另一名管理员确认',
    en: 'settings to be confirmed by another administrator',
    process: 'OFFICE',
    act: 'change_office',
    ...second,
  },
  CONFIRM_AUTHORITY: {
    zh: '机关资料，待另一名管理员确认',
    en: 'data of an authority to be confirmed by another administrator',
    process: 'OFFICE',
    act: 'state_authority',
    ...second,
  },
  CONFIRM_RULES: {
    zh: '规则核实，待第二人确认',
    en: 'rules to be confirmed by another person',
    process: 'OFFICE',
    act: 'confirm_rules',
    ...second,
  },
  CONFIRM_RELEASE: {
    zh: '数据库恢复的解除，待第二人确认',
    en: 'release of a restored database to be confirmed by another person',
    process: 'OFFICE',
    act: 'release_restored',
    ...second,
  },
} satisfies Record<string, TaskRow>

export type WorkKind = keyof typeof ROWS

export const TASKS: Record<WorkKind, TaskRow> = ROWS

export const WORK_KINDS = Object.keys(TASKS) as WorkKind[]
