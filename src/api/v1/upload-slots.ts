import { Refusal } from '../../foundation/errors.js'

interface UploadSource {
  id: string
  agency: string
}

export interface UploadSlots {
  /** Throws RUN_BUSY or HUB_BUSY unless a slot is free; takes none. */
  ask: (feed: UploadSource) => void
  take: (feed: UploadSource) => () => void
}

/** One slot for each feed, `most` in all and `ofOne` per agency. */
export const makeUploadSlots = (most: number, ofOne: number): UploadSlots => {
  const taken = new Map<string, string>()
  const ask = ({ id, agency }: UploadSource): void => {
    if (taken.has(id)) throw new Refusal('RUN_BUSY', { job: 'pull', subject: id })
    const ofAgency = [...taken.values()].filter((other) => other === agency).length
    if (ofAgency < ofOne && taken.size < most) return
    throw new Refusal('HUB_BUSY', {
      reason: `同时处理的上传不超过 ${most} 个，每家单位 ${ofOne} 个 at most ${most} uploads at once, ${ofOne} of an agency`,
    })
  }
  const take = (feed: UploadSource): (() => void) => {
    ask(feed)
    taken.set(feed.id, feed.agency)
    return () => void taken.delete(feed.id)
  }
  return { ask, take }
}
