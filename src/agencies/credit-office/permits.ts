import { normalizeName } from '../../domain/operators/names.js'
import { makeDecisionFactKey } from '../../domain/records/penalty.js'
import { compactText, normalizeDocumentNumber } from '../../foundation/text/values.js'
import type { FormDraft } from '../examine.js'
import type { FeedDescription, FeedForm, MappingContext } from '../feed.js'
import { makeFileFetch } from '../transports/http/file.js'
import { mapWordsToValues, splitLiteral, splitWords, type WordsIn } from '../words.js'
import {
  type FormLayout,
  listFieldNames,
  listSpellingsOfFields,
  type MeaningReader,
  makeMeaningReader,
} from './fields.js'
import { type PartyMeaning, readDecisionParty } from './parties.js'

type PermitMeaning =
  | PartyMeaning
  | WordsIn<'representative documentName number category certificate permitNumber content decidedOn validFrom'>
  | WordsIn<'validTo authority authorityCode status sourceUnit sourceUnitCode note'>

type PermitStates = ReturnType<typeof mapWordsToValues<'VALID' | 'INVALID' | 'DISPUTED' | 'OTHER'>>

const codes2019: FormLayout<PermitMeaning> = {
  fields: {
    party: ['XK_XDR_MC'],
    partyKind: ['XK_XDR_LB'],
    uscc: ['XK_XDR_SHXYM'],
    regNo: ['XK_XDR_GSZC'],
    orgCode: ['XK_XDR_ZZJG'],
    taxCode: ['XK_XDR_SWDJ'],
    institutionCode: ['XK_XDR_SYDW'],
    societyCode: ['XK_XDR_SHZZ'],
    representative: ['XK_FRDB', 'XK_FDDB'],
    documentName: ['XK_XKWS'],
    number: ['XK_WSH'],
    category: ['XK_XKLB'],
    certificate: ['XK_XKZS'],
    permitNumber: ['XK_XKBH'],
    content: ['XK_NR'],
    decidedOn: ['XK_JDRQ'],
    validFrom: ['XK_YXQZ'],
    validTo: ['XK_YXQZI'],
    authority: ['XK_XKJG'],
    authorityCode: ['XK_XKJGDM'],
    status: ['XK_ZT'],
    sourceUnit: ['XK_LYDW'],
    sourceUnitCode: ['XK_LYDWDM'],
    note: ['BZ'],
  },
  ignored: splitWords('XK_FR_ZJLX XK_FR_ZJHM XK_FR_SFZH XK_XDR_ZJLX XK_XDR_ZJHM'),
  needed: splitLiteral(
    'party partyKind documentName number category content decidedOn validFrom authority authorityCode status',
  ),
  wanted: splitLiteral('validTo sourceUnit'),
}

const codes2015: FormLayout<PermitMeaning> = {
  fields: {
    party: ['XK_XDR'],
    uscc: ['XK_XDR_SHXYM'],
    regNo: ['XK_XDR_GSDJ'],
    orgCode: ['XK_XDR_ZDM'],
    taxCode: ['XK_XDR_SWDJ'],
    personNumber: ['XK_XDR_SFZ'],
    representative: ['XK_FR'],
    documentName: ['XK_XMMC'],
    number: ['XK_WSH'],
    category: ['XK_SPLB'],
    content: ['XK_NR'],
    decidedOn: ['XK_JDRQ'],
    validTo: ['XK_JZQ'],
    authority: ['XK_XZJG'],
    status: ['XK_ZT'],
    note: ['BZ'],
  },
  ignored: splitWords('XK_FR_SFZH DFBM SJC'),
  needed: splitLiteral('party number decidedOn authority status'),
  wanted: splitLiteral('documentName content'),
}

const template: FormLayout<PermitMeaning> = {
  fields: {
    party: ['企业名称'],
    regNo: ['注册号'],
    uscc: ['统一社会信用代码'],
    number: ['许可文件编号'],
    documentName: ['许可文件名称'],
    validFrom: ['有效期自'],
    validTo: ['有效期至'],
    authority: ['许可机关'],
    status: ['登记状态'],
  },
  ignored: ['序号'],
  needed: splitLiteral('party number documentName validFrom authority status'),
  wanted: ['validTo'],
}

/** The code `1` means "valid" in the 2019 form but "revoked" in the 2015 form. */
const STATES_2019: PermitStates = mapWordsToValues({ VALID: '1 有效', INVALID: '2 无效' })
const STATES_2015: PermitStates = mapWordsToValues({
  VALID: '0 正常',
  INVALID: '1 撤销',
  DISPUTED: '2 异议',
  OTHER: '3 其他',
})
const STATES_OF_TEMPLATE: PermitStates = mapWordsToValues({
  VALID: '有效 正常 存续 在用',
  INVALID: '无效 失效 过期 已过期 注销 已注销 吊销 已吊销 撤销 已撤销',
})
const VALID_WITH_REMARK: Partial<Record<string, string>> = { DISPUTED: '异议 disputed', OTHER: '其他 other' }

