/** A form is drawn from what its move requires, its effects and its clocks' rules. */
import { CombinedGraphQLErrors } from '@apollo/client/errors'
import { chineseHalfOf, refusalSentence } from '../../pieces/refusal.js'
import { sha256Of } from '../listing/file-hash.js'
import { sendBytes } from '../listing/paper-files.js'
import type { MatterFormFragment, MoveMatterInput } from './matters.generated.js'

/** Keyed like the JSON pointers of refusals: `reason`, `fields/request`, `attachments/LETTER`. */
export type MatterDraft = Readonly<Record<string, string | readonly string[] | readonly File[] | undefined>>

export type FormMove = MatterFormFragment['moves'][number]

export interface FormField {
  key: string
  title: string
  as: 'LINE' | 'TEXT' | 'DAY' | 'NUMBER' | 'CHOICE' | 'SEAT' | 'SEATS' | 'LINK' | 'FILES'
  required: boolean
  most?: number
  values?: readonly { code: string; name: { zh: string } }[]
}

export const OPENING = 'open'
export const CONTENT = 'fields/'
const FILES = 'attachments/'
/** A text of more characters gets several lines. */
const LINE_MOST = 200

const wordsAfter = (list: readonly string[], ...words: string[]): string[] =>
  list.flatMap((one) => words.flatMap((word) => (one.startsWith(`${word}:`) ? [one.slice(word.length + 1)] : [])))

const shapeOf = ({ longest, values, rowsOf }: MatterFormFragment['fields'][number]): Pick<FormField, 'as' | 'most'> => {
  if (values.length > 0 && rowsOf === null) return { as: 'CHOICE' }
  return longest === null ? { as: 'DAY' } : { as: longest > LINE_MOST ? 'TEXT' : 'LINE', most: longest }
}

const titleOf = ({ name, rowsOf, values }: MatterFormFragment['fields'][number]): string =>
  rowsOf === null ? name.zh : `${name.zh}，每行“一项,结果,理由”，结果为${values.map((one) => one.name.zh).join('、')}`

export const draftOfMove = ({ fields }: MatterFormFragment, move: FormMove, known: MatterDraft = {}): MatterDraft => {
  const answers = fields.find(({ code, rowsOf }) => rowsOf !== null && move.requires.includes(`field:${code}`))
  if (answers === undefined) return {}
  const linesOf = (name: string | null) =>
    String(known[`${CONTENT}${name}`] ?? '')
      .split('\n')
      .flatMap((line) => line.trim() || [])
  const answered = linesOf(answers.code).map((line) => line.split(',')[0])
  const open = linesOf(answers.rowsOf).filter((row) => !answered.includes(row))
  return { [`${CONTENT}${answers.code}`]: open.map((row) => `${row},,`).join('\n') }
}

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
  const papers = wordsAfter(requires, 'attachment')
  const offered = kind.attachments.filter(({ code }) => papers.length === 0 || papers.includes(code))
  const extended = rulesOf(kind, move, draft, 'extends').filter(({ extension }) => extension === null)
  const isFree = extended.length > 0
  const rules = [...extended, ...rulesOf(kind, move, draft, 'starts', 'restarts')]
  const needsDay = rules.some(({ unit }) => unit === 'SET') || requires.includes('day')
  const isCopied = kind.states.some(({ waitsFor }) => waitsFor === 'COPIED')
  const needs = (word: string): boolean => requires.includes(word)
  const field = (key: string, title: string, as: FormField['as'], required = true, most?: number): FormField => ({
    ...{ key, title, as, required, ...(most !== undefined && { most }) },
  })
  return [
    ...(isOpening ? [field('to', '交由哪个单位办理', 'SEAT'), field('copied', '抄送哪些单位', 'SEATS', isCopied)] : []),
    ...(effects.includes('hand_to') ? [field('to', '改由哪个单位承办', 'SEAT')] : []),
    ...(effects.includes('copy_to') ? [field('copyTo', '抄送哪个单位', 'SEAT')] : []),
    ...content.map((one) => ({
      ...field(`${CONTENT}${one.code}`, titleOf(one), 'LINE', !isOpening || one.required),
      ...shapeOf(one),
      values: one.values,
    })),
    ...(isOpening ? [] : [field('on', '办理日期', 'DAY')]),
    ...(isFree || needsDay ? [field('day', isFree ? '延长至哪一天' : '文书确定的日期', 'DAY', needsDay)] : []),
    ...(isFree && !needsDay ? [field('workdays', '或者延长几个工作日', 'NUMBER', false)] : []),
    ...(isOpening ? [field('code', '所涉经营者的统一社会信用代码', 'LINE', false, 100)] : []),
    ...(isOpening ? [field('reference', '本单位编号', 'LINE', false, 100)] : []),
    ...(isOpening ? [] : [field('documentNumber', '文号', 'LINE', needs('number'), 128)]),
    ...(effects.includes('link') ? [field('link', '关联的处罚决定、名单记录或者协作事项', 'LINK', true, 1_000)] : []),
    field('reason', needs('reason') ? '事由' : '说明', 'TEXT', needs('reason'), 1_000),
    ...offered.map(({ code, name }) => field(`${FILES}${code}`, name.zh, 'FILES', papers.includes(code))),
  ]
}

