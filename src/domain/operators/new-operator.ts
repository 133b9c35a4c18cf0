import { extractRegionOfUscc, parseCode, readOperatorKindInUscc } from './codes.js'

export interface NewOperator {
  uscc: string | null
  shop: string | null
  kind: 'ENTERPRISE' | 'INDIVIDUAL' | 'COOPERATIVE' | 'SHOP' | 'OTHER'
  name: string | null
  region: string | null
}

/** Only the registry can vouch for codes other than a USCC or shop code with a valid check digit. */
export const newOperator = (text: string, name: string | null): NewOperator | null => {
  const code = parseCode(text)
  if (code?.scheme === 'shop') return { uscc: null, shop: code.code, kind: 'SHOP', name, region: null }
  if (code?.scheme !== 'uscc' || !code.valid) return null
  const kind = readOperatorKindInUscc(code.code).toUpperCase() as NewOperator['kind']
  return { uscc: code.code, shop: null, kind, name, region: extractRegionOfUscc(code.code) }
}
