/** First generation of 双公示 (2015–2018), dates YYYY/MM/DD. */
import { isEntryNotice, type Notice, type Receipt, type RecordNotice } from '../../domain/delivery/delivery.js'
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
import { shanghaiDate } from '../../foundation/time/dates.js'
import { isAcceptedCode } from '../codes.js'
import type { NoticeBatch } from '../platform.js'
import { type ReceiptFields, readReceiptFields, readXml, shortenedText, UnreadableAnswerError } from './reading.js'
import type { FormatRow } from './record-notices.js'

/** States 正常, 撤销, 异议, 其他. No document found defines their values. */
export const STATE_CODES = { normal: '0', withdrawn: '1', disputed: '2', other: '3' } as const

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
/** XML namespace at sgs.creditchina.gov.cn; another receiver's WSDL may differ. */
const SERVICE = 'http://webservice.creditchina.gov.cn/'

const FAULT_LENGTH_MAX = 40

export type SoapOperation = 'importPenalyXml' | 'importPermissionXml'

export const slashedDate = (day: string | null): string | null => day?.replaceAll('-', '/') ?? null

/** Receivers reject empty dates. */
export const writeRowdata = (
  { notices, sentAt }: NoticeBatch,
  rowOf: (notice: RecordNotice, sentOn: string) => FormatRow,
  days: readonly string[],
): string => {
  const sentOn = shanghaiDate(new Date(sentAt))
  const leaf = ([name, value]: [string, string | number | null]) =>
    value === null && days.includes(name) ? [] : xmlLeaf(name, value ?? '')
  const rows = notices.flatMap((notice) => (isEntryNotice(notice) ? [] : [rowOf(notice, sentOn)]))
  return (
    XML_DECLARATION + xmlNode('ROWDATA', ...rows.map((row) => xmlNode('ROW', ...Object.entries(row).flatMap(leaf))))
  )
}

export const writeSoapCall = (operation: SoapOperation, token: string, xml: string): string =>
  soapMessage(xmlNode(`ser:${operation}`, xmlLeaf('token', token), xmlLeaf('xml', xml)))

const soapMessage = (content: string): string =>
  XML_DECLARATION +
  xmlTag('soapenv:Envelope', { 'xmlns:soapenv': SOAP, 'xmlns:ser': SERVICE }, xmlNode('soapenv:Body', content))

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
type SoapLine = Pick<Receipt, keyof ReceiptFields> & { line: number | null }

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
  const answer = XML_DECLARATION + xmlNode('ROWDATA', ...rows)
  return soapMessage(xmlNode(`ser:${operation}Response`, xmlLeaf('return', answer)))
}

/** Accepts all rows or rejects row `line`; a rejection without `line` throws UnreadableAnswerError. */
export const readSoapAnswer = (bytes: Buffer, notices: readonly Notice[]): Receipt[] => {
  const verdicts = verdictsIn(innerOf(readXml(bytes)))
  if (verdicts.length === 0) throw new UnreadableAnswerError('no code in the answer')
  const listed = verdicts.filter(({ isRow }) => isRow)
  const whole = verdicts.filter(({ isRow }) => !isRow)
  const receipts = listed.length > 0 ? listed.flatMap(receiptOfRow) : whole.flatMap(receiptsOfWhole)
  const bad = whole.find(({ code, line }) => !isAcceptedCode(code) && (line === null || listed.length > 0))
  if (bad) throw new UnreadableAnswerError(`code ${bad.code}`)
  return receipts

  function receiptOfRow(verdict: SoapVerdict): Receipt[] {
    const notice = notices[(verdict.line ?? 0) - 1]
    return notice ? [receiptOf(verdict, notice)] : []
  }

  function receiptsOfWhole(verdict: SoapVerdict): Receipt[] {
    const { code, line } = verdict
    if (!isAcceptedCode(code)) return receiptOfRow(verdict)
    if (line !== null && line !== 0 && line !== notices.length) {
      throw new UnreadableAnswerError(`code ${code} for ${line} of ${notices.length} rows`)
    }
    return notices.map((notice) => receiptOf(verdict, notice))
  }
}

const receiptOf = ({ line, isRow, ...verdict }: SoapVerdict, { key }: Notice): Receipt => ({
  key,
  accepted: isAcceptedCode(verdict.code),
  ...verdict,
})

const innerOf = (root: XmlElement): XmlElement => {
  const [fault] = elementsNamed(root, 'Fault')
  if (fault)
    throw new UnreadableAnswerError(
      `SOAP fault ${shortenedText(textOfChild(fault, 'faultcode'), FAULT_LENGTH_MAX) ?? ''}`,
    )
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

type SoapVerdict = SoapLine & { isRow: boolean }

const FIELDS: ReceiptFields = { code: 'code', text: 'text', field: 'field', value: 'value', receiverId: 'recid' }

const verdictsIn = (element: XmlElement): SoapVerdict[] => {
  const fields = Object.fromEntries(Object.values(FIELDS).map((name) => [name, textOfChild(element, name)]))
  const receipt = readReceiptFields(fields, FIELDS)
  const line = textOfChild(element, 'line')
  const verdict = {
    ...receipt,
    line: line !== null && /^\d{1,9}$/.test(line) ? Number(line) : null,
    isRow: localName(element) === 'ROW',
  }
  return [...(receipt.code === '' ? [] : [verdict]), ...element.children.flatMap(verdictsIn)]
}
