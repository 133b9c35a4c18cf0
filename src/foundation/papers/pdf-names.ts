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

/** Matches a letter as it is and as an escape, so long texts need not be unescaped. */
const spelled = (name: string): string => [...name].map((letter) => `(?:${letter}|#${hexOf(letter)})`).join('')
const hexOf = (letter: string): string =>
  letter
    .charCodeAt(0)
    .toString(16)
    .replace(/[a-f]/, (digit) => `[${digit}${digit.toUpperCase()}]`)
const ANY = new RegExp(`/(?:${[...Object.keys(FAULTS), 'OpenAction'].map(spelled).join('|')})(?![A-Za-z0-9#])`)

export const faultOfText = (text: string): PdfFault | null => {
  const [name] = ANY.exec(text) ?? []
  return name === undefined ? null : (faultOfName(withoutEscapes(name.slice(1))) ?? 'SCRIPT')
}

/** ISO 32000-1, 7.3.5: `#` and two hexadecimal digits spell a character. */
export const withoutEscapes = (text: string): string =>
  text.includes('#')
    ? text.replace(/#([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text
