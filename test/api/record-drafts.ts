/** Codes of operators, and drafts of records about them. Every name is invented. */
import { extractRegionOfUscc, isValidUscc } from '../../src/domain/operators/codes.js'
import type { RecordBody, RecordDraft, RecordKind } from '../../src/domain/records/records.js'

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** The n-th valid code of Changchun's enterprises in this world. */
export const uscc = (n: number, kind = '91'): string => {
  const head = `${kind}220102${String(n).padStart(9, '0')}`
  const code = [...ALPHABET].map((last) => head + last).find(isValidUscc)
  if (code === undefined) throw new Error(`no code ${n}`)
  return code
}

const draft = (
  kind: RecordKind,
  key: string,
  code: string,
  body: RecordBody,
  validFrom: string | null,
): RecordDraft => ({
  kind,
  key,
  subject: {
    uscc: code,
    orgCode: null,
    regNo: null,
    shop: null,
    name: typeof body['name'] === 'string' ? body['name'] : null,
  },
  body,
  validFrom,
  validTo: null,
  remarks: [],
})

export const registration = (code: string, name: string, more: RecordBody = {}): RecordDraft =>
  draft(
    'registration',
    code,
    code,
    { name, uscc: code, status: 'ACTIVE', region_code: extractRegionOfUscc(code), ...more },
    null,
  )

/** A penalty heavy enough for a listing: the licence was revoked. */
export const penalty = (code: string, number: string, decidedOn = '2026-01-05'): RecordDraft =>
  draft(
    'penalty',
    `${number}/${code}`,
    code,
    {
      document_number: number,
      violation: '销售假冒注册商标的商品',
      types: ['吊销许可证件'],
      content: '吊销许可证件',
      facts: null,
      fine_yuan: '50000',
      confiscated_yuan: null,
      decided_on: decidedOn,
      authority: '虚构市市场监督管理局',
      authority_code: null,
      status: 'IN_FORCE',
      revoked_on: null,
    },
    decidedOn,
  )

export const trademark = (code: string, number: string): RecordDraft =>
  draft('trademark', `${number}/30`, code, { number, class: 30, name: '松云', status: 'REGISTERED' }, '2020-01-01')

export const mirrored = (code: string, key: string, listedOn: string | null): RecordDraft =>
  draft('list_entry', key, code, { list: 'ecommerce-2018', reason: '刷单炒信', listed_on: listedOn }, listedOn)
