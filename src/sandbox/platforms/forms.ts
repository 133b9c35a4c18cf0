/** The forms in which the stand-ins take rows: which name means what, and what each must say. */
import { usccValid } from '../../domain/identity.js'
import { namesIn } from './reading.js'
import type { Form } from './told.js'

const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/
/** Six digits of GB/T 2260. */
const DIVISION = /^\d{6}$/
/** Of a decision to list: a year in brackets and a serial number. */
const NUMBER_OF_LIST = /^\S.*[〔[【［（(](19|20)\d{2}[〕\]】］）)].*\d+\s*号$/u

/** Of any other decision: authorities have many ways to number. */
const NUMBER_OF_RECORD = /^(?=.*\d)\S.{1,127}$/u

/** 严重违法失信名单, the rows of the market regulators' data family. */
export const samrList: Form = {
  kind: 'listing',
  names: {
    key: 'ILLID',
    sequence: 'SN',
    action: 'OPTYPE',
    orgCode: null,
    uscc: 'UNISCID',
    regNo: 'REGNO',
    name: 'ENTNAME',
    what: 'SERILLREA_CN',
    authority: 'DECORG_CN',
    documentNumber: 'DEDOCNUM',
    decidedOn: 'ABNTIME',
    publishedOn: null,
    endsOn: null,
    removedOn: 'REMDATE',
  },
  required: [],
  known: namesIn('samr-list'),
  actions: { '1': 'ADD', '2': 'CHANGE', '3': 'REMOVE' },
  day: ISO_DAY,
  codes: { DECORG: DIVISION },
  documentNumber: NUMBER_OF_LIST,
  never: [],
  passing: [],
}

const ACTIONS = { ADD: 'ADD', CHANGE: 'CHANGE', REMOVE: 'REMOVE' } as const

/** A list entry in the provincial exchange envelope. */
export const exchangeList: Form = {
  kind: 'listing',
  names: {
    key: 'ENTRY_ID',
    sequence: 'ENTRY_SN',
    action: 'OPERATION',
    orgCode: null,
    uscc: 'A000002',
    regNo: 'A000003',
    name: 'A000001',
    what: 'REASON',
    authority: 'EXECUTE_DEPT',
    documentNumber: 'EXECUTE_REFRENCE_NO',
    decidedOn: 'REGISTER_DATE',
    publishedOn: 'PUBLISH_DATE',
    endsOn: 'EXPIRATION_DATE',
    removedOn: 'REMOVE_DATE',
  },
  required: ['LIST_CODE', 'DATA_CATEGORY'],
  known: namesIn('exchange-envelope'),
  actions: ACTIONS,
  day: ISO_DAY,
  codes: { EXECUTE_DEPT_CODE: DIVISION },
  documentNumber: NUMBER_OF_LIST,
  never: [],
  passing: [],
}

/** A list entry as a signed message: the names of its outer object, of `entry`, and of `entry.removal` with that before them. */
export const messageList: Form = {
  kind: 'listing',
  names: {
    key: 'id',
    sequence: 'sequence',
    action: 'action',
    orgCode: null,
    uscc: 'uscc',
    regNo: 'regNo',
    name: 'name',
    what: 'reason',
    authority: 'authority',
    documentNumber: 'documentNumber',
    decidedOn: 'decidedOn',
    publishedOn: 'publishedOn',
    endsOn: 'endsOn',
    removedOn: 'removal.removedOn',
  },
  required: ['list', 'listName'],
  known: new Set([
    ...[
      'id',
      'sequence',
      'action',
      'kind',
      'list',
      'listName',
      'uscc',
      'name',
      'regNo',
      'reason',
      'basis',
      'authority',
    ],
    ...['authorityCode', 'documentNumber', 'decidedOn', 'publishedOn', 'endsOn', 'contested'],
    ...['reason', 'reasonText', 'documentNumber', 'removedOn'].map((name) => `removal.${name}`),
  ]),
  actions: ACTIONS,
  day: ISO_DAY,
  codes: { authorityCode: DIVISION },
  documentNumber: NUMBER_OF_LIST,
  never: [],
  passing: [],
}

/** 万元 with six decimals at most. */
const WAN = /^\d{1,12}(\.\d{1,6})?$/
/** What the hub and its receivers have agreed on beside the standard. */
const AGREED = { key: 'HUB_ID', sequence: 'HUB_SN', action: 'HUB_OP', removedOn: 'HUB_CXRQ' } as const

