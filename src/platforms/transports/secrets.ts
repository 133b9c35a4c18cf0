/** A platform that repeats our credential in its answer must not bring it into receipts, errors or logs. */

import type { To } from '../platform.js'

/** A shorter one would strike out half of an honest answer; none that is worth the name is that short. */
const SECRET_LENGTH_MIN = 6
const STRUCK = '*'

/** The answer's bytes with the credential struck out, as long as before. */
export const struckBytes = (bytes: Buffer, secret: string): Buffer => {
  const wanted = Buffer.from(secret)
  if (secret.length < SECRET_LENGTH_MIN || !bytes.includes(wanted)) return bytes
  const struck = Buffer.from(bytes)
  for (let at = struck.indexOf(wanted); at >= 0; at = struck.indexOf(wanted, at)) {
    struck.fill(STRUCK, at, at + wanted.length)
  }
  return struck
}

/** The same of text that was written with escapes and has been read. */
export const struck = (text: string, secret: string): string =>
  secret.length < SECRET_LENGTH_MIN ? text : text.replaceAll(secret, STRUCK.repeat(secret.length))

/** All that opens the door: the credential, and the password that stands in an address. */
export const secretsOf = ({ url, secret }: Pick<To, 'url' | 'secret'>): string[] => {
  const written = URL.canParse(url) ? new URL(url).password : ''
  try {
    return [secret, decodeURIComponent(written)]
  } catch {
    return [secret, written]
  }
}
