import { Refusal } from '../../../foundation/errors.js'

const PLACES_MOST = 16
/** Slots that all clients without a token share: they cannot block the others. */
const PLACES_OF_PUBLIC = 8
const PLACES_OF_ONE = 4
/** A client that takes this many rows a second keeps its slot; GRACE_MS covers its first rows. */
const PACE_ROWS = 100
const GRACE_MS = 10_000

interface BulkSlot {
  /**
   * Called when a chunk starts. The client keeps its slot until the returned function gets the number of rows answered.
   */
  works: () => (rows: number) => void
  leave: () => void
}

interface TakenSlot {
  key: string
  isPublic: boolean
  since: number
  rows: number
  chunks: number
  evict: () => void
}

export const makeBulkSlots = () => {
  const taken = new Set<TakenSlot>()
  const count = (which: (one: TakenSlot) => boolean): number => [...taken].filter(which).length
  const freed = (now: number, which: (one: TakenSlot) => boolean): boolean => {
    const lagging = [...taken].find((one) => which(one) && one.chunks === 0 && lagsBehind(one, now))
    if (lagging === undefined) return false
    taken.delete(lagging)
    lagging.evict()
    return true
  }
  return {
    /** `evict` is called when the client loses its slot. Throws HUB_BUSY when no slot is free. */
    take: (
      of: { holder: string } | { address: string },
      { now, evict }: { now: () => Date; evict: () => void },
    ): BulkSlot => {
      const isPublic = 'address' in of
      const key = isPublic ? `address ${of.address}` : `holder ${of.holder}`
      const at = now().getTime()
      const isOwnLeft = count((one) => one.key === key) < PLACES_OF_ONE
      const isOpenLeft = () =>
        !isPublic || count((one) => one.isPublic) < PLACES_OF_PUBLIC || freed(at, (one) => one.isPublic)
      const isAnyLeft = () => taken.size < PLACES_MOST || freed(at, () => true)
      if (!isOwnLeft || !isOpenLeft() || !isAnyLeft())
        throw new Refusal('HUB_BUSY', {
          reason: `同时 ${PLACES_MOST} 个批量查询，每家 ${PLACES_OF_ONE} 个，无令牌者共 ${PLACES_OF_PUBLIC} 个 so many bulk questions at once, ${PLACES_OF_ONE} of one, ${PLACES_OF_PUBLIC} of all without a token`,
        })
      const own: TakenSlot = { key, isPublic, since: at, rows: 0, chunks: 0, evict }
      taken.add(own)
      return {
        works: () => {
          own.chunks += 1
          return (rows) => {
            own.chunks -= 1
            own.rows += rows
          }
        },
        leave: () => void taken.delete(own),
      }
    },
  }
}

const lagsBehind = ({ since, rows }: TakenSlot, now: number): boolean =>
  rows < ((now - since - GRACE_MS) / 1_000) * PACE_ROWS
