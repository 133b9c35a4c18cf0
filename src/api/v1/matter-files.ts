/** Attachments of matters, and the signed receipts of their handovers. */
import { isSha256 } from '../../domain/matters/fields.js'
import { seatOf } from '../../domain/matters/seats.js'
import { Refusal } from '../../foundation/errors.js'
import { PAPER_TYPES } from '../../foundation/papers/inspect.js'
import { movesOfMatters } from '../../store/matters/matters.js'
import { findOperatorCodes, keepAttachment, signReceipts } from '../../work/matters/attachments.js'
import { kindAsBegun } from '../../work/matters/kinds.js'
import { findMatterForSeat, openAttachmentFor, uuidIn } from '../matters/matters.js'
import { requireAct } from '../request/viewer.js'
import type { AdmittedHandler, AdmittedRequest } from './admitted-request.js'
import { withAuditedOutcome } from './audited-outcome.js'
import { makeFileReceiver, sendDownload } from './papers.js'

/** After the move that names the hash. */
export const makeAttachmentHandler = (): AdmittedHandler => {
  const receive = makeFileReceiver()
  return async (visit) => {
    const { request, response, own, parts, viewer } = visit
    requireAct(viewer, 'open_matter')
    const [seat, id, sha256] = [seatOf(viewer), String(request.params['id']), String(request.params['sha256'])]
    const matter = uuidIn(id)
    if (seat === null || matter === null || !isSha256(sha256)) throw new Refusal('ATTACHMENT_UNKNOWN')
    const received = await receive(request, seat)
    if (received === null) return
    try {
      const entry = { asked: `PUT /v1/matters/${id}/attachments/${sha256}`, content: received.bytes }
      const sent = { id: matter, seat, sha256, content: received.bytes, by: viewer.sub ?? '', now: own.now }
      const { isNew, type, bytes } = await withAuditedOutcome(visit, entry, () =>
        keepAttachment(parts.db, parts.keys, sent),
      )
      response
        .status(isNew ? 201 : 200)
        .set('Cache-Control', 'no-store')
        .json({ sha256, bytes, mediaType: PAPER_TYPES[type].mediaType })
    } finally {
      received.release()
    }
  }
}

export const answerAttachment = async ({ request, response, parts, viewer, audit }: AdmittedRequest): Promise<void> => {
  const [id, sha256] = [String(request.params['id']), String(request.params['sha256'])]
  const { type, name, codes, content } = await openAttachmentFor(parts, viewer, id, sha256)
  await audit({ kind: 'FILE', asked: `GET /v1/matters/${id}/attachments/${sha256}`, shown: codes, content })
  sendDownload(response, type, name, content)
}

export const answerReceipts = async ({ request, response, parts, viewer, audit }: AdmittedRequest): Promise<void> => {
  const id = String(request.params['id'])
  const stored = await findMatterForSeat(parts, viewer, id)
  if (stored === null) throw new Refusal('MATTER_UNKNOWN')
  const kind = await kindAsBegun(parts.db, stored)
  const receipts = signReceipts(parts.keys, kind, stored, await movesOfMatters(parts.db, [stored.id]))
  const content = JSON.stringify({ receipts })
  const shown = await findOperatorCodes(parts.db, stored)
  await audit({ kind: 'ANSWER', asked: `GET /v1/matters/${id}/receipts`, shown, content })
  response.set('Cache-Control', 'no-store').type('json').send(content)
}
