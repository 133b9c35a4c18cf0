/** Bytes of attachments, sealed by a key outside the database and bound to seat and hash. */
import { hash } from 'node:crypto'
import { isRoomForFile, UNNAMED_BYTES_MOST, UNNAMED_FILES_MOST } from '../../domain/matters/custody.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import { checkPaper } from '../../foundation/papers/inspect.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/matters/attachments.js'

export interface AttachmentSent {
  seat: string
  sha256: string
  content: Buffer
  by: string
  now: Date
}

/** Refusals: ATTACHMENT_HASH_MISMATCH, PAPER_REFUSED, CONTENT_TOO_LARGE, ATTACHMENTS_UNNAMED. */
export const keepAttachment = (
  db: Db,
  keys: Pick<Keys, 'sealBytes'>,
  { seat, sha256, content, by, now }: AttachmentSent,
): Promise<store.AttachmentFile & { isNew: boolean }> => {
  const found = hash('sha256', content)
  if (found !== sha256) throw new Refusal('ATTACHMENT_HASH_MISMATCH', { sha256: found })
  const file = { seat, sha256, type: checkPaper(content), bytes: content.length }
  return db.transaction(async (tx) => {
    await store.lockSeatFiles(tx, seat)
    if (await store.renewFile(tx, file, now)) return { ...file, isNew: false }
    if (!isRoomForFile(await store.measureUnnamedFiles(tx, seat), content.length))
      throw new Refusal('ATTACHMENTS_UNNAMED', {
        count: UNNAMED_FILES_MOST,
        limit: `${UNNAMED_BYTES_MOST / 1024 / 1024} MB`,
      })
    await store.addFile(tx, { ...file, content: keys.sealBytes(content, aboutOf(file)), by, at: now })
    return { ...file, isNew: true }
  })
}

/** Null where the hub does not keep it. */
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
