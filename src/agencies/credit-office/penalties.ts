import { normalizeName } from '../../domain/operators/names.js'
import { compareMoney } from '../../domain/records/money.js'
import { findAmounts, makeDecisionFactKey, type PenaltyAmounts } from '../../domain/records/penalty.js'
import { normalizeDocumentNumber } from '../../foundation/text/values.js'
import { type FormDraft, NO_CODES } from '../examine.js'
import type { FeedDescription, FeedForm, MappingContext } from '../feed.js'
import { makeFileFetch } from '../transports/http/file.js'
import { mapWordsToValues, splitWords } from '../words.js'
import { listFieldNames, listSpellingsOfFields, type MeaningReader, makeMeaningReader } from './fields.js'
import {
  codes2015Layout,
  codes2019Layout,
  labelsLayout,
  mirrorLayout,
  type PenaltyLayout,
  type PenaltyMeaning,
  templateLayout,
} from './layouts.js'
import { type DecisionParty, readDecisionParty } from './parties.js'

/** Penalty types of 行政处罚法 (2021), article 9, and older terms; others get a remark. */
const TYPES = new Set(
  splitWords(`
    警告 通报批评 罚款 没收违法所得 没收非法财物 没收违法所得、没收非法财物 暂扣许可证件 降低资质等级 吊销许可证件
    限制开展生产经营活动 责令停产停业 责令关闭 限制从业 行政拘留 其他 暂扣或者吊销许可证、暂扣或者吊销执照
    暂扣或吊销许可证、暂扣或吊销执照 暂扣或者吊销许可证 暂扣或者吊销执照 暂扣许可证 暂扣执照 吊销许可证 吊销执照
    吊销营业执照 法律、行政法规规定的其他行政处罚`),
)
const BETWEEN_TYPES = /[;；|\r\n]+/
const BETWEEN_TYPES_LOOSELY = /[、,，]/

/** Codes and words of the 双公示 standard. OTHER leaves open whether the decision is in force. */
const STATUS = mapWordsToValues({
  IN_FORCE: '0 正常 有效 生效',
  REVOKED: '1 撤销 已撤销',
  DISPUTED: '2 异议',
  OTHER: '3 其他',
  CHANGED: '变更 已变更',
})

type PenaltyReader = MeaningReader<PenaltyMeaning>

const form = (layout: PenaltyLayout): FeedForm => ({
  names: listFieldNames(layout),
  spellings: listSpellingsOfFields(layout),
  drafts: (row, context) => [decision(makeMeaningReader(row, layout), context)],
})

const decision = (read: PenaltyReader, { today }: MappingContext): FormDraft => {
  const { kind, subject, code } = read.fieldOf('party') === null ? unnamedParty(read) : readDecisionParty(read)
  const number = normalizeDocumentNumber(read.text('number') ?? '')
  const authority = read.name('authority')
  const authorityCode = read.uscc('authorityCode')
  const decided = read.pastDate('decidedOn', today)
  const types = typesOf(read)
  const content = read.text('content')
  const named = findAmounts(content ?? '')
  const fact = makeDecisionFactKey(number, authority, authorityCode)
  return {
    // Without a code, the name tells apart the parties of one decision.
    key: [number, code ?? normalizeName(subject.name ?? ''), authorityCode ?? normalizeName(authority ?? '')].join('/'),
    subject,
    body: {
      document_number: number,
      party_name: subject.name,
      party_kind: kind,
      representative: read.name('representative'),
      violation: read.text('violation') ?? read.text('caseName'),
      facts: read.text('facts'),
      basis: read.text('basis'),
      types,
      content,
      fine_yuan: fineOf(read, types, named),
      confiscated_yuan: amountOf(read, 'confiscated', named.confiscated),
      licence: read.text('licence'),
      decided_on: decided,
      effective_until: read.endDate('effectiveUntil'),
      publish_until: read.endDate('publishUntil'),
      authority,
      authority_code: authorityCode,
      source_unit: read.name('sourceUnit'),
      source_unit_code: read.uscc('sourceUnitCode'),
      ...statusOf(read, decided, today),
      note: [read.text('note'), read.text('moreNote')].filter((note) => note !== null).join('；') || null,
    },
    validFrom: decided,
    ...(fact === null ? {} : { fact }),
  }
}

const unnamedParty = ({ row, fieldOf }: PenaltyReader): DecisionParty => {
  row.remark(
    fieldOf('number') ?? '',
    'subject.none',
    '来源未载明行政相对人，待人工认领。The source names no party; a person has to say whose it is.',
  )
  return { kind: null, subject: { ...NO_CODES, name: null }, code: null }
}

