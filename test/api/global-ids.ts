/** The id of a listing of this hub is its uuid. */
const UUID_LENGTH = 36

/** Two renamed types keep their former names in global ids. */
const NAMES_IN_IDS: Record<string, string> = { Override: 'Overrule', ScorecardActivation: 'ScorecardAdoption' }

export const globalOf = (type: string, key: string | number): string =>
  type === 'Listing' && String(key).length === UUID_LENGTH
    ? String(key)
    : Buffer.from(`${NAMES_IN_IDS[type] ?? type}:${key}`).toString('base64url')

export const keyIn = (id: string): string =>
  id.length === UUID_LENGTH ? id : (Buffer.from(id, 'base64url').toString().split(':')[1] ?? '')
