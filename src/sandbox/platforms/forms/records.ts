import { splitWords } from '../../../agencies/words.js'
import { isValidUscc } from '../../../domain/operators/codes.js'
import { listFieldNamesOfFormat, listFieldNamesOfMessage } from '../received-rows.js'
import { DIVISION_PATTERN, makeRowForm } from './spelling.js'

const NUMBER_OF_RECORD = /^(?=.*\d)\S.{1,127}$/u
const WAN = /^\d{1,12}(\.\d{1,6})?$/
const AGREED = { key: 'HUB_ID', sequence: 'HUB_SN', action: 'HUB_OP', removedOn: 'HUB_CXRQ' } as const

export const penaltyForm = makeRowForm({
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
    endsOn: 'CF_YXQ',
  },
  required: splitWords('CF_XDR_LB CF_WFXW CF_SY CF_YJ CF_CFLB CF_YXQ CF_GSJZQ CF_CFJGDM CF_SJLY CF_SJLYDM'),
  known: listFieldNamesOfFormat('penalty-row'),
  never: ['CF_FR_ZJLX', 'CF_FR_ZJHM', 'CF_XDR_ZJLX', 'CF_XDR_ZJHM'],
  codes: {
    CF_XDR_LB: /^(法人及非法人组织|个体工商户)$/,
    CF_CFJGDM: isValidUscc,
    CF_SJLYDM: isValidUscc,
    CF_NR_FK: WAN,
    CF_NR_WFFF: WAN,
  },
  documentNumber: NUMBER_OF_RECORD,
})

export const permitForm = makeRowForm({
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
    endsOn: 'XK_YXQZI',
  },
  required: splitWords('XK_XDR_LB XK_XKWS XK_XKLB XK_YXQZ XK_YXQZI XK_XKJGDM XK_ZT XK_LYDW XK_LYDWDM'),
  known: listFieldNamesOfFormat('permit-row'),
  never: ['XK_FR_ZJLX', 'XK_FR_ZJHM', 'XK_XDR_ZJLX', 'XK_XDR_ZJHM'],
  codes: {
    XK_XDR_LB: /^(法人及非法人组织|个体工商户)$/,
    XK_XKLB: /^(普通|特许|认可|核准|登记|其他)$/,
    XK_XKJGDM: isValidUscc,
    XK_LYDWDM: isValidUscc,
    XK_ZT: /^[12]$/,
  },
  documentNumber: NUMBER_OF_RECORD,
})

const SLASHED_DAY = /^(\d{4})\/(\d{2})\/(\d{2})$/
const STATE = /^[0-3]$/

export const penalty2015Form = makeRowForm({
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
    endsOn: 'CF_JZRQ',
  },
  required: splitWords('CF_CFMC CF_CFLB1 CF_SY CF_YJ CF_ZT DFBM SJC'),
  known: listFieldNamesOfFormat('penalty-2015'),
  never: ['CF_XDR_SFZ'],
  day: SLASHED_DAY,
  codes: { CF_ZT: STATE, DFBM: DIVISION_PATTERN, SJC: SLASHED_DAY },
  documentNumber: NUMBER_OF_RECORD,
  passing: ['SJC'],
})

export const permit2015Form = makeRowForm({
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
    endsOn: 'XK_JZQ',
  },
  required: splitWords('XK_XMMC XK_SPLB XK_JZQ XK_ZT DFBM SJC'),
  known: listFieldNamesOfFormat('permit-2015'),
  never: ['XK_XDR_SFZ'],
  day: SLASHED_DAY,
  codes: { XK_ZT: STATE, DFBM: DIVISION_PATTERN, SJC: SLASHED_DAY },
  documentNumber: NUMBER_OF_RECORD,
  passing: ['SJC'],
})

const MESSAGE = {
  key: 'id',
  sequence: 'sequence',
  action: 'action',
  uscc: 'uscc',
  orgCode: 'orgCode',
  regNo: 'regNo',
  name: 'name',
  what: 'content',
  authority: 'authority',
  documentNumber: 'documentNumber',
  decidedOn: 'decidedOn',
  removedOn: 'removal.removedOn',
} as const
const MESSAGE_CODES = { authorityCode: isValidUscc, sourceUnitCode: isValidUscc }

export const messagePenaltyForm = makeRowForm({
  kind: 'penalty',
  names: { ...MESSAGE, endsOn: 'effectiveUntil' },
  required: ['partyKind', 'violation', 'facts', 'basis', 'authorityCode'],
  known: listFieldNamesOfMessage('signed-penalty', 'penalty'),
  codes: MESSAGE_CODES,
  documentNumber: NUMBER_OF_RECORD,
})

export const messagePermitForm = makeRowForm({
  kind: 'permit',
  names: { ...MESSAGE, endsOn: 'validTo' },
  required: ['documentName', 'category', 'validFrom', 'authorityCode'],
  known: listFieldNamesOfMessage('signed-permit', 'permit'),
  codes: MESSAGE_CODES,
  documentNumber: NUMBER_OF_RECORD,
})
