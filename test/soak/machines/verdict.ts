/** Judges parts of the soak, one or many added up: a part's last line holds all that is needed. */
import type { ETCD_TIMES } from './cluster.js'
import type { Fault, FaultKind } from './faults.js'
import type { Verdict } from './oracle.js'

/** Recovery within which 99 of 100 kills must be over, and each planned change. Milliseconds. */
const RECOVERY_MOST_MS = 30_000
const PLANNED_MOST_MS = 5_000
const LATE_SHARE = 0.01

export interface MachinesPart {
  ok: boolean
  seed: number
  /** etcd's timings in this part, milliseconds. */
  etcd: typeof ETCD_TIMES
  questions: number
  moves: number
  looks: number
  /** The clock of one hub was two hours ahead. */
  clockAhead: boolean
  /** The plan ended before its end, for time. */
  left: number
  verdict: Verdict
  faults: Fault[]
  ms: number
}

export const isGood = (parts: readonly MachinesPart[]): boolean => {
  const all = parts.flatMap(({ faults }) => faults)
  const of = (kind: FaultKind) => all.filter((fault) => fault.kind === kind)
  const late = of('kill').filter(({ questionsMs, movesMs }) => Math.max(questionsMs, movesMs) > RECOVERY_MOST_MS)
  const isPlannedWell = ({ questionsMs, looksMs, failedReads }: Fault) =>
    Math.max(questionsMs, looksMs) <= PLANNED_MOST_MS && Object.keys(failedReads).length === 0
  // A connection that a stopping hub closes may cut what was just sent on it.
  const isUpgradedWell = ({ failedReads, failedMoves }: Fault) =>
    Object.keys({ ...failedReads, ...failedMoves }).every((code) => code === 'SOCKET')
  const isRefusedWell = ({ failedMoves }: Fault) => (failedMoves['STORAGE_FULL'] ?? 0) > 0
  return (
    parts.every(
      ({ verdict, questions, looks }) =>
        Object.values(verdict).every((count) => count === 0) && questions > 0 && looks > 0,
    ) &&
    late.length <= of('kill').length * LATE_SHARE &&
    [...of('switchover'), ...of('stop')].every(isPlannedWell) &&
    of('upgrade').every(isUpgradedWell) &&
    of('full').every(isRefusedWell)
  )
}

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0

/** Adds up parts, for acceptance over all of them. */
export const sumParts = (parts: readonly MachinesPart[]) => {
  const all = parts.flatMap(({ faults }) => faults)
  const kinds = [...new Set(all.map(({ kind }) => kind))]
  const sum = (pick: (part: MachinesPart) => number): number => parts.reduce((total, part) => total + pick(part), 0)
  const names = Object.keys(parts[0]?.verdict ?? {}) as (keyof Verdict)[]
  return {
    ok: isGood(parts),
    parts: parts.length,
    etcd: parts[0]?.etcd,
    clockAhead: parts.every(({ clockAhead }) => clockAhead),
    questions: sum(({ questions }) => questions),
    moves: sum(({ moves }) => moves),
    looks: sum(({ looks }) => looks),
    minutes: Math.round(sum(({ ms }) => ms) / 60_000),
    verdict: Object.fromEntries(names.map((name) => [name, sum(({ verdict }) => verdict[name])])),
    during: Object.fromEntries(
      ['merge', 'publication', 'removal'].map((moment) => [
        moment,
        all.filter((fault) => fault.moment === moment && fault.during).length,
      ]),
    ),
    faults: Object.fromEntries(
      kinds.map((kind) => {
        const of = all.filter((fault) => fault.kind === kind)
        const waits = of.map(({ questionsMs, movesMs, looksMs }) => Math.max(questionsMs, movesMs, looksMs))
        return [
          kind,
          {
            count: of.length,
            p50Ms: percentile(waits, 0.5),
            p99Ms: percentile(waits, 0.99),
            worstMs: Math.max(...waits),
            asked: of.reduce((total, { asked }) => total + asked, 0),
            failed: of.reduce(
              (total, { failedReads }) => total + Object.values(failedReads).reduce((a, b) => a + b, 0),
              0,
            ),
          },
        ]
      }),
    ),
  }
}
