import { normalizeDocumentNumber, toPlainNumber } from '../../foundation/text/values.js'
import type { FeedDescription, FeedForm } from '../feed.js'
import { splitWords } from '../words.js'
import { makeGatewayPagesFetch } from './requests.js'

const BETWEEN_REASONS = /[、;；]+/

const gateway: FeedForm = {
  names: splitWords(`
    ILLID PRIPID ENTNAME UNISCID REGNO SERILLREA SERILLREA_CN ABNTIME DECORG DECORG_CN DEDOCNUM REMEXCPRES_CN
    REMDATE RECORG_CN REDOCNUM`),
  keyed: ['ILLID'],
  drafts: (row, { today }) => {
    const listed = row.requiredDate('ABNTIME', today)
    const removed = row.pastDate('REMDATE', today)
    const number = row.text('DEDOCNUM')
    row.notBefore('REMDATE', removed, listed, '移出日期早于列入日期。Removed before it was listed.')
    return [
      {
        key: toPlainNumber(row.required('ILLID')),
        subject: {
          ...row.codes({ field: 'UNISCID', scheme: 'uscc' }, { field: 'REGNO', scheme: 'reg_no' }),
          name: row.requiredName('ENTNAME'),
        },
        body: {
          list: 'serious',
          reason: row.required('SERILLREA_CN'),
          authority: row.required('DECORG_CN'),
          document_number: number === null ? null : normalizeDocumentNumber(number),
          listed_on: listed,
          published_on: null,
          ends_on: null,
          removed_on: removed,
          removal_reason: row.text('REMEXCPRES_CN'),
        },
        validFrom: listed,
        validTo: removed,
      },
    ]
  },
}

const table2018: FeedForm = {
  names: ['企业名称', '工商注册号', '组织机构代码', '统一信用代码', '失信领域'],
  keyed: ['工商注册号', '组织机构代码', '统一信用代码', '失信领域'],
  drafts: (row, { dated }) => {
    const codes = row.codes(
      { field: '统一信用代码', scheme: 'uscc' },
      { field: '组织机构代码', scheme: 'org_code' },
      { field: '工商注册号', scheme: 'reg_no' },
    )
    const code = codes.uscc ?? codes.orgCode ?? codes.regNo
    if (code === null) row.problem('统一信用代码', 'required', '三个代码列均为空。All three code columns are empty.')
    const name = row.requiredName('企业名称')
    const reasons = row
      .required('失信领域')
      .split(BETWEEN_REASONS)
      .map((reason) => reason.trim())
    return [...new Set(reasons.filter((reason) => reason !== ''))].map((reason) => ({
      key: `ecommerce-2018/${code}/${reason}`,
      subject: { ...codes, name },
      body: {
        list: 'ecommerce-2018',
        reason,
        authority: null,
        document_number: null,
        listed_on: dated,
        published_on: null,
        ends_on: null,
        removed_on: null,
        removal_reason: null,
      },
      validFrom: dated,
      fact: `ecommerce-2018/${reason}`,
    }))
  },
}

export const dishonestFeed: FeedDescription = {
  id: 'dishonest',
  kind: 'list_entry',
  title: { zh: '严重违法失信名单', en: 'Lists of the seriously dishonest' },
  whole: true,
  provesAbsenceOf: ['lists'],
  duty: { workdays: 20 },
  exempt: ['REGNO', '工商注册号'],
  marks: ['ILLID', 'SERILLREA', 'SERILLREA_CN', '失信领域'],
  forms: [gateway, table2018],
  bounds: { rejectShare: 0.2, staleAfterHours: 48 },
  fetch: makeGatewayPagesFetch('dishonest'),
}
