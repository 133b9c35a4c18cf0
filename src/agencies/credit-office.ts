/** 省信用办: administrative penalties in the published form of 双公示, as one table in GB18030. */

import { normalizeName } from '../domain/names.js'
import type { Subject } from '../domain/records.js'
import { documentNumber } from '../domain/values.js'
import type { Examination } from './examine.js'
import { type Agency, type Form, makeFeed } from './feed.js'
import { file } from './transports/http.js'

const PARTY: Record<string, string> = {
  法人及非法人组织: 'ORGANISATION',
  自然人: 'NATURAL_PERSON',
  个体工商户: 'INDIVIDUAL_BUSINESS',
}
/** 行政处罚法 (2021) art. 9, as the form lists them. Others are taken as sent, with a finding. */
const TYPES = new Set([
  '警告',
  '通报批评',
  '罚款',
  '没收违法所得',
  '没收非法财物',
  '没收违法所得、没收非法财物',
  '暂扣许可证件',
  '降低资质等级',
  '吊销许可证件',
  '限制开展生产经营活动',
  '责令停产停业',
  '责令关闭',
  '限制从业',
  '行政拘留',
  '其他',
])

const form: Form = {
  names: [
    'CF_XDR_MC',
    'CF_XDR_LB',
    'CF_XDR_SHXYM',
    'CF_XDR_GSZC',
    'CF_XDR_ZZJG',
    'CF_XDR_SWDJ',
    'CF_XDR_SYDW',
    'CF_XDR_SHZZ',
    'CF_FRDB',
    // Types and numbers of certificates: known, and never taken.
    'CF_FR_ZJLX',
    'CF_FR_ZJHM',
    'CF_XDR_ZJLX',
    'CF_XDR_ZJHM',
    'CF_WSH',
    'CF_WFXW',
    'CF_SY',
    'CF_YJ',
    'CF_CFLB',
    'CF_NR',
    'CF_NR_FK',
    'CF_NR_WFFF',
    'CF_NR_ZKDX',
    'CF_JDRQ',
    'CF_YXQ',
    'CF_GSJZQ',
    'CF_CFJG',
    'CF_CFJGDM',
    'CF_SJLY',
    'CF_SJLYDM',
    'BZ',
  ],
  drafts: (row, { today }) => {
    const partyKind = row.choice('CF_XDR_LB', PARTY)
    const subject = subjectOf(row)
    const code = subject.uscc ?? subject.orgCode ?? subject.regNo
    if (code === null && partyKind !== null && partyKind !== 'NATURAL_PERSON') {
      row.finding(
        'CF_XDR_SHXYM',
        'required',
        '组织或个体工商户没有代码。An organisation or individual business without a code.',
      )
    }
    const number = documentNumber(row.required('CF_WSH'))
    const authorityCode = row.uscc('CF_CFJGDM')
    if (row.text('CF_CFJGDM') === null) row.required('CF_CFJGDM')
    const decided = row.requiredDate('CF_JDRQ', today)
    const types = typesOf(row)
    const fine = row.money('CF_NR_FK', 'wan')
    if (types.includes('罚款') && row.text('CF_NR_FK') === null) {
      row.finding('CF_NR_FK', 'required', '处以罚款但没有金额。A fine without its amount.')
    }
    return [
      {
        kind: 'penalty',
        // One decision may have several parties; without a code only the name tells them apart.
        key: `${number}/${code ?? normalizeName(subject.name ?? '')}/${authorityCode}`,
        subject,
        body: {
          document_number: number,
          party_name: subject.name,
          party_kind: partyKind,
          representative: row.name('CF_FRDB'),
          violation: row.required('CF_WFXW'),
          facts: row.required('CF_SY'),
          basis: row.required('CF_YJ'),
          types,
          content: row.required('CF_NR'),
          fine_yuan: fine,
          confiscated_yuan: row.money('CF_NR_WFFF', 'wan'),
          licence: row.text('CF_NR_ZKDX'),
          decided_on: decided,
          effective_until: row.date('CF_YXQ'),
          publish_until: row.date('CF_GSJZQ'),
          authority: row.requiredName('CF_CFJG'),
          authority_code: authorityCode,
          source_unit: row.name('CF_SJLY'),
          source_unit_code: row.uscc('CF_SJLYDM'),
          note: row.text('BZ'),
        },
        validFrom: decided,
        // That it was decided stays true; how long it is shown is in the body.
        validTo: null,
      },
    ]
  },
}

const subjectOf = (row: Examination): Subject => ({
  ...row.codes([
    { field: 'CF_XDR_SHXYM', scheme: 'uscc' },
    { field: 'CF_XDR_GSZC', scheme: 'reg_no' },
    { field: 'CF_XDR_ZZJG', scheme: 'org_code' },
    { field: 'CF_XDR_SWDJ', scheme: 'uscc', only: true },
    { field: 'CF_XDR_SYDW', scheme: 'uscc', only: true },
    { field: 'CF_XDR_SHZZ', scheme: 'uscc', only: true },
  ]),
  shop: null,
  name: row.requiredName('CF_XDR_MC'),
})

const typesOf = (row: Examination): string[] => {
  const types = row
    .required('CF_CFLB')
    .split(/[;；]/)
    .map((type) => type.trim())
    .filter((type) => type !== '')
  for (const type of types.filter((sent) => !TYPES.has(sent))) {
    row.finding('CF_CFLB', 'value', `处罚类别不在目录中：${type}。A type of penalty that is on no list.`)
  }
  return [...new Set(types)]
}

const penalties = makeFeed({
  id: 'penalties',
  agency: 'credit-office',
  kind: 'penalty',
  title: { zh: '行政处罚信息', en: 'Administrative penalties' },
  whole: false,
  every: '0 3 * * *',
  exempt: ['CF_XDR_GSZC'],
  forms: [form],
  fetch: (source, shapes, feed) => file(source, '/penalties.csv', shapes, feed),
})

export const creditOffice: Agency = {
  id: 'credit-office',
  name: { zh: '吉林省信用办', en: 'Jilin Credit Office' },
  region: '220000',
  sends: ['penalties', 'permits', 'repairs'],
  feeds: [penalties],
}
