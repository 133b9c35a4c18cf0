import { redactIdNumbers } from '../../domain/records/privacy.js'

const NAME_LENGTH = 200

/** Returns the file's name without folders and ID numbers, from the query or Content-Disposition (RFC 6266). */
export const uploadedFileName = (
  named: string | undefined,
  disposition: string | undefined,
  mark: (id: string) => string,
): string | null => {
  const full = named ?? inDisposition(disposition ?? '') ?? ''
  const last = full.split(/[/\\]/).at(-1) ?? ''
  // Redact before truncating: half an ID number would not be recognised.
  const seen = redactIdNumbers(last.replace(/\p{C}/gu, ''), mark)
  const name = [...seen].slice(0, NAME_LENGTH).join('').trim()
  return name === '' ? null : name
}

const inDisposition = (header: string): string | null => {
  const [, encoded] = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header) ?? []
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded)
    } catch {
      // An undecodable `filename*` is ignored; the plain `filename` is read.
    }
  }
  const [, quoted, token] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header) ?? []
  const plain = quoted?.replace(/\\(.)/g, '$1') ?? token
  // Node gives headers as Latin-1; most senders mean UTF-8.
  return plain === undefined ? null : Buffer.from(plain, 'latin1').toString('utf8')
}
