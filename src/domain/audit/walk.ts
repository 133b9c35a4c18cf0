import type { AuditSeal } from '../../foundation/keys/audit.js'
import {
  type AuditHead,
  type AuditRow,
  EMPTY_LOG_HEAD,
  hashUnsealedRow,
  isContentIntact,
  sealRow,
} from './audit-log.js'
import {
  type AuditLoss,
  explainsLostHead,
  isFailover,
  type LossExcuse,
  type NotedHead,
  parseAuditLoss,
  type ServerIdentity,
} from './loss.js'

/**
 * UNSEALED: no seal after sealed rows. KEY_UNKNOWN: key not in the key folder. ERASED: content erased too early.
 * TAIL_MISSING: the log ends before a row whose hash is on disk or published. REPLACED: the row differs from such a hash.
 * FORGED: a signed hash has a bad signature. FILE_LOST: its content is in no readable file.
 */
export type AuditFault =
  | 'MISSING'
  | 'ALTERED'
  | 'UNLINKED'
  | 'UNSEALED'
  | 'KEY_UNKNOWN'
  | 'ERASED'
  | 'TAIL_MISSING'
  | 'REPLACED'
  | 'FORGED'
  | 'FILE_LOST'

export interface BrokenRow {
  number: number
  /** Last row number, when consecutive rows have the same fault. */
  until?: number
  fault: AuditFault
}

export interface AuditAnchor extends NotedHead {
  from: string
}

export interface LogCut extends AuditLoss {
  foundAt: Date
  excuse: LossExcuse | null
  /** False when other rows have taken their numbers. */
  isEnd: boolean
}

export interface WalkResult {
  walked: number
  erased: number
  head: AuditHead
  broken: BrokenRow[]
  faults: number
  cuts: LogCut[]
}

const BROKEN_MOST = 100

export interface AuditWalkInput {
  anchors: readonly AuditAnchor[]
  macOf: (keyId: string) => AuditSeal['mac'] | null
  mayErase: (at: Date) => boolean
}

interface LossRow extends AuditLoss {
  row: number
  form: number
  foundAt: Date
}

