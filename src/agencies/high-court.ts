/**
 * 省高级人民法院: judgment defaulters (失信被执行人). A natural person is stored anonymously and without operator: a name could
 * blame the wrong shop.
 */
import { parseCode } from '../domain/operators/codes.js'
import type { RecordSubject } from '../domain/records/records.js'
import { compactText } from '../foundation/text/values.js'
import { makePageReader } from './envelopes.js'
import { type Examination, NO_CODES } from './examine.js'
import { type FeedForm, makeAgency } from './feed.js'
import { makePagedFetch } from './transports/http/pages.js'
import { mapWordsToValues, splitWords } from './words.js'

const ORGANISATIONS = '2'

const PARTIES = mapWordsToValues({
  ORGANISATION: `法人或其他组织 法人或者其他组织 法人及其他组织 法人及非法人组织 法人 企业法人
    非法人组织 其他组织 企业 个体工商户`,
  PERSON: '自然人',
})
const PERFORMANCES = mapWordsToValues({
  全部未履行: '全部未履行 全部未履行完毕',
  部分未履行: '部分未履行 部分履行',
  全部已履行: '全部已履行',
})

const entry: FeedForm = {
  // A person's `cardnum` is a resident ID number and never read.
  names: splitWords(`
    iname cardnum partyTypeName caseCode gistId gistUnit courtName areaName regDate publishDate disruptTypeName
    performance removeDate removeReason duty performedPart unperformPart businessEntity sexy age`),
  keyed: ['caseCode', 'gistId', 'cardnum', 'partyTypeName', 'iname'],
  drafts: (row, { today }) => {
    const person = row.choice('partyTypeName', PARTIES) === 'PERSON'
    const { subject, code } = person ? anonymousPerson(row) : organisation(row)
    const caseNumber = caseNumberOf(row.required('caseCode'))
    const judgment = caseNumberOf(row.text('gistId') ?? '')
    const court = row.requiredName('courtName')
    const published = row.requiredDate('publishDate', today)
    const removed = row.pastDate('removeDate', today)
    const filed = row.pastDate('regDate', today)
    if (filed !== null && published !== '' && filed > published)
      row.remark('regDate', 'date', '立案日期晚于发布日期。The case was filed after the entry was published.')
    row.notBefore('removeDate', removed, published, '移出日期早于发布日期。Removed before it was published.')
    return [
      {
        key: [caseNumber, judgment, person ? '自然人' : code].join('/'),
        subject,
        body: {
          list: 'defaulters',
          reason: reasonOf(row),
          authority: court,
          document_number: caseNumber,
          // Not the filing day, which belongs to the case.
          listed_on: published,
          published_on: published,
          // The hub's rules set the term, not this feed.
          ends_on: null,
          removed_on: removed,
          removal_reason: row.text('removeReason'),
        },
        validFrom: published,
        validTo: removed,
        fact: `defaulters/${caseNumber}/${judgment}`,
      },
    ]
  },
}

type Defaulter = { subject: RecordSubject; code: string }

const organisation = (row: Examination): Defaulter => {
  const scheme = parseCode(row.text('cardnum'))?.scheme
  const codes = row.codes({ field: 'cardnum', scheme: scheme === undefined || scheme === 'shop' ? 'uscc' : scheme })
  const name = row.requiredName('iname')
  const code = codes.uscc ?? codes.orgCode ?? codes.regNo
  if (code === null && row.text('cardnum') === null)
    row.remark('cardnum', 'required', '组织没有代码。An organisation without a code.')
  return { subject: { ...codes, name }, code: code ?? name }
}

const anonymousPerson = (row: Examination): Defaulter => {
  row.remark(
    'partyTypeName',
    'person',
    '自然人：姓名、证件号码等均未采用。A natural person: neither name nor number is taken.',
  )
  return { subject: { ...NO_CODES, name: null }, code: '' }
}

const reasonOf = (row: Examination): string => {
  const reason = row.required('disruptTypeName')
  const performance = row.optionalChoice('performance', PERFORMANCES)
  return performance === null ? reason : `${reason}（${performance}）`
}

/** Courts put the year in round brackets, other authorities in 〔〕. */
const caseNumberOf = (sent: string): string =>
  compactText(sent).replace(/^[〔[【(﹝]?((?:19|20)\d{2})[〕\]】)﹞]/u, '（$1）')

export const highCourtAgency = makeAgency(
  'high-court',
  { zh: '吉林省高级人民法院', en: 'Jilin Provincial High Court' },
  [
    {
      id: 'defaulters',
      kind: 'list_entry',
      title: { zh: '失信被执行人名单', en: 'Judgment defaulters' },
      whole: true,
      provesAbsenceOf: ['courts'],
      forms: [entry],
      fetch: makePagedFetch({
        pageItems: 100,
        ask: (page, items) => ({
          path: `/defaulters?partyType=${ORGANISATIONS}&currentPage=${page}&pageSize=${items}`,
        }),
        open: makePageReader({
          ...{ code: 'code', good: '0', message: 'message' },
          ...{ list: 'result', total: 'totalCount', page: 'currentPage' },
        }),
      }),
    },
  ],
)
