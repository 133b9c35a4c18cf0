/** How many long answers are under way at once, in all and to one address. */
import { Refusal } from '../../foundation/errors.js'

/** In all. */
const DOWNLOADS_MOST = 256
/** To one address: offices and proxies stand for many. */
const DOWNLOADS_OF_ONE = 100

export interface Downloads {
  /** Refusal HUB_BUSY. What comes back ends it. */
  begin: (address: string) => () => void
}

export const makeDownloads = ({ most = DOWNLOADS_MOST, ofOne = DOWNLOADS_OF_ONE } = {}): Downloads => {
  const open = new Map<string, number>()
  let all = 0
  return {
    begin: (address) => {
      const own = open.get(address) ?? 0
      if (all >= most || own >= ofOne)
        throw new Refusal('HUB_BUSY', {
          reason: `同时下载 ${most} 个，每个地址 ${ofOne} 个 so many downloads at once, ${ofOne} to one address`,
        })
      all += 1
      open.set(address, own + 1)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        all -= 1
        const left = (open.get(address) ?? 1) - 1
        if (left > 0) open.set(address, left)
        else open.delete(address)
      }
    },
  }
}
