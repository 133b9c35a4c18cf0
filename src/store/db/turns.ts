/** A gate for questions over the whole public list, one for all doors of a process: each is the database's work for a while. */
import { Refusal } from '../../foundation/errors.js'

/** Such questions at once, and how many more may wait. */
const WHOLE_MOST = 3
const WAITING_MOST = 200

/** Does it when it has its turn. It waits for nothing else that does. Refusal HUB_BUSY where too many wait already. */
export type InTurn = <T>(act: () => Promise<T>) => Promise<T>

export const makeTurns = (most = WHOLE_MOST): InTurn => {
  const waiting: (() => void)[] = []
  let free = most
  return async (act) => {
    if (waiting.length >= WAITING_MOST) throw new Refusal('HUB_BUSY', { reason: '查询过多 too many questions' })
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else free -= 1
    try {
      return await act()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
