import { Refusal } from '../../foundation/errors.js'

const DOWNLOADS_MOST = 256
/** The limit is high, because everybody behind an office or proxy shares one address. */
const DOWNLOADS_OF_ONE = 100

export const makeDownloadLimits = ({ most = DOWNLOADS_MOST, ofOne = DOWNLOADS_OF_ONE } = {}) => {
  const open = new Map<string, number>()
  let all = 0
  return {
    /** Throws HUB_BUSY at a limit. The returned function ends the download. */
    begin: (address: string): (() => void) => {
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
