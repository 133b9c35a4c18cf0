/** A form is drawn from what its move requires, its effects and its clocks' rules. */
import { CombinedGraphQLErrors } from '@apollo/client/errors'
import { chineseHalfOf, refusalSentence } from '../../pieces/refusal.js'
import type { MatterFormFragment, MoveMatterInput } from './matters.generated.js'

/** Keyed like the JSON pointers of refusals: `reason`, `fields/request`. */
export type MatterDraft = Readonly<Record<string, string>>

export type FormMove = MatterFormFragment['moves'][number]

export interface FormField {
  key: string
  title: string
  as: 'LINE' | 'TEXT' | 'DAY' | 'NUMBER' | 'SEAT'
  required: boolean
  most?: number
  values?: readonly { code: string; name: { zh: string } }[]
}

export const OPENING = 'open'
export const CONTENT = 'fields/'
export const FILES = 'attachments'
/** A text of more characters gets several lines. */
const LINE_MOST = 200

export const wordsAfter = (list: readonly string[], ...words: string[]): string[] =>
  list.flatMap((one) => words.flatMap((word) => (one.startsWith(`${word}:`) ? [one.slice(word.length + 1)] : [])))

/** A field that is neither text nor choice is a day. */
const contentField = (
  { code, name, longest, values, rowsOf }: MatterFormFragment['fields'][number],
  required: boolean,
): FormField => ({
  ...{ key: `${CONTENT}${code}`, title: name.zh, required, values },
  ...(rowsOf !== null && {
    title: `${name.zh}，每行“一项,结果,理由”，结果为${values.map((one) => one.name.zh).join('、')}`,
    values: [],
  }),
  as: longest === null && values.length === 0 ? 'DAY' : (longest ?? 0) > LINE_MOST ? 'TEXT' : 'LINE',
  ...(longest !== null && { most: longest }),
})

/** Rows that wait for an answer are filled in. */
export const draftOfMove = ({ fields }: MatterFormFragment, move: FormMove, known: MatterDraft = {}): MatterDraft => {
  const answers = fields.find(({ code, rowsOf }) => rowsOf !== null && move.requires.includes(`field:${code}`))
  const linesOf = (name = '') => known[`${CONTENT}${name}`]?.split('\n').flatMap((line) => line.trim() || []) ?? []
  const answered = linesOf(answers?.code).map((line) => line.split(',')[0])
  const open = linesOf(answers?.rowsOf ?? '').filter((row) => !answered.includes(row))
  return answers === undefined ? {} : { [`${CONTENT}${answers.code}`]: open.map((row) => `${row},,`).join('\n') }
}

/** Chooses rules by what is filled in. */
const rulesOf = (kind: MatterFormFragment, move: FormMove, draft: MatterDraft, ...acts: string[]) =>
  kind.clocks.filter(({ clock, when }) => {
    const [name = '', value] = (when ?? '').split('=')
    return wordsAfter(move.clocks, ...acts).includes(clock) && (when === null || draft[`${CONTENT}${name}`] === value)
  })

