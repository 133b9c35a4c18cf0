/** First generation of 双公示 (2015–2018): ROWDATA/ROW in SOAP, dates YYYY/MM/DD. */
import type { Notice, Receipt } from '../../domain/delivery/delivery.js'
import {
  elementsNamed,
  localName,
  textOfChild,
  XML_DECLARATION,
  type XmlElement,
  xmlLeaf,
  xmlNode,
  xmlTag,
} from '../../foundation/text/xml.js'
import { readXml, shortenedText, UnreadableAnswerError } from './reading.js'
import type { FormatRow } from './record-notices.js'

/** States 正常, 撤销, 异议, 其他. No document found defines their values. */
export const STATE_CODES = { normal: '0', withdrawn: '1', disputed: '2', other: '3' } as const

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
/** XML namespace at sgs.creditchina.gov.cn; another receiver's WSDL may differ. */
const SERVICE = 'http://webservice.creditchina.gov.cn/'

const FAULT_LENGTH_MAX = 40

export type SoapOperation = 'importPenalyXml' | 'importPermissionXml'

export const slashedDate = (day: string | null): string | null => day?.replaceAll('-', '/') ?? null

/** Omits the dates (`days`) that are empty, because receivers reject them. */
export const writeRowdata = (rows: readonly FormatRow[], days: readonly string[]): string =>
  XML_DECLARATION +
  xmlNode(
    'ROWDATA',
    ...rows.map((row) =>
      xmlNode(
        'ROW',
        ...Object.entries(row).flatMap(([name, value]) =>
          value === null && days.includes(name) ? [] : xmlLeaf(name, value ?? ''),
        ),
      ),
    ),
  )

export const writeSoapCall = (operation: SoapOperation, token: string, xml: string): string =>
  XML_DECLARATION +
  xmlTag(
    'soapenv:Envelope',
    { 'xmlns:soapenv': SOAP, 'xmlns:ser': SERVICE },
    xmlNode('soapenv:Body', xmlNode(`ser:${operation}`, xmlLeaf('token', token), xmlLeaf('xml', xml))),
  )

export const readSoapCall = (bytes: Buffer): { operation: SoapOperation; token: string; rows: XmlElement[] } | null => {
  const root = readXml(bytes)
  for (const operation of ['importPenalyXml', 'importPermissionXml'] as const) {
    const [call] = elementsNamed(root, operation)
    const xml = call && textOfChild(call, 'xml')
    if (!call || !xml) continue
    return { operation, token: textOfChild(call, 'token') ?? '', rows: elementsNamed(readXml(Buffer.from(xml)), 'ROW') }
  }
  return null
}

/** `line` counts from 1; null means the whole batch. */
export interface SoapLine {
  line: number | null
  code: string
  text: string
  field: string | null
  value: string | null
  receiverId: string | null
}

export const writeSoapAnswer = (operation: SoapOperation, lines: readonly SoapLine[]): string => {
  const rows = lines.map(({ line, code, text, field, value, receiverId }) =>
    xmlNode(
      'ROW',
      xmlLeaf('line', line ?? ''),
      xmlLeaf('code', code),
      xmlLeaf('text', text),
      xmlLeaf('field', field ?? ''),
      xmlLeaf('value', value ?? ''),
      xmlLeaf('recid', receiverId ?? ''),
    ),
  )
  return (
    XML_DECLARATION +
    xmlTag(
      'soapenv:Envelope',
      { 'xmlns:soapenv': SOAP, 'xmlns:ser': SERVICE },
      xmlNode(
        'soapenv:Body',
        xmlNode(`ser:${operation}Response`, xmlLeaf('return', XML_DECLARATION + xmlNode('ROWDATA', ...rows))),
      ),
    )
  )
}

/** A batch answer accepts all rows or rejects row `line`; a rejection without `line` throws UnreadableAnswerError. */
export const readSoapAnswer = (
  bytes: Buffer,
  notices: readonly Notice[],
  acceptedCodes: readonly string[] = ['00', '02'],
): Receipt[] => {
  const receiptOf = ({ code, text, field, value, receiverId }: SoapLine, key: string): Receipt => ({
    key,
    accepted: acceptedCodes.includes(code),
    code,
    text,
    field,
    value,
    receiverId,
  })
  const verdicts = verdictsIn(innerOf(readXml(bytes)))
  if (verdicts.length === 0) throw new UnreadableAnswerError('no code in the answer')
  const listed = verdicts.filter(({ element }) => localName(element) === 'ROW')
  const whole = verdicts.filter(({ element }) => localName(element) !== 'ROW')
  const receipts = listed.length > 0 ? listed.flatMap(receiptOfRow) : whole.flatMap(receiptsOfWhole)
  const bad = whole.find(({ code, line }) => !acceptedCodes.includes(code) && (line === null || listed.length > 0))
  if (bad) throw new UnreadableAnswerError(`code ${bad.code}`)
  return receipts

  function receiptOfRow(verdict: SoapLine): Receipt[] {
    const notice = notices[(verdict.line ?? 0) - 1]
    return notice ? [receiptOf(verdict, notice.key)] : []
  }

  /** With a success code, `line` is the number of accepted rows. */
  function receiptsOfWhole(verdict: SoapLine): Receipt[] {
    const { code, line } = verdict
    if (!acceptedCodes.includes(code)) return receiptOfRow(verdict)
    if (line !== null && line !== 0 && line !== notices.length) {
      throw new UnreadableAnswerError(`code ${code} for ${line} of ${notices.length} rows`)
    }
    return notices.map(({ key }) => receiptOf(verdict, key))
  }
}

/** Returns the answer's root, which may be XML inside a text. */
const innerOf = (root: XmlElement): XmlElement => {
  const [fault] = elementsNamed(root, 'Fault')
  if (fault)
    throw new UnreadableAnswerError(`SOAP fault ${(textOfChild(fault, 'faultcode') ?? '').slice(0, FAULT_LENGTH_MAX)}`)
  const written = writtenIn(root)
  return written === null ? root : readXml(Buffer.from(written))
}

const writtenIn = ({ text, children }: XmlElement): string | null => {
  if (text.startsWith('<')) return text
  for (const child of children) {
    const written = writtenIn(child)
    if (written !== null) return written
  }
  return null
}

const verdictsIn = (element: XmlElement): (SoapLine & { element: XmlElement })[] => {
  const code = shortenedIn(element, 'code')
  const own = code === null ? [] : [{ element, ...lineIn(element), code }]
  return [...own, ...element.children.flatMap(verdictsIn)]
}

const lineIn = (element: XmlElement): Omit<SoapLine, 'code'> => {
  const line = textOfChild(element, 'line')
  return {
    line: line !== null && /^\d{1,9}$/.test(line) ? Number(line) : null,
    text: shortenedIn(element, 'text') ?? '',
    field: shortenedIn(element, 'field'),
    value: shortenedIn(element, 'value'),
    receiverId: shortenedIn(element, 'recid'),
  }
}

const shortenedIn = (element: XmlElement, name: string): string | null => shortenedText(textOfChild(element, name))
