import { normalizeName } from '../../domain/operators/names.js'
import type { Draft } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import { normalizeDocumentNumber } from '../../foundation/text/values.js'
import { parseCount, valueAt } from '../envelopes.js'
import { type FeedForm, type MappingContext, makeFeed } from '../feed.js'
import { parseJson } from '../readers/json.js'
import { type ListPage, openPaged } from '../transports/http.js'
import { type FormLayout, fieldNamesOf, type MeaningReader, makeMeaningReader } from './fields.js'
import { type PartyMeaning, readDecisionParty } from './parties.js'

const PAGE_SIZE = 100

type RepairMeaning =
  | PartyMeaning
  | 'target'
  | 'targetNumber'
  | 'targetAuthority'
  | 'outcome'
  | 'decidedOn'
  | 'number'
  | 'authority'
  | 'note'

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
  left: ['序号', '申请编号', '申请日期', '受理日期'],
  needed: ['party', 'target', 'outcome', 'decidedOn', 'authority'],
  wanted: ['targetNumber', 'targetAuthority', 'number'],
}

const TARGETS: Record<string, string> = {
  行政处罚: 'PENALTY',
  行政处罚信息: 'PENALTY',
  严重失信主体名单: 'LIST_ENTRY',
  严重失信主体名单信息: 'LIST_ENTRY',
  严重违法失信名单: 'LIST_ENTRY',
  严重违法失信名单信息: 'LIST_ENTRY',
  经营异常名录: 'ABNORMAL',
  经营异常名录信息: 'ABNORMAL',
  '经营异常名录(状态)信息': 'ABNORMAL',
  经营异常状态: 'ABNORMAL',
}

const OUTCOMES: Record<string, string> = {
  准予修复: 'REPAIRED',
  同意修复: 'REPAIRED',
  已修复: 'REPAIRED',
  修复: 'REPAIRED',
  准予移出: 'REMOVED',
  提前移出: 'REMOVED',
  已移出: 'REMOVED',
  移出: 'REMOVED',
  不予修复: 'REFUSED',
  不予移出: 'REFUSED',
  驳回: 'REFUSED',
  // A repair obtained with false documents is revoked; the repaired entry is then valid again.
  撤销修复: 'REVOKED',
  撤销移出: 'REVOKED',
}

const form: FeedForm = {
  names: fieldNamesOf(results),
  drafts: (row, context) => [result(makeMeaningReader(row, results), context)],
}

const result = (read: MeaningReader<RepairMeaning>, { today }: MappingContext): Omit<Draft, 'remarks'> => {
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
    kind: 'repair',
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
    validTo: null,
  }
}

const parsePage = (body: Buffer): ListPage | null => {
  const answer = parseJson(body.toString('utf8'))
  const code = valueAt(answer, 'code')
  if (code === undefined) return null
  if (String(code) !== '200') {
    throw new Refusal('FEED_UNREACHABLE', {
      reason: `code ${String(code)} ${String(valueAt(answer, 'message') ?? '')}`,
    })
  }
  const items = valueAt(answer, 'data', 'list')
  const total = parseCount(valueAt(answer, 'data', 'totalCount'))
  return Array.isArray(items) && total !== null
    ? { items, total, page: parseCount(valueAt(answer, 'data', 'pageNo')) }
    : null
}

export const repairsFeed = makeFeed({
  id: 'repairs',
  agency: 'credit-office',
  kind: 'repair',
  title: { zh: '信用修复结果', en: 'Results of credit repairs' },
  whole: false,
  exempt: results.fields.regNo ?? [],
  forms: [form],
  fetch: (source, shapes, feed) =>
    openPaged(
      source,
      {
        pageItems: PAGE_SIZE,
        ask: (page, items) => ({ path: `/repairs?pageNo=${page}&pageSize=${items}` }),
        open: parsePage,
      },
      shapes,
      feed,
    ),
})
