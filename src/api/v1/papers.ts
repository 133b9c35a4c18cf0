import type { Request, Response } from 'express'
import { DOCUMENT_KINDS, type DocumentKind } from '../../domain/listing/documents.js'
import { Refusal } from '../../foundation/errors.js'
import { PAPER_BYTES_MOST, PAPER_TYPES, type PaperType } from '../../foundation/papers/inspect.js'
import { isDate } from '../../foundation/time/dates.js'
import type { SealedPaper } from '../../store/listing/papers.js'
import * as work from '../../work/listing/papers.js'
import { openPaperFor, requireCaseInRegion } from '../listing/papers.js'
import { readListingInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { type AdmittedHandler, type AdmittedRequest, readParameters } from './admitted-request.js'
import { withAuditedOutcome } from './audited-outcome.js'
import { makeBodyReceiver } from './receive-body.js'

const RECEIVED_MOST = 4

export const makeFileReceiver = () =>
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

export const sendDownload = (response: Response, type: PaperType, name: string, content: Buffer): void => {
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
