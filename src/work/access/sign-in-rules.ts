import type { SignInTerms } from '../../domain/access/sign-in.js'
import { checkRuleRows, type DatedRow, findCoverageFaults, findRowInForce } from '../../domain/calendar/dated-rows.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { makeRulesReader } from '../calendar/rules.js'

interface SignInRules {
  accounts: readonly (SignInTerms & DatedRow)[]
}

export const readSignInRules = makeRulesReader<SignInRules>('rules/sign-in', 'contracts/sign-in', ({ accounts }) => [
  ...findCoverageFaults('accounts', accounts),
  ...checkRuleRows(accounts, 'accounts', () => true),
])

export const signInTermsAt = (now: Date): SignInTerms => {
  const terms = findRowInForce(readSignInRules().accounts, shanghaiDate(now))
  if (terms === undefined) throw new Error('no terms of signing in')
  return terms
}
