import { handsOver } from './guards.js'
import { type MatterKind, PAPER_RECEIPT_MOVE } from './kind.js'
import { isHandedOver } from './moves.js'
import type { MatterSeats } from './seats.js'

export const FILES_A_DAY_MOST = 1_000
export const BYTES_A_DAY_MOST = 2 * 1024 * 1024 * 1024

export const isOverDay = (kept: { count: number; bytes: number }): boolean =>
  kept.count > FILES_A_DAY_MOST || kept.bytes > BYTES_A_DAY_MOST

interface CustodyFile {
  type: string
  name: string
  sha256: string
}

export interface CustodyMove {
  sequence: number
  move: string
  state: string
  seat: string
  by: string
  on: string
  at: Date
  to?: string
  copyTo?: string
  attachments?: readonly CustodyFile[]
}

interface MatterReceipt {
  sequence: number
  on: string
  at: Date
  /** A way of reaching the holder, or PAPER. */
  way: string
}

interface AttachmentHandover extends CustodyFile {
  sequence: number
  at: Date
  from: string
  to: string
  received: MatterReceipt | null
}

interface HolderReceipt extends MatterReceipt {
  from: string
  to: string
  attachments: CustodyFile[]
}

export const RECEIPT_MOVE = 'receive'

export const traceCustody = (kind: MatterKind, seats: MatterSeats, moves: readonly CustodyMove[]) => {
  const handovers: AttachmentHandover[] = []
  const receipts: HolderReceipt[] = []
  const brought: (CustodyFile & { seat: string })[] = []
  const later = new Set(moves.map(({ copyTo }) => copyTo))
  const copied = new Set(seats.copied.filter((seat) => !later.has(seat)))
  let holder = { seat: moves[0]?.to ?? seats.holder, from: seats.sender, received: false }
  let handed = false
  for (const { move, state, seat, to, copyTo, attachments = [], by, ...made } of moves) {
    const isReceipt = move === RECEIPT_MOVE || move === PAPER_RECEIPT_MOVE
    if (isReceipt && !holder.received) {
      const received = { ...made, way: move === RECEIPT_MOVE ? by : 'PAPER' }
      const open = handovers.filter((one) => one.to === holder.seat && one.received === null)
      for (const one of open) one.received = received
      receipts.push({ ...received, from: holder.from, to: holder.seat, attachments: open.map(fileOf) })
      holder.received = true
    }
    if (handsOver(kind, move) && to !== undefined) holder = { seat: to, from: seat, received: false }
    if (copyTo !== undefined) copied.add(copyTo)
    handed ||= isHandedOver(kind, state)
    brought.push(...attachments.map((file) => ({ ...fileOf(file), seat })))
    for (const receiver of handed ? new Set([seats.sender, holder.seat, ...copied]) : [seats.sender])
      for (const { seat: owner, ...file } of brought)
        if (owner !== receiver && !handovers.some((one) => one.to === receiver && one.sha256 === file.sha256))
          handovers.push({ ...file, sequence: made.sequence, at: made.at, from: seat, to: receiver, received: null })
  }
  const awaits = ({ to, received }: AttachmentHandover) => !holder.received && received === null && to === holder.seat
  return { handovers: handovers.map((one) => ({ ...one, awaitsReceipt: awaits(one) })), receipts }
}

const fileOf = ({ type, name, sha256 }: CustodyFile): CustodyFile => ({ type, name, sha256 })
