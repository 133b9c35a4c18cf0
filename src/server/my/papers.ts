import type { RequestHandler } from 'express'
import { openPaperFor } from '../../api/listing/papers.js'
import { writeAuditRow } from '../../api/request/audit-rows.js'
import type { ApiDependencies } from '../../api/request/dependencies.js'
import { sendPaper } from '../../api/v1/papers.js'
import { makeBodyReceiver } from '../../api/v1/receive-body.js'
import type { AttachmentUse } from '../../domain/listing/papers.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { PAPER_BYTES_MOST } from '../../foundation/papers/inspect.js'
import { writePdf } from '../../foundation/papers/pdf.js'
import type { PaperOwner } from '../../store/listing/papers.js'
import { rawFormBody } from '../../web/frame/forms.js'
import type { SitePage } from '../../web/frame/page.js'
import { baseUrlOf } from '../../web/frame/render-response.js'
import { certificatePage, certificatePaper } from '../../web/my/certificate.js'
import { mayBeCertified } from '../../web/my/listing.js'
import * as questions from '../../web/my/questions.js'
import type { RefusedAct } from '../../web/my/refusals.js'
import { certificateFileName } from '../../web/verify/certificate-facts.js'
import type { RetractionStatus } from '../../work/delivery/retraction.js'
import * as work from '../../work/listing/papers.js'
import { issueCertificate } from '../../work/publication/certificate.js'
import { FORM_TEXT_BYTES, findSession, type PartyVisit } from './visits.js'

const FORM_BYTES = PAPER_BYTES_MOST + FORM_TEXT_BYTES
const RECEIVED_MOST = 4

/** Reads files only with a session; any other body is cut off early. */
export const receiveFiles = (): RequestHandler => {
  const receive = makeBodyReceiver({ most: FORM_BYTES, mostOfAll: RECEIVED_MOST * FORM_BYTES, arrivingMost: 2 })
  const small = rawFormBody(FORM_TEXT_BYTES)
  return async (request, response, next) => {
    const isFiles = (request.headers['content-type'] ?? '').startsWith('multipart/form-data')
    const session = isFiles ? await findSession(request) : null
    if (session === null) return small(request, response, next)
    const received = await receive(request, session.viewer.sub ?? '')
    if (received === null) return
    response.once('close', received.release)
    request.body = received.bytes
    next()
  }
}

export const findAttachmentFault = (files: readonly work.AttachedFile[]): RefusedAct | null => {
  try {
    work.checkAttachments(files)
    return null
  } catch (error) {
    return refusedOf(error)
  }
}

const refusedOf = (error: unknown): RefusedAct => {
  if (!isRefusal(error)) throw error
  const { code, message, details } = error
  return { code, message, details }
}

export interface ListingOfVisit {
  file: Pick<questions.PartyFile, 'uscc' | 'shop' | 'name'>
  listing: questions.PartyListingDetail
  retraction: RetractionStatus | null
  subjectId: string | null
}

interface PartyPapersDependencies {
  listingOf: (visit: PartyVisit) => Promise<ListingOfVisit>
  ask: (
    visit: PartyVisit,
    query: string,
    variables: Record<string, unknown>,
    // biome-ignore lint/suspicious/noExplicitAny: answers have the shape of their question
  ) => Promise<{ data: any; refused: RefusedAct | null }>
}

export type PartyPapers = ReturnType<typeof makePartyPapers>

