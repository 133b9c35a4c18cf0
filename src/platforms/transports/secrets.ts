/** Masks our credentials in answers, receipts, errors and logs. */

import type { PlatformAddress } from '../platform.js'

/** Masking shorter secrets would destroy ordinary text. */
const SECRET_LENGTH_MIN = 6
const STRUCK = '*'

/** Masks the credential and keeps the length. */
export const struckBytes = (bytes: Buffer, secret: string): Buffer => {
  const wanted = Buffer.from(secret)
  if (secret.length < SECRET_LENGTH_MIN || !bytes.includes(wanted)) return bytes
  const struck = Buffer.from(bytes)
  for (let at = struck.indexOf(wanted); at >= 0; at = struck.indexOf(wanted, at)) {
    struck.fill(STRUCK, at, at + wanted.length)
  }
  return struck
}

/** For parsed text, where escapes had hidden it. */
export const struck = (text: string, secret: string): string =>
  secret.length < SECRET_LENGTH_MIN ? text : text.replaceAll(secret, STRUCK.repeat(secret.length))

export const secretsOf = ({ url, secret }: Pick<PlatformAddress, 'url' | 'secret'>): string[] => {
  const written = URL.canParse(url) ? new URL(url).password : ''
  try {
    return [secret, decodeURIComponent(written)]
  } catch {
    return [secret, written]
  }
}
