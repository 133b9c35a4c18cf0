/**
 * The id of a listing. A listing of this hub has one id everywhere, its uuid: in GraphQL, in `/v1`, in `/data`, as the address of
 * its page and at the platforms. An entry decided elsewhere is known to GraphQL alone and has a global id, `Listing:m<version>`.
 */

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** base64url of `Listing:` and a uuid: the id that GraphQL gave a listing until 2026-11-29. It is accepted for good. */
const FORMER = /^TGlzdGluZz[op][\w-]{48}$/

export const isUuid = (text: string): boolean => UUID.test(text)

/** The uuid in an id of a listing of this hub, as it is or as it was; null for any other text. */
export const uuidIn = (id: string): string | null => {
  if (UUID.test(id)) return id
  const [, uuid = ''] = FORMER.test(id) ? Buffer.from(id, 'base64url').toString('utf8').split(':') : []
  return UUID.test(uuid) ? uuid : null
}
