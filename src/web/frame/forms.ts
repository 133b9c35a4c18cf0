/** What a form of a page sends, with or without a file: read whole, for it is small. */
import express, { type Request, type RequestHandler } from 'express'
import { Refusal } from '../../foundation/errors.js'

export interface Form {
  /** The last text of each name, a line end counted as one character, as browsers count what they let one type. */
  texts: ReadonlyMap<string, string>
  /** What the files hold, empty ones left out. */
  files: readonly Buffer[]
}

const KINDS = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i
/** Fields of one form. */
const FIELDS_MOST = 20

/** Bytes of the body, for `formIn`; what is larger is refused by express with the status 413. */
export const body = (most: number): RequestHandler => express.raw({ type: () => true, limit: most, inflate: false })

/** Refusal FORM_UNREADABLE. */
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

/** Node's own reader of forms. */
const entriesOf = async (bytes: Uint8Array<ArrayBuffer>, type: string): Promise<[string, string | Blob][]> => {
  try {
    return [...(await new Response(bytes, { headers: { 'content-type': type } }).formData()).entries()]
  } catch {
    throw new Refusal('FORM_UNREADABLE')
  }
}
