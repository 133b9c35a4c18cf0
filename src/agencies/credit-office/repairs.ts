import { normalizeName } from '../../domain/operators/names.js'
import { normalizeDocumentNumber } from '../../foundation/text/values.js'
import { makePageReader } from '../envelopes.js'
import type { FormDraft } from '../examine.js'
import type { FeedDescription, FeedForm, MappingContext } from '../feed.js'
import { makePagedFetch } from '../transports/http/pages.js'
import { mapWordsToValues, splitLiteral, splitWords, type WordsIn } from '../words.js'
import {
  type FormLayout,
  listFieldNames,
  listSpellingsOfFields,
  type MeaningReader,
  makeMeaningReader,
} from './fields.js'
import { type PartyMeaning, readDecisionParty } from './parties.js'

type RepairMeaning =
  | PartyMeaning
  | WordsIn<'target targetNumber targetAuthority outcome decidedOn number authority note'>

const results: FormLayout<RepairMeaning> = {
  fields: {
    party: ['信用主体名称', '行政相对人名称', '主体名称'],
    uscc: ['统一社会信用代码'],
    regNo: ['工商注册号'],
    orgCode: ['组织机构代码'],
    target: ['修复信息类别', '修复对象'],
    targetNumber: ['原决定书文号', '原文书号', '行政处罚决定书文号'],
    targetAuthority: ['原认定机关', '认定单位', '原决定机关'],
    outcome: ['修复结果', '修复结论'],
    decidedOn: ['修复决定日期', '修复日期', '移出日期'],
    number: ['修复决定文号', '修复告知书文号'],
    authority: ['修复决定机关', '修复机关'],
    note: ['备注'],
  },
  ignored: splitWords('序号 申请编号 申请日期 受理日期'),
  needed: splitLiteral('party target outcome decidedOn authority'),
  wanted: splitLiteral('targetNumber targetAuthority number'),
}

const TARGETS = mapWordsToValues({
  PENALTY: '行政处罚 行政处罚信息',
  LIST_ENTRY: '严重失信主体名单 严重失信主体名单信息 严重违法失信名单 严重违法失信名单信息',
  ABNORMAL: '经营异常名录 经营异常名录信息 经营异常名录(状态)信息 经营异常状态',
})

const OUTCOMES = mapWordsToValues({
  REPAIRED: '准予修复 同意修复 已修复 修复',
  REMOVED: '准予移出 提前移出 已移出 移出',
  REFUSED: '不予修复 不予移出 驳回',
  // A repair obtained with false documents is revoked; the entry is then valid again.
  REVOKED: '撤销修复 撤销移出',
})

const form: FeedForm = {
  names: listFieldNames(results),
  spellings: listSpellingsOfFields(results),
  drafts: (row, context) => [result(makeMeaningReader(row, results), context)],
}

const result = (read: MeaningReader<RepairMeaning>, { today }: MappingContext): FormDraft => {
  const { subject, code } = readDecisionParty(read)
  const target = read.choice('target', TARGETS)
  const outcome = read.choice('outcome', OUTCOMES)
  const numberOf = (meaning: RepairMeaning): string | null => {
    const sent = read.text(meaning)
    return sent === null ? null : normalizeDocumentNumber(sent)
  }
  const targetNumber = numberOf('targetNumber')
  const number = numberOf('number')
  const decided = read.pastDate('decidedOn', today)
  if (target === 'PENALTY' && targetNumber === null) {
    read.row.problem(
      read.fieldOf('targetNumber'),
      'required',
      '修复行政处罚须载明处罚决定书文号。The repair of a penalty must name the decision.',
    )
  }
  if (target === 'PENALTY' && outcome === 'REMOVED') {
    read.row.problem(
      read.fieldOf('outcome'),
      'value',
      '行政处罚只能修复，不能移出。A penalty is repaired, never removed from a list.',
    )
  }
  return {
    // A repair and its revocation need separate keys.
    key: [
      number ?? `${decided ?? ''}/${outcome ?? ''}`,
      target ?? '',
      targetNumber ?? '',
      code ?? normalizeName(subject.name ?? ''),
    ].join('/'),
    subject,
    body: {
      target,
      target_document_number: targetNumber,
      target_authority: read.name('targetAuthority'),
      party_name: subject.name,
      outcome,
      decided_on: decided,
      document_number: number,
      authority: read.name('authority'),
      note: read.text('note'),
    },
    validFrom: decided,
  }
}

export const repairsFeed: FeedDescription = {
  id: 'repairs',
  kind: 'repair',
  title: { zh: '信用修复结果', en: 'Results of credit repairs' },
  whole: false,
  provesAbsenceOf: [],
  exempt: results.fields.regNo ?? [],
  forms: [form],
  fetch: makePagedFetch({
    pageItems: 100,
    ask: (page, items) => ({ path: `/repairs?pageNo=${page}&pageSize=${items}` }),
    open: makePageReader({
      ...{ code: 'code', good: '200', message: 'message' },
      ...{ list: 'data.list', total: 'data.totalCount', page: 'data.pageNo' },
    }),
  }),
}