const CATEGORIES = mapWordsToValues({
  GENERAL: '普通',
  FRANCHISE: '特许',
  ACCREDITATION: '认可',
  APPROVAL: '核准',
  REGISTRATION: '登记',
  OTHER: '其他',
})

const form = (layout: FormLayout<PermitMeaning>, states: PermitStates): FeedForm => ({
  names: listFieldNames(layout),
  spellings: listSpellingsOfFields(layout),
  drafts: (row, context) => [permit(makeMeaningReader(row, layout), states, context)],
})

const permit = (read: MeaningReader<PermitMeaning>, states: PermitStates, { today }: MappingContext): FormDraft => {
  const { kind, subject, code } = readDecisionParty(read)
  const number = normalizeDocumentNumber(read.text('number') ?? '')
  const permitNumber = read.text('permitNumber')
  const numbered = permitNumber === null ? [] : [compactText(permitNumber)]
  const authority = read.name('authority')
  const authorityCode = read.uscc('authorityCode')
  const decided = read.pastDate('decidedOn', today)
  const { validFrom, validTo } = term(read)
  const fact = makeDecisionFactKey(number, authority, authorityCode)
  return {
    key: [
      number,
      code ?? normalizeName(subject.name ?? ''),
      authorityCode ?? normalizeName(authority ?? ''),
      ...numbered,
    ].join('/'),
    subject,
    body: {
      document_name: read.text('documentName'),
      document_number: number,
      category: categoryOf(read),
      certificate: read.text('certificate'),
      permit_number: permitNumber,
      content: read.text('content'),
      party_name: subject.name,
      party_kind: kind,
      representative: read.name('representative'),
      decided_on: decided,
      valid_from: validFrom,
      valid_to: validTo,
      status: statusOf(read, states),
      authority,
      authority_code: authorityCode,
      source_unit: read.name('sourceUnit'),
      source_unit_code: read.uscc('sourceUnitCode'),
      note: read.text('note'),
    },
    validFrom: validFrom ?? decided,
    validTo,
    // Two certificates of one decision are two permits.
    ...(fact === null ? {} : { fact: [fact, ...numbered].join('/') }),
  }
}

const term = (read: MeaningReader<PermitMeaning>): { validFrom: string | null; validTo: string | null } => {
  const field = read.fieldOf('validFrom') ?? ''
  if (read.row.text(field) === null) read.text('validFrom')
  const validFrom = read.date('validFrom')
  const validTo = read.endDate('validTo')
  read.row.notBefore(read.fieldOf('validTo'), validTo, validFrom, '有效期至早于有效期自。It ends before it begins.')
  return { validFrom, validTo }
}

const categoryOf = (read: MeaningReader<PermitMeaning>): string | null => {
  const field = read.fieldOf('category')
  const sent = field === null ? null : read.row.text(field)
  if (field === null || sent === null) return read.choice('category', CATEGORIES)
  const word = compactText(sent).replace(/许可$/, '')
  if (/^其他[-—:(]/.test(word)) return 'OTHER'
  return (Object.hasOwn(CATEGORIES, word) ? CATEGORIES[word] : null) ?? read.choice('category', CATEGORIES)
}

const statusOf = (read: MeaningReader<PermitMeaning>, states: PermitStates): 'VALID' | 'INVALID' | null => {
  const state = read.choice('status', states)
  const remarked = VALID_WITH_REMARK[state ?? '']
  if (remarked === undefined) return state as 'VALID' | 'INVALID' | null
  const field = read.fieldOf('status') ?? ''
  read.row.remark(
    field,
    'value',
    `${field}为${remarked}，按许可仍有效处理。${field} says so; the permit is taken as standing.`,
  )
  return 'VALID'
}

export const permitsFeed: FeedDescription = {
  id: 'permits',
  kind: 'permit',
  title: { zh: '行政许可信息', en: 'Administrative permits' },
  whole: false,
  provesAbsenceOf: [],
  duty: { workdays: 7 },
  exempt: [codes2019, codes2015, template].flatMap(({ fields }) => fields.regNo ?? []),
  forms: [form(codes2019, STATES_2019), form(codes2015, STATES_2015), form(template, STATES_OF_TEMPLATE)],
  fetch: makeFileFetch('/permits.csv'),
}
