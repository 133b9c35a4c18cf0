import { isValidUscc } from '../operators/codes.js'
import { isNumberOfThing, keepDigits, makeFinder, type SpanFinder, type TextMatch } from './normalised-view.js'

const CARD = /(?<![\dA-Za-z])\d(?:[- ]{0,2}\d){15,18}(?![\dA-Za-z])/g
const NAMED =
  /(?:账号|帐号|账户|帐户|卡号|银行卡|储蓄卡|信用卡|存折|开户行|支付宝|\b(?:account|card))[^\d\n]{0,24}?(?<named>\d(?:[- ]{0,2}\d){7,29})(?!\d|\.\d)/gi
/** A mistyped card number still reveals the card, so no check digit is required here. */
const AT_A_BANK =
  /(?:银行|信用社|农商行|邮储|[工农中建交招]行|户名|收款人|收款方)[^\d\n。;]{0,14}?(?<named>\d(?:[- ]{0,2}\d){11,18})(?![\dA-Za-z]|\.\d)/g

const isCard = (candidate: TextMatch): boolean => {
  const digits = keepDigits(candidate.found)
  return digits.length >= 16 && !isFirm(digits) && passesLuhn(digits) && !isNumberOfThing(candidate)
}

/** No card begins with 9, but one number in 31 passes the USCC check by chance. */
const isFirm = (digits: string): boolean => /^9[1-3]/.test(digits) && isValidUscc(digits)

export const passesLuhn = (digits: string): boolean => {
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

const isAccount = (candidate: TextMatch): boolean => !isFirm(keepDigits(candidate.found)) && !isNumberOfThing(candidate)

const FINDERS = [makeFinder([CARD], isCard), makeFinder([NAMED, AT_A_BANK], isAccount)]

export const findBankAccounts: SpanFinder = (...asked) => FINDERS.flatMap((find) => find(...asked))
