/** Bytes of attachments, sealed by a key outside the database and bound to seat and hash. */
import { hash } from 'node:crypto'
import { BYTES_A_DAY_MOST, FILES_A_DAY_MOST, isOverDay, traceCustody } from '../../domain/matters/custody.js'
import type { MatterKind } from '../../domain/matters/kind.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys, ManifestKeys } from '../../foundation/keys.js'
import { checkPaper } from '../../foundation/papers/inspect.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/matters/attachments.js'
import type { StoredMatter, StoredMatterMove } from '../../store/matters/matters.js'
import { operatorsById } from '../../store/operators/operators.js'
import { openMoveInput } from './keep-move.js'

export interface AttachmentSent {
  /** The matter in which the seat has named it; null: any. Absent: the hub names it itself. */
  id?: string | null
  seat: string
  sha256: string
  content: Buffer
  by: string
  now: Date
}

const OF_THE_DAY = { count: FILES_A_DAY_MOST, limit: `${BYTES_A_DAY_MOST / 1024 / 1024} MB` }

/**
 * Refusals: ATTACHMENT_UNKNOWN for a hash that the seat has not named (in `id`), ATTACHMENT_HASH_MISMATCH,
 * ATTACHMENT_SIZE_MISMATCH, PAPER_REFUSED, ATTACHMENTS_OF_THE_DAY.
 */
export const keepAttachment = async (
  db: Db,
  keys: Pick<Keys, 'sealBytes'>,
  { id, seat, sha256, content, by, now }: AttachmentSent,
): Promise<store.AttachmentFile & { isNew: boolean }> => {
  const declared = id === undefined ? [null] : await store.listDeclaredBytes(db, { id, seat, sha256 })
  if (declared.length === 0) throw new Refusal('ATTACHMENT_UNKNOWN')
  const found = hash('sha256', content)
  if (found !== sha256) throw new Refusal('ATTACHMENT_HASH_MISMATCH', { sha256: found })
  if (!declared.some((bytes) => bytes === null || bytes === content.length))
    throw new Refusal('ATTACHMENT_SIZE_MISMATCH', { declared: declared.join('、'), bytes: content.length })
  const file = { seat, sha256, type: checkPaper(content), bytes: content.length }
  const sealed = { ...file, content: keys.sealBytes(content, aboutOf(file)), by, at: now }
  const today = new Date(`${shanghaiDate(now)}T00:00:00+08:00`)
  return db.transaction(async (tx) => {
    await store.lockSeatFiles(tx, seat)
    const kept = await store.measureFilesSince(tx, seat, today)
    if (isOverDay({ count: kept.count + 1, bytes: kept.bytes + file.bytes }))
      throw new Refusal('ATTACHMENTS_OF_THE_DAY', OF_THE_DAY)
    return { ...file, isNew: await store.addFile(tx, sealed) }
  })
}

export const openAttachment = async (
  db: Db,
  keys: Pick<Keys, 'unsealBytes'>,
  { id, sha256 }: { id: string; sha256: string },
): Promise<store.SealedAttachment | null> => {
  const file = await store.findFile(db, id, sha256)
  return file && { ...file, content: keys.unsealBytes(file.content, aboutOf(file)) }
}

const aboutOf = ({ seat, sha256 }: Pick<store.AttachmentFile, 'seat' | 'sha256'>): string =>
  `attachment ${seat} ${sha256}`

type MatterMoves = readonly StoredMatterMove[]

export const readCustody = (
  keys: Pick<Keys, 'unseal'>,
  kind: MatterKind,
  { matter }: Pick<StoredMatter, 'matter'>,
  moves: MatterMoves,
) =>
  traceCustody(
    kind,
    matter.seats,
    moves.map((made) => ({ ...openMoveInput(keys, made), ...made })),
  )

/** One JWS per receipt. The recording move's hash ties it to the matter's chain. */
export const signReceipts = (
  keys: Pick<Keys, 'unseal'> & { manifests: Pick<ManifestKeys, 'issuer' | 'signReceipt'> },
  kind: MatterKind,
  stored: StoredMatter,
  moves: MatterMoves,
) =>
  readCustody(keys, kind, stored, moves).receipts.map(({ at, on, sequence, attachments, ...receipt }) => {
    const told = {
      document: 'handover-receipt',
      version: 1,
      issuer: keys.manifests.issuer,
      matter: stored.number,
      kind: stored.kind,
      ...receipt,
      sequence,
      moveHash: moves.find((made) => made.sequence === sequence)?.hash ?? null,
      receivedOn: on,
      receivedAt: at.toISOString(),
      attachments: attachments.map(({ type, sha256 }) => ({ type, sha256 })),
    }
    return { ...told, ...keys.manifests.signReceipt(JSON.stringify(told)) }
  })

export const findOperatorCodes = async (
  db: Db,
  { operatorId }: Pick<StoredMatter, 'operatorId'>,
): Promise<string[]> => {
  const about = await operatorsById(db, operatorId === null ? [] : [operatorId])
  return [...about.values()].map(({ uscc, shop }) => uscc ?? shop ?? '')
}
