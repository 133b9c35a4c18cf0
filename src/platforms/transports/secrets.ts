import type { PlatformAddress } from '../platform.js'

/** Masking shorter secrets would destroy ordinary text. */
const SECRET_LENGTH_MIN = 6
const STRUCK = '*'

export const maskSecretBytes = (bytes: Buffer, secret: string): Buffer => {
  const wanted = Buffer.from(secret)
  if (secret.length < SECRET_LENGTH_MIN || !bytes.includes(wanted)) return bytes
  const masked = Buffer.from(bytes)
  for (let at = masked.indexOf(wanted); at >= 0; at = masked.indexOf(wanted, at)) {
    masked.fill(STRUCK, at, at + wanted.length)
  }
  return masked
}

/** Masks the secret in parsed text, where escapes had hidden it. */
export const maskSecret = (text: string, secret: string): string =>
  secret.length < SECRET_LENGTH_MIN ? text : text.replaceAll(secret, STRUCK.repeat(secret.length))

export const secretsOf = ({ url, secret }: Pick<PlatformAddress, 'url' | 'secret'>): string[] => {
  const written = URL.canParse(url) ? new URL(url).password : ''
  try {
    return [secret, decodeURIComponent(written)]
  } catch {
    return [secret, written]
  }
}