export const fieldsOfForm = (kind: MatterFormFragment, move: FormMove, draft: MatterDraft): FormField[] => {
  const { requires, effects } = move
  const isOpening = move.code === OPENING
  const own = wordsAfter(requires, 'field')
  const later = kind.moves.flatMap((one) => wordsAfter(one.requires, 'field'))
  const content = kind.fields.filter(({ code }) => (isOpening ? !later.includes(code) : own.includes(code)))
  const isFree = rulesOf(kind, move, draft, 'extends').some(({ extension }) => extension === null)
  const isSet = rulesOf(kind, move, draft, 'starts', 'restarts').some(({ unit }) => unit === 'SET')
  const needsDay = isSet || requires.includes('day')
  const rows: [isAsked: boolean, key: string, title: string, as: FormField['as'], required: boolean, most?: number][] =
    [
      [!isOpening, 'on', '办理日期', 'DAY', true],
      [
        isOpening || effects.includes('hand_to'),
        'to',
        isOpening ? '交由哪个单位办理' : '改由哪个单位承办',
        'SEAT',
        true,
      ],
      [isOpening || effects.includes('copy_to'), 'copyTo', '抄送哪个单位', 'SEAT', !isOpening],
      [isFree || needsDay, 'day', isFree ? '延长至哪一天' : '文书确定的日期', 'DAY', needsDay],
      [isFree, 'workdays', '或者延长几个工作日', 'NUMBER', false],
      [isOpening, 'code', '所涉经营者的统一社会信用代码', 'LINE', false, 100],
      [isOpening, 'reference', '本单位编号', 'LINE', false, 100],
      [!isOpening, 'documentNumber', '文号', 'LINE', requires.includes('number'), 128],
      [
        effects.includes('link'),
        'link',
        '关联的名单记录或者协作事项（粘贴其网址），或者处罚决定文号',
        'LINE',
        true,
        1_000,
      ],
      [true, 'reason', requires.includes('reason') ? '事由' : '说明', 'TEXT', requires.includes('reason'), 1_000],
    ]
  const asked = rows.flatMap(([isAsked, key, title, as, required, most]) =>
    isAsked ? [{ key, title, as, required, ...(most !== undefined && { most }) }] : [],
  )
  const seats = asked.filter(({ as }) => as === 'SEAT')
  const fields = content.map((one) => contentField(one, !isOpening || one.required))
  return [...seats, ...fields, ...asked.filter(({ as }) => as !== 'SEAT')]
}

/** A choice may have taken away a field that was filled in. */
export const inputOfDraft = (
  draft: MatterDraft,
  fields: readonly FormField[],
  isOpening: boolean,
): Omit<MoveMatterInput, 'id' | 'move'> => {
  const given = fields
    .map(({ key }): [string, string] => [key, draft[key]?.trim() ?? ''])
    .filter(([, value]) => value !== '')
  const isContent = ([key]: [string, string]) => key.startsWith(CONTENT)
  const { copyTo, workdays, link, ...rest } = Object.fromEntries(given.filter((one) => !isContent(one)))
  return {
    ...rest,
    fields: given.filter(isContent).map(([key, value]) => ({ name: key.slice(CONTENT.length), value })),
    ...(copyTo !== undefined && (isOpening ? { copied: [copyTo] } : { copyTo })),
    ...(workdays !== undefined && { workdays: Number(workdays) }),
    ...(link !== undefined && { link: link.split('/').at(-1) ?? link }),
  }
}

const DENIALS_OF_FIELDS: Readonly<Record<string, string>> = {
  on: 'DAY_AHEAD DAY_BEFORE',
  to: 'NO_RECEIVER OWN_SEAT HOLDER_LINE ORGANISATION_UNKNOWN',
  day: 'NO_DAY DAY_TOO_SOON DAY_NOT_LATER NO_EXTENSION',
  documentNumber: 'NO_NUMBER',
  link: 'NO_LINK',
  reason: 'NO_REASON',
  attachments: 'NO_ATTACHMENT ATTACHMENTS_MISSING',
}

/** Returns null for a refusal of the whole form. */
export const faultOfRefusal = (error: unknown): { key: string; reason: string } | null => {
  const { code = '', details } = (CombinedGraphQLErrors.is(error) ? (error.errors[0]?.extensions ?? {}) : {}) as {
    code?: string
    details?: { pointer?: string; because?: string; reason?: string }
  }
  const { pointer, because = code, reason = refusalSentence(error) } = details ?? {}
  const denied = Object.entries(DENIALS_OF_FIELDS).find(([, codes]) => codes.split(' ').includes(because))
  const key = pointer?.slice(1).replace(/^attachments.*/, FILES) ?? denied?.[0]
  return key === undefined ? null : { key, reason: chineseHalfOf(reason) }
}
