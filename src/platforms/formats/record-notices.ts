import type { Notice, RecordNotice } from '../../domain/delivery/delivery.js'
import { readOperatorKindInUscc } from '../../domain/operators/codes.js'
import { type FormatFault, type NoticeBatch, SENDER_NAME } from '../platform.js'
import { findFormatFaults } from './schema.js'

export type FormatRow = Readonly<Record<string, string | number | null>>

/** 双公示 requires this date when there is no end. */
export const ENDLESS_DATE = '2099-12-31'

export const isRecordOfKind =
  <K extends RecordNotice['kind']>(kind: K) =>
  (notice: Notice): notice is RecordNotice & { kind: K } =>
    notice.kind === kind

export const readBodyText = ({ body }: RecordNotice, name: string): string | null => {
  const value = body[name]
  return typeof value === 'string' && value !== '' ? value : null
}

export const readBodyTextList = ({ body }: RecordNotice, name: string): string[] => {
  const value = body[name]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

const PARTIES: Readonly<Record<string, string>> = {
  ORGANISATION: '法人及非法人组织',
  INDIVIDUAL_BUSINESS: '个体工商户',
  NATURAL_PERSON: '自然人',
}

export const partyKindWord = (notice: RecordNotice): string | null => {
  const stated = readBodyText(notice, 'party_kind')
  if (stated !== null) return PARTIES[stated] ?? null
  const { uscc } = notice.operator
  if (uscc === null) return null
  return PARTIES[readOperatorKindInUscc(uscc) === 'individual' ? 'INDIVIDUAL_BUSINESS' : 'ORGANISATION'] ?? null
}

/** A natural person's record needs an ID number, which the hub lacks. */
export const findRecordFaults = (
  notice: RecordNotice,
  format: string,
  partyField: string,
  row: object,
): FormatFault[] => {
  if (partyKindWord(notice) !== PARTIES['NATURAL_PERSON']) return findFormatFaults(format, row)
  const message = '自然人的记录不由本枢纽推送。A record of a natural person is not sent by the hub.'
  return [{ field: partyField, rule: 'natural-person', message }]
}

export const recordBatch = ({ id }: NoticeBatch, dataset: string, rows: readonly FormatRow[]) => ({
  batchNo: id,
  sender: SENDER_NAME,
  dataset,
  rows,
})

export const RECORD_KEY = 'HUB_ID'
export const RECORD_SEQUENCE = 'HUB_SN'

/** Columns beyond 双公示, needed to change, order and withdraw rows. */
export const hubColumns = ({ key, sequence, action, removal }: RecordNotice) => ({
  [RECORD_KEY]: key,
  [RECORD_SEQUENCE]: sequence,
  HUB_OP: action,
  HUB_CXDM: removal?.reason ?? null,
  HUB_CXSY: removal?.reasonText ?? null,
  HUB_CXRQ: removal?.removedOn ?? null,
  HUB_CXWH: removal?.documentNumber ?? null,
})
