import type { Request, Response } from 'express'
import { DOCUMENT_KINDS, type DocumentKind } from '../../domain/listing/documents.js'
import { isSha256 } from '../../domain/matters/fields.js'
import { seatOf } from '../../domain/matters/seats.js'
import { Refusal } from '../../foundation/errors.js'
import { PAPER_BYTES_MOST, PAPER_TYPES, type PaperType } from '../../foundation/papers/inspect.js'
import { isDate } from '../../foundation/time/dates.js'
import type { SealedPaper } from '../../store/listing/papers.js'
import { movesOfMatters } from '../../store/matters/matters.js'
import * as work from '../../work/listing/papers.js'
import { findOperatorCodes, keepAttachment, signReceipts } from '../../work/matters/attachments.js'
import { kindAsBegun } from '../../work/matters/kinds.js'
import { openPaperFor, requireCaseInRegion } from '../listing/papers.js'
import { findMatterForSeat, openAttachmentFor } from '../matters/matters.js'
import { readListingInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { requireAct } from '../request/viewer.js'
import { type AdmittedHandler, type AdmittedRequest, readParameters } from './admitted-request.js'
import { makeBodyReceiver } from './receive-body.js'

const RECEIVED_MOST = 4

const makeFileReceiver = () =>
  makeBodyReceiver({ most: PAPER_BYTES_MOST, mostOfAll: RECEIVED_MOST * PAPER_BYTES_MOST, arrivingMost: 2 })

export const makePapersHandler = (): AdmittedHandler => {
  const receive = makeFileReceiver()
  return async (visit) => {
    const { request, response, own, parts, viewer } = visit
    const { use, listing, kind, number, issuedOn } = paperIn(request)
    const shown = [await requireCaseInRegion(parts.db, viewer, 'move_listing', listing)]
    const by = viewer.sub ?? ''
    const received = await receive(request, by)
    if (received === null) return
    try {
      const entry = { asked: `POST /v1/papers ${use} ${kind} ${listing}`, shown, content: received.bytes }
      const made = { listing, kind, content: received.bytes, by, now: own.now }
      const { id, sha256, bytes } = await withAuditedOutcome(visit, entry, () =>
        use === 'SIGNED'
          ? work.storeSignedCopy(parts.db, parts.rules, parts.keys, { ...made, number, issuedOn })
          : work.storeMaskedCopy(parts.db, parts.keys, made),
      )
      response.status(201).set('Cache-Control', 'no-store').json({ id, sha256, bytes })
    } finally {
      received.release()
    }
  }
}

export const makeAttachmentHandler = (): AdmittedHandler => {
  const receive = makeFileReceiver()
  return async (visit) => {
    const { request, response, own, parts, viewer } = visit
    requireAct(viewer, 'open_matter')
    const [seat, sha256] = [seatOf(viewer), String(request.params['sha256'])]
    if (seat === null) throw new Refusal('MATTER_NOT_YOURS')
    if (!isSha256(sha256))
      throw new Refusal('INPUT_INVALID', { reason: 'sha256 应为 64 位小写十六进制 64 hexadecimal digits' })
    const received = await receive(request, seat)
    if (received === null) return
    try {
      const entry = { asked: `PUT /v1/matters/attachments/${sha256}`, content: received.bytes }
      const sent = { seat, sha256, content: received.bytes, by: viewer.sub ?? '', now: own.now }
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

const withAuditedOutcome = async <T>(
  { audit }: AdmittedRequest,
  { content, ...entry }: { asked: string; shown?: string[]; content: Buffer },
  act: () => Promise<T>,
): Promise<T> => {
  await audit({ kind: 'ACT', ...entry, content })
  const made = await act().catch(async (error) => {
    await audit({ kind: 'OUTCOME', ...entry, outcome: error instanceof Refusal ? error.code : 'INTERNAL' })
    throw error
  })
  await audit({ kind: 'OUTCOME', ...entry })
  return made
}

const paperIn = (request: Request) => {
  const given = refuseUnstorableText(readParameters(request, ['use', 'listing', 'kind', 'number', 'issuedOn']))
  const { use = 'SIGNED', number = '', issuedOn = '' } = given
  const listing = readListingInGlobalId(given.listing ?? '')
  const kind = DOCUMENT_KINDS.find((each) => each === given.kind)
  if (listing === null || !('uuid' in listing)) throw new Refusal('LISTING_UNKNOWN')
  if (use !== 'SIGNED' && use !== 'MASKED')
    throw new Refusal('INPUT_INVALID', { reason: 'use 应为 SIGNED 或者 MASKED is SIGNED or MASKED' })
  if (kind === undefined || kind === 'REPAIR_APPLICATION')
    throw new Refusal('INPUT_INVALID', { reason: 'kind 不是机关出具的文书 is no document of the authority' })
  if (use === 'SIGNED' && !isDate(issuedOn)) throw new Refusal('DATE_INVALID', { value: issuedOn })
  return { use, listing: listing.uuid, kind: kind as DocumentKind, number, issuedOn } as const
}

export const answerPaper = async ({ request, response, parts, viewer, audit }: AdmittedRequest): Promise<void> => {
  const id = String(request.params['id'])
  const { paper, name, code, content } = await openPaperFor(parts, viewer, id)
  await audit({ kind: 'FILE', asked: `GET /v1/papers/${id}`, shown: [code], content })
  sendPaper(response, { ...paper, name }, content)
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

/** A wrong extension would open the paper in the wrong program. */
const withExtension = (name: string, extension: string): string =>
  name
    .toLowerCase()
    .replace(/\.jpeg$/, '.jpg')
    .endsWith(`.${extension}`)
    ? name
    : `${name}.${extension}`

type SentPaper = Pick<SealedPaper, 'type' | 'about' | 'kind'> & { name?: string | null }

export const sendPaper = (response: Response, { type, about, kind, name = null }: SentPaper, content: Buffer): void => {
  const plain = `${about}${kind === null ? '' : `-${kind}`}`.toLowerCase().replaceAll('_', '-')
  sendDownload(response, type, name ?? plain, content)
}

const sendDownload = (response: Response, type: PaperType, name: string, content: Buffer): void => {
  const { mediaType, extension } = PAPER_TYPES[type]
  response
    .attachment(withExtension(name, extension))
    .set({
      'Content-Type': mediaType,
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cache-Control': 'no-store',
    })
    .send(content)
}
