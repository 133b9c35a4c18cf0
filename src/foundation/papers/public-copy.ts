/** A copy for the public holds what is seen on it, and nothing that a program left beside it. */
import type { PaperType } from './inspect.js'
import { inspectPdf } from './inspect-pdf.js'
import { stripJpeg, stripPng } from './strip-picture.js'

/** REVISED: the PDF still holds what was there before it was changed. */
export const makePublicCopy = (bytes: Buffer, type: PaperType): Buffer | 'BROKEN' | 'REVISED' => {
  if (type === 'PDF') return inspectPdf(bytes).revisions > 1 ? 'REVISED' : bytes
  return (type === 'PNG' ? stripPng(bytes) : stripJpeg(bytes)) ?? 'BROKEN'
}
