/** Papers are encrypted by a key outside the database, bound to their id. */
import { hash, randomUUID } from 'node:crypto'
import type { DocumentKind } from '../../domain/listing/documents.js'
import {
  ATTACHMENTS_MOST,
  type AttachmentUse,
  findReleaseFault,
  isRoomLeft,
  PAPERS_BYTES_MOST,
  PAPERS_MOST,
  type PaperUse,
} from '../../domain/listing/papers.js'
import { cleanFileName } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import { checkPaper, makePaperRefusal, type PaperType } from '../../foundation/papers/inspect.js'
import { makePublicCopy } from '../../foundation/papers/public-copy.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as papers from '../../store/listing/papers.js'
import type { WorkRules } from '../calendar/rules.js'
import { type ExternalDocumentInput, recordDocumentWithin } from './documents.js'

type SealKeys = Pick<Keys, 'seal' | 'unseal' | 'sealBytes' | 'unsealBytes'>

interface PaperToKeep extends papers.PaperOwner {
  about: PaperUse
  kind: DocumentKind | null
  content: Buffer
  type: PaperType
  name?: string | null
  by: string
  now: Date
}

const keepPaper = async (tx: Tx, keys: SealKeys, made: PaperToKeep): Promise<papers.SealedPaper> => {
  const { content, type, name = null, by, now, listingId, objectionId, about, kind } = made
  await papers.lockOwner(tx, made)
  if (!isRoomLeft(await papers.measurePapers(tx, made), [content]))
    throw new Refusal('PAPERS_FULL', { count: PAPERS_MOST, limit: `${PAPERS_BYTES_MOST / 1024 / 1024} MB` })
  const id = randomUUID()
  const [bytes, sha256] = [content.length, hash('sha256', content)]
  const owner = { listingId, objectionId }
  const sealed = keys.sealBytes(content, id)
  const kept = await papers.add(tx, {
    id,
    ...owner,
    about,
    kind,
    type,
    bytes,
    sha256,
    fileName: name === null ? null : keys.seal(name, nameBoundTo(id)),
    content: sealed,
    storedBy: by,
    storedAt: now,
  })
  if (kept.id !== id && (kept.erasedAt !== null || (await isFormer(tx, kept)))) throw makePaperRefusal('FORMER')
  return kept
}

const nameBoundTo = (id: string): string => `${id} name`

export const openPaperName = (
  keys: Pick<Keys, 'unseal'>,
  { id, fileName }: Pick<papers.SealedPaper, 'id' | 'fileName'>,
): string | null => (fileName === null ? null : keys.unseal(fileName, nameBoundTo(id)))

/** A withdrawn or replaced file stays so when sent again. */
const isFormer = async (tx: Tx, { id, listingId, about, kind, withdrawnBy }: papers.SealedPaper): Promise<boolean> => {
  if (about !== 'SIGNED' || listingId === null) return withdrawnBy !== null
  return (await papers.findLatestSigned(tx, listingId, kind))?.id !== id
}

export type SignedCopyInput = Omit<ExternalDocumentInput, 'sha256'> & { content: Buffer }

export const storeSignedCopy = (
  db: Db,
  rules: WorkRules,
  keys: SealKeys,
  { content, ...made }: SignedCopyInput,
): Promise<papers.SealedPaper> => {
  const type = checkPaper(content)
  return db.transaction(async (tx) => {
    const document = await recordDocumentWithin(tx, rules, { ...made, sha256: hash('sha256', content) })
    const { listingId, kind } = document
    const { by, now } = made
    return keepPaper(tx, keys, { listingId, objectionId: null, about: 'SIGNED', kind, content, type, by, now })
  })
}

export interface MaskedCopyInput {
  listing: string
  kind: DocumentKind
  content: Buffer
  by: string
  now: Date
}

/** Refusals: PAPER_UNSIGNED, PAPER_REFUSED, CONTENT_TOO_LARGE, PAPERS_FULL. */
export const storeMaskedCopy = (
  db: Db,
  keys: SealKeys,
  { listing, kind, content: sent, by, now }: MaskedCopyInput,
): Promise<papers.SealedPaper> => {
  const type = checkPaper(sent)
  const content = makePublicCopy(sent, type)
  if (typeof content === 'string') throw makePaperRefusal(content)
  return db.transaction(async (tx) => {
    if (!(await papers.hasSignedCopy(tx, listing, kind))) throw new Refusal('PAPER_UNSIGNED')
    const made = { listingId: listing, objectionId: null, about: 'MASKED', kind, content, type, by, now } as const
    return keepPaper(tx, keys, made)
  })
}

export interface MaskedCopyAct {
  id: string
  by: string
  now: Date
}

/** Withdraws the earlier copy, so a later withdrawal does not revive it. */
export const releaseMaskedCopy = (db: Db, { id, by, now }: MaskedCopyAct): Promise<papers.SealedPaper> =>
  db.transaction(async (tx) => {
    const paper = await lockMasked(tx, id)
    const fault = findReleaseFault(paper, by)
    if (fault !== null) throw new Refusal(fault)
    await papers.withdrawReleased(tx, paper, { by, at: now })
    return papers.release(tx, id, { by, at: now })
  })

/** One person is enough, because withdrawing hides. */
export const withdrawMaskedCopy = (db: Db, { id, by, now }: MaskedCopyAct): Promise<papers.SealedPaper> =>
  db.transaction(async (tx) => {
    if ((await lockMasked(tx, id)).withdrawnBy !== null) throw new Refusal('PAPER_SETTLED')
    return papers.withdraw(tx, id, { by, at: now })
  })

const lockMasked = async (tx: Tx, id: string): Promise<papers.SealedPaper> => {
  const found = await papers.findPaper(tx, id)
  if (found?.about !== 'MASKED') throw new Refusal('PAPER_UNKNOWN')
  await papers.lockOwner(tx, found)
  return (await papers.lockPaper(tx, id)) ?? found
}

export interface AttachedFile {
  name: string
  content: Buffer
}

export const checkAttachments = (files: readonly Pick<AttachedFile, 'content'>[]): PaperType[] => {
  if (files.length > ATTACHMENTS_MOST) throw new Refusal('ATTACHMENTS_MANY', { most: ATTACHMENTS_MOST })
  return files.map(({ content }) => checkPaper(content))
}

export const storeAttachments = async (
  db: Db,
  keys: SealKeys & Pick<Keys, 'pseudonymOf'>,
  {
    files,
    ...made
  }: papers.PaperOwner & { about: AttachmentUse; files: readonly AttachedFile[]; by: string; now: Date },
): Promise<void> => {
  if (files.length === 0) return
  const types = checkAttachments(files)
  await db.transaction(async (tx) => {
    for (const [n, { name, content }] of files.entries()) {
      const file = { name: cleanFileName(name, keys.pseudonymOf), content, type: types[n] ?? ('PDF' as const) }
      await keepPaper(tx, keys, { ...made, kind: null, ...file })
    }
  })
}

export const openPaper = async (db: Db, keys: SealKeys, { id }: Pick<papers.SealedPaper, 'id'>): Promise<Buffer> =>
  keys.unsealBytes(await papers.readSealedContent(db, id), id)