export const makePartyPapers = (parts: ApiDependencies, { listingOf, ask }: PartyPapersDependencies) => {
  const platformNames = new Map(parts.platforms.map(({ id, name }) => [id, name]))

  const open = async ({ response, asked, session: { viewer } }: PartyVisit, id: string): Promise<undefined> => {
    const { paper, name, code, content } = await openPaperFor({ db: asked.db, keys: parts.keys }, viewer, id)
    await writeAuditRow(parts, asked, viewer, { kind: 'FILE', asked: `GET /my/papers/${id}`, shown: [code], content })
    sendPaper(response, { ...paper, name }, content)
  }

  const certified = async (visit: PartyVisit) => {
    const { file, listing, retraction, subjectId } = await listingOf(visit)
    if (subjectId === null || !mayBeCertified(listing)) throw new Refusal('NOT_FOUND')
    const { kind: list, authority, documentNumber, decidedOn, publishedOn } = listing
    const listName = listing.list?.name ?? { zh: list, en: list }
    const removal = { removedOn: listing.removedOn ?? '', removalReason: listing.removalReason ?? '' }
    const base = baseUrlOf(parts, visit.request)
    const issued = await issueCertificate(visit.asked.db, parts.keys, {
      issuer: base,
      party: { code: file.uscc ?? file.shop ?? '', name: file.name },
      entry: { id: subjectId, list, listName, authority, documentNumber, decidedOn, publishedOn, ...removal },
      retraction,
      measures: listing.measures.filter(({ lifted }) => !lifted),
      platformNames,
      now: visit.asked.now,
    })
    return { id: listing.id, base, ...issued }
  }

  return {
    sendDocument: async (visit: PartyVisit): Promise<undefined> => {
      const { listing } = await listingOf(visit)
      const wanted = listing.documents.find(({ kind }) => kind === visit.request.params['kind'])
      if (wanted === undefined) throw new Refusal('NOT_FOUND')
      return wanted.signed === null ? sendForm(visit, ask, listing.id) : open(visit, wanted.signed.id)
    },
    sendPaper: (visit: PartyVisit) => open(visit, String(visit.request.params['id'])),
    showCertificate: async (visit: PartyVisit): Promise<SitePage> =>
      certificatePage({ own: visit.own, ...(await certified(visit)) }),
    sendSignedCertificate: async (visit: PartyVisit): Promise<undefined> => {
      const { jws, certificate } = await certified(visit)
      download(visit, certificateFileName(certificate, 'jws'), 'application/jose')
      visit.response.send(jws)
    },
    sendCertificatePdf: async (visit: PartyVisit): Promise<undefined> => {
      const issued = await certified(visit)
      const pdf = await writePdf(certificatePaper(issued))
      download(visit, certificateFileName(issued.certificate, 'pdf'), 'application/pdf')
      visit.response.send(pdf)
    },
    attach: (visit: PartyVisit, files: readonly work.AttachedFile[], owner: AttachmentOwner) =>
      attachFiles(parts, visit, files, owner),
  }
}

const sendForm = async (
  visit: PartyVisit,
  ask: PartyPapersDependencies['ask'],
  listingId: string,
): Promise<undefined> => {
  const format = visit.request.query['format'] === 'docx' ? 'DOCX' : 'PDF'
  const { data } = await ask(visit, questions.FORM_QUERY, { format })
  const all: { id: string; documents: { draft: string | null }[] }[] = data?.myFile?.listings ?? []
  const draft = all.find(({ id }) => id === listingId)?.documents[0]?.draft
  if (draft == null) throw new Refusal('NOT_FOUND')
  download(visit, `repair-application.${format.toLowerCase()}`, 'application/octet-stream')
  visit.response.send(Buffer.from(draft, 'base64'))
}

type AttachmentOwner = PaperOwner & { about: AttachmentUse }

const attachFiles = async (
  parts: ApiDependencies,
  { asked, session, own }: PartyVisit,
  files: readonly work.AttachedFile[],
  owner: AttachmentOwner,
): Promise<RefusedAct | null> => {
  if (files.length === 0) return null
  const act = { asked: `POST ${owner.about} ${files.length}`, shown: [own.code] }
  await writeAuditRow(parts, asked, session.viewer, {
    kind: 'ACT',
    ...act,
    content: Buffer.concat(files.map(({ content }) => content)),
  })
  let refused: RefusedAct | null = null
  try {
    await work.storeAttachments(asked.db, parts.keys, { ...owner, files, by: own.code, now: asked.now })
  } catch (error) {
    refused = refusedOf(error)
  }
  const outcome = refused === null ? {} : { outcome: refused.code }
  await writeAuditRow(parts, asked, session.viewer, { kind: 'OUTCOME', ...act, ...outcome })
  return refused
}

const download = ({ response }: PartyVisit, name: string, type: string): void => {
  response.set('Content-Disposition', `attachment; filename="${name}"`).type(type)
}
