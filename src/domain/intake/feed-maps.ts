/** A heading map applies to tables that have all its headings. */

import { compactText } from '../../foundation/text/values.js'
import type { ItemProblem } from '../records/records.js'

/** A heading maps to null when its column is left out. `values` are constants for fields that the table lacks. */
export interface HeadingMap {
  headings: Readonly<Record<string, string | null>>
  values: Readonly<Record<string, string>>
}

export interface NumberedMap extends HeadingMap {
  id: number
}

export interface MapLine {
  heading: string | null
  field: string | null
  value: string | null
}

const MOST_LINES = 200 // per map
const MAX_HEADING = 100 // characters
const MAX_VALUE = 500 // characters

export const parseHeadingMap = (
  lines: readonly MapLine[],
  forms: readonly (readonly string[])[],
): { map: HeadingMap } | { fault: string } => {
  if (lines.length > MOST_LINES) return { fault: `多于 ${MOST_LINES} 行 more than ${MOST_LINES} lines` }
  const headings = new Map<string, string | null>()
  const values = new Map<string, string>()
  const fields: string[] = []
  for (const { heading, field, value } of lines) {
    const of = heading ?? field ?? ''
    if ((heading === null) === (value === null))
      return { fault: `${of}：表头与固定值须填其一 a line has either a heading or a value` }
    if (heading !== null && heading.length > MAX_HEADING)
      return { fault: `表头过长 a heading beyond ${MAX_HEADING} characters` }
    if (value !== null && value.length > MAX_VALUE)
      return { fault: `固定值过长 a value beyond ${MAX_VALUE} characters` }
    if (field !== null) fields.push(field)
    if (heading !== null) {
      if ([...headings.keys()].some((other) => compactText(other) === compactText(heading)))
        return { fault: `表头 ${heading} 重复 a heading twice` }
      headings.set(heading, field)
    } else if (field === null) return { fault: '固定值没有对应的字段 a value without a field' }
    else if (value !== null) values.set(field, value)
  }
  const twice = fields.find((field, at) => fields.indexOf(field) !== at)
  if (twice !== undefined) return { fault: `字段 ${twice} 重复 a field twice` }
  if (headings.size === 0) return { fault: '没有表头 no heading' }
  if (fields.length === 0) return { fault: '没有字段 no field' }
  const form = forms.map((names) => ({ names, lacks: fields.filter((field) => !names.includes(field)) }))
  if (form.every(({ lacks }) => lacks.length > 0)) {
    const nearest = form.sort((a, b) => a.lacks.length - b.lacks.length)[0]
    const known = nearest?.names.slice(0, FIELDS_NAMED_MOST).join('、') ?? ''
    return { fault: `不是同一格式的字段 no fields of one form: ${nearest?.lacks.join('、')}；可用 known: ${known}` }
  }
  return { map: { headings: Object.fromEntries(headings), values: Object.fromEntries(values) } }
}

const FIELDS_NAMED_MOST = 60 // fields

export const addHeadingsToProblems = (
  problems: readonly ItemProblem[],
  { headings }: Pick<HeadingMap, 'headings'>,
): ItemProblem[] =>
  problems.map((problem) => {
    const [outer = ''] = (problem.field ?? '').split(/[./]/, 1)
    const found = Object.entries(headings).find(
      ([, field]) => field !== null && (field === problem.field || field === outer),
    )
    return found ? { ...problem, heading: found[0] } : problem
  })

export const isSameHeadingMap = (one: HeadingMap, other: HeadingMap): boolean => signature(one) === signature(other)

const signature = ({ headings }: HeadingMap): string => JSON.stringify(Object.keys(headings).map(compactText).sort())