export const isFilled = (value: MatterDraft[string]): boolean =>
  (typeof value === 'string' ? value.trim() : (value ?? [])).length > 0

export type MatterFormInput = Omit<MoveMatterInput, 'id' | 'move'> & { copied?: string[] }

/** Sends the files; the matter takes those that a move has named. */
export type FilesKeeper = (matter: string) => Promise<unknown>

/** A choice may have taken away a field that was filled in. */
export const readDraft = async (
  draft: MatterDraft,
  fields: readonly FormField[],
): Promise<{ input: MatterFormInput; keep: FilesKeeper }> => {
  const given = fields.filter(({ key }) => isFilled(draft[key]))
  const textsAfter = (start: string) =>
    given.flatMap(({ key, as }): [string, string][] =>
      key.startsWith(start) && !['FILES', 'SEATS'].includes(as)
        ? [[key.slice(start.length), String(draft[key]).trim()]]
        : [],
    )
  const { workdays, link, ...rest } = Object.fromEntries(textsAfter('').filter(([key]) => !key.startsWith(CONTENT)))
  const files = await Promise.all(
    given
      .filter(({ as }) => as === 'FILES')
      .flatMap(({ key }) => [...(draft[key] as File[])].map((file) => nameFile(key.slice(FILES.length), file))),
  )
  const input = {
    ...rest,
    fields: textsAfter(CONTENT).map(([name, value]) => ({ name, value })),
    attachments: files.map(({ file: _, ...named }) => named),
    ...(isFilled(draft['copied']) && { copied: [...(draft['copied'] as string[])] }),
    ...(workdays !== undefined && { workdays: Number(workdays) }),
    ...(link !== undefined && { link: link.split('/').at(-1) ?? link }),
  }
  const keep: FilesKeeper = (matter) =>
    Promise.all(files.map(({ sha256, file }) => sendBytes(`/v1/matters/${matter}/attachments/${sha256}`, 'PUT', file)))
  return { input, keep }
}

const nameFile = async (type: string, file: File) => {
  const sha256 = await sha256Of(file)
  if (sha256 === null)
    throw { code: 'NO_HASH', detail: '此浏览器不能计算文件的指纹，请改用加密的网址（https）打开工作台。' }
  return { type, name: file.name, bytes: file.size, sha256, file }
}

/** Returns undefined for a refusal of the whole form; one of an attachment stands at the first of them. */
export const faultOfRefusal = (error: unknown, fields: readonly FormField[]) => {
  const extensions = CombinedGraphQLErrors.is(error) ? error.errors[0]?.extensions : undefined
  const { pointer, reason } = (extensions?.['details'] ?? {}) as { pointer?: string; reason?: string }
  const at = pointer?.slice(1).replace(/^(attachments|copied).*/, '$1')
  const field = fields.find(({ key }) => key === at || key.startsWith(`${at}/`))
  return field && { key: field.key, reason: chineseHalfOf(reason ?? refusalSentence(error)) }
}
