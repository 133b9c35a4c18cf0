/** The name under which a file was sent: its last part alone, as text of bounded length, without ID numbers. */
import { redact } from '../../domain/records/privacy.js'

/** Longest name that is kept, characters. */
const NAME_LENGTH = 200

/** `named` in the query comes first, then Content-Disposition (RFC 6266); null where neither says one. */
export const fileName = (
  named: string | undefined,
  disposition: string | undefined,
  mark: (id: string) => string,
): string | null => {
  const full = named ?? inDisposition(disposition ?? '') ?? ''
  const last = full.split(/[/\\]/).at(-1) ?? ''
  // Redacted before it is cut: half a number would not be known for one.
  const seen = redact(last.replace(/\p{C}/gu, ''), mark)
  const name = [...seen].slice(0, NAME_LENGTH).join('').trim()
  return name === '' ? null : name
}

const inDisposition = (header: string): string | null => {
  const [, encoded] = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header) ?? []
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded)
    } catch {
      // The plain form may stand beside it.
    }
  }
  const [, quoted, token] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header) ?? []
  const plain = quoted?.replace(/\\(.)/g, '$1') ?? token
  // Headers come as single bytes; most senders mean UTF-8.
  return plain === undefined ? null : Buffer.from(plain, 'latin1').toString('utf8')
}
