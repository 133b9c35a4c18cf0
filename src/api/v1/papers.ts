import type { Request, Response } from 'express'
import { DOCUMENT_KINDS, type DocumentKind } from '../../domain/listing/documents.js'
import { Refusal } from '../../foundation/errors.js'
import { PAPER_BYTES_MOST, PAPER_TYPES } from '../../foundation/papers/inspect.js'
import { isDate } from '../../foundation/time/dates.js'
import type { SealedPaper } from '../../store/listing/papers.js'
import * as work from '../../work/listing/papers.js'
import { openPaperFor, requireCaseInRegion } from '../listing/papers.js'
import { readListingInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { type AdmittedHandler, type AdmittedRequest, readParameters } from './admitted-request.js'
import { makeBodyReceiver } from './receive-body.js'

const RECEIVED_MOST = 4

export const makePapersHandler = (): AdmittedHandler => {
  const receive = makeBodyReceiver({
    most: PAPER_BYTES_MOST,
    mostOfAll: RECEIVED_MOST * PAPER_BYTES_MOST,
    arrivingMost: 2,
  })
  return async ({ request, response, own, parts, viewer, audit }) => {
    const { use, listing, kind, number, issuedOn } = paperIn(request)
    const shown = [await requireCaseInRegion(parts.db, viewer, 'move_listing', listing)]
    const by = viewer.sub ?? ''
    const received = await receive(request, by)
    if (received === null) return
    try {
      const asked = `POST /v1/papers ${use} ${kind} ${listing}`
      await audit({ kind: 'ACT', asked, shown, content: received.bytes })
      const made = { listing, kind, content: received.bytes, by, now: own.now }
      const paper = await (use === 'SIGNED'
        ? work.storeSignedCopy(parts.db, parts.rules, parts.keys, { ...made, number, issuedOn })
        : work.storeMaskedCopy(parts.db, parts.keys, made)
      ).catch(async (error) => {
        await audit({ kind: 'OUTCOME', asked, shown, outcome: error instanceof Refusal ? error.code : 'INTERNAL' })
        throw error
      })
      await audit({ kind: 'OUTCOME', asked, shown })
      const { id, sha256, bytes } = paper
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
  const { paper, code, content } = await openPaperFor(parts, viewer, id)
  await audit({ kind: 'FILE', asked: `GET /v1/papers/${id}`, shown: [code], content })
  sendPaper(response, paper, content)
}

export const sendPaper = (response: Response, { type, about, kind }: SealedPaper, content: Buffer): void => {
  const { mediaType, extension } = PAPER_TYPES[type]
  const name = `${about}${kind === null ? '' : `-${kind}`}`.toLowerCase().replaceAll('_', '-')
  response
    .set({
      'Content-Type': mediaType,
      'Content-Disposition': `attachment; filename="${name}.${extension}"`,
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cache-Control': 'no-store',
    })
    .send(content)
}
