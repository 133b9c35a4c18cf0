import type { Examination } from '../examine.js'
import type { FeedDescription } from '../feed.js'
import { mapWordsToValues, splitWords } from '../words.js'
import { makeGatewayPagesFetch } from './requests.js'
import { makeSpellings, makeSpeltForm } from './spelling.js'

const FIELDS = makeSpellings({
  ENTNAME: '企业名称 主体名称 TRANAME 个体工商户名称',
  UNISCID: '统一社会信用代码',
  REGNO: '注册号 工商注册号',
  SPECAUSE_CN: '列入事由 列入原因 列入经营异常名录原因 标记经营异常状态原因 标记原因',
  ABNTIME: '列入日期 标记日期',
  DECORG_CN: '列入机关 作出决定机关（列入） 标记机关',
  REMEXCPRES_CN: '移出事由 移出原因 移出经营异常名录原因 恢复原因',
  REMDATE: '移出日期 恢复日期',
  REDECORG_CN: '移出机关 作出决定机关（移出） 恢复机关',
  isMove: '移出方式 移出类型',
})
const LEFT_OUT = ['PRIPID', 'SPECAUSE', 'DECORG', 'REMEXCPRES', 'REDECORG']

const WAYS = mapWordsToValues({ STANDS: '0', MOVED: '1 移出 恢复', REVOKED: '2 撤销' })
const REVOKED = '撤销列入'

const entry = makeSpeltForm(
  FIELDS,
  (row, as, { today }) => {
    const codes = row.codes({ field: as('UNISCID'), scheme: 'uscc' }, { field: as('REGNO'), scheme: 'reg_no' })
    const code = codes.uscc ?? codes.orgCode ?? codes.regNo
    if (code === null) row.required(as('UNISCID'))
    const listed = row.requiredDate(as('ABNTIME'), today)
    const reason = row.required(as('SPECAUSE_CN'))
    const removal = removalOf(row, listed, today, {
      way: as('isMove'),
      date: as('REMDATE'),
      reason: as('REMEXCPRES_CN'),
      authority: as('REDECORG_CN'),
    })
    return [
      {
        // Entries have no number. Party, day and reason identify one.
        key: `abnormal/${code}/${listed}/${reason}`,
        subject: { ...codes, name: row.requiredName(as('ENTNAME')) },
        body: {
          list: 'abnormal',
          reason,
          authority: row.required(as('DECORG_CN')),
          document_number: null,
          listed_on: listed,
          published_on: null,
          ends_on: null,
          ...removal,
        },
        validFrom: listed,
        validTo: removal.removed_on,
        fact: `abnormal/${listed}/${reason}`,
      },
    ]
  },
  LEFT_OUT,
  ['UNISCID', 'REGNO', 'ABNTIME', 'SPECAUSE_CN'],
)

interface RemovalFields {
  way: string
  date: string
  reason: string
  authority: string
}

/** 撤销 (revoked) means that the entry was wrong from the start. */
const removalOf = (row: Examination, listed: string, today: string, fields: RemovalFields) => {
  const removed = row.pastDate(fields.date, today)
  row.notBefore(fields.date, removed, listed, '移出日期早于列入日期。Removed before it was listed.')
  const sent = row.text(fields.reason)
  const way = row.text(fields.way) === null ? null : row.choice(fields.way, WAYS)
  if (way === 'STANDS' && removed !== null)
    row.problem(fields.way, 'value', '标明未移出，却有移出日期。Said to stand, yet it has a day of removal.')
  if (way !== null && way !== 'STANDS') row.requiredDate(fields.date, today)
  if (way === null && removed !== null)
    row.remark(fields.way, 'value', '有移出日期而未注明移出或撤销，按移出处理。Removed, not said how; taken as ended.')
  if (removed === null && sent !== null)
    row.problem(fields.date, 'required', '有移出事由而无移出日期。A reason of removal without a day.')
  const authority = row.text(fields.authority)
  const by = authority === null ? '' : `（${authority}）`
  const words = way === 'REVOKED' ? [REVOKED, sent].filter(Boolean).join('：') : sent
  return { removed_on: removed, removal_reason: removed === null || words === null ? null : words + by }
}

export const abnormalFeed: FeedDescription = {
  id: 'abnormal',
  kind: 'list_entry',
  title: { zh: '经营异常名录（状态）', en: 'Abnormal operation' },
  whole: true,
  provesAbsenceOf: ['abnormal'],
  duty: { workdays: 20 },
  exempt: ['REGNO', '注册号', '工商注册号'],
  bounds: { rejectShare: 0.2, shrinkShare: 0.5, staleAfterHours: 48 },
  marks: splitWords(`
    SPECAUSE SPECAUSE_CN isMove 列入原因 列入经营异常名录原因 标记经营异常状态原因 标记原因 移出方式 移出类型`),
  forms: [entry],
  fetch: makeGatewayPagesFetch('abnormal'),
}
