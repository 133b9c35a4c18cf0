import { isValidUscc, operatorKindIn, regionOfUscc } from '../operators/codes.js'
import type { Draft } from '../records/records.js'

export interface MadeOperator {
  kind: string | null
  region: string | null
  status: string
}

/**
 * A valid code, any code in a registration, or a shop creates an operator. A registration without a code only updates
 * its operator's status.
 */
export const operatorMadeBy = ({ kind, subject: { uscc, shop }, body }: Draft): MadeOperator | null => {
  const said = (field: string): string | null => (typeof body[field] === 'string' ? body[field] : null)
  const registered = kind === 'registration'
  const [region, status] = registered ? [said('region_code'), said('status') ?? 'UNKNOWN'] : [null, 'UNKNOWN']
  if (uscc !== null) {
    if (!registered && !isValidUscc(uscc)) return null
    return { kind: operatorKindIn(uscc).toUpperCase(), region: region ?? regionOfUscc(uscc), status }
  }
  if (shop !== null) return { kind: 'SHOP', region: null, status: 'UNKNOWN' }
  return registered ? { kind: null, region, status } : null
}
