/** Parses a submitted form, with or without a file, in memory. */
import express, { type Request, type RequestHandler } from 'express'
import { Refusal } from '../../foundation/errors.js'

export interface Form {
  /**
   * The last value of each field. CRLF becomes LF, because browsers count a line end as one character for `maxlength`.
   */
  texts: ReadonlyMap<string, string>
  /** Non-empty uploaded files. */
  files: readonly Buffer[]
}

const KINDS = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i
/** Most fields of one form. */
const FIELDS_MOST = 20

/** Body parser for `formIn`. Express answers 413 to a body above `most` bytes. */
export const body = (most: number): RequestHandler => express.raw({ type: () => true, limit: most, inflate: false })

/** Throws FORM_UNREADABLE. */
export const formIn = async (request: Request): Promise<Form> => {
  const type = request.headers['content-type'] ?? ''
  if (!KINDS.test(type)) throw new Refusal('FORM_UNREADABLE')
  const bytes: Buffer = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const texts = new Map<string, string>()
  const files: Buffer[] = []
  for (const [name, value] of await entriesOf(new Uint8Array(bytes), type)) {
    if (texts.size + files.length > FIELDS_MOST) throw new Refusal('FORM_UNREADABLE')
    if (typeof value === 'string') texts.set(name, value.replaceAll('\0', '').replaceAll('\r\n', '\n'))
    else if (value.size > 0) files.push(Buffer.from(await value.arrayBuffer()))
  }
  return { texts, files }
}

/** Node's built-in form parser. */
const entriesOf = async (bytes: Uint8Array<ArrayBuffer>, type: string): Promise<[string, string | Blob][]> => {
  try {
    return [...(await new Response(bytes, { headers: { 'content-type': type } }).formData()).entries()]
  } catch {
    throw new Refusal('FORM_UNREADABLE')
  }
}
