import { MIMEType } from 'node:util'
import express, { type Request, type RequestHandler } from 'express'
import { Refusal } from '../../foundation/errors.js'

interface FormFile {
  name: string
  content: Buffer
}

export interface SubmittedForm {
  /** Last value of each field. CRLF becomes LF, because browsers count LF for `maxlength`. */
  texts: ReadonlyMap<string, string>
  files: readonly FormFile[]
}

const MULTIPART = 'multipart/form-data'
const URL_ENCODED = 'application/x-www-form-urlencoded'
const FIELDS_MOST = 20
const FIELD_SEPARATOR = '&'

/** Bodies of more than `most` bytes get 413. */
export const rawFormBody = (most: number): RequestHandler =>
  express.raw({ type: () => true, limit: most, inflate: false })

/** Throws FORM_UNREADABLE. */
export const parseForm = async (request: Request): Promise<SubmittedForm> => {
  const type = request.headers['content-type'] ?? ''
  const bytes: Buffer = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const separator = separatorIn(type)
  if (separator === null || hasMany(bytes, separator)) throw new Refusal('FORM_UNREADABLE')
  const texts = new Map<string, string>()
  const files: FormFile[] = []
  const entries =
    separator === FIELD_SEPARATOR ? new URLSearchParams(bytes.toString()) : await entriesOf(new Uint8Array(bytes), type)
  for (const [name, value] of entries) {
    if (typeof value === 'string') texts.set(name, value.replaceAll('\0', '').replaceAll('\r\n', '\n'))
    else if (value.size > 0) files.push({ name: value.name, content: Buffer.from(await value.arrayBuffer()) })
  }
  return { texts, files }
}

/** Another boundary than the parser's would hide fields from the count. */
const separatorIn = (type: string): string | null => {
  try {
    const { essence, params } = new MIMEType(type)
    const boundary = params.get('boundary')
    if (essence === URL_ENCODED) return FIELD_SEPARATOR
    return essence === MULTIPART && boundary ? `--${boundary}` : null
  } catch {
    return null
  }
}

/** Counted first, because a million fields take the parser seconds. */
const hasMany = (bytes: Buffer, separator: string): boolean => {
  let at = -1
  for (let fields = 0; fields <= FIELDS_MOST; fields += 1) {
    at = bytes.indexOf(separator, at + 1)
    if (at < 0) return false
  }
  return true
}

const entriesOf = async (bytes: Uint8Array<ArrayBuffer>, type: string): Promise<[string, string | File][]> => {
  try {
    return [...(await new Response(bytes, { headers: { 'content-type': type } }).formData()).entries()]
  } catch {
    throw new Refusal('FORM_UNREADABLE')
  }
}