/** 双公示 行政处罚, second generation. */
export const penaltyRow: Form = {
  kind: 'penalty',
  names: {
    ...AGREED,
    uscc: 'CF_XDR_SHXYM',
    orgCode: 'CF_XDR_ZZJG',
    regNo: 'CF_XDR_GSZC',
    name: 'CF_XDR_MC',
    what: 'CF_NR',
    authority: 'CF_CFJG',
    documentNumber: 'CF_WSH',
    decidedOn: 'CF_JDRQ',
    publishedOn: null,
    endsOn: 'CF_YXQ',
  },
  required: [
    'CF_XDR_LB',
    'CF_WFXW',
    'CF_SY',
    'CF_YJ',
    'CF_CFLB',
    'CF_YXQ',
    'CF_GSJZQ',
    'CF_CFJGDM',
    'CF_SJLY',
    'CF_SJLYDM',
  ],
  known: namesIn('penalty-row'),
  never: ['CF_FR_ZJLX', 'CF_FR_ZJHM', 'CF_XDR_ZJLX', 'CF_XDR_ZJHM'],
  actions: ACTIONS,
  day: ISO_DAY,
  codes: {
    CF_XDR_LB: /^(法人及非法人组织|个体工商户)$/,
    CF_CFJGDM: usccValid,
    CF_SJLYDM: usccValid,
    CF_NR_FK: WAN,
    CF_NR_WFFF: WAN,
  },
  documentNumber: NUMBER_OF_RECORD,
  passing: [],
}

/** 双公示 行政许可, second generation. */
export const permitRow: Form = {
  kind: 'permit',
  names: {
    ...AGREED,
    uscc: 'XK_XDR_SHXYM',
    orgCode: 'XK_XDR_ZZJG',
    regNo: 'XK_XDR_GSZC',
    name: 'XK_XDR_MC',
    what: 'XK_NR',
    authority: 'XK_XKJG',
    documentNumber: 'XK_WSH',
    decidedOn: 'XK_JDRQ',
    publishedOn: null,
    endsOn: 'XK_YXQZI',
  },
  required: ['XK_XDR_LB', 'XK_XKWS', 'XK_XKLB', 'XK_YXQZ', 'XK_YXQZI', 'XK_XKJGDM', 'XK_ZT', 'XK_LYDW', 'XK_LYDWDM'],
  known: namesIn('permit-row'),
  never: ['XK_FR_ZJLX', 'XK_FR_ZJHM', 'XK_XDR_ZJLX', 'XK_XDR_ZJHM'],
  actions: ACTIONS,
  day: ISO_DAY,
  codes: {
    XK_XDR_LB: /^(法人及非法人组织|个体工商户)$/,
    XK_XKLB: /^(普通|特许|认可|核准|登记|其他)$/,
    XK_XKJGDM: usccValid,
    XK_LYDWDM: usccValid,
    XK_ZT: /^[12]$/,
  },
  documentNumber: NUMBER_OF_RECORD,
  passing: [],
}

const SLASHED_DAY = /^(\d{4})\/(\d{2})\/(\d{2})$/
const STATE = /^[0-3]$/

/** 双公示 行政处罚, first generation. */
export const penalty2015: Form = {
  kind: 'penalty',
  names: {
    ...AGREED,
    uscc: 'CF_XDR_SHXYM',
    orgCode: 'CF_XDR_ZDM',
    regNo: 'CF_XDR_GSDJ',
    name: 'CF_XDR_MC',
    what: 'CF_JG',
    authority: 'CF_XZJG',
    documentNumber: 'CF_WSH',
    decidedOn: 'CF_JDRQ',
    publishedOn: null,
    endsOn: 'CF_JZRQ',
  },
  required: ['CF_CFMC', 'CF_CFLB1', 'CF_SY', 'CF_YJ', 'CF_ZT', 'DFBM', 'SJC'],
  known: namesIn('penalty-2015'),
  never: ['CF_XDR_SFZ'],
  actions: ACTIONS,
  day: SLASHED_DAY,
  codes: { CF_ZT: STATE, DFBM: DIVISION, SJC: SLASHED_DAY },
  documentNumber: NUMBER_OF_RECORD,
  passing: ['SJC'],
}

/** 双公示 行政许可, first generation. */
export const permit2015: Form = {
  kind: 'permit',
  names: {
    ...AGREED,
    uscc: 'XK_XDR_SHXYM',
    orgCode: 'XK_XDR_ZDM',
    regNo: 'XK_XDR_GSDJ',
    name: 'XK_XDR',
    what: 'XK_NR',
    authority: 'XK_XZJG',
    documentNumber: 'XK_WSH',
    decidedOn: 'XK_JDRQ',
    publishedOn: null,
    endsOn: 'XK_JZQ',
  },
  required: ['XK_XMMC', 'XK_SPLB', 'XK_JZQ', 'XK_ZT', 'DFBM', 'SJC'],
  known: namesIn('permit-2015'),
  never: ['XK_XDR_SFZ'],
  actions: ACTIONS,
  day: SLASHED_DAY,
  codes: { XK_ZT: STATE, DFBM: DIVISION, SJC: SLASHED_DAY },
  documentNumber: NUMBER_OF_RECORD,
  passing: ['SJC'],
}