export const makeAuditWalk = ({ anchors, macOf, mayErase }: AuditWalkInput) => {
  const state: Omit<WalkResult, 'cuts'> = { walked: 0, erased: 0, head: EMPTY_LOG_HEAD, broken: [], faults: 0 }
  const found: LossRow[] = []
  const released: { row: number; at: Date }[] = []
  const kept = new Map<number, AuditAnchor[]>()
  for (const anchor of anchors) kept.set(anchor.number, [...(kept.get(anchor.number) ?? []), anchor])
  const unmet: AuditAnchor[] = []
  let isSealed = false

  const tell = (broken: BrokenRow): void => {
    const last = state.broken.at(-1)
    const end = last?.until ?? last?.number
    if (last !== undefined && last.fault === broken.fault && end === broken.number - 1) {
      last.until = broken.until ?? broken.number
      return
    }
    state.faults += 1
    if (state.broken.length < BROKEN_MOST) state.broken.push(broken)
  }

  const stepped = (row: AuditRow, isAfterHole: boolean): AuditFault | null => {
    if (row.form === 0) {
      if (isSealed) return 'UNSEALED'
      if (row.hash !== hashUnsealedRow(row)) return 'ALTERED'
    } else {
      const mac = row.form === 1 && row.keyId !== null ? macOf(row.keyId) : null
      if (mac === null) return 'KEY_UNKNOWN'
      if (row.hash !== sealRow(row, mac)) return 'ALTERED'
      isSealed = true
    }
    if (!isAfterHole && row.previous !== state.head.hash) return 'UNLINKED'
    if (row.content !== null) return isContentIntact(row, row.content) ? null : 'ALTERED'
    if (row.body !== null) return 'ALTERED'
    if (row.inFile) return 'FILE_LOST'
    return mayErase(row.at) ? null : 'ERASED'
  }

  const read = (row: AuditRow): void => {
    if (row.kind === 'RELEASED' && row.form > 0) released.push({ row: row.number, at: row.at })
    if (row.kind !== 'CUT' || row.content === null) return
    const loss = parseAuditLoss(row.content.asked, row.number)
    if (loss !== null) found.push({ ...loss, row: row.number, form: row.form, foundAt: row.at })
  }

  const add = (rows: readonly AuditRow[]): void => {
    for (const row of rows) {
      const next = state.head.number + 1
      const isAfterHole = row.number > next
      if (isAfterHole) tell({ number: next, ...(row.number - 1 > next && { until: row.number - 1 }), fault: 'MISSING' })
      const fault = stepped(row, isAfterHole)
      if (fault === null) read(row)
      else tell({ number: row.number, fault })
      state.walked += 1
      if (row.content === null && !row.inFile) state.erased += 1
      unmet.push(...(kept.get(row.number) ?? []).filter(({ hash }) => hash !== row.hash))
      state.head = { number: row.number, hash: row.hash }
    }
  }

  const end = (closing: { server: ServerIdentity | null; now: Date; releasedOld: Date | null }): WalkResult => {
    const { server, now, releasedOld } = closing
    const excuseOf = (cut: LossRow): LossExcuse | null => {
      if (cut.form > 0 && isFailover(cut)) return 'FAILOVER'
      if (released.some(({ row }) => row > cut.row)) return 'RELEASED'
      return cut.form === 0 && releasedOld !== null && releasedOld >= cut.foundAt ? 'RELEASED' : null
    }
    const recorded = found.map((cut) => ({ ...cut, excuse: excuseOf(cut), isEnd: cut.row === cut.after + 1 }))
    const last = state.head.number
    const lost = [...unmet, ...anchors.filter(({ number }) => number > last)]
    const excused = new Set(lost.filter((head) => recorded.some((cut) => explainsLostHead(cut, head))))
    const open = lost.filter((head) => !excused.has(head))
    const known = anchors.flatMap((head) => (excused.has(head) ? [] : [head.number])).sort((a, b) => a - b)
    const cuts = [
      ...recorded.map(({ row, form, ...cut }): LogCut => cut),
      ...unrecordedLosses(open, { known, server, now, last }),
    ]
    for (const cut of cuts) if (cut.excuse === null) tell(brokenOf(cut))
    return { ...state, broken: state.broken.sort((a, b) => a.number - b.number), cuts }
  }

  return { add, end }
}

/** If a row differs, all rows since the previous anchor are doubtful: its hash covers them. */
const unrecordedLosses = (
  open: readonly AuditAnchor[],
  log: { known: readonly number[]; server: ServerIdentity | null; now: Date; last: number },
): LogCut[] => {
  const { known, server, now, last } = log
  const made = (head: AuditAnchor, after: number): LogCut => {
    const loss = { after, noted: head.number, notedAt: head.at, from: head.server, to: server, heads: null }
    return { ...loss, foundAt: now, excuse: isFailover(loss) ? 'FAILOVER' : null, isEnd: head.number > last }
  }
  const replaced = open
    .filter(({ number }) => number <= last)
    .map((head) => made(head, known.findLast((number) => number < head.number) ?? 0))
  const past = open.filter(({ number }) => number > last).sort((a, b) => b.number - a.number)
  const here = past.find((head) => made(head, last).excuse === null) ?? past[0]
  const highest = past[0]
  if (here === undefined || highest === undefined) return replaced
  return [...replaced, { ...made(here, last), noted: highest.number }]
}

const brokenOf = ({ after, noted, isEnd }: LogCut): BrokenRow => ({
  number: after + 1,
  ...(noted > after + 1 && { until: noted }),
  fault: isEnd ? 'TAIL_MISSING' : 'REPLACED',
})
