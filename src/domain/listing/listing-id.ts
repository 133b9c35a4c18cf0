/**
 * A listing of this hub has one uuid everywhere. A mirrored entry (of an agency's list) exists in GraphQL only, as the
 * global id `Listing:m<version>`.
 */

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** base64url of `Listing:` and a uuid: the GraphQL id until 2026-11-29. */
const FORMER = /^TGlzdGluZz[op][\w-]{48}$/

export const isUuid = (text: string): boolean => UUID.test(text)

/** Accepts a uuid and a former GraphQL id; null for any other text. */
export const listingUuidIn = (id: string): string | null => {
  if (UUID.test(id)) return id
  const [, uuid = ''] = FORMER.test(id) ? Buffer.from(id, 'base64url').toString('utf8').split(':') : []
  return UUID.test(uuid) ? uuid : null
}
