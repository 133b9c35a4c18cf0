/** Whether heads that were noted outside the database are in it, as far as no row tells of their loss already. */
import { covers, type Loss, lossIn, lossOf, type NotedHead } from '../../domain/audit/loss.js'
import * as trail from '../../store/audit/audit-log.js'
import * as store from '../../store/audit/heads.js'
import type { Db, Tx } from '../../store/db/db.js'

/**
 * Null: all are there. `heads` are read before anything else: what is noted was there. Whether a row that tells of a loss is
 * genuine is for the walk to find.
 */
export const unsaidLoss = async (handle: Db | Tx, heads: readonly NotedHead[], last: number): Promise<Loss | null> => {
  const numbers = heads.map(({ number }) => number)
  const hashes = await store.hashesOf(handle, numbers)
  const isThere = ({ number, hash }: NotedHead): boolean => hashes.get(number) === hash
  if (heads.every(isThere)) return null
  const said = (await store.cuts(handle)).flatMap(({ number, content }) => {
    const loss = content === null ? null : lossIn(content.asked, number)
    return loss === null ? [] : [loss]
  })
  const open = heads.filter((head) => isThere(head) || !said.some((loss) => covers(loss, head)))
  return lossOf(open, hashes, { last, server: await trail.server(handle) })
}
