/** Bytes are counted as they arrive, not by Content-Length. */
import type { IncomingMessage } from 'node:http'
import { Refusal } from '../../foundation/errors.js'
import { recheckAdmission } from '../request/viewer.js'
import type { AdmittedRequest } from './admitted-request.js'

/** Longest wait between two chunks. */
export const BODY_STALLED_MS = 60_000
const ARRIVING_MOST = 8

export interface ReceiveBounds {
  /** Most bytes of one body, and most bytes held for one agency. */
  most: number
  mostOfAll: number
  stalledMs?: number
  arrivingMost?: number
}

export interface ReceivedBody {
  bytes: Buffer
  release: () => void
}

export const makeBodyReceiver = ({
  most,
  mostOfAll,
  stalledMs = BODY_STALLED_MS,
  arrivingMost = ARRIVING_MOST,
}: ReceiveBounds) => {
  const held = new Map<string, number>()
  const arriving = new Map<string, number>()
  let all = 0
  const hold = (agency: string, bytes: number): void => {
    all += bytes
    add(held, agency, bytes)
  }
  /** Null when the sender disconnected early. */
  return async (request: IncomingMessage, agency: string): Promise<ReceivedBody | null> => {
    if (Number(request.headers['content-length'] ?? 0) > most) {
      request.resume()
      throw makeTooLargeRefusal(most)
    }
    if ((arriving.get(agency) ?? 0) >= arrivingMost) throw busy(`一家单位同时传来不超过 ${arrivingMost} 个`)
    add(arriving, agency, 1)
    let size = 0
    const release = (): void => {
      hold(agency, -size)
      size = 0
    }
    try {
      const chunks: Buffer[] = []
      const whole = await receiveAll(request, stalledMs, (chunk) => {
        if (size + chunk.length > most) throw makeTooLargeRefusal(most)
        if (all + chunk.length > mostOfAll || (held.get(agency) ?? 0) + chunk.length > most)
          throw busy('正在传来的内容过多 too much is arriving')
        size += chunk.length
        hold(agency, chunk.length)
        chunks.push(chunk)
      })
      if (whole) return { bytes: Buffer.concat(chunks), release }
      release()
      return null
    } catch (error) {
      release()
      throw error
    } finally {
      add(arriving, agency, -1)
    }
  }
}

const add = (counts: Map<string, number>, of: string, more: number): void => {
  const count = (counts.get(of) ?? 0) + more
  if (count === 0) counts.delete(of)
  else counts.set(of, count)
}

const receiveAll = (request: IncomingMessage, stalledMs: number, take: (chunk: Buffer) => void): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => end(() => reject(new Refusal('UPLOAD_STALLED'))), stalledMs)
    const onData = (chunk: Buffer): void => {
      late.refresh()
      try {
        take(chunk)
      } catch (error) {
        end(() => reject(error))
      }
    }
    const onEnd = (): void => end(() => resolve(true))
    const onGone = (): void => end(() => resolve(false))
    const end = (tell: () => void): void => {
      clearTimeout(late)
      request.off('data', onData).off('end', onEnd).off('close', onGone)
      request.resume()
      tell()
    }
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone)
    if (request.destroyed) onGone()
  })

export const makeTooLargeRefusal = (most: number): Refusal =>
  new Refusal('CONTENT_TOO_LARGE', { limit: `${Math.floor(most / 1024 / 1024)} MB` })

const busy = (reason: string): Refusal => new Refusal('HUB_BUSY', { reason })

interface UploadSource {
  id: string
  agency: string
}

/** One slot for each source, `most` in all, `ofOne` per agency. `job` appears in RUN_BUSY. */
export const makeUploadSlots = (most: number, ofOne: number, job: 'pull' | 'sellers' = 'pull') => {
  const taken = new Map<string, string>()
  const ask = ({ id, agency }: UploadSource): void => {
    if (taken.has(id)) throw new Refusal('RUN_BUSY', { job, subject: id })
    const ofAgency = [...taken.values()].filter((other) => other === agency).length
    if (ofAgency < ofOne && taken.size < most) return
    throw new Refusal('HUB_BUSY', {
      reason: `同时处理的上传不超过 ${most} 个，每家单位 ${ofOne} 个 at most ${most} uploads at once, ${ofOne} of an agency`,
    })
  }
  const take = (source: UploadSource): (() => void) => {
    ask(source)
    taken.set(source.id, source.agency)
    return () => void taken.delete(source.id)
  }
  return { ask, take }
}

type UploadSlots = ReturnType<typeof makeUploadSlots>

export const makeSlottedReceiver = (bounds: ReceiveBounds, slots: UploadSlots) => {
  const receive = makeBodyReceiver(bounds)
  return async (
    { request, parts, viewer }: AdmittedRequest,
    source: UploadSource,
    work: (received: ReceivedBody) => Promise<void>,
  ): Promise<void> => {
    slots.ask(source)
    const received = await receive(request, source.agency)
    if (received === null) return
    let giveUp = (): void => undefined
    try {
      await recheckAdmission(request, parts, viewer)
      giveUp = slots.take(source)
      await work(received)
    } finally {
      giveUp()
      received.release()
    }
  }
}
