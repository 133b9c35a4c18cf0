/** Apart from `records.ts`, which the desk imports: browsers have neither Buffer nor node:crypto. */
import { hash } from 'node:crypto'
import { canonicalJson, quoted, type RecordDraft } from './records.js'

type DigestInput = Pick<RecordDraft, 'body' | 'validFrom' | 'validTo' | 'subject'>

export interface SealedBody {
  body: string
  digest: string
}

const DIGEST_CHARACTERS = 32 // hexadecimal, 128 bits
const BYTES_A_UNIT = 2
const scratch = Buffer.alloc(64 * 1024)

export const sealBody = ({ body, validFrom, validTo, subject }: DigestInput): SealedBody => {
  const text = canonicalJson(body)
  let beside = ''
  for (const part of [validFrom, validTo, subject.uscc, subject.orgCode, subject.regNo, subject.shop, subject.name]) {
    beside += part === null ? ',null' : `,${quoted(part)}`
  }
  return { body: text, digest: hash('sha256', utf16(text, beside)).slice(0, DIGEST_CHARACTERS) }
}

export const digestDraft = (draft: DigestInput): string => sealBody(draft).digest

/** UTF-16, the internal form of strings, avoids encoding. */
const utf16 = (text: string, beside: string): Buffer => {
  if ((text.length + beside.length) * BYTES_A_UNIT > scratch.length) return Buffer.from(text + beside, 'utf16le')
  const end = scratch.write(text, 0, 'utf16le')
  return scratch.subarray(0, end + scratch.write(beside, end, 'utf16le'))
}
