import { splitLiteral, splitWords, type WordsIn } from '../words.js'
import type { FormLayout } from './fields.js'
import type { PartyMeaning } from './parties.js'

export type PenaltyMeaning =
  | PartyMeaning
  | WordsIn<'representative number violation caseName facts basis types moreTypes content fine confiscated licence'>
  | WordsIn<'decidedOn effectiveUntil publishUntil authority authorityCode sourceUnit sourceUnitCode'>
  | WordsIn<'status revokedOn note moreNote'>

export type PenaltyLayout = FormLayout<PenaltyMeaning>

export const codes2019Layout: PenaltyLayout = {
  fields: {
    party: ['CF_XDR_MC', 'COMP_NAME'],
    partyKind: ['CF_XDR_LB'],
    uscc: ['CF_XDR_SHXYM'],
    regNo: ['CF_XDR_GSZC'],
    orgCode: ['CF_XDR_ZZJG'],
    taxCode: ['CF_XDR_SWDJ'],
    institutionCode: ['CF_XDR_SYDW'],
    societyCode: ['CF_XDR_SHZZ'],
    representative: ['CF_FRDB'],
    number: ['CF_WSH'],
    violation: ['CF_WFXW'],
    facts: ['CF_SY'],
    basis: ['CF_YJ'],
    types: ['CF_CFLB'],
    content: ['CF_NR'],
    fine: ['CF_NR_FK'],
    confiscated: ['CF_NR_WFFF'],
    licence: ['CF_NR_ZKDX'],
    decidedOn: ['CF_JDRQ'],
    effectiveUntil: ['CF_YXQ'],
    publishUntil: ['CF_GSJZQ'],
    authority: ['CF_CFJG'],
    authorityCode: ['CF_CFJGDM'],
    sourceUnit: ['CF_SJLY'],
    sourceUnitCode: ['CF_SJLYDM'],
    status: ['CF_ZT', 'ZT'],
    note: ['BZ'],
  },
  ignored: splitWords(
    'CF_FR_ZJLX CF_FR_ZJHM CF_FR_SFZH CF_XDR_ZJLX CF_XDR_ZJHM RESOURCE_ID CHECK_FLAG CREATE_DEPT_NAME',
  ),
  needed: splitLiteral('party partyKind number violation facts basis types content decidedOn authority authorityCode'),
  wanted: [],
}

export const labelsLayout: PenaltyLayout = {
  fields: {
    party: ['行政相对人名称'],
    partyKind: ['行政相对人类别'],
    uscc: ['统一社会信用代码', '行政相对人代码_1(统一社会信用代码)'],
    regNo: ['工商注册号', '行政相对人代码_2(工商注册号)', '工商登记码'],
    orgCode: ['组织机构代码', '行政相对人代码_3(组织机构代码)'],
    taxCode: ['税务登记号', '行政相对人代码_4(税务登记号)'],
    institutionCode: ['事业单位证书号', '行政相对人代码_5(事业单位证书号)'],
    societyCode: ['社会组织登记证号', '行政相对人代码_6(社会组织登记证号)'],
    representative: ['法定代表人', '法定代表人（负责人）', '法定代表人姓名'],
    number: ['行政处罚决定书文号', '处罚决定书文号'],
    violation: ['违法行为类型'],
    facts: ['违法事实', '处罚事由'],
    basis: ['处罚依据'],
    types: ['处罚类别', '处罚种类'],
    content: ['处罚内容', '处罚结果'],
    fine: ['罚款金额（万元）', '罚款金额（元）', '罚款金额'],
    confiscated: splitWords(`
      没收违法所得、没收非法财物的金额（万元） 没收违法所得、没收非法财物的金额（元）
      没收违法所得、没收非法财物的金额`),
    licence: ['暂扣或吊销证照名称及编号'],
    decidedOn: ['处罚决定日期'],
    effectiveUntil: ['处罚有效期'],
    publishUntil: ['公示截止期'],
    authority: ['处罚机关'],
    authorityCode: ['处罚机关统一社会信用代码'],
    sourceUnit: ['数据来源单位'],
    sourceUnitCode: ['数据来源单位统一社会信用代码'],
    status: ['当前状态', '状态'],
    revokedOn: ['撤销日期'],
    personNumber: ['自然人证件号码', '证件号码', '居民身份证号', '行政相对人代码_5(居民身份证号)'],
    note: ['备注'],
  },
  ignored: splitWords('序号 法定代表人证件类型 法定代表人证件号码 自然人证件类型 证件类型'),
  needed: splitLiteral('party number violation types decidedOn authority'),
  wanted: splitLiteral('partyKind facts basis content authorityCode'),
}

export const codes2015Layout: PenaltyLayout = {
  fields: {
    party: ['CF_XDR_MC'],
    uscc: ['CF_XDR_SHXYM'],
    regNo: ['CF_XDR_GSDJ'],
    orgCode: ['CF_XDR_ZDM'],
    taxCode: ['CF_XDR_SWDJ'],
    personNumber: ['CF_XDR_SFZ'],
    representative: ['CF_FR'],
    number: ['CF_WSH'],
    violation: ['CF_CFMC'],
    caseName: ['CF_AJMC'],
    facts: ['CF_SY'],
    basis: ['CF_YJ'],
    types: ['CF_CFLB1'],
    moreTypes: ['CF_CFLB2'],
    content: ['CF_JG'],
    decidedOn: ['CF_JDRQ'],
    effectiveUntil: ['CF_JZRQ'],
    authority: ['CF_XZJG'],
    status: ['CF_ZT'],
    note: ['BZ'],
    moreNote: ['QT'],
  },
  ignored: splitWords('CF_FR_SFZH CF_XDR_ZJLX DFBM SJC GSQX'),
  needed: splitLiteral('party number decidedOn authority'),
  wanted: splitLiteral('facts basis types content'),
}

export const templateLayout: PenaltyLayout = {
  fields: {
    party: ['企业名称'],
    regNo: ['注册号'],
    uscc: ['统一社会信用代码'],
    authority: ['处罚机关'],
    number: ['处罚决定书文号'],
    decidedOn: ['处罚决定书签发日期'],
    violation: ['违法行为类型'],
    types: ['处罚种类'],
  },
  ignored: ['序号'],
  needed: splitLiteral('party authority number decidedOn violation types'),
  wanted: [],
}

/** A website's answer about one firm; the decisions in it do not name the firm. */
export const mirrorLayout: PenaltyLayout = {
  fields: {
    authority: ['departmentName'],
    facts: ['reason'],
    basis: ['evidence'],
    sourceUnit: ['source'],
    types: ['type'],
    content: ['content'],
    decidedOn: ['decisionDate'],
    number: ['punishNumber'],
  },
  ignored: [],
  needed: splitLiteral('authority number decidedOn content'),
  wanted: ['types'],
}
