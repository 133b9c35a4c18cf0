/** Removes our credentials from answers, so that an echo never reaches receipts, errors or logs. */

import type { To } from '../platform.js'

/** Shorter secrets are not masked, because that would destroy ordinary text. */
const SECRET_LENGTH_MIN = 6
const STRUCK = '*'

/** Masks the credential in bytes and keeps the length. */
export const struckBytes = (bytes: Buffer, secret: string): Buffer => {
  const wanted = Buffer.from(secret)
  if (secret.length < SECRET_LENGTH_MIN || !bytes.includes(wanted)) return bytes
  const struck = Buffer.from(bytes)
  for (let at = struck.indexOf(wanted); at >= 0; at = struck.indexOf(wanted, at)) {
    struck.fill(STRUCK, at, at + wanted.length)
  }
  return struck
}

/** Masks the credential in parsed text, where escapes had hidden it. */
export const struck = (text: string, secret: string): string =>
  secret.length < SECRET_LENGTH_MIN ? text : text.replaceAll(secret, STRUCK.repeat(secret.length))

/** The credential and the password in an address. */
export const secretsOf = ({ url, secret }: Pick<To, 'url' | 'secret'>): string[] => {
  const written = URL.canParse(url) ? new URL(url).password : ''
  try {
    return [secret, decodeURIComponent(written)]
  } catch {
    return [secret, written]
  }
}
