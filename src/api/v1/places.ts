import { Refusal } from '../../foundation/errors.js'

interface Sent {
  id: string
  agency: string
}

export interface Places {
  /** Throws when no slot is free for this feed. Refusals RUN_BUSY, HUB_BUSY. */
  ask: (feed: Sent) => void
  take: (feed: Sent) => () => void
}

/** One slot a feed, `most` in all, `ofOne` for one agency. */
export const makePlaces = (most: number, ofOne: number): Places => {
  const taken = new Map<string, string>()
  const ask = ({ id, agency }: Sent): void => {
    if (taken.has(id)) throw new Refusal('RUN_BUSY', { job: 'pull', subject: id })
    const own = [...taken.values()].filter((other) => other === agency).length
    if (own < ofOne && taken.size < most) return
    throw new Refusal('HUB_BUSY', {
      reason: `同时处理的上传不超过 ${most} 个，每家单位 ${ofOne} 个 at most ${most} uploads at once, ${ofOne} of an agency`,
    })
  }
  const take = (feed: Sent): (() => void) => {
    ask(feed)
    taken.set(feed.id, feed.agency)
    return () => void taken.delete(feed.id)
  }
  return { ask, take }
}
