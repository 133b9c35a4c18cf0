import { Refusal } from '../../foundation/errors.js'

const WHOLE_MOST = 3
const WAITING_MOST = 200

/** Calls must not be nested. Throws HUB_BUSY when the queue is full. */
export type ConcurrencyLimit = <T>(act: () => Promise<T>) => Promise<T>

export const makeConcurrencyLimit = (most = WHOLE_MOST): ConcurrencyLimit => {
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
