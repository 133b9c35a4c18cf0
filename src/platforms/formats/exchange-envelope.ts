import {
  batchKindOf,
  dispatchByKind,
  type EntryNotice,
  type Notice,
  type Receipt,
  type SubjectKind,
} from '../../domain/delivery/delivery.js'
import { elementsNamed, XML_DECLARATION, xmlLeaf, xmlNode } from '../../foundation/text/xml.js'
import { isContradictoryReceipt } from '../codes.js'
import { type NoticeBatch, SENDER_NAME } from '../platform.js'
import { checkPenaltyRow, penaltyRow } from './penalty-row.js'
import { checkPermitRow, permitRow } from './permit-row.js'
import {
  type KeyFields,
  keyText,
  type ReceiptFields,
  readReceiptFields,
  readXml,
  UnreadableAnswerError,
} from './reading.js'
import { type FormatRow, RECORD_KEY, RECORD_SEQUENCE } from './record-notices.js'
import { findFormatFaults, fitToFormat } from './schema.js'
import type { FieldTexts } from './separated-lines.js'

const ITEMS: Record<SubjectKind, string> = { listing: 'blacklist', penalty: 'xzcf', permit: 'xzxk' }
export const EXCHANGE_FORMATS: Record<SubjectKind, string> = {
  listing: 'exchange-envelope',
  penalty: 'penalty-row',
  permit: 'permit-row',
}
/** 公开 (public). The code's value is unconfirmed. */
const OPEN = '0'

export const EXCHANGE_KEY_FIELDS: KeyFields = {
  key: 'ENTRY_ID',
  sequence: 'ENTRY_SN',
  uscc: 'A000002',
  name: 'A000001',
}

export const writeEnvelope = (receiver: string, batch: NoticeBatch): string =>
  XML_DECLARATION +
  xmlNode(
    'ExchangeMessage',
    xmlNode(
      'Header',
      ...Object.entries(envelopeHeader(receiver, batch)).map(([name, value]) => xmlLeaf(name, value ?? '')),
    ),
    xmlNode('Body', xmlNode('rows', ...batch.notices.map(rowNode))),
  )

export const envelopeHeader = (receiver: string, { id, notices }: NoticeBatch) => ({
  sender: SENDER_NAME,
  receiver,
  cc: null,
  flow: id,
  item: ITEMS[batchKindOf(notices)],
  sn: notices.length,
  securityType: OPEN,
  operator: SENDER_NAME,
  contacts: null,
})

/** Empty fields are omitted: some receivers reject them. */
const rowNode = (notice: Notice): string =>
  xmlNode(
    'row',
    ...Object.entries(exchangeRowOf(notice)).flatMap(([name, value]) => (value === null ? [] : xmlLeaf(name, value))),
  )

/** A0000nn and EXECUTE_REFRENCE_NO are the receiver's spellings. */
export const exchangeRow = (notice: EntryNotice) =>
  fitToFormat(notice, 'exchange-envelope', {
    ENTRY_ID: notice.key,
    ENTRY_SN: notice.sequence,
    OPERATION: notice.action,
    LIST_CODE: notice.list,
    DATA_CATEGORY: notice.listName,
    A000001: notice.operator.name,
    A000002: notice.operator.uscc,
    A000003: notice.operator.regNo,
    REASON: notice.reason,
    LEGAL_BASIS: notice.basis,
    EXECUTE_DEPT: notice.authority,
    EXECUTE_DEPT_CODE: notice.authorityCode,
    EXECUTE_REFRENCE_NO: notice.documentNumber,
    REGISTER_DATE: notice.decidedOn,
    PUBLISH_DATE: notice.publishedOn,
    EXPIRATION_DATE: notice.endsOn,
    ...(notice.contested !== undefined && { CONTESTED: notice.contested ? '1' : '0' }),
    REMOVE_REASON_CODE: notice.removal?.reason ?? null,
    REMOVE_REASON: notice.removal?.reasonText ?? null,
    REMOVE_REFERENCE_NO: notice.removal?.documentNumber ?? null,
    REMOVE_DATE: notice.removal?.removedOn ?? null,
  })

export const exchangeRowOf = dispatchByKind<FormatRow>(exchangeRow, penaltyRow, permitRow)

export const checkExchangeRow = dispatchByKind(
  (notice) => findFormatFaults('exchange-envelope', exchangeRow(notice)),
  checkPenaltyRow,
  checkPermitRow,
)

/** Throws UnreadableAnswerError. */
export const receiptRows = (bytes: Buffer): Record<string, string>[] => {
  const [receipt] = elementsNamed(readXml(bytes), 'receipt')
  if (!receipt) throw new UnreadableAnswerError('no receipt in the answer')
  return receipt.children
    .filter((child) => child.name === 'row')
    .map((row) => Object.fromEntries(row.children.map((field) => [field.name, field.text])))
}

const RECEIPT_FIELDS: ReceiptFields = {
  code: 'ruleCode',
  text: 'ruleText',
  field: 'field',
  value: 'value',
  receiverId: 'recordNo',
}
const STATES = new Map([
  ['1', true],
  ['0', false],
])

/** Returns null for a row that neither accepts nor rejects. */
export const readExchangeReceipt = (row: FieldTexts): Receipt | null => {
  const accepted = STATES.get(row['state'] ?? '')
  const fields = readReceiptFields(row, RECEIPT_FIELDS)
  if (accepted === undefined || isContradictoryReceipt({ accepted, ...fields })) return null
  return { key: exchangeKeyIn(row) ?? '', accepted, ...fields }
}

export const EXCHANGE_KEYS = [EXCHANGE_KEY_FIELDS.key, RECORD_KEY]

export const exchangeKeyIn = (row: FieldTexts): string | null => keyText(firstIn(row, EXCHANGE_KEYS))

export const exchangeSequenceIn = (row: FieldTexts): string | undefined =>
  firstIn(row, [EXCHANGE_KEY_FIELDS.sequence, RECORD_SEQUENCE])

const firstIn = (row: FieldTexts, names: readonly string[]): string | undefined =>
  names.map((name) => row[name]).find((value) => value)
