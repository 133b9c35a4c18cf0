/** An operator that nobody knew until a person said that it is there: under which code, and what is held of it then. Pure. */
import { codeOf, operatorKindIn, regionIn } from './codes.js'

export interface NewOperator {
  uscc: string | null
  shop: string | null
  kind: 'ENTERPRISE' | 'INDIVIDUAL' | 'COOPERATIVE' | 'SHOP' | 'OTHER'
  name: string | null
  region: string | null
}

/**
 * Null for a code that cannot stand for an operator by itself: another than a USCC or a shop's, or one whose check digit
 * fails, which the registry alone can vouch for.
 */
export const newOperator = (text: string, name: string | null): NewOperator | null => {
  const code = codeOf(text)
  if (code?.scheme === 'shop') return { uscc: null, shop: code.code, kind: 'SHOP', name, region: null }
  if (code?.scheme !== 'uscc' || !code.valid) return null
  const kind = operatorKindIn(code.code).toUpperCase() as NewOperator['kind']
  return { uscc: code.code, shop: null, kind, name, region: regionIn(code.code) }
}
