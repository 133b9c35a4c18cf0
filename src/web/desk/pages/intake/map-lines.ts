import type { FeedMapLineInput } from './maps.generated.js'

export const LEFT_OUT_FIELD = ''

export interface HeadingLine {
  key: number
  heading: string
  field: string
}

export interface ConstantField {
  key: number
  field: string
  value: string
}

const CHINESE = /\p{Script=Han}/u

/** Chooses the form that knows most headings; on a tie, the one with Chinese names. */
export const bestForm = (forms: readonly (readonly string[])[], headings: readonly string[]): number => {
  const scores = forms.map((fields) => {
    const known = headings.filter((heading) => fields.includes(heading)).length
    const chinese = fields.filter((field) => CHINESE.test(field)).length / Math.max(fields.length, 1)
    return known + chinese / 2
  })
  return Math.max(0, scores.indexOf(Math.max(...scores)))
}

export const formSummary = (fields: readonly string[]): string =>
  `${fields.slice(0, 3).join('、')}${fields.length > 3 ? ` 等 ${fields.length} 项` : ''}`

export const headingLinesOf = (headings: readonly string[], fields: readonly string[]): HeadingLine[] =>
  [...new Set(headings)].map((heading, key) => ({
    key,
    heading,
    field: fields.includes(heading) ? heading : LEFT_OUT_FIELD,
  }))

export const feedMapInputOf = (
  lines: readonly HeadingLine[],
  constants: readonly ConstantField[],
): FeedMapLineInput[] => [
  ...lines.map(({ heading, field }) => ({ heading, field: field === LEFT_OUT_FIELD ? null : field })),
  ...constants.filter(({ field, value }) => field !== '' && value !== '').map(({ field, value }) => ({ field, value })),
]
