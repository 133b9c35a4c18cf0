import { isNumberOfThing, keepDigits, makeFinder, type SpanFinder, type TextMatch } from './normalised-view.js'

const G = '[-. ]{0,3}'
const LINE = String.raw`[2-9]\d{2}(?:\d?[-. ]{0,3}\d{4}|[-. ]\d{5})`
const AREA = String.raw`(?:10|2\d|[3-9]\d\d)`
const EXTENSION = String.raw`(?:\s?(?:转|分机)(?:分机)?\s?\d{1,6})?`

const CUSTOMARY = [
  new RegExp(String.raw`(?<!\d)(?:(?:\+|00)?86[-. )]{0,3})?1[3-9]\d(${G})\d{4}\1\d{4}(?!\d)`, 'g'),
  new RegExp(String.raw`(?<!\d)(?:(?:\+|00)?86[-. )]{0,3})?1[3-9]\d${G}\d{8}(?!\d)`, 'g'),
  /(?<!\d)1[3-9]\d\d[-. ]\d{3}[-. ]\d{4}(?!\d)/g,
  /(?<!\d)1([-. ]{1,3})[3-9](?:\1\d){9}(?!\d)/g,
  new RegExp(String.raw`(?<!\d)\(?0${AREA}\)?[-. /]{0,3}${LINE}(?!\d)${EXTENSION}`, 'g'),
  new RegExp(String.raw`(?<!\d)\(?(?:\+|00)86\)?[-. ]{0,3}\(?0?${AREA}\)?[-. ]{0,3}${LINE}(?!\d)${EXTENSION}`, 'g'),
]

const MOBILE = /(?<!\d)1(?:[-. /,*()~|]{0,3}\d){10}(?!\d)/g
/** Usual groupings of the eleven digits of a mobile. */
const SPLITS = new Set(['3-4-4', '3-3-5', '3-5-3', '4-3-4', '3-8', '4-7', '5-6', '7-4', '8-3'])
/** Groupings that are common only with dashes. */
const DASHED =
  /^(?!.*-(?:19|20)\d\d-[01]\d-)(?:\d{2}-\d{3}-\d{3}-\d{3}|\d{3}(?:-\d{2,4}){2,4}|\d{4}(?:-\d{3,4}){2}|\d{2}-\d{9}|\d{6}-\d{5})$/
const ONE_BY_ONE = /^\d(?:[- ]{1,3}\d)+$/

const isMobile = (candidate: TextMatch): boolean => {
  const { found } = candidate
  if (isNumberOfThing(candidate) || !/^1[3-9]/.test(keepDigits(found))) return false
  const signs = new Set(found.replace(/[\d ]/g, '').replaceAll(')', '('))
  if (signs.size > 1) return false
  const groups = found.split(/\D+/)
  if (SPLITS.has(groups.map(({ length }) => length).join('-'))) return !(signs.has('.') && groups.length === 2)
  return DASHED.test(found.replaceAll(' ', '')) || ONE_BY_ONE.test(found)
}

/** Mobile numbers that write the letter O for 0. */
const MISSPELT = /(?<![\dA-Za-z])1[3-9][\dOo]{9}(?![\dA-Za-z])/g
const FEWEST_DIGITS = 8
const isMisspelt = (candidate: TextMatch): boolean => {
  const { length } = keepDigits(candidate.found)
  return length >= FEWEST_DIGITS && length < candidate.found.length && !isNumberOfThing(candidate)
}

const SERVICE = new RegExp(
  String.raw`(?<![\d.,])[48]00(?:[-. ]{0,2}\d{7}|[-. ]\d{3}[-. ]\d{4}|[-. ]\d{4}[-. ]\d{3}|\d[-. ]\d{3}[-. ]\d{3})(?!\d|[.,]\d)${EXTENSION}`,
  'g',
)

const NAMED = [
  /(?:电话(?!业务)|手机号?|座机|固话|联系方式|热线|传真|致电|拨打|\b(?:tel|phone|mobile|fax))[^\d\n]{0,10}?(?<named>\+?\d[\d\-. ()]{4,20}\d)/gi,
  /(?<!\d)[2-9]\d{2,3}[-. ]?\d{4}(?=\s?[(]?(?:座机|固话|办公电话|家庭电话|宅电))/g,
]
/** Dates and amounts, which may also follow a word for telephone. */
const NO_NUMBER = /^(?:(?:19|20)\d\d[-.](?:0?[1-9]|1[0-2])[-.](?:0?[1-9]|[12]\d|3[01])|\d+\.\d{1,2})(?!\d)/
const isNumber = (candidate: TextMatch): boolean => !NO_NUMBER.test(candidate.found) && !isNumberOfThing(candidate)

const FINDERS = [
  makeFinder(CUSTOMARY, (candidate) => !isNumberOfThing(candidate)),
  makeFinder([MOBILE], isMobile),
  makeFinder([MISSPELT], isMisspelt),
  makeFinder([SERVICE], (candidate) => !isNumberOfThing(candidate)),
  makeFinder(NAMED, isNumber),
]

export const findTelephones: SpanFinder = (...asked) => FINDERS.flatMap((find) => find(...asked))
