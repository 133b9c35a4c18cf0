import type { TitleOf } from '../../../words/column-words.js'

export type RejectedItem = Readonly<Record<string, unknown>>

export interface RejectProblem {
  field?: string | null
  heading?: string | null
  rule: string
  message: string
}

export const editableText = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value)
}

export const isLongValue = (value: unknown): boolean =>
  (typeof value === 'object' && value !== null) || editableText(value).length > 40 || editableText(value).includes('\n')

export const fieldNamesOf = (item: RejectedItem, problems: readonly RejectProblem[]): string[] => {
  const own = Object.keys(item)
  const missing = problems.flatMap(({ field, rule }) =>
    field && rule === 'required' && !own.includes(field) ? [field] : [],
  )
  const isBare = (name: string) => editableText(item[name]) === '' && problemsOfField(name, problems).length === 0
  return [...own.filter((name) => !isBare(name)), ...new Set(missing), ...own.filter(isBare)]
}

export const problemsOfField = (name: string, problems: readonly RejectProblem[]): RejectProblem[] =>
  problems.filter(({ field }) => field === name || field?.startsWith(`${name}.`) || field?.startsWith(`${name}/`))

export const fieldLabel = (
  field: string,
  problems: readonly Pick<RejectProblem, 'heading'>[],
  titleOf: TitleOf,
): string => {
  const heading = problems.find((problem) => problem.heading)?.heading ?? titleOf(field)
  return heading !== field ? `${heading}（${field}）` : field
}

const NUMBER_TITLE = /文号|编号|案号|注册号$/
const NAME_TITLE = /(?:名称|企业|单位|主体|权利人|经营者)$/
const AUTHORITY_TITLE = /机关|单位|产品|许可|店铺|网站|商标/

export const identifyItem = (item: RejectedItem, titleOf: TitleOf): string => {
  const filled = Object.entries(item).filter(([, value]) => typeof value === 'string' && value.trim() !== '')
  const find = (is: (title: string) => boolean): string | undefined =>
    filled.find(([name]) => is(titleOf(name)))?.[1] as string | undefined
  const number = find((title) => NUMBER_TITLE.test(title))
  const name = find((title) => NAME_TITLE.test(title) && !AUTHORITY_TITLE.test(title))
  return [number, name].filter((part) => part !== undefined).join(' ')
}

export const applyEditedTexts = (item: RejectedItem, texts: Readonly<Record<string, string>>): RejectedItem => {
  const fields: Record<string, unknown> = { ...item }
  for (const [name, text] of Object.entries(texts)) {
    const before = item[name]
    if (text === editableText(before)) continue
    fields[name] = valueFrom(name, text, before)
  }
  return fields
}

export class NotJsonError extends Error {}

const valueFrom = (name: string, text: string, before: unknown): unknown => {
  if (typeof before === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text)
  if (typeof before === 'boolean' && ['true', 'false'].includes(text.trim())) return text.trim() === 'true'
  if (typeof before !== 'object' || before === null) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new NotJsonError(name)
  }
}
