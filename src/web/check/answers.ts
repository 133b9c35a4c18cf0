import type { BadRow, CodeRow, CodeRowFault } from '../../domain/operators/code-rows.js'
import { type CodeFault, findCodeFault } from '../../domain/operators/codes.js'
import type { NameAnswer } from '../../domain/standing/name-query.js'
import type { Freshness, Standing, StandingEntry } from '../../domain/standing/standing.js'
import type { BilingualText } from '../../foundation/text/words.js'

export interface CheckedEntry extends Pick<StandingEntry, 'reason' | 'publishedOn' | 'endsOn' | 'contested'> {
  /** An entry mirrored from another authority's list has none. */
  id: string | null
}

/** Score and grade are never included: they are not public. */
export interface CodeAnswer extends Pick<Standing, 'uscc' | 'name' | 'status' | 'listed'> {
  entries: readonly CheckedEntry[]
  nameAnswer: NameAnswer | null
}

export type CheckedRow = { row: BadRow } | { row: CodeRow; known: CodeAnswer }

/** `asOf` 1970-01-01 means that a list feed was never pulled completely. */
export interface CheckAnswer extends Freshness {
  rows: readonly CheckedRow[]
}

export const isAnswered = (one: CheckedRow): one is { row: CodeRow; known: CodeAnswer } => 'known' in one

export const STATUS_WORDS: Record<CodeAnswer['status'], BilingualText> = {
  KNOWN: { zh: '已知主体', en: 'known' },
  UNKNOWN: { zh: '未知代码', en: 'unknown code' },
  CEASED: { zh: '已注销或吊销等', en: 'ceased' },
}

export const describeCodeFault = (asked: string): (BilingualText & { fault: CodeFault }) | null => {
  const fault = findCodeFault(asked)
  return fault && { fault, ...MISWRITTEN[fault] }
}

const MISWRITTEN: Record<CodeFault, BilingualText> = {
  CODE_FORM: { zh: '不是代码的写法，请核对', en: 'not written as a code is: please compare' },
  CODE_CHECK_DIGIT: { zh: '校验位不符，请核对有无错字', en: 'its check digit is wrong: is a character mistyped?' },
}

export const NAME_ANSWER_WORDS: Record<NameAnswer, BilingualText> = {
  SAME: { zh: '名称一致', en: 'the same name' },
  FORMER: { zh: '是曾用名', en: 'a former name' },
  DIFFERENT: { zh: '名称不符', en: 'another name' },
  UNKNOWN: { zh: '无法核对', en: 'cannot be told' },
}

export const ROW_FAULT_WORDS: Record<CodeRowFault, BilingualText> = {
  ROW_NO_CODE: { zh: '此行没有代码', en: 'no code in this row' },
  ROW_UNREADABLE: { zh: '此行无法读取', en: 'this row cannot be read' },
  ROW_TOO_LONG: { zh: '此行过长', en: 'this row is too long' },
  ROW_SHOP_WHOSE: {
    zh: '店铺号须写成 shop:平台:店铺号',
    en: 'a shop id is written shop:MARKETPLACE:ID',
  },
}