const typesOf = (read: PenaltyReader): string[] => {
  const cells: [PenaltyMeaning, string | null][] = [
    ['types', read.text('types')],
    ['moreTypes', read.text('moreTypes')],
  ]
  const sent = cells.flatMap(([meaning, cell]) =>
    (cell ?? '').split(BETWEEN_TYPES).flatMap((part) => wordsIn(part.trim()).map((type) => ({ meaning, type }))),
  )
  for (const { meaning, type } of sent.filter((one) => !TYPES.has(one.type))) {
    read.row.remark(
      read.fieldOf(meaning) ?? '',
      'value',
      `处罚类别不在目录中：${type}。A type of penalty that is on no list.`,
    )
  }
  return [...new Set(sent.map(({ type }) => type))]
}

/** Splits at commas only if every part is a known type: some types contain a comma. */
const wordsIn = (part: string): string[] => {
  if (part === '') return []
  const words = part.split(BETWEEN_TYPES_LOOSELY).map((word) => word.trim())
  return !TYPES.has(part) && words.every((word) => TYPES.has(word)) ? words : [part]
}

const fineOf = (read: PenaltyReader, types: readonly string[], named: PenaltyAmounts): string | null => {
  const field = read.fieldOf('fine')
  const fine = amountOf(read, 'fine', named.fine)
  if (field !== null && fine === null && types.includes('罚款'))
    read.row.remark(field, 'required', '处以罚款但没有金额。A fine without its amount.')
  if (named.several && field === null) {
    const content = read.fieldOf('content') ?? ''
    read.row.remark(
      content,
      'money.several',
      `${content}载有多个金额，未采用。${content} names several amounts; none used.`,
    )
  }
  return fine
}

/** The unit is 万元 unless the name ends in （元）. 金额 names none: the decision's text must confirm the amount. */
const amountOf = (
  { row, fieldOf }: PenaltyReader,
  meaning: 'fine' | 'confiscated',
  said: string | null,
): string | null => {
  const field = fieldOf(meaning)
  if (field === null) return said
  if (row.text(field) === null) return null
  if (/金额$/.test(field)) return unitless(row, field, said)
  const amount = row.money(field, /[（(]元[）)]$/.test(field) ? 'yuan' : 'wan')
  if (amount !== null && said !== null && compareMoney(amount, said) !== 0) {
    const inYuan = row.money(field, 'yuan')
    if (inYuan !== null && compareMoney(inYuan, said) === 0) {
      row.remark(
        field,
        'money.unit',
        `${field}应以万元计，所填为元（与处罚内容一致），按元采用。${field} is meant in units of 10,000 yuan; what stands there is yuan, as the text says, and is taken so.`,
      )
      return inYuan
    }
    row.remark(
      field,
      'money.mismatch',
      `${field}折合${amount}元，而处罚内容为${said}元。${field} is ${amount} yuan, the text says ${said}.`,
    )
  }
  return amount
}

const unitless = (row: PenaltyReader['row'], field: string, said: string | null): string | null => {
  const [yuan, wan] = [row.money(field, 'yuan'), row.money(field, 'wan')]
  const sure = yuan === wan ? yuan : [yuan, wan].find((amount) => amount !== null && amount === said)
  if (sure === undefined) {
    row.problem(
      field,
      'money.unit',
      `${field}未注明单位（元或万元），处罚内容也无法印证。${field} does not say whether it is in yuan or in units of 10,000 yuan.`,
    )
  }
  return sure ?? null
}

const statusOf = (read: PenaltyReader, decided: string | null, today: string) => {
  const { row } = read
  const field = read.fieldOf('status') ?? ''
  const sent = read.choice('status', STATUS)
  const revokedOn = read.pastDate('revokedOn', today)
  const dateField = read.fieldOf('revokedOn') ?? ''
  if (sent === 'OTHER') {
    row.remark(
      field,
      'value',
      `${field}为“其他”，未说明决定是否仍有效。${field} says "other": not whether the decision stands.`,
    )
  }
  row.notBefore(dateField, revokedOn, decided, '撤销日期早于处罚决定日期。Revoked before it was decided.')
  if (revokedOn !== null && sent !== null && sent !== 'REVOKED')
    row.problem(dateField, 'value', '有撤销日期，而状态不是撤销。A day of revocation, but the status is another.')
  const status = sent === null || sent === 'OTHER' ? (revokedOn === null ? null : 'REVOKED') : sent
  return { status, revoked_on: revokedOn }
}

export const penaltiesFeed: FeedDescription = {
  id: 'penalties',
  kind: 'penalty',
  title: { zh: '行政处罚信息', en: 'Administrative penalties' },
  whole: false,
  provesAbsenceOf: ['penalties'],
  duty: { workdays: 7 },
  exempt: [codes2019Layout, labelsLayout, codes2015Layout, templateLayout].flatMap(({ fields }) => fields.regNo ?? []),
  forms: [codes2019Layout, labelsLayout, codes2015Layout, templateLayout, mirrorLayout].map(form),
  fetch: makeFileFetch('/penalties.csv'),
}
