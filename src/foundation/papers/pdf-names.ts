export type PdfFault = 'BROKEN' | 'SCRIPT' | 'EMBEDDED' | 'ENCRYPTED'

const FAULTS: Readonly<Record<string, PdfFault>> = {
  JavaScript: 'SCRIPT',
  JS: 'SCRIPT',
  AA: 'SCRIPT',
  Launch: 'SCRIPT',
  SubmitForm: 'SCRIPT',
  ImportData: 'SCRIPT',
  GoToE: 'SCRIPT',
  GoToR: 'SCRIPT',
  Rendition: 'SCRIPT',
  RichMedia: 'SCRIPT',
  OnInstantiate: 'SCRIPT',
  XFA: 'SCRIPT',
  EmbeddedFile: 'EMBEDDED',
  EmbeddedFiles: 'EMBEDDED',
  FileAttachment: 'EMBEDDED',
  EF: 'EMBEDDED',
  Encrypt: 'ENCRYPTED',
}

export const faultOfName = (name: string): PdfFault | null =>
  Object.hasOwn(FAULTS, name) ? (FAULTS[name] ?? null) : null

const ANY = new RegExp(`/(${Object.keys(FAULTS).join('|')}|OpenAction)(?![A-Za-z0-9])`)

export const faultOfText = (text: string): PdfFault | null => {
  if (!text.includes('/')) return null
  const name = ANY.exec(withoutEscapes(text))?.[1]
  return name === undefined ? null : (faultOfName(name) ?? 'SCRIPT')
}

/** ISO 32000-1, 7.3.5: `#` and two hexadecimal digits spell a character. */
export const withoutEscapes = (text: string): string =>
  text.includes('#')
    ? text.replace(/#([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text
