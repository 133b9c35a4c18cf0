import { type AuditLoss, explainsLostHead, findLoss, type NotedHead, parseAuditLoss } from '../../domain/audit/loss.js'
import * as auditRows from '../../store/audit/audit-log.js'
import * as store from '../../store/audit/heads.js'
import type { Db } from '../../store/db/db.js'

/** Finds noted rows that the database lacks without a CUT row. */
export const findUnreportedLoss = async (
  handle: Db,
  heads: readonly NotedHead[],
  last: number,
): Promise<AuditLoss | null> => {
  const numbers = heads.map(({ number }) => number)
  const hashes = await store.readHashes(handle, numbers)
  const isThere = ({ number, hash }: NotedHead): boolean => hashes.get(number) === hash
  if (heads.every(isThere)) return null
  const losses = (await auditRows.listCutRows(handle)).flatMap(({ number, content }) => {
    const loss = content === null ? null : parseAuditLoss(content.asked, number)
    return loss === null ? [] : [loss]
  })
  const open = heads.filter((head) => isThere(head) || !losses.some((loss) => explainsLostHead(loss, head)))
  return findLoss(open, hashes, { last, server: await auditRows.readServerIdentity(handle) })
}
