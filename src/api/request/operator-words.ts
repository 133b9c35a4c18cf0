import { divisionPrefixIn } from '../../domain/operators/places.js'
import type { OperatorWords } from '../../store/access/list-filter.js'
import { refuseUnstorableText } from './limits.js'

/** Division code, its first digits, or a place name (长春市). */
const readRegion = (text: string): string => {
  const asked = text.trim()
  return /^\d{1,6}$/.test(asked) ? asked : (divisionPrefixIn(asked) ?? asked)
}

export const readOperatorWords = (given: { region?: string | null; name?: string | null }): OperatorWords => {
  const { region = null, name = null } = refuseUnstorableText(given)
  return { region: region?.trim() ? readRegion(region) : null, name: name?.trim() || null }
}
